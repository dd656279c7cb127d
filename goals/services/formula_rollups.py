"""Rollups of formula KPIs: computed last, from the rolled-up numbers of their inputs."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db import connection

from core.periods import Grain, PeriodCalendar
from goals.models import Kpi
from goals.rules import formulas
from goals.rules.rollups import CADENCE_GRAINS, State, combine, merge, value_of
from goals.selectors.series import Place, find_series
from goals.services import rollup_tables
from goals.services.rollup_tables import SeriesFacts
from goals.services.series import find_or_make_series
from teams.models import Workspace

Period = tuple[Grain, date]


@dataclass(frozen=True, slots=True)
class Input:
    """A measured KPI that a formula reads, directly or through another formula."""

    pk: int
    code: str
    grain: Grain
    aggregation: str
    gaps_are_zero: bool
    breakdown: int | None
    segment_total: str

    @property
    def adds_up(self) -> bool:
        """Tell whether totals over segments merge over time like any sum."""
        return self.aggregation == "sum" and self.segment_total == "sum"


@dataclass(frozen=True, slots=True)
class Plan:
    """A formula KPI with everything that its text refers to."""

    pk: int
    code: str
    inputs: tuple[Input, ...]
    # The codes of all KPIs, measured or formulas, that the text refers to in the end.
    below: frozenset[str]
    grain: Grain
    by_segment: bool


class Book:
    """The formulas of one workspace, looked through to the measured KPIs below them."""

    def __init__(self, workspace: Workspace) -> None:
        kpis = Kpi.objects.for_workspace(workspace)
        self._formulas: dict[str, Kpi] = {kpi.code: kpi for kpi in kpis.formulas()}
        self._inputs: dict[str, Input] = {}
        if self._formulas:
            self._inputs = {kpi.code: _input(kpi) for kpi in kpis.measured()}

    def plans(self, *, reading: Collection[int] | None = None) -> list[Plan]:
        """List the formulas, or those that read one of the given measured KPIs."""
        plans = [self._plan(kpi) for kpi in self._formulas.values()]
        return [
            plan
            for plan in plans
            if plan.inputs
            and (reading is None or any(needed.pk in reading for needed in plan.inputs))
        ]

    def _plan(self, kpi: Kpi) -> Plan:
        below = self._below(kpi.code)
        inputs = tuple(self._inputs[code] for code in sorted(below & self._inputs.keys()))
        breakdowns = {needed.breakdown for needed in inputs}
        return Plan(
            pk=kpi.pk,
            code=kpi.code,
            inputs=inputs,
            below=below,
            grain=max((needed.grain for needed in inputs), key=lambda g: g.rank, default=kpi.grain),
            by_segment=len(breakdowns) == 1 and None not in breakdowns,
        )

    def _below(self, code: str) -> frozenset[str]:
        if code not in self._formulas:
            return frozenset()
        names = formulas.read(self._formulas[code].formula).names
        return names.union(*(self._below(name) for name in names))

    def evaluate(self, code: str, values: Mapping[str, Decimal]) -> Decimal | None:
        """Work a formula out over measured values; formulas inside it stay unrounded."""
        if code in self._inputs:
            return values.get(code)
        formula = formulas.read(self._formulas[code].formula)
        found: dict[str, Decimal] = {}
        for name in formula.names:
            value = self.evaluate(name, values)
            if value is None:
                return None
            found[name] = value
        return formula.evaluate(found)


def _input(kpi: Kpi) -> Input:
    return Input(
        pk=kpi.pk,
        code=kpi.code,
        grain=CADENCE_GRAINS[kpi.cadence],
        aggregation=kpi.aggregation,
        gaps_are_zero=kpi.gaps == Kpi.Gaps.ZERO,
        breakdown=kpi.breakdown_id,
        segment_total=kpi.segment_total,
    )


@dataclass(frozen=True, slots=True)
class Cell:
    """A stored rollup of an input, as far as formulas read it."""

    state: State | None
    value: Decimal | None
    known_gaps: int
    answered: bool


@dataclass(frozen=True, slots=True)
class Line:
    """The stored rollups of one place of an input, and where its numbers begin."""

    cells: Mapping[date, Cell]
    first_on: date | None


_NOTHING = Line(cells={}, first_on=None)
_ZERO = State(Decimal(0), 0, Decimal(0), Decimal(0), Decimal(0))


def places_of(plan: Plan) -> set[int | None]:
    """List where a formula has numbers: its total, and each segment that an input has."""
    places: set[int | None] = {None}
    if plan.by_segment:
        series = find_series(needed.pk for needed in plan.inputs)
        places |= {segment for _kpi, segment in series}
    return places


def refresh(
    *,
    workspace: Workspace,
    generation: int,
    touched: Collection[tuple[SeriesFacts, date]],
    spans: Collection[tuple[SeriesFacts, tuple[date, date]]],
) -> None:
    """
    Recompute the formulas that read what was touched, for the touched periods.

    ``spans`` names series whose first value moved, and between which days: what a gap means, and
    how much a total expects, changes there too.
    """
    book = Book(workspace)
    for plan in book.plans(reading={facts.kpi for facts, _day in touched}):
        wanted = _touched_periods(plan, workspace.calendar, touched, spans)
        compute(book, plan, generation=generation, calendar=workspace.calendar, wanted=wanted)


def _touched_periods(
    plan: Plan,
    calendar: PeriodCalendar,
    touched: Collection[tuple[SeriesFacts, date]],
    spans: Collection[tuple[SeriesFacts, tuple[date, date]]],
) -> dict[int | None, set[Period]]:
    """Give the periods to recompute for each place of the formula: segments, and None."""
    read = {needed.pk for needed in plan.inputs}
    days = [(facts, day) for facts, day in touched if facts.kpi in read]
    for facts, (first, last) in spans:
        if facts.kpi in read and (facts.gaps_are_zero or facts.segment is not None):
            days += [(facts, day) for day in calendar.starts(plan.grain, first, last)]
    wanted: dict[int | None, set[Period]] = {None: set()}
    for facts, day in days:
        periods = set(_periods_of(plan.grain, day, calendar))
        wanted[None] |= periods
        if plan.by_segment:
            wanted.setdefault(facts.segment, set()).update(periods)
    return wanted


def _periods_of(grain: Grain, day: date, calendar: PeriodCalendar) -> Iterable[Period]:
    # A finer period belongs wholly to the coarser period that holds its first day.
    first = calendar.start(grain, day)
    return ((coarser, calendar.start(coarser, first)) for coarser in grain.upwards())


def compute(
    book: Book,
    plan: Plan,
    *,
    generation: int,
    calendar: PeriodCalendar,
    wanted: Mapping[int | None, Collection[Period]],
) -> None:
    """Compute and store a formula for the wanted periods of each of its places."""
    starts = [start for periods in wanted.values() for _grain, start in periods]
    if not starts:
        return
    ledger = _Ledger(plan, generation, calendar, (min(starts), max(starts)))
    series = find_or_make_series((plan.pk, place) for place in wanted)
    rows, emptied = [], []
    for place, periods in wanted.items():
        for grain, start in sorted(periods, key=str):
            key = (grain.rank, series[plan.pk, place], start)
            result = ledger.result(book, place, grain, start)
            if result is None:
                emptied.append(key)
            else:
                rows.append((*key, *result))
    rollup_tables.write_computed(generation, rows)
    rollup_tables.drop(generation, emptied)


class _Ledger:
    """The inputs' rollups of a stretch of time, and what a formula makes of them."""

    def __init__(
        self,
        plan: Plan,
        generation: int,
        calendar: PeriodCalendar,
        stretch: tuple[date, date],
    ) -> None:
        self._plan, self._calendar = plan, calendar
        first, last = stretch
        until = calendar.end(Grain.YEAR, calendar.start(Grain.YEAR, last))
        self._segments = rollup_tables.segments_of({needed.pk for needed in plan.inputs})
        self._lines = self._read(generation, first, until)

    def _read(self, generation: int, first: date, until: date) -> dict[Place, Line]:
        series = find_series(needed.pk for needed in self._plan.inputs)
        cells = _cells(generation, self._plan.grain, series.values(), first, until)
        begins = {
            facts.series: facts.first_on
            for facts in rollup_tables.series_facts(list(series.values())).values()
        }
        return {place: Line(cells.get(pk, {}), begins.get(pk)) for place, pk in series.items()}

    def result(
        self, book: Book, place: int | None, grain: Grain, start: date
    ) -> tuple[Decimal | None, int, int, int] | None:
        """Give (value, count, known gaps, expected); None where no input has anything."""
        buckets = list(self._buckets(grain, start))
        if not any(self._has_cell(place, bucket) for bucket in buckets):
            return None
        kept = [bucket for bucket in buckets if self._all_have_data(place, bucket)]
        values = {
            needed.code: value
            for needed in self._plan.inputs
            if kept and (value := self._value(needed, place, kept)) is not None
        }
        complete = len(values) == len(self._plan.inputs)
        result = formulas.stored(book.evaluate(self._plan.code, values)) if complete else None
        count = sum(1 for bucket in kept if self._all_answered(place, bucket))
        excused = sum(1 for bucket in buckets if self._is_excused(place, bucket))
        return result, count, excused, len(buckets)

    def _buckets(self, grain: Grain, start: date) -> Iterable[date]:
        end = self._calendar.end(grain, start)
        days = self._calendar.starts(self._plan.grain, start, end - timedelta(days=1))
        return (day for day in days if day >= start)

    def _line(self, needed: Input, place: int | None) -> Line:
        key = (needed.pk, place if needed.breakdown is not None else None)
        return self._lines.get(key, _NOTHING)

    def _has_cell(self, place: int | None, bucket: date) -> bool:
        return any(bucket in self._line(needed, place).cells for needed in self._plan.inputs)

    def _all_have_data(self, place: int | None, bucket: date) -> bool:
        return all(
            self._has_data(self._line(needed, place), needed, bucket)
            for needed in self._plan.inputs
        )

    def _has_data(self, line: Line, needed: Input, bucket: date) -> bool:
        cell = line.cells.get(bucket)
        if cell is not None and cell.value is not None:
            return True
        return _is_filled(line, needed, bucket)

    def _all_answered(self, place: int | None, bucket: date) -> bool:
        return all(
            self._is_answered(self._line(needed, place), needed, bucket)
            for needed in self._plan.inputs
        )

    def _is_answered(self, line: Line, needed: Input, bucket: date) -> bool:
        cell = line.cells.get(bucket)
        if cell is not None and cell.answered:
            return True
        return _is_filled(line, needed, bucket)

    def _is_excused(self, place: int | None, bucket: date) -> bool:
        """Tell whether nobody expects a value here: all that is missing is a known gap."""
        cells = [
            self._line(needed, place).cells.get(bucket)
            for needed in self._plan.inputs
            if not needed.gaps_are_zero
        ]
        return bool(cells) and all(
            cell is not None and cell.value is None and cell.known_gaps for cell in cells
        )

    def _value(self, needed: Input, place: int | None, kept: list[date]) -> Decimal | None:
        if place is not None or needed.breakdown is None or needed.adds_up:
            return self._merged(needed, self._line(needed, place), kept)
        values = [
            value
            for facts in self._segments.get(needed.pk, ())
            if facts.counts_in_total
            and (line := self._lines.get((needed.pk, facts.segment)))
            and (value := self._merged(needed, line, kept)) is not None
        ]
        return combine(needed.segment_total, values)

    def _merged(self, needed: Input, line: Line, kept: list[date]) -> Decimal | None:
        states = []
        for bucket in kept:
            cell = line.cells.get(bucket)
            if cell is not None and cell.state is not None:
                states.append(cell.state)
            elif _is_filled(line, needed, bucket):
                states.append(_ZERO)
        state = merge(states)
        return None if state is None else value_of(needed.aggregation, state)


