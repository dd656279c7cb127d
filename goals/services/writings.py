"""Undoing what was entered, pasted, sent or removed in one act."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import ConflictError, DomainError, NotAllowedError
from core.numbers import plain
from goals.models import Series, Writing
from goals.selectors.phrases import period_name
from goals.services import locks, marks, take_backs
from goals.services.measurement_rows import Author
from goals.services.take_backs import UNDOABLE_FOR, Lost, Stamp

LISTED = 200


class TooLateError(DomainError):
    """What was done so long ago stays as it is."""


class ChangedKpiError(DomainError):
    """The KPI takes no numbers of the kind that was removed any more."""


@transaction.atomic
def undo_writing(*, writing: Writing, by: Author, at: datetime) -> Writing:
    """
    Put back what was stored before somebody wrote or removed numbers.

    A value that was changed since then stays; the account lists such values.

    Raises:
        ConflictError: it was undone already.
        TooLateError: it was too long ago.
        NotAllowedError: ``by`` may not write to one of the KPIs.
        ChangedKpiError: removed numbers no longer fit their KPI.
    """
    workspace = by.membership.workspace
    locks.share_definitions(workspace)
    locked: Writing = Writing.objects.locked().get(pk=writing.pk)
    if locked.undone_at is not None:
        raise ConflictError(_("This was undone already."))
    if not can_be_undone(locked, at=at):
        message = _("Numbers can be undone for %(days)d days.")
        raise TooLateError(message % {"days": UNDOABLE_FOR.days})
    series = _series_of(locked)
    _check_rights(series, by)
    undo = _put_back_removed if locked.removed else _take_back_written
    counts, lost = undo(locked, series, by, at)
    listed = [_listed(series[each.series], each) for each in lost]
    locked.undone = {**counts, "listed": listed}
    locked.undone_by, locked.undone_at = by.membership, at
    locked.save(update_fields=["undone", "undone_by", "undone_at"])
    marks.ring_for_rollups(workspace)
    return locked


def can_be_undone(writing: Writing, *, at: datetime) -> bool:
    return writing.undone_at is None and at - UNDOABLE_FOR < writing.written_at


def _series_of(writing: Writing) -> dict[int, Series]:
    rows = Series.objects.filter(pk__in=writing.series)
    return {row.pk: row for row in rows.select_related("kpi__workspace", "segment")}


def _check_rights(series: dict[int, Series], by: Author) -> None:
    for row in series.values():
        if not by.may_write(row.kpi):
            message = _("You may not enter numbers of “%(kpi)s”.")
            raise NotAllowedError(message % {"kpi": row.kpi.name})


def _take_back_written(
    writing: Writing, series: dict[int, Series], by: Author, at: datetime
) -> tuple[dict[str, int], Sequence[Lost]]:
    stamp = Stamp(by=writing.written_by_id, at=writing.written_at)
    lost, kept = take_backs.find_lost(stamp, series=list(series), limit=LISTED)
    restored, removed = take_backs.take_back(
        stamp, series=list(series), workspace=writing.workspace_id, by=by.membership.pk, at=at
    )
    return {"restored": restored, "removed": removed, "kept": kept}, lost


def _put_back_removed(
    writing: Writing, series: dict[int, Series], _by: Author, _at: datetime
) -> tuple[dict[str, int], Sequence[Lost]]:
    stamp = Stamp(by=writing.written_by_id, at=writing.written_at)
    _check_fit(stamp, series)
    lost, kept = take_backs.find_refilled(stamp, series=list(series), limit=LISTED)
    restored = take_backs.put_back(stamp, series=list(series), workspace=writing.workspace_id)
    return {"restored": restored, "removed": 0, "kept": kept}, lost


def _check_fit(stamp: Stamp, series: dict[int, Series]) -> None:
    """Refuse to bring numbers back to a KPI that, while it had none, became another one."""
    for pk, day in take_backs.removed_keys(stamp, series=list(series)):
        row = series[pk]
        kpi, segment = row.kpi, row.segment
        breakdown = segment.breakdown_id if segment else None
        fits = not kpi.is_formula and kpi.breakdown_id == breakdown
        if not fits or kpi.workspace.calendar.start(kpi.grain, day) != day:
            message = _("“%(kpi)s” is measured in another way now, so its numbers stay removed.")
            raise ChangedKpiError(message % {"kpi": kpi.name})


def _listed(series: Series, lost: Lost) -> dict[str, Any]:
    kpi = series.kpi
    return {
        "kpi": " · ".join(filter(None, (kpi.name, str(series.segment or "")))),
        "period": period_name(kpi.workspace.calendar, kpi.grain, lost.on_date),
        "written": None if lost.value is None else plain(lost.value),
        "stored": None if lost.stored is None else plain(lost.stored),
    }
