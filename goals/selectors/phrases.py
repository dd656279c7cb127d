"""Numbers put into words, the same on every page and in every mail."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from core.numbers import MINUS, NumberFormat, figure
from core.periods import Grain, PeriodCalendar
from goals.models import WhyLine
from goals.rules.status import Status
from goals.selectors.board import Board, Entry
from goals.selectors.points import Freshness

UP, DOWN = "↑", "↓"
# Rollups follow a measurement within seconds; after this a worker must be missing.
LAG_ALLOWED = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class FreshnessNote:
    """From when the numbers on a page are, for its last line or, when they lag, for a bar."""

    text: str
    stale: bool


def freshness_note(freshness: Freshness, zone: ZoneInfo, *, at: datetime) -> FreshnessNote:
    """
    Say from when the numbers are.

    They are stale once a mark has waited for two minutes, and while so many marks wait that a
    drain has left some: then all numbers are being recomputed.
    """
    waits_since, drained_at = freshness.oldest_mark, freshness.drained_at
    late = waits_since is not None and waits_since < at - LAG_ALLOWED
    if drained_at is None:
        if late:
            message = _("The numbers wait to be added up. The worker has not run.")
            return FreshnessNote(message, stale=True)
        return _recomputing() if waits_since else FreshnessNote("", stale=False)
    if waits_since is not None and drained_at >= max(waits_since, at - LAG_ALLOWED):
        return _recomputing()
    local = drained_at.astimezone(zone)
    if late:
        message = _("Numbers are from %(moment)s. The worker has not run since.")
        return FreshnessNote(
            message % {"moment": formats.date_format(local, "D j M, H:i")}, stale=True
        )
    words = {"moment": moment(drained_at, zone, at=at)}
    return FreshnessNote(_("Numbers as of %(moment)s") % words, stale=False)


def _recomputing() -> FreshnessNote:
    return FreshnessNote(
        _("Numbers are being recomputed. Some are still missing here."), stale=True
    )


def moment(value: datetime, zone: ZoneInfo, *, at: datetime) -> str:
    """Write when something was: by the clock if it was today, else with its day."""
    local = value.astimezone(zone)
    is_today = local.date() == at.astimezone(zone).date()
    return formats.date_format(local, "H:i" if is_today else "D j M, H:i")


def period_name(calendar: PeriodCalendar, grain: Grain, start: date) -> str:
    """Name a period inside a sentence: "week 46", "October 2026", "Q4 2026"."""
    if grain is Grain.WEEK:
        return _("week %(week)d") % {"week": calendar.week_number(start)[1]}
    if grain is Grain.DAY:
        return formats.date_format(start, "j M Y")
    if grain is Grain.MONTH:
        return formats.date_format(start, "F Y")
    key = calendar.key(grain, start)
    if grain is Grain.QUARTER:
        year, quarter = key.split("-")
        return _("%(quarter)s of %(year)s") % {"quarter": quarter, "year": year}
    return key


def days(first: date, last: date) -> str:
    """Write a span of days: "9–15 Nov 2026"; one day is written alone."""
    end = formats.date_format(last, "j M Y")
    if first == last:
        return end
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{end}"
    if first.year == last.year:
        return f"{formats.date_format(first, 'j M')} – {end}"
    return f"{formats.date_format(first, 'j M Y')} – {end}"


def week_title(calendar: PeriodCalendar, start: date) -> str:
    """Write "Week 46: 9–15 Nov 2026"."""
    return _("Week %(week)d: %(days)s") % {
        "week": calendar.week_number(start)[1],
        "days": days(start, calendar.last_day(Grain.WEEK, start)),
    }


def period_label(calendar: PeriodCalendar, grain: Grain, start: date) -> str:
    """Name a period at the head of a column: "46", "Nov", "Q4"; the first of a year with it."""
    if grain is Grain.WEEK:
        return str(calendar.week_number(start)[1])
    if grain is Grain.MONTH:
        return formats.date_format(start, "M y" if start.month == 1 else "M")
    year, quarter = calendar.key(Grain.QUARTER, start).split("-")
    return f"{quarter} {year[2:]}"


def period_title(calendar: PeriodCalendar, grain: Grain, start: date) -> str:
    """Name a period in full: "Week 46: 9–15 Nov 2026", "November 2026", "Q4 of 2026"."""
    if grain is Grain.WEEK:
        return week_title(calendar, start)
    return period_name(calendar, grain, start)


def target_text(entry: Entry) -> str:
    return entry.format.target(entry.target) if entry.target else ""


def change_text(entry: Entry, language: str) -> str:
    """Write how a value differs from the period before: "↓ 9 (−4%), worse"."""
    change = entry.change
    if change is None:
        return ""
    if not change:
        return _("no change")
    arrow = UP if change > 0 else DOWN
    text = f"{arrow} {entry.format.difference(change)}{_percent_of(entry, language)}"
    if entry.is_better is None:
        return text
    word = pgettext("a change", "better") if entry.is_better else pgettext("a change", "worse")
    return f"{text}, {word}"


def _percent_of(entry: Entry, language: str) -> str:
    before = entry.previous.value
    if entry.kpi.unit == "percent" or not before or entry.change is None:
        return ""
    share = entry.change / abs(before) * 100
    if abs(share) >= 1000:
        return ""
    sign = "+" if share > 0 else MINUS
    return f" ({sign}{NumberFormat.of(language).at_most(abs(share), 0)}%)"


def misses_text(entry: Entry) -> str:
    """Write "3 misses in a row", from the second on."""
    if entry.misses < 2:
        return ""
    return ngettext("%(count)d miss in a row", "%(count)d misses in a row", entry.misses) % {
        "count": entry.misses
    }


def sentence(entry: Entry, board: Board) -> str:
    """Say in one line what is the matter with a KPI."""
    point, calendar = entry.current, board.workspace.calendar
    period = period_name(calendar, entry.line.grain, point.start)
    words = {"kpi": entry.kpi.name, "period": period}
    if point.value is None:
        if missing := [kpi.name for kpi in board.missing_inputs(entry) if kpi != entry.kpi]:
            words["inputs"] = ", ".join(missing)
            return _("%(kpi)s: no value for %(period)s, for want of %(inputs)s") % words
        return _("%(kpi)s: no value for %(period)s") % words
    words["value"] = entry.format.full(point.value)
    if point.status == Status.NOT_JUDGED:
        if not point.over:
            return _("%(kpi)s: %(value)s so far in %(period)s") % words
        return _("%(kpi)s: %(value)s in %(period)s is incomplete, so it is not judged") % words
    if point.target is None:
        return _("%(kpi)s: %(value)s, no target") % words
    words["target"] = entry.format.target(point.target)
    text = _("%(kpi)s: %(value)s, target %(target)s") % words
    return f"{text}; {run}" if (run := misses_text(entry)) else text


def why_text(line: WhyLine) -> str:
    """Write why a number is off track, and what comes next if somebody said so."""
    if not line.next_step:
        return line.why
    return _("%(why)s Next: %(step)s") % {"why": line.why, "step": line.next_step}


def counted(status: Status, count: int) -> str:
    """Write "2 off track" the way a headline lists counts."""
    texts = {
        Status.OFF_TRACK: ngettext("%(count)s off track", "%(count)s off track", count),
        Status.AT_RISK: ngettext("%(count)s at risk", "%(count)s at risk", count),
        Status.NO_DATA: ngettext("%(count)s no data", "%(count)s no data", count),
        Status.NOT_JUDGED: ngettext("%(count)s not judged", "%(count)s not judged", count),
        Status.NO_TARGET: ngettext("%(count)s without target", "%(count)s without target", count),
        Status.ON_TRACK: ngettext("%(count)s on track", "%(count)s on track", count),
    }
    return texts[status] % {"count": figure(count)}
