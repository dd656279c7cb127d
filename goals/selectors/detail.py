"""One KPI: what happened to the number, compared with what."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from django.db.models import QuerySet, Window
from django.db.models.functions import RowNumber
from django.utils.translation import gettext as _

from core.charts import LineChart
from core.numbers import NumberFormat
from core.periods import Grain
from goals.models import Kpi, Measurement, MeasurementRevision, Note, Segment, Target
from goals.rules import formulas, why_lines
from goals.rules.status import Status
from goals.rules.units import UnitFormat
from goals.selectors import phrases, trend
from goals.selectors.board import Entry
from goals.selectors.notes import get_notes
from goals.selectors.points import Freshness, Point, get_freshness, get_lines
from goals.selectors.spans import Choice, get_span, year_before
from goals.selectors.why_lines import Why, get_whys

LATEST = 12
# A source that sends the running week every hour corrects one value more than a hundred times.
CORRECTIONS = 10


@dataclass(frozen=True, slots=True)
class Record:
    """One stored value with what it was before, newest first."""

    period: str
    value: str
    note: str
    before: Sequence[str]
    by: str
    source: str
    at: datetime


@dataclass(frozen=True, slots=True)
class TargetRow:
    target: Target
    text: str
    removable: bool


@dataclass(frozen=True)
class Detail:
    """Everything that a KPI's page shows."""

    kpi: Kpi
    choice: Choice
    freshness: Freshness
    grain: Grain
    points: Sequence[Point]
    value: str
    exact: str
    status: Status
    headline: str
    chart: LineChart | None
    caption: str
    # What others reach, in words; empty where nobody said.
    benchmark: str
    records: Sequence[Record]
    targets: Sequence[TargetRow]
    whys: Sequence[Why]
    notes: Sequence[Note]
    # The latest period that asks for a why line, by name.
    asks: str
    segments: Sequence[Segment]
    # The one that is shown; None is their total.
    segment: Segment | None
    readers: Sequence[Kpi]
    # By which different rules the inputs of a formula are credited, in words.
    mixed: str


def get_detail(kpi: Kpi, *, choice: Choice, today: date, language: str) -> Detail:
    """Read one KPI, at week grain or its cadence if that is coarser, newest period last."""
    workspace = kpi.workspace
    freshness = get_freshness(workspace)
    segments = list(_segments(kpi))
    segment = next((each for each in segments if each.code == choice.segment), None)
    calendar, grain = workspace.calendar, kpi.judged_grain
    latest = get_span(Choice(), calendar, grain, today=today)
    span = get_span(choice, calendar, grain, today=today)
    line = get_lines(
        workspace,
        [kpi],
        generation=freshness.generation,
        grain=grain,
        first=min(latest.compared[-1], span.starts[-1], span.compared[-1]),
        last=today,
        today=today,
        segment=segment,
    )[kpi.pk]
    numbers = NumberFormat.of(language)
    form = UnitFormat(kpi.unit, kpi.unit_label, workspace.currency, numbers)
    # The headline says how it stands now, whatever span is looked at.
    now = Entry(kpi=kpi, line=line, grain=grain, starts=latest.starts, format=form)
    entry = replace(now, starts=span.starts)
    benchmark = trend.get_benchmark(entry, segment)
    whys = get_whys(kpi, segment)
    notes = get_notes(kpi)
    return Detail(
        kpi=kpi,
        choice=choice,
        freshness=freshness,
        grain=grain,
        points=entry.points[::-1],
        value="" if now.current.value is None else form.full(now.current.value),
        exact="" if now.current.value is None else form.exact(now.current.value),
        status=now.current.status,
        headline=_headline(now, _lacking(now, freshness, segment), language),
        chart=trend.draw(
            entry,
            [line.point(start) for start in span.compared],
            choice,
            benchmark=benchmark,
            notes=notes,
        ),
        caption=trend.caption(entry, benchmark),
        benchmark=benchmark.text if benchmark else "",
        records=list(_records(kpi, segment, entry)),
        targets=list(_targets(kpi, segment, entry, today)),
        whys=whys,
        notes=notes,
        asks=_asks(now, whys),
        segments=segments,
        segment=segment,
        readers=_readers(kpi),
        mixed=_mixed(kpi),
    )


def _segments(kpi: Kpi) -> QuerySet[Segment]:
    # A formula has the segments of the KPIs in it, so its series say which there are.
    held = kpi.series.exclude(segment=None).values("segment")
    return Segment.objects.filter(pk__in=held).order_by("name", "pk")


def _lacking(entry: Entry, freshness: Freshness, segment: Segment | None) -> str:
    """Name the KPIs for want of which a formula has no value."""
    kpi, start, line = entry.kpi, entry.current.start, entry.line
    if not kpi.is_formula or entry.current.value is not None:
        return ""
    here = Kpi.objects.for_workspace(kpi.workspace)
    inputs = list(here.filter(code__in=formulas.read(kpi.formula).names).in_order())
    lines = get_lines(
        kpi.workspace,
        inputs,
        generation=freshness.generation,
        grain=line.grain,
        first=start,
        last=start,
        today=line.today,
        segment=segment,
    )
    return ", ".join(each.name for each in inputs if lines[each.pk].point(start).value is None)