def _is_filled(line: Line, needed: Input, bucket: date) -> bool:
    """Tell whether a gap here means zero: it does from the first value on."""
    return needed.gaps_are_zero and line.first_on is not None and line.first_on <= bucket


def _cells(
    generation: int, grain: Grain, series: Iterable[int], first: date, until: date
) -> dict[int, dict[date, Cell]]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT series_id, start, value, total, count, last, least, most, known_gaps, expected
            FROM kpi_rollups
            WHERE generation = %s AND grain = %s AND series_id = ANY(%s)
                AND start >= %s AND start < %s
            """,
            [generation, grain.rank, list(series), first, until],
        )
        found: dict[int, dict[date, Cell]] = {}
        for series_id, start, *rest in cursor.fetchall():
            found.setdefault(series_id, {})[start] = _cell(*rest)
    return found


def _cell(
    value: Decimal | None,
    total: Decimal | None,
    count: int,
    last: Decimal | None,
    least: Decimal | None,
    most: Decimal | None,
    known_gaps: int,
    expected: int,
) -> Cell:
    zero = Decimal(0)
    state = State(total or zero, count, last or zero, least or zero, most or zero)
    return Cell(
        state=state if count else None,
        value=value,
        known_gaps=known_gaps,
        answered=count + known_gaps >= expected,
    )
