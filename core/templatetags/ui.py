"""The design system's tags: icons, status shapes and words, form controls. A template builtin."""

from collections.abc import Iterable, Mapping
from functools import cache
from html import escape

from django import template
from django.forms import BoundField
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from core.charts import Sparkline
from core.numbers import figure

register = template.Library()
register.filter(figure)

_SHAPE = '<svg class="m-shape" viewBox="0 0 10 10" aria-hidden="true">{}</svg>'

# Each status is a shape, a word and a colour; the colour is mops.css' business. The shapes stand
# in the page itself and not in the sprite: a scorecard must read before anything else is loaded.
_SHAPES = {
    status: mark_safe(_SHAPE.format(drawing))  # noqa: S308 - both parts are written here
    for status, drawing in {
        "on_track": '<circle cx="5" cy="5" r="4.2"/>',
        "at_risk": '<path d="M5 .6 9.8 9.2H.2z"/>',
        "off_track": '<path d="M.8.8h8.4v8.4H.8z"/>',
        "no_data": '<path d="M1 4h8v2H1z"/>',
        # A ring, not the dash of "no data": before a number a dash would read as a minus.
        "no_target": (
            '<path fill-rule="evenodd" d="M5 .8a4.2 4.2 0 1 0 0 8.4 4.2 4.2 0 0 0 0-8.4z'
            'm0 1.5a2.7 2.7 0 1 1 0 5.4 2.7 2.7 0 0 1 0-5.4z"/>'
        ),
        # A dashed line of three dots: there is a number, and it is not finished.
        "not_judged": '<path d="M.6 4h2.2v2H.6zM3.9 4h2.2v2H3.9zM7.2 4h2.2v2H7.2z"/>',
        "done": '<path d="M.6 5.6 2 4.2l2 2 4-4.4 1.5 1.3L4.1 9z"/>',
    }.items()
}
_WORDS = {
    "on_track": _("On track"),
    "at_risk": _("At risk"),
    "off_track": _("Off track"),
    "no_data": _("No data"),
    "no_target": _("No target"),
    "not_judged": _("Not judged"),
    "done": _("Done"),
}
STATUSES = tuple(_WORDS)

_CONTROL_CLASSES = {"select": "form-select", "selectmultiple": "form-select"}
_OWN_LOOK = {"checkbox", "radioselect", "checkboxselectmultiple", "hidden"}


@register.simple_tag
@cache
def icon(name: str) -> SafeString:
    """Draw an icon of the sprite; it is decoration, so words must stand beside or behind it."""
    return format_html(
        '<svg class="m-icon" aria-hidden="true"><use href="{}#{}"/></svg>',
        static("img/icons.svg"),
        name,
    )


@register.simple_tag
def shape(status: str) -> SafeString:
    """Draw the shape of a status, without its word."""
    return _SHAPES[status]


@register.filter
def status_word(status: str) -> str:
    """Give the word that goes with the shape of a status."""
    return str(_WORDS[status])


@cache
def _words(_language: str | None) -> dict[str, str]:
    return {status: str(word) for status, word in _WORDS.items()}


@register.simple_tag
def cells(row: Iterable[Mapping[str, str]]) -> SafeString:
    """
    Draw the weeks of a scorecard row: status and text each, perhaps note and url.

    A scorecard has hundreds of cells, and a template takes ten times as long for each.
    """
    words = _words(get_language())
    drawn = []
    for cell in row:
        status, note, url = cell["status"], cell.get("note"), cell.get("url")
        title = f' title="{escape(note)}"' if note else ""
        start, end = (f'<a href="{escape(url)}"{title}>', "</a>") if url else (
            f"<span{title}>", "</span>"
        )  # fmt: skip
        # No space before the closing tag: it would be a third item of the cell's row.
        drawn.append(
            f'<td class="m-cell" data-status="{status}">{start}{_SHAPES[status]}'
            f'{escape(cell["text"])}<span class="visually-hidden"> {words[status]}</span>{end}</td>'
        )
    return SafeString("".join(drawn))


@register.simple_tag
def trend(chart: Sparkline) -> SafeString:
    """Draw a trend as decoration; the words beside it say the same."""
    target = f'<path class="m-spark-target" d="{chart.target}"/>' if chart.target else ""
    return SafeString(
        f'<svg class="m-spark" viewBox="0 0 {chart.width} {chart.height}"'
        f' preserveAspectRatio="none" aria-hidden="true">{target}'
        f'<path class="m-spark-line" d="{chart.line}"/>'
        f'<path class="m-spark-last" d="{chart.last}"/></svg>'
    )


@register.simple_tag
def control(field: BoundField) -> SafeString:
    """Render a field's widget in the house look; Django adds what ties it to hint and error."""
    kind = field.widget_type
    if kind in _OWN_LOOK:
        return field.as_widget()
    own = field.field.widget.attrs.get("class", "")
    look = _CONTROL_CLASSES.get(kind, "form-control")
    return field.as_widget(attrs={"class": f"{look} {own}".strip()})


@register.filter
def initials(name: str) -> str:
    """
    Shorten a name to one or two letters for a round mark.

    Thai writes some vowels before the consonant that they follow in speech; a mark begins with
    the consonant.
    """
    letters = [
        next((c for c in word if c.isalpha() and c not in "เแโใไ"), "") for word in name.split()
    ]
    known = [letter for letter in letters if letter]
    return "".join(known[:1] + known[1:][-1:]).upper()
