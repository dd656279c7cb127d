"""The staging tables, in which a file waits between being read and being written."""

from collections.abc import Iterable

from django.db import DataError, connection
from django.utils.translation import gettext as _

from core.intake import IntakeError
from goals.models import Import, ImportProblem, Kpi, StagedPlace, StagedValue
from goals.rules.mapping import Repeats
from goals.services.imports.places import Place
from goals.services.imports.reading import Value
from goals.services.statements import fetch, run

_FIND_SERIES = """
    UPDATE import_places AS place SET series_id = series.id
    FROM goals_kpi AS kpi
    JOIN goals_series AS series ON series.kpi_id = kpi.id
    LEFT JOIN goals_segment AS segment ON segment.id = series.segment_id
    WHERE place.source_id = %(source)s AND place.series_id IS NULL AND kpi.id = place.kpi_id
        AND coalesce(segment.code, '') = place.segment
        AND segment.breakdown_id IS NOT DISTINCT FROM kpi.breakdown_id
"""
_MAKE_SERIES = """
    INSERT INTO goals_series (kpi_id, segment_id)
    SELECT kpi.id, segment.id FROM import_places AS place
    JOIN goals_kpi AS kpi ON kpi.id = place.kpi_id
    LEFT JOIN goals_segment AS segment
        ON segment.breakdown_id = kpi.breakdown_id AND segment.code = place.segment
    WHERE place.source_id = %(source)s AND place.series_id IS NULL
    ORDER BY kpi.id, segment.id
    ON CONFLICT DO NOTHING
"""


def add_values(row: Import, values: Iterable[Value]) -> None:
    """Stage values of an import."""
    # Nothing in these rows is text, so nothing has to be escaped.
    lines = "".join(
        f"{row.pk}\t{place}\t{line}\t{day}\t{value}\n" for place, line, day, value in values
    )
    with (
        connection.cursor() as cursor,
        cursor.copy(
            "COPY import_values (source_id, place, line, on_date, value) FROM STDIN"
        ) as copy,
    ):
        copy.write(lines)


def add_places(row: Import, places: Iterable[Place]) -> None:
    """Stage the places that the values name, with the series of those that have one."""
    StagedPlace.objects.bulk_create(
        StagedPlace(
            source=row,
            number=place.number,
            kpi_id=place.kpi.pk,
            new_kpi="" if place.kpi.pk else place.kpi.code,
            segment=place.segment,
        )
        for place in places
    )
    find_series(row)
    # Without statistics the planner would walk the staging table row by row.
    run("ANALYZE import_values", {})


# The rows of a period become one: the first of them carries what they come to.
_COLLAPSE = """
    WITH several AS (
        SELECT place, on_date, count(*) AS rows, min(line) AS first,
            {value} AS value
        FROM import_values WHERE source_id = %(source)s AND place = ANY(%(places)s)
        GROUP BY place, on_date HAVING count(*) > 1
    ), gone AS (
        DELETE FROM import_values AS staged USING several
        WHERE staged.source_id = %(source)s
            AND staged.place = several.place AND staged.on_date = several.on_date
    ), kept AS (
        INSERT INTO import_values (source_id, place, line, on_date, value)
        SELECT %(source)s, place, first, on_date, value FROM several
    )
    SELECT coalesce(sum(rows - 1), 0)::bigint FROM several
"""
_COME_TO = {
    Repeats.ADD: "sum(value)",
    Repeats.LAST: "(array_agg(value ORDER BY line DESC))[1]",
}


def collapse(row: Import, places: Iterable[Place], repeats: Repeats) -> int:
    """
    Make one value of several for the same period; count those that are there no more.

    Only what adds up over time is added: two rates make no third.

    Raises:
        IntakeError: values add up to more than can be stored.
    """
    if repeats is Repeats.REFUSE:
        return 0
    adds = repeats is Repeats.ADD
    numbers = [p.number for p in places if not adds or p.kpi.aggregation == Kpi.Aggregation.SUM]
    statement = _COLLAPSE.format(value=_COME_TO[repeats])
    try:
        ((collapsed,),) = fetch(statement, {"source": row.pk, "places": numbers})
    except DataError as error:
        message = _("The values of a period add up to more than can be stored.")
        raise IntakeError(message, code="too_large") from error
    return int(collapsed)


def find_series(row: Import) -> None:
    """Note the series of places that have one by now."""
    run(_FIND_SERIES, {"source": row.pk})


def make_series(row: Import) -> None:
    """Make the series that are missing; their segments must be there."""
    run(_MAKE_SERIES, {"source": row.pk})
    find_series(row)


def clear_values(row: Import) -> None:
    """Throw away the values, once they are written; the places say where they went."""
    StagedValue.objects.filter(source=row).delete()


def clear(sources: list[int]) -> None:
    """Throw away what was staged of these imports."""
    for model in (StagedValue, StagedPlace, ImportProblem):
        model.objects.filter(source__in=sources).delete()
