"""Many targets at once, all or nothing: a page of the plan, or rows from the API."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import pghistory
from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import ConflictError
from core.periods import FIRST_DAY, LAST_DAY
from goals.models import Kpi, Segment, Target
from goals.rules.plans import Columns, Rows, Slot, replan, standing, usual_comparator
from goals.rules.status import RANGES, Comparator, Goalpost
from goals.rules.targets import TargetLine
from goals.services import locks, marks
from goals.services.measurement_rows import RowError
from goals.services.targets import JudgedPeriodError, TargetRuleError, rejudging
from teams.models import Membership, Workspace
from teams.services.counters import next_numbers

Key = tuple[int, int | None]  # of a KPI and, if any, a segment


class PlanRefusedError(TargetRuleError):
    """Rows that cannot be taken; ``errors`` says which."""

    def __init__(self, errors: list[RowError]) -> None:
        detail = _("%(count)d of the targets cannot be taken; nothing was written.")
        super().__init__(detail % {"count": len(errors)})
        self.errors = errors


class StalePlanError(ConflictError):
    """Cells that somebody else changed since they were shown, as (KPI, column)."""

    def __init__(self, cells: set[tuple[int, date]]) -> None:
        super().__init__(_("Somebody else changed targets that you changed too."))
        self.cells = cells


@dataclass(frozen=True, slots=True)
class Edit:
    """A new number for one cell, or None for no target; ``was`` names what stood there."""

    value: Decimal | None
    was: str


@dataclass(frozen=True, slots=True)
class NewTarget:
    """A target from the period of ``valid_from`` on, until the next one begins."""

    kpi: str
    valid_from: date
    comparator: Comparator
    value: Decimal | None = None
    upper: Decimal | None = None
    segment: str | None = None

    @property
    def goalpost(self) -> Goalpost | None:
        return None if self.value is None else Goalpost(self.comparator, self.value, self.upper)


@dataclass(slots=True)
class Outcome:
    created: int = 0
    updated: int = 0
    removed: int = 0
    unchanged: int = 0
    # Names the act in the trail, by which it can be undone; nothing if it changed nothing.
    act: UUID | None = None


@transaction.atomic
def save_plan(
    edits: Mapping[int, Mapping[date, Edit]],
    columns: Columns,
    *,
    reason: str = "",
    by: Membership,
    at: datetime,
) -> Outcome:
    """
    Write the cells that changed, by KPI and column, with the fewest rows that mean the same.

    Raises:
        StalePlanError: somebody else changed one of these cells since it was shown.
        JudgedPeriodError: all periods of a cell are over.
        TargetRuleError: a cell is a range, or no period of its KPI begins in it.
    """
    writer = _Writer(by.workspace, edits, reason=reason, by=by, at=at)
    today, stale = by.workspace.today(at=at), set()
    for kpi in writer.kpis.values():
        line = writer.line((kpi.pk, None))
        slots = columns.slots(kpi.grain, today=today)
        wanted: dict[date, Goalpost | None] = {}
        for column, edit in edits[kpi.pk].items():
            slot = _open_slot(slots, column)
            stood = standing(line, slot)
            if stood.token != edit.was:
                stale.add((kpi.pk, column))
            elif stood.is_range and not stood.varies:
                raise TargetRuleError(_("A range is changed on the page of its KPI."))
            wanted[column] = None
            if edit.value is not None:
                comparator = usual_comparator(line, slot.first, kpi.direction)
                wanted[column] = Goalpost(comparator, edit.value)
        writer.plan((kpi.pk, None), replan(line, slots, wanted))
    if stale:
        raise StalePlanError(stale)
    return writer.write()


def _open_slot(slots: Mapping[date, Slot], column: date) -> Slot:
    if column not in slots:
        raise TargetRuleError(_("No period of this KPI begins there."))
    if slots[column].closed:
        raise JudgedPeriodError(_("Periods that are over keep their target."))
    return slots[column]


@transaction.atomic
def set_targets(
    rows: Sequence[NewTarget], *, reason: str = "", by: Membership, at: datetime
) -> Outcome:
    """
    Set many targets as ``targets.set_target`` sets one; what stands already is left alone.

    Raises:
        PlanRefusedError: some rows break a rule.
    """
    workspace = by.workspace
    here = Kpi.objects.for_workspace(workspace)
    codes = dict(here.filter(code__in={row.kpi for row in rows}).values_list("code", "pk"))
    writer = _Writer(workspace, codes.values(), reason=reason, by=by, at=at)
    segments = _segments(writer.kpis.values())
    errors: list[RowError] = []
    news: dict[Key, Rows] = {}
    for index, row in enumerate(rows):
        kpi = writer.kpis.get(codes.get(row.kpi, 0))
        problem = _problem(row, kpi, segments)
        if kpi is not None and problem is None:
            segment = None if row.segment is None else segments[kpi.breakdown_id, row.segment]
            start = workspace.calendar.start(kpi.grain, row.valid_from)
            new = news.setdefault((kpi.pk, segment), {})
            if start in new:
                problem = "valid_from", _("Another row sets a target for the same period.")
            elif writer.rejudges((kpi.pk, segment), start, row.goalpost):
                problem = "valid_from", rejudging()
            new[start] = row.goalpost
        if problem is not None:
            errors.append(RowError(index, *problem))
    if errors:
        raise PlanRefusedError(errors)
    for key, new in news.items():
        line = writer.line(key)
        writer.plan(key, {**dict(zip(line.starts, line.goalposts, strict=True)), **new})
    outcome = writer.write()
    outcome.unchanged = len(rows) - outcome.created - outcome.updated
    return outcome


def _segments(kpis: Iterable[Kpi]) -> dict[tuple[int | None, str], int]:
    rows = Segment.objects.filter(breakdown__in={kpi.breakdown_id for kpi in kpis} - {None})
    return {
        (breakdown, code): pk for breakdown, code, pk in rows.values_list("breakdown", "code", "pk")
    }


def _problem(
    row: NewTarget, kpi: Kpi | None, segments: Mapping[tuple[int | None, str], int]
) -> tuple[str, str] | None:
    """Say which field of a row is wrong, and why; judged periods are looked at elsewhere."""
    if kpi is None:
        return "kpi", _("There is no such KPI.")
    if row.segment is not None and (kpi.breakdown_id, row.segment) not in segments:
        return "segment", _("This KPI has no such segment.")
    if not FIRST_DAY <= row.valid_from <= LAST_DAY:
        message = _("%(day)s is not a day from which on a target can hold.")
        return "valid_from", message % {"day": row.valid_from}
    if (row.value is None) != (row.comparator == Comparator.NONE):
        return "value", _("Write the number that should be reached.")
    if row.comparator in RANGES:
        if row.value is None or row.upper is None or row.upper <= row.value:
            return "upper", _("A range needs a lower and a higher bound.")
    elif row.upper is not None:
        return "upper", _("Only a range has an upper bound.")
    return None


class _Writer:
    """Holds the targets of some KPIs, locked, and brings them to what is planned."""

    def __init__(
        self, workspace: Workspace, kpis: Iterable[int], *, reason: str, by: Membership,
        at: datetime,
    ) -> None:  # fmt: skip
        locks.share_definitions(workspace)
        self._workspace, self._today = workspace, workspace.today(at=at)
        self._signed = {"reason": reason, "set_by": by, "set_at": at}
        held = Kpi.objects.locked().for_workspace(workspace).filter(pk__in=list(kpis))
        self.kpis: dict[int, Kpi] = {kpi.pk: kpi for kpi in held.order_by("pk")}
        self._old: dict[Key, dict[date, Target]] = {}
        self._new: dict[Key, Rows] = {}
        for target in Target.objects.filter(kpi__in=self.kpis).order_by("valid_from"):
            key = (target.kpi_id, target.segment_id)
            self._old.setdefault(key, {})[target.valid_from] = target

    def line(self, key: Key) -> TargetLine:
        old = self._old.get(key, {})
        return TargetLine(list(old), [target.goalpost for target in old.values()])

    def rejudges(self, key: Key, start: date, goalpost: Goalpost | None) -> bool:
        """Tell whether a period that is over would get another target than it had."""
        kpi, line = self.kpis[key[0]], self.line(key)
        if not self._workspace.calendar.is_over(kpi.grain, start, today=self._today):
            return False
        judged = bool(line.starts) and line.starts[0] <= start
        return judged and (start not in line.starts or line.at(start) != goalpost)

    def plan(self, key: Key, rows: Rows) -> None:
        self._new[key] = rows

    def write(self) -> Outcome:
        with pghistory.context() as act:
            outcome = self._write()
        if outcome != Outcome():
            outcome.act = act.id
        return outcome

    def _write(self) -> Outcome:
        created, updated, removed = [], [], []
        for key, rows in self._new.items():
            old = self._old.get(key, {})
            removed += [target.pk for start, target in old.items() if start not in rows]
            for start, goalpost in rows.items():
                target = old.get(start)
                if target is None:
                    kpi, segment = key
                    target = Target(kpi_id=kpi, segment_id=segment, valid_from=start)
                    created.append(self._set(target, goalpost))
                elif target.goalpost != goalpost:
                    target.version += 1
                    updated.append(self._set(target, goalpost))
        Target.objects.filter(pk__in=removed).delete()
        fields = ["comparator", "value", "upper", *self._signed, "version"]
        Target.objects.bulk_update(updated, fields)
        if created:
            numbers = next_numbers(self._workspace, "T", len(created))
            for target, number in zip(created, numbers, strict=True):
                target.number = number
            Target.objects.bulk_create(created)
        if created or updated or removed:
            marks.numbers_changed(self._workspace)
        return Outcome(len(created), len(updated), len(removed))

    def _set(self, target: Target, goalpost: Goalpost | None) -> Target:
        target.comparator = goalpost.comparator if goalpost else Comparator.NONE
        target.value = goalpost.value if goalpost else None
        target.upper = goalpost.upper if goalpost else None
        for name, value in self._signed.items():
            setattr(target, name, value)
        return target
