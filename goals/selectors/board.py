"""KPIs of a workspace by periods: what Home, scorecards and the digest show."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property

from django.urls import reverse

from core.numbers import NumberFormat
from core.periods import Grain, PeriodCalendar
from goals.models import Kpi, WhyLine
from goals.rules import formulas
from goals.rules.status import Goalpost, Status
from goals.rules.units import UnitFormat
from goals.selectors.points import Freshness, Line, Point, get_lines
from goals.selectors.remarks import Remarks, get_remarks
from goals.selectors.to_date import ToDate, get_to_date
from teams.models import Workspace

# A column may show a period of a KPI that began up to a year before it.
A_YEAR = timedelta(days=366)
MISSES = frozenset({Status.OFF_TRACK, Status.AT_RISK})
# Worst first; also the order in which counts are told.
SEVERITY = (
    Status.OFF_TRACK,
    Status.AT_RISK,
    Status.NO_DATA,
    Status.NOT_JUDGED,
    Status.NO_TARGET,
    Status.ON_TRACK,
)


@dataclass(frozen=True)
class Entry:
    """
    One KPI and its numbers for a run of periods of ``grain``: ``starts``, newest first.

    Points are worked out when they are asked for: most KPIs on Home show only the current one.
    """

    kpi: Kpi
    line: Line
    grain: Grain
    starts: Sequence[date]
    format: UnitFormat
    # The period that runs, where the board shows one.
    to_date: ToDate | None = None

    @cached_property
    def current(self) -> Point:
        return self._point(self.starts[0])

    @cached_property
    def points(self) -> Sequence[Point]:
        return [self.current, *map(self._point, self.starts[1:])]

    @cached_property
    def previous(self) -> Point:
        """The point of the period before the current one, at the KPI's own grain."""
        calendar, grain = self.line.calendar, self.line.grain
        return self.line.point(calendar.shift(grain, self.current.start, -1))

    @cached_property
    def misses(self) -> int:
        """Count the judged periods in a row, up to the current one, that missed the target."""
        count, seen = 0, None
        for start in self.starts:
            point = self._point(start)
            if point.start == seen:
                continue
            seen = point.start
            if point.status not in MISSES:
                break
            count += 1
        return count

    @property
    def change(self) -> Decimal | None:
        """Give the difference to the period before, where both have a value."""
        now, before = self.current.value, self.previous.value
        return None if now is None or before is None else now - before

    @property
    def is_better(self) -> bool | None:
        """Tell whether the change is for the better; None without a change or a direction."""
        change, better = self.change, self.kpi.direction
        if not change or better == Kpi.Direction.MAINTAIN:
            return None
        return (change > 0) == (better == Kpi.Direction.INCREASE)

    @property
    def target(self) -> Goalpost | None:
        return self.current.target

    def _point(self, start: date) -> Point:
        line, calendar = self.line, self.line.calendar
        if line.grain is self.grain:
            return line.point(start)
        start = calendar.start(line.grain, calendar.last_day(self.grain, start))
        point = line.point(start)
        if point.value is None and not point.over:
            return line.point(calendar.shift(line.grain, start, -1))
        return point


