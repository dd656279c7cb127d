"""Rollups of formula KPIs: computed last, from the rolled-up numbers of their inputs."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from core.periods import Grain, PeriodCalendar
from goals.rules import formulas
from goals.rules.rollups import State, combine, merge
from goals.selectors.period_rows import PERIOD_ROWS
from goals.selectors.series import Place, find_series
from goals.services import rollup_tables, series_facts
from goals.services.formula_book import Book, Input, Plan
from goals.services.series import find_or_make_series
from goals.services.series_facts import SeriesFacts
from goals.services.statements import fetch
from teams.models import Workspace

Period = tuple[Grain, date]


@dataclass(frozen=True, slots=True)
class Cell:
    """A period of an input, as far as formulas read it."""

    state: State | None
    known_gaps: int
    is_answered: bool

    @property
    def has_data(self) -> bool:
        return self.state is not None


@dataclass(frozen=True, slots=True)
class Line:
    """The periods of one place of an input, and where its numbers begin."""

    cells: Mapping[date, Cell]
    first_on: date | None


_NOTHING = Line(cells={}, first_on=None)
_ZERO = State(value=Decimal(0), total=Decimal(0), count=0)


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
        self._segments = series_facts.segments_of({needed.pk for needed in plan.inputs})
        self._lines = self._read(generation, first, until)

    def _read(self, generation: int, first: date, until: date) -> dict[Place, Line]:
        series = find_series(needed.pk for needed in self._plan.inputs)
        inputs = {needed.pk: needed for needed in self._plan.inputs}
        own = [
            inputs[kpi].grain is self._plan.grain and inputs[kpi].is_measured_at(segment)
            for kpi, segment in series
        ]
        cells = _cells(generation, self._plan.grain, series.values(), own, (first, until))
        begins = {
            facts.series: facts.first_on
            for facts in series_facts.read_facts(list(series.values())).values()
        }
        return {place: Line(cells.get(pk, {}), begins.get(pk)) for place, pk in series.items()}

    def result(
        self, book: Book, place: int | None, grain: Grain, start: date
    ) -> tuple[Decimal | None, int, int, int] | None:
        """Give (value, count, known gaps, expected); None where no input has anything."""
        buckets = list(self._buckets(grain, start))
        if not any(self._has_cell(place, bucket) for bucket in buckets):
            return None
        kept = [
            bucket for bucket in buckets if self._all(place, bucket, lambda cell: cell.has_data)
        ]
        values = {
            needed.code: value
            for needed in self._plan.inputs
            if kept and (value := self._value(needed, place, kept)) is not None
        }
        complete = len(values) == len(self._plan.inputs)
        result = formulas.stored(book.evaluate(self._plan.code, values)) if complete else None
        count = sum(1 for bucket in kept if self._all(place, bucket, lambda cell: cell.is_answered))
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

    def _all(self, place: int | None, bucket: date, is_so: Callable[[Cell], bool]) -> bool:
        """Tell whether something is so of the cell of each input, or its gap means zero."""
        for needed in self._plan.inputs:
            line = self._line(needed, place)
            cell = line.cells.get(bucket)
            if (cell is None or not is_so(cell)) and not _is_filled(line, needed, bucket):
                return False
        return True

    def _is_excused(self, place: int | None, bucket: date) -> bool:
        """Tell whether nobody expects a value here: all that is missing is a known gap."""
        cells = [
            self._line(needed, place).cells.get(bucket)
            for needed in self._plan.inputs
            if not needed.gaps_are_zero
        ]
        return bool(cells) and all(
            cell is not None and not cell.has_data and cell.known_gaps for cell in cells
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
        return merge(needed.aggregation, states)


def _is_filled(line: Line, needed: Input, bucket: date) -> bool:
    """Tell whether a gap here means zero: it does from the first value on."""
    return needed.gaps_are_zero and line.first_on is not None and line.first_on <= bucket


def _cells(
    generation: int,
    grain: Grain,
    series: Collection[int],
    own: Collection[bool],
    span: tuple[date, date],
) -> dict[int, dict[date, Cell]]:
    rows = fetch(
        f"""
        SELECT key.series_id, part.*
        FROM (
            SELECT listed.*, %(grain)s AS source, %(first)s::date AS start, %(until)s AS until
            FROM unnest(%(series)s::bigint[], %(own)s::bool[]) AS listed (series_id, own)
        ) AS key
        CROSS JOIN LATERAL ({PERIOD_ROWS}) AS part
        """,  # noqa: S608  # put together from constants
        {
            "generation": generation,
            "grain": grain.rank,
            "series": list(series),
            "own": list(own),
            "first": span[0],
            "until": span[1],
        },
    )
    found: dict[int, dict[date, Cell]] = {}
    for series_id, start, value, total, count, known_gaps, expected in rows:
        found.setdefault(series_id, {})[start] = Cell(
            state=None if value is None else State(value, total or Decimal(0), count),
            known_gaps=known_gaps,
            is_answered=count + known_gaps >= expected,
        )
    return found
