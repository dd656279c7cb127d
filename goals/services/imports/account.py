"""The account of a staged file: what became of every row, and what writing it would do."""

import hashlib
from typing import Any

from django.utils.translation import gettext as _

from core.intake import Table
from core.numbers import plain
from goals.models import Import, ImportProblem, Kpi, StagedPlace
from goals.selectors.phrases import period_name
from goals.services.imports.reading import Reading
from goals.services.statements import fetch

LISTED_CONTRADICTIONS = 200
LISTED_SEGMENTS = 200
LISTED_LINES = 100
LISTED_DIFFERENCES = 100


def summarise(row: Import, table: Table, reading: Reading) -> dict[str, Any]:
    """Count what a staged file holds, and note where it contradicts itself."""
    contradictions = _note_contradictions(row, reading)
    new_segments = reading.places.new_segments
    return {
        **changes_of(row),
        "differing": _differing(row, reading),
        "first": reading.first and reading.first.isoformat(),
        "last": reading.last and reading.last.isoformat(),
        "rows": table.row_count,
        "rows_with_values": reading.value_rows,
        "empty_cells": reading.empty_cells,
        "left_out": reading.left_out,
        "filtered_rows": reading.filtered_rows,
        "stopgaps": reading.stopgaps,
        "short_rows": table.short_rows.count,
        "rounded": [
            table.columns[target.index].name
            for target in reading.places.targets
            if table.columns[target.index].rounded
        ],
        "problems": reading.problem_count + contradictions,
        "new_segments": new_segments[:LISTED_SEGMENTS],
        "new_segment_count": len(new_segments),
        "newcomers": reading.places.newcomers(),
        "definitions": definitions(row),
        "skipped": [
            {
                "reason": skipped.reason.words,
                "first": skipped.first_line,
                "last": skipped.last_line,
                "text": skipped.text[:80],
            }
            for skipped in table.skipped[:LISTED_LINES]
        ],
    }


def definitions(row: Import) -> str:
    """Sum up what decided to which periods and segments the file's values go."""
    kpis = Kpi.objects.filter(pk__in=StagedPlace.objects.filter(source=row).values("kpi"))
    facts = kpis.order_by("pk").values_list(
        "pk", "cadence", "aggregation", "breakdown_id", "unit", "archived_at"
    )
    return hashlib.sha256(f"{row.workspace.calendar}{list(facts)}".encode()).hexdigest()


_CONTRADICTIONS = """
    WITH torn AS (
        SELECT place, on_date FROM import_values WHERE source_id = %(source)s
        GROUP BY place, on_date HAVING min(value) <> max(value)
    )
    SELECT place, on_date, min(value), (array_agg(line ORDER BY value, line))[1],
        max(value), (array_agg(line ORDER BY value DESC, line))[1], count(*) OVER ()
    FROM import_values JOIN torn USING (place, on_date) WHERE source_id = %(source)s
    GROUP BY place, on_date ORDER BY min(line), place LIMIT %(listed)s
"""


def _note_contradictions(row: Import, reading: Reading) -> int:
    """Find periods that the file gives two different values, and say in which lines."""
    found = fetch(_CONTRADICTIONS, {"source": row.pk, "listed": LISTED_CONTRADICTIONS})
    places = {place.number: place for place in reading.places.found}
    message = _(
        "“%(kpi)s” gets two values for %(period)s: %(one)s in line %(first)d, "
        "%(other)s in line %(last)d."
    )
    problems = []
    for number, day, low, low_line, high, high_line, _count in found:
        place = places[number]
        (first, one), (last, other) = sorted([(low_line, low), (high_line, high)])
        detail = message % {
            "kpi": place.said,
            "period": period_name(row.workspace.calendar, place.grain, day),
            "one": plain(one), "first": first, "other": plain(other), "last": last,
        }  # fmt: skip
        problem = ImportProblem(
            source=row, line=first, column=reading.column_name(place.column),
            code="contradiction", detail=detail[:500],
        )  # fmt: skip
        problems.append(problem)
    ImportProblem.objects.bulk_create(problems)
    return int(found[0][-1]) if found else 0


# What is stored where a staged value goes: one look by index for each. The LIMIT keeps a planner
# that takes a table which is just being filled for an empty one from searching all of it each time.
STORED = """
    JOIN LATERAL (
        SELECT series_id, value FROM measurements
        WHERE series_id = place.series_id AND on_date = staged.on_date LIMIT 1
    ) AS stored ON true
"""
_CHANGES = f"""
    WITH periods AS (
        SELECT place, on_date, min(value) AS value FROM import_values
        WHERE source_id = %(source)s GROUP BY place, on_date
    )
    SELECT count(*), count(*) FILTER (WHERE stored.series_id IS NULL),
        count(*) FILTER (WHERE stored.series_id IS NOT NULL
            AND stored.value IS DISTINCT FROM staged.value),
        coalesce(sum(hashtextextended(
            concat_ws(' ', staged.place, staged.on_date, stored.value), 0
        )) FILTER (WHERE stored.series_id IS NOT NULL
            AND stored.value IS DISTINCT FROM staged.value), 0)
    FROM periods AS staged
    JOIN import_places AS place
        ON place.source_id = %(source)s AND place.number = staged.place
    LEFT {STORED}
"""  # noqa: S608  # constants


def changes_of(row: Import) -> dict[str, Any]:
    """Count what the staged values would change; ``seen`` is a sum over the values that go."""
    ((values, new, changed, seen),) = fetch(_CHANGES, {"source": row.pk})
    return {
        "seen": str(seen),
        "values": values,
        "new": new,
        "changed": changed,
        "unchanged": values - new - changed,
    }


_DIFFERING = f"""
    SELECT staged.place, staged.on_date, stored.value, staged.value
    FROM (SELECT DISTINCT place, on_date, value FROM import_values WHERE source_id = %(source)s)
        AS staged
    JOIN import_places AS place
        ON place.source_id = %(source)s AND place.number = staged.place
    {STORED}
    WHERE stored.value IS DISTINCT FROM staged.value
    ORDER BY staged.on_date DESC, staged.place LIMIT %(listed)s
"""  # noqa: S608  # constants


def _differing(row: Import, reading: Reading) -> list[dict[str, str | None]]:
    """List values that are stored otherwise, the latest first."""
    places = {place.number: place for place in reading.places.found}
    return [
        {
            "kpi": places[number].said,
            "period": period_name(row.workspace.calendar, places[number].grain, day),
            "stored": None if stored is None else plain(stored),
            "file": plain(value),
        }
        for number, day, stored, value in fetch(
            _DIFFERING, {"source": row.pk, "listed": LISTED_DIFFERENCES}
        )
    ]
