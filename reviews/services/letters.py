"""A digest as HTML and as plain text: both tell all of it, and tell the same."""

from dataclasses import replace
from functools import lru_cache

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import escape
from django.utils.translation import gettext as _

from core.columns import padded, width, wrapped
from reviews.rules.letter import Letter, Row

WIDTH = 72
_INDENT = "  "
_GAP = "  "
_NARROWEST_NAME = 16

# -- HTML ---------------------------------------------------------------------------------------
# Letters of one edition differ in little: a subject, a heading, which rows stand where, a link.
# The frame around those is rendered once, with private signs where they go.
_SLOTS = ("mine_heading", "mine", "rows", "leave")
_SOME = (Row(status="", status_word="", glyph="", name="", sentence="", now="", before="",
             target="", url=""),)  # fmt: skip


def _slot(name: str) -> str:
    return f"\ue000{name}\ue001"


def as_html(letter: Letter, *, unsubscribe_url: str) -> list[str]:
    """Write whole lines, those that letters share in pieces that are the same for all of them."""
    own = {
        "mine_heading": escape(letter.mine_heading),
        "mine": _block("mine", letter.mine),
        "rows": _block("rows", letter.rows),
        "leave": escape(unsubscribe_url),
    }
    frame = _frame(_without_own(letter), translation.get_language() or "")
    return [text.replace(_slot(name), own[name]) if name else text for name, text in frame]


def _without_own(letter: Letter) -> Letter:
    """Give what a letter shares with others: the same for all of them, so a key to its frame."""
    return replace(
        letter,
        subject="",
        mine_heading=_slot("mine_heading"),
        mine=_SOME if letter.mine else (),
        rows=_SOME if letter.rows else (),
    )


@lru_cache(maxsize=64)
def _frame(letter: Letter, _language: str) -> list[tuple[str, str]]:
    """Render what is around the slots, in the active language: runs of lines with their slot."""
    slots = {"mine": _slot("mine"), "rows": _slot("rows"), "unsubscribe_url": _slot("leave")}
    html = render_to_string("reviews/emails/digest.html", {"letter": letter, **slots})
    runs = [("", "")]
    for line in html.splitlines(keepends=True):
        name = next((name for name in _SLOTS if _slot(name) in line), "")
        if name or runs[-1][0]:
            runs.append((name, line))
        else:
            runs[-1] = ("", runs[-1][1] + line)
    return runs


@lru_cache(maxsize=256)
def _block(slot: str, rows: tuple[Row, ...]) -> str:
    return "".join(_fragment(slot, row) for row in rows)


@lru_cache(maxsize=4096)
def _fragment(slot: str, row: Row) -> str:
    return render_to_string(f"reviews/emails/_{slot}.html", {"row": row})


# -- Text ---------------------------------------------------------------------------------------


def as_text(letter: Letter, *, unsubscribe_url: str) -> list[str]:
    """Write lines of at most 72 columns, longer addresses excepted; a quiet week has six."""
    language = translation.get_language() or ""
    shared = _without_own(letter)
    lines = [_opening(shared, language)]
    if letter.mine:
        lines += ["", letter.mine_heading.upper(), *map(_told, letter.mine)]
    if letter.rows:
        lines += ["", _table(shared, letter.rows, language)]
    lines += [_closing(shared, language), *_with_url(_("Unsubscribe"), unsubscribe_url)]
    return [f"{line}\n" for line in lines]


@lru_cache(maxsize=64)
def _opening(letter: Letter, _language: str) -> str:
    lines = [
        line
        for text in filter(None, (letter.heading, letter.subheading, letter.counts))
        for line in wrapped(text, WIDTH)
    ]
    for note in letter.notes:
        lines += _with_url(note.text, note.url)
    if letter.intro:
        lines += ["", *(line for text in letter.intro for line in wrapped(text, WIDTH))]
    return "\n".join(lines)


@lru_cache(maxsize=64)
def _closing(letter: Letter, _language: str) -> str:
    button = _with_url(letter.button, letter.button_url) if letter.button else []
    change = _with_url(_("Change"), letter.manage_url) if letter.manage_url else []
    if letter.is_quiet:
        return "\n".join([*button, *change])
    rest = _with_url(f"+ {letter.on_track}", letter.scorecard_url) if letter.on_track else []
    why = wrapped(letter.why, WIDTH)
    ways = ["", *button] if button else []
    return "\n".join([*(_INDENT + line for line in rest), *ways, "", "--", *why, *change])


def _with_url(text: str, url: str) -> list[str]:
    """Put an address behind its text, or below it; an address is never broken."""
    if not url:
        return wrapped(text, WIDTH)
    text = f"{text.rstrip('.')}:"
    line = f"{text} {url}"
    return [line] if width(line) <= WIDTH - len(_INDENT) else [*wrapped(text, WIDTH), url]


@lru_cache(maxsize=4096)
def _told(row: Row) -> str:
    lines = wrapped(f"{row.glyph} {row.status_word}: {row.sentence}", WIDTH, indent=_INDENT)
    url = [f"{_INDENT * 2}{row.url}"] if row.url else []
    return "\n".join([*lines, *_trend(row, _INDENT * 2), *_why(row), *url])


def _why(row: Row) -> list[str]:
    return wrapped(row.why_line, WIDTH, indent=_INDENT * 2) if row.why_line else []


def _trend(row: Row, indent: str) -> list[str]:
    return [f"{indent}{row.trend}"] if row.trend else []


@lru_cache(maxsize=256)
def _table(letter: Letter, rows: tuple[Row, ...], _language: str) -> str:
    """Set the numbers in columns; where they leave no room for names, in sentences."""
    heads = ("", _("KPI"), letter.now_label, letter.before_label, _("Target"))
    title = [_("Scorecard").upper(), *wrapped(letter.compared, WIDTH, indent=_INDENT)]
    cells = [
        (f"{row.glyph} {row.status_word}", row.name, row.now, row.before, row.target)
        for row in rows
    ]
    status, _name, *numbers = (
        max(map(width, column)) for column in zip(heads, *cells, strict=True)
    )
    room = WIDTH - len(_INDENT) - status - sum(numbers) - 4 * len(_GAP)
    if room < _NARROWEST_NAME:
        return "\n".join([*title, *map(_told, rows)])
    columns = (status, room, *numbers)
    lines = [*title, _set(heads, columns)]
    for row, each in zip(rows, cells, strict=True):
        below = " " * len(_INDENT + _GAP) + " " * status
        lines += [_set(each, columns), *_trend(row, below), *_why(row)]
    return "\n".join(lines)


@lru_cache(maxsize=4096)
def _set(cells: tuple[str, ...], columns: tuple[int, ...]) -> str:
    """Set one row; a name that needs more lines goes on below."""
    first, *more = wrapped(cells[1], columns[1])
    line = [padded(cells[0], columns[0]), padded(first, columns[1])]
    line += [padded(*each, right=True) for each in zip(cells[2:], columns[2:], strict=True)]
    below = " " * len(_INDENT + _GAP) + " " * columns[0]
    return "\n".join([_INDENT + _GAP.join(line).rstrip(), *(below + part for part in more)])
