"""One pass over a file: every row becomes values, or a problem that says why not."""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from operator import itemgetter

from django.utils.translation import gettext as _

from core.intake import CellError, Column, IntakeError
from core.periods import PeriodCalendar
from goals.models import Import, ImportProblem
from goals.rules.mapping import Matching, Stopgap
from goals.rules.values import problem_of_day, problem_of_unit
from goals.services.imports.places import Places, Refusal

# Days that come again and again are remembered, up to this many.
REMEMBERED = 4_096
# More than this cannot be counted and written within the time that a worker has.
MOST_VALUES = 2_000_000
# More problems than this say nothing more; the count goes on.
MOST_PROBLEMS = 2_000

# (place, line, first day of the period, value)
Value = tuple[int, int, str, Decimal]


class Reading:
    """Reads rows, and collects values and problems until somebody takes them."""

    def __init__(
        self,
        row: Import,
        columns: Sequence[Column],
        matching: Matching,
        places: Places,
        *,
        today: date,
    ) -> None:
        self._source, self._columns, self._matching = row, columns, matching
        self.places = places
        self._targets = [(target.index, target.read) for target in places.targets]
        self._filters = list(matching.filters.items())
        self._without = list(matching.without.items())
        self._is_sifted = bool(self._filters or self._without)
        self._names = _picker(matching.kpi + matching.segment)
        self._today = today
        self._day = lru_cache(maxsize=REMEMBERED)(self._read_day)
        calendar: PeriodCalendar = row.workspace.calendar
        self._start = lru_cache(maxsize=REMEMBERED)(
            lambda grain, day: calendar.start(grain, day).isoformat()
        )
        self.value_rows = self.value_count = 0
        self.empty_cells = self.left_out = self.filtered_rows = self.stopgaps = 0
        self.problem_count = 0
        self.first: date | None = None
        self.last: date | None = None
        self._values: list[Value] = []
        self._problems: list[ImportProblem] = []

    def take(self, line: int, cells: list[str]) -> None:
        """
        Read one row.

        Raises:
            IntakeError: the file holds more values than can be taken at once.
        """
        if self._is_sifted and self._is_dropped(cells):
            self.filtered_rows += 1
            return
        day = self._day_of(line, cells)
        if day is None:
            return
        self.value_rows += 1
        names = self._names(cells)
        for index, read in self._targets:
            try:
                value = read(cells[index])
            except CellError as error:
                stopgap = self._matching.unreadable.get(index)
                if stopgap is None:
                    self.note(line, index, error.code, str(error))
                    continue
                self.stopgaps += 1
                value = Decimal(0) if stopgap is Stopgap.ZERO else None
            if value is None:
                self.empty_cells += 1
            else:
                self._place(line, index, names, day, value)

    def _is_dropped(self, cells: list[str]) -> bool:
        return any(cells[index].strip() not in kept for index, kept in self._filters) or any(
            cells[index].strip() in dropped for index, dropped in self._without
        )

    def taken(self) -> tuple[list[Value], list[ImportProblem]]:
        """Give what was collected since the last time."""
        taken = self._values, self._problems
        self._values, self._problems = [], []
        return taken

    def note(self, line: int, column: int | None, code: str, detail: str) -> None:
        """Note a problem of a line, and of a column where there is one."""
        self.problem_count += 1
        if self.problem_count > MOST_PROBLEMS:
            return
        name = "" if column is None else self.column_name(column)
        problem = ImportProblem(
            source=self._source, line=line, column=name, code=code[:40], detail=detail[:500]
        )
        self._problems.append(problem)

    def note_error(self, error: IntakeError) -> None:
        """Note a row that is no row of the table."""
        self.note(error.line or 0, None, error.code, str(error))

    def column_name(self, index: int) -> str:
        return self._columns[index].name[:250]

    def _day_of(self, line: int, cells: list[str]) -> date | None:
        column = self._matching.date
        try:
            return self._day("" if column is None else cells[column])
        except CellError as error:
            self.note(line, column, error.code, str(error))
            return None

    def _place(
        self, line: int, column: int, names: tuple[str, ...], day: date, value: Decimal
    ) -> None:
        place = self.places.at(column, names)
        if place is None:
            self.left_out += 1
        elif isinstance(place, Refusal):
            self.note(line, place.column, place.code, place.detail)
        elif why := problem_of_unit(value, place.kpi.unit):
            self.note(line, column, "not_yes_no", why)
        else:
            self._values.append((place.number, line, self._start(place.grain, day), value))
            self.value_count += 1
            if self.value_count > MOST_VALUES:
                raise _too_many_values(line)

    def _read_day(self, text: str) -> date:
        read = self.places.read_day
        day = self._matching.day if read is None else read(text)
        if day is None:
            raise CellError(_("There is no date."), code="no_date")
        if why := problem_of_day(day, today=self._today):
            raise CellError(why, code="date_out_of_range")
        self.first, self.last = min(self.first or day, day), max(self.last or day, day)
        return day


def _picker(indexes: tuple[int, ...]) -> Callable[[list[str]], tuple[str, ...]]:
    """Give a function that picks these cells out of a row."""
    if len(indexes) > 1:
        return itemgetter(*indexes)
    return lambda cells: tuple(cells[index] for index in indexes)


def _too_many_values(line: int) -> IntakeError:
    message = _("The file holds more than 2 million values. Split it before line %(line)d.")
    return IntakeError(message % {"line": line}, code="too_many_values", line=line)
