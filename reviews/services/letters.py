"""A digest as plain text: complete, and no wider than 72 columns."""

import textwrap
from collections.abc import Iterator

from django.utils.translation import gettext as _

from reviews.selectors.digest import Letter, Row

WIDTH = 72
_NAME = 30
_NUMBER = 12


def as_text(letter: Letter, *, unsubscribe_url: str) -> str:
    """Write all that the HTML says."""
    lines = [letter.heading, letter.subheading, letter.counts]
    if letter.stale:
        lines.append(letter.stale)
    lines = [part for line in lines for part in _wrapped(line)]
    if letter.mine:
        lines += ["", _("NEEDS YOU, %(name)s (%(count)d)")
                  % {"name": letter.greeting.upper(), "count": len(letter.mine)}]  # fmt: skip
        for row in letter.mine:
            lines += _told(row)
    if letter.rows:
        lines += ["", _("SCORECARD"), *_table(letter)]
    if letter.on_track and not letter.is_quiet:
        lines += [f"  + {_('%(count)d on track') % {'count': letter.on_track}}: ",
                  f"    {letter.scorecard_url}"]  # fmt: skip
    lines += ["", f"{letter.button}:", letter.button_url, "", "--"]
    lines += [*_wrapped(letter.why), f"{_('Change')}: {letter.manage_url}"]
    lines += [f"{_('Unsubscribe')}: {unsubscribe_url}"]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _wrapped(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False
    ) or [""]


def _told(row: Row) -> Iterator[str]:
    marked = f"{row.glyph} {row.status.label}: {row.sentence}"
    yield from _wrapped(marked, "  ")
    yield f"    {row.url}"


def _table(letter: Letter) -> Iterator[str]:
    yield "  " + _line("", _("KPI"), letter.now_label, letter.before_label, _("target"))
    for row in letter.rows:
        yield "  " + _line(row.glyph, row.name, row.now, row.before, row.target)


def _line(glyph: str, name: str, now: str, before: str, target: str) -> str:
    short = name if len(name) <= _NAME else name[: _NAME - 1] + "…"
    numbers = "".join(f"{text:>{_NUMBER}}" for text in (now, before, target))
    return f"{glyph:<2}{short:<{_NAME}}{numbers}"
