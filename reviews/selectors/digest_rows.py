"""KPIs as the rows of a digest."""

import re
from decimal import Decimal
from itertools import dropwhile

from django.conf import settings
from django.utils.translation import gettext as _

from core.numbers import NO_BREAK_SPACE
from goals.models import Kpi
from goals.rules.status import Status
from goals.selectors import phrases
from goals.selectors.board import Board, Entry
from reviews.rules.bars import bars
from reviews.rules.letter import Row

# So many periods are drawn.
_TREND = 8
_COMPUTED = (Kpi.Aggregation.AVERAGE, Kpi.Aggregation.FORMULA)
GLYPHS = {
    Status.OFF_TRACK: "■",
    Status.AT_RISK: "▲",
    Status.NO_DATA: "–",
    Status.NOT_JUDGED: "…",
    Status.NO_TARGET: "○",
    Status.ON_TRACK: "●",
}


def row_of(entry: Entry, board: Board) -> Row:
    """Put a KPI's week into words, in the language that is active."""
    now, before = entry.current.value, entry.previous.value
    why = board.why(entry, entry.current)
    latest = _latest(entry)
    return Row(
        status=entry.current.status.value,
        status_word=str(entry.current.status.label),
        glyph=GLYPHS[entry.current.status],
        name=entry.kpi.name,
        sentence=phrases.sentence(entry, board),
        now=_number(entry, now),
        before=_number(entry, before),
        target=_loose(phrases.target_text(entry)),
        url=settings.SITE_URL + board.url_of(entry.kpi),
        why_line=phrases.why_text(why) if why else "",
        trend=bars(latest),
        trend_label=_("Oldest first: %(values)s")
        % {"values": "; ".join(_number(entry, value) for value in latest)},
    )


def _latest(entry: Entry) -> list[Decimal | None]:
    """
    Give the values of the latest periods from the first known one on, oldest first.

    A period may be longer than a week.
    """
    by_start = {point.start: point.value for point in entry.points}
    values = [by_start[start] for start in sorted(by_start)[-_TREND:]]
    return list(dropwhile(lambda value: value is None, values))


def _number(entry: Entry, value: Decimal | None) -> str:
    """Write what was measured to its last digit; only what was computed has decimals to round."""
    if value is None:
        return "–"
    is_computed = entry.kpi.aggregation in _COMPUTED
    return _loose(entry.format.full(value) if is_computed else entry.format.exact(value))


def _loose(number: str) -> str:
    """Let a narrow column break a number from its unit, but never within its digits."""
    return re.sub(rf"(?<=\D){NO_BREAK_SPACE}|{NO_BREAK_SPACE}(?=\D)", " ", number)