@dataclass(frozen=True)
class Board:
    """KPIs of a workspace, and the periods of ``grain`` that are looked at, newest first."""

    workspace: Workspace
    grain: Grain
    starts: Sequence[date]
    entries: Sequence[Entry]
    # The period that runs, where it is shown beside those that are over.
    running: date | None = None
    # What is not shown; formulas that are shown may stand on it.
    hidden: Sequence[Entry] = ()
    remarks: Remarks = field(default_factory=Remarks)

    @property
    def kpis(self) -> list[Kpi]:
        return [entry.kpi for entry in self.entries]

    @property
    def calendar(self) -> PeriodCalendar:
        return self.workspace.calendar

    @cached_property
    def _kpis_url(self) -> str:
        return reverse("goals:kpi", args=[self.workspace.slug, 0]).removesuffix("0/")

    def url_of(self, kpi: Kpi) -> str:
        """Give the address of a KPI's page; asking the URLconf for each would take longer."""
        return f"{self._kpis_url}{kpi.number}/"

    def in_language(self, language: str) -> "Board":
        """Give the same numbers, written in the manner of another language."""
        numbers = NumberFormat.of(language)
        entries = [replace(e, format=replace(e.format, numbers=numbers)) for e in self.entries]
        return replace(self, entries=entries)

    def why(self, entry: Entry, point: Point) -> WhyLine | None:
        """Give what was said about a number that is off track."""
        if point.status is not Status.OFF_TRACK or entry.line.grain is not entry.kpi.judged_grain:
            return None
        return self.remarks.whys.get((entry.kpi.pk, point.start))

    def notes(self, entry: Entry, point: Point) -> list[str]:
        """List what happened to a KPI in the period of a point."""
        noted = self.remarks.notes.get(entry.kpi.pk)
        if not noted:
            return []
        last = self.calendar.last_day(entry.line.grain, point.start)
        return [text for day, text in noted if point.start <= day <= last]

    def unsaid(self) -> list[Entry]:
        """List what is off track and about which nobody has said why."""
        return [
            entry
            for entry in self.entries
            if entry.current.status is Status.OFF_TRACK
            and entry.line.grain is entry.kpi.judged_grain
            and self.why(entry, entry.current) is None
        ]

    def only(self, keep: Callable[[Kpi], bool]) -> "Board":
        """Show some of the KPIs."""
        shown = [entry for entry in self.entries if keep(entry.kpi)]
        hidden = [entry for entry in self.entries if not keep(entry.kpi)]
        return replace(self, entries=shown, hidden=hidden)

    def counts(self) -> dict[Status, int]:
        """Count the entries by status, worst first, without zeros."""
        statuses = [entry.current.status for entry in self.entries]
        return {s: statuses.count(s) for s in SEVERITY if s in statuses}

    def worst_first(self, statuses: Iterable[Status]) -> list[Entry]:
        wanted = set(statuses)
        chosen = [entry for entry in self.entries if entry.current.status in wanted]
        return sorted(chosen, key=lambda e: (SEVERITY.index(e.current.status), -e.misses))

    def missing_inputs(self, entry: Entry) -> list[Kpi]:
        """List the measured KPIs without which a formula has no value this period."""
        by_code = {other.kpi.code: other for other in [*self.entries, *self.hidden]}
        return [
            other.kpi
            for code in sorted(_measured_below(entry.kpi, by_code))
            if (other := by_code[code]).current.value is None
        ]


def _measured_below(kpi: Kpi, by_code: dict[str, Entry]) -> set[str]:
    if not kpi.is_formula:
        return {kpi.code}
    names = formulas.read(kpi.formula).names & by_code.keys()
    return set().union(*(_measured_below(by_code[name].kpi, by_code) for name in names))


def get_board(
    workspace: Workspace,
    *,
    freshness: Freshness,
    newest: date,
    periods: int,
    today: date,
    language: str,
    grain: Grain = Grain.WEEK,
    running: date | None = None,
    kpis: Sequence[Kpi] | None = None,
) -> Board:
    """
    Read KPIs with their numbers for so many periods of ``grain`` up to ``newest``.

    They are those given, read with their owners; without any, all KPIs in use.

    A KPI that is measured less often is judged at its own cadence: each column shows the period
    that its last day falls in, or, while that one runs without a value, the one before.
    ``running`` is the period that is not over yet, if it is to be shown to date. Costs three
    queries, one for all KPIs, and one for the running period, however many they are.
    """
    calendar = workspace.calendar
    starts = [calendar.shift(grain, newest, -back) for back in range(periods)]
    if kpis is None:
        here = Kpi.objects.for_workspace(workspace).active()
        kpis = list(here.select_related("owner__user").in_order())
    lines = get_lines(
        workspace,
        kpis,
        generation=freshness.generation,
        grain=grain,
        first=calendar.shift(grain, starts[-1], -1),
        last=calendar.last_day(grain, running or newest),
        today=today,
    )
    so_far = {}
    if running:
        so_far = get_to_date(lines, grain=grain, start=running, generation=freshness.generation)
    numbers = NumberFormat.of(language)
    entries = [
        Entry(
            kpi=kpi,
            line=lines[kpi.pk],
            grain=grain,
            starts=starts,
            format=UnitFormat(kpi.unit, kpi.unit_label, workspace.currency, numbers),
            to_date=so_far.get(kpi.pk),
        )
        for kpi in kpis
    ]
    return Board(
        workspace=workspace,
        grain=grain,
        starts=starts,
        entries=entries,
        running=running,
        remarks=get_remarks(kpis, since=starts[-1] - A_YEAR),
    )
