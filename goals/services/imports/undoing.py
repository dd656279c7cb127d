"""Undoing: what an import changed is put back, where nobody changed it since."""

from decimal import Decimal
from typing import Any, cast

from django.db import transaction

from core.faults import crash_point
from core.numbers import plain
from goals.models import Import, Kpi, StagedPlace
from goals.selectors.phrases import period_name
from goals.services import locks, marks, take_backs
from goals.services.imports.progress import Progress
from goals.services.imports.writing import source_of
from goals.services.take_backs import Stamp

LISTED = 200


def undo(progress: Progress) -> None:
    """
    Put back what was stored before a file was written, in one transaction.

    A value that was replaced or removed since then is not the import's any more and stays; the
    account lists such values.

    Raises:
        NotHeldError: somebody stopped the work; nothing was changed.
    """
    row = progress.row
    if row.written_at is None or row.undone_by_id is None:
        raise ValueError(f"{row.ref} was not asked to be undone")
    stamp = Stamp(by=row.created_by_id, at=row.written_at, source=source_of(row))
    with transaction.atomic():
        progress.tell(0)
        locks.share_definitions(row.workspace)
        places = StagedPlace.objects.filter(source=row).select_related("kpi")
        of_series = {place.series_id: place for place in places if place.series_id is not None}
        lost, count = take_backs.find_lost(stamp, series=list(of_series), limit=LISTED)
        restored, removed = take_backs.take_back(
            stamp,
            series=list(of_series),
            workspace=row.workspace_id,
            by=row.undone_by_id,
            at=progress.now(),
        )
        crash_point("import.before_undone")
        undone = {
            "restored": restored,
            "removed": removed,
            "kept": count,
            "listed": [_listed(row, of_series[each.series], each) for each in lost],
        }
        progress.change(
            state=Import.State.UNDONE,
            summary=row.summary | {"undone": undone},
            finished_at=progress.now(),
            claimed_until=None,
        )
        marks.ring_for_rollups(row.workspace)


def _listed(row: Import, place: StagedPlace, lost: take_backs.Lost) -> dict[str, Any]:
    kpi = cast("Kpi", place.kpi)  # it has a series
    return {
        "kpi": " · ".join(filter(None, (kpi.name, place.segment))),
        "period": period_name(row.workspace.calendar, kpi.grain, lost.on_date),
        "imported": plain(cast("Decimal", lost.value)),  # a file has no known gaps
        "stored": None if lost.stored is None else plain(lost.stored),
    }