def _headline(entry: Entry, lacking: str, language: str) -> str:
    point, line, calendar = entry.current, entry.line, entry.line.calendar
    period = phrases.period_name(calendar, line.grain, point.start)
    if point.value is None and lacking:
        words = {"period": period, "inputs": lacking}
        return _("no value in %(period)s, for want of %(inputs)s") % words
    if point.value is None:
        return _("no value in %(period)s") % {"period": period}
    parts = [_("in %(period)s") % {"period": period}]
    if point.target is not None:
        parts.append(_("target %(target)s") % {"target": entry.format.target(point.target)})
    if point.status == Status.NOT_JUDGED:
        parts.append(_("some numbers of the period are missing, so it is not judged"))
    if change := phrases.change_text(entry, language):
        before = phrases.period_name(calendar, line.grain, entry.previous.start)
        parts.append(_("%(change)s than %(period)s") % {"change": change, "period": before})
    if year := _against_last_year(entry, language):
        parts.append(year)
    return " · ".join(parts)


def _against_last_year(entry: Entry, language: str) -> str:
    line = entry.line
    start = year_before(line.calendar, line.grain, entry.current.start)
    past, now = line.point(start).value, entry.current.value
    if not past or now is None:
        return ""
    share = NumberFormat.of(language).at_most((now - past) / abs(past) * 100, 0)
    sign = "+" if now > past else ""
    return _("%(share)s%% on the same period last year") % {"share": f"{sign}{share}"}


def _records(kpi: Kpi, segment: Segment | None, entry: Entry) -> Iterator[Record]:
    rows = Measurement.objects.filter(series__kpi=kpi).select_related(
        "recorded_by__user", "series__segment"
    )
    if segment is not None:
        rows = rows.filter(series__segment=segment)
    latest = list(rows.order_by("-on_date", "series_id")[:LATEST])
    before = _revisions(latest)
    calendar = kpi.workspace.calendar
    for row in latest:
        period = phrases.period_name(calendar, kpi.grain, row.on_date)
        if segment is None and row.series.segment is not None:
            period = f"{period}, {row.series.segment.name}"
        yield Record(
            period=period,
            value=_value(row.value, entry),
            note=row.note,
            before=[_value(old, entry) for old in before.get((row.series_id, row.on_date), ())],
            by=row.recorded_by.user.name,
            source=row.source,
            at=row.recorded_at,
        )


def _revisions(rows: Sequence[Measurement]) -> dict[tuple[int, date], list[Decimal | None]]:
    found: dict[tuple[int, date], list[Decimal | None]] = {}
    old = MeasurementRevision.objects.filter(
        series__in={row.series_id for row in rows}, on_date__in={row.on_date for row in rows}
    )
    age = Window(RowNumber(), partition_by=["series", "on_date"], order_by="-pk")
    latest = old.annotate(age=age).filter(age__lte=CORRECTIONS).order_by("age")
    for series, on_date, value in latest.values_list("series_id", "on_date", "value"):
        found.setdefault((series, on_date), []).append(value)
    return found


def _value(value: Decimal | None, entry: Entry) -> str:
    return _("no value") if value is None else entry.format.exact(value)


def _targets(kpi: Kpi, segment: Segment | None, entry: Entry, today: date) -> Iterator[TargetRow]:
    rows = Target.objects.filter(kpi=kpi, segment=segment).select_related("set_by__user")
    line = entry.line.targets
    calendar = kpi.workspace.calendar
    for row in rows.order_by("-valid_from"):
        goalpost = line.at(row.valid_from)
        yield TargetRow(
            target=row,
            text=entry.format.target(goalpost) if goalpost else _("no target"),
            removable=not calendar.is_over(kpi.grain, row.valid_from, today=today),
        )


def _asks(now: Entry, whys: Sequence[Why]) -> str:
    line = now.line
    judged = ((point.start, point.status) for point in now.points)
    asking = why_lines.asking(judged, {why.line.start for why in whys})
    return phrases.period_name(line.calendar, line.grain, asking[0]) if asking else ""


def _readers(kpi: Kpi) -> list[Kpi]:
    others = Kpi.objects.for_workspace(kpi.workspace).active().formulas().in_order()
    return [other for other in others if kpi.code in formulas.read(other.formula).names]


def _mixed(kpi: Kpi) -> str:
    """Tell by which rules the inputs of a formula are credited, if these are not the same."""
    if not kpi.is_formula:
        return ""
    here = Kpi.objects.for_workspace(kpi.workspace).exclude(attribution="")
    inputs = here.filter(code__in=formulas.read(kpi.formula).names).in_order()
    rules = {each.attribution.casefold() for each in inputs}
    if len(rules) < 2:
        return ""
    words = _("%(kpi)s: %(rule)s")
    return ", ".join(words % {"kpi": each.name, "rule": each.attribution} for each in inputs)


def as_rows(page: Detail) -> Iterator[tuple[date, Decimal | None, Decimal | None, str]]:
    """Give the points as rows of a file: start, value, target, status."""
    for point in page.points:
        yield point.start, point.value, point.target.value if point.target else None, point.status
