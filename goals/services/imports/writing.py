"""Writing: what was staged becomes measurements, all of it in one transaction or none."""

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core.faults import crash_point
from goals.models import Breakdown, Import, Kpi, Segment, StagedPlace
from goals.services import locks, marks, measurements
from goals.services.breakdowns import add_segment
from goals.services.imports import memory, newcomers, staging
from goals.services.imports.account import STORED, changes_of, definitions
from goals.services.imports.progress import Aside, Progress, told_aside
from goals.services.imports.steps import ImportStateError
from goals.services.measurement_rows import LONGEST_SOURCE
from goals.services.statements import fetch, run

State = Import.State
VALUES_AT_ONCE = 20_000


def write(progress: Progress) -> None:
    """
    Write the staged values, in chunks that show progress.

    Raises:
        ImportStateError: a KPI, the calendar, or a value that the file replaces is not as it was
            when the file was checked.
        KpiRuleError: a KPI that the file brings along cannot be made any more.
        NotHeldError: somebody stopped the work; nothing was written.
    """
    row = progress.row
    if row.summary["newcomers"]["kpis"]:
        with transaction.atomic():
            progress.tell(0)
            make_kpis(row)
            progress.change(summary=row.summary)
        crash_point("import.after_kpis")
    with told_aside(progress) as aside, transaction.atomic():
        locks.share_definitions(row.workspace)
        _refuse_changed(row)
        if _was_looked_at(row) and row.summary["changed"]:
            _refuse_unseen(is_seen=changes_of(row)["seen"] == row.summary.get("seen"))
        _make_segments(row)
        staging.make_series(row)
        at = progress.now()
        created, updated = _write_values(progress, aside, at=at)
        if _was_looked_at(row):
            _refuse_unseen(is_seen=updated <= row.summary["changed"])
        outcome = {
            "created": created,
            "updated": updated,
            "unchanged": row.summary["values"] - created - updated,
        }
        progress.change(
            state=State.DONE,
            summary=row.summary | {"outcome": outcome},
            done=row.summary["values"],
            written_at=at,
            finished_at=progress.now(),
            claimed_until=None,
        )
        staging.clear_values(row)
        memory.remember(row, at=at)
        marks.ring_for_rollups(row.workspace)


def make_kpis(row: Import) -> None:
    """
    Make the KPIs that a file brings along, before and apart from its values.

    It keeps every other writer of the workspace out, which writing the values does not. Whoever
    stores ``row.summary`` in the same transaction lets those who take the file over find them made.

    Raises:
        ImportStateError: a KPI or the calendar is not as it was when the file was checked.
        KpiRuleError: a KPI cannot be made any more.
    """
    locks.hold_definitions(row.workspace)
    _refuse_changed(row)
    newcomers.make(row)
    made = row.summary["newcomers"] | {"kpis": []}
    row.summary |= {"newcomers": made, "definitions": definitions(row)}


def _refuse_changed(row: Import) -> None:
    if definitions(row) != row.summary["definitions"]:
        raise ImportStateError(
            _("A KPI was changed after this file was checked. Check the file again.")
        )


def _was_looked_at(row: Import) -> bool:
    """Tell whether somebody has seen which stored values are replaced, and wants that."""
    return not row.writes_when_checked and not row.keeps_stored


def _refuse_unseen(*, is_seen: bool) -> None:
    if not is_seen:
        raise ImportStateError(
            _("Numbers that this file replaces were changed after it was checked. Check it again.")
        )


def _write_values(progress: Progress, aside: Aside, *, at: datetime) -> tuple[int, int]:
    row = progress.row
    created = updated = written = 0
    for places, count in _batches(row):
        _stage(row, places)
        new, changed, _gist = measurements.upsert_from(
            "staged_measurements",
            workspace=row.workspace_id, by=row.created_by_id, at=at,
        )  # fmt: skip
        created, updated, written = created + new, updated + changed, written + count
        aside.tell(written)
        crash_point("import.between_chunks")
    return created, updated


def _make_segments(row: Import) -> None:
    if not (row.mapping["new_segments"] or row.summary["newcomers"]["breakdown"]):
        return
    kpis = Kpi.objects.filter(
        pk__in=StagedPlace.objects.filter(source=row).values("kpi"), breakdown__isnull=False
    )
    used = Breakdown.objects.filter(pk__in=kpis.values("breakdown"))
    # Whoever imports the same segments at the same time waits here, and then finds them.
    breakdowns = {one.pk: one for one in used.locked()}
    known = set(Segment.objects.filter(breakdown__in=breakdowns).values_list("breakdown", "code"))
    named = StagedPlace.objects.filter(source=row, kpi__breakdown__isnull=False)
    wanted = set(named.values_list("kpi__breakdown", "segment"))
    for breakdown, code in sorted(wanted - known):
        add_segment(breakdown=breakdowns[breakdown], code=code)


_COUNTS = """
    SELECT place.number, counted.values FROM import_places AS place
    JOIN (
        SELECT place, count(*) AS values FROM import_values
        WHERE source_id = %(source)s GROUP BY place
    ) AS counted ON counted.place = place.number
    WHERE place.source_id = %(source)s ORDER BY place.series_id
"""


def _batches(row: Import) -> Iterator[tuple[list[int], int]]:
    """
    Cut the places into batches, with how many values they have.

    They come in the order of their series, as the rows of every other writer do, so that two
    imports over the same periods wait for each other and never in a circle.
    """
    batch: list[int] = []
    size = 0
    for number, values in fetch(_COUNTS, {"source": row.pk}):
        batch.append(number)
        size += values
        if size >= VALUES_AT_ONCE:
            yield batch, size
            batch, size = [], 0
    if batch:
        yield batch, size


# A value that is stored already is passed over, and so the note beside it stays.
_STAGE = f"""
    INSERT INTO staged_measurements (series_id, on_date, value, note, source)
    SELECT DISTINCT place.series_id, staged.on_date, staged.value, '', %(said)s
    FROM import_places AS place
    JOIN import_values AS staged
        ON staged.source_id = place.source_id AND staged.place = place.number
    LEFT {STORED}
    WHERE place.source_id = %(source)s AND place.number = ANY(%(places)s)
        AND stored.value IS DISTINCT FROM staged.value
        AND (stored.series_id IS NULL OR NOT %(keeps_stored)s)
"""  # noqa: S608  # constants


def source_of(row: Import) -> str:
    """Name an import as the source of its values."""
    return f"{row.ref} {row.filename}"[:LONGEST_SOURCE]


def _stage(row: Import, places: list[int]) -> None:
    run(measurements.STAGE, {})
    parameters = {"places": places, "said": source_of(row), "keeps_stored": row.keeps_stored}
    run(_STAGE, {"source": row.pk, **parameters})
