"""What the rollups need to know of series, read and written down for many at once."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from core.periods import Grain
from goals.rules.rollups import CADENCE_GRAINS
from goals.services.statements import fetch, run


@dataclass(slots=True)
class SeriesFacts:
    """What the rollups need to know of a series and its KPI."""

    series: int
    kpi: int
    segment: int | None
    grain: Grain
    aggregation: str
    gaps_are_zero: bool
    segment_total: str
    counts_in_total: bool
    archived_on: date | None
    first_on: date | None

    @property
    def has_total(self) -> bool:
        return self.segment is not None and self.segment_total != "none"


_FACTS = """
    SELECT series.id, kpi.id, series.segment_id, kpi.cadence, kpi.aggregation,
        kpi.gaps = 'zero', kpi.segment_total, coalesce(segment.counts_in_total, true),
        segment.archived_on, series.first_on
    FROM goals_series AS series
    JOIN goals_kpi AS kpi ON kpi.id = series.kpi_id
    LEFT JOIN goals_segment AS segment ON segment.id = series.segment_id
"""


def read_facts(series: Collection[int]) -> dict[int, SeriesFacts]:
    rows = fetch(_FACTS + "WHERE series.id = ANY(%(series)s)", {"series": list(series)})
    return {facts.series: facts for facts in map(_facts_from, rows)}


def segments_of(kpis: Collection[int]) -> dict[int, list[SeriesFacts]]:
    """Give the series per segment of each KPI that has any."""
    rows = fetch(
        _FACTS + "WHERE series.kpi_id = ANY(%(kpis)s) AND series.segment_id IS NOT NULL",
        {"kpis": list(kpis)},
    )
    found: dict[int, list[SeriesFacts]] = {}
    for facts in map(_facts_from, rows):
        found.setdefault(facts.kpi, []).append(facts)
    return found


def _facts_from(row: tuple[Any, ...]) -> SeriesFacts:
    series, kpi, segment, cadence, *rest = row
    return SeriesFacts(series, kpi, segment, CADENCE_GRAINS[cadence], *rest)


def note_first_values(series: Collection[int]) -> list[tuple[int, date | None, date | None]]:
    """Write down where each series now begins; give (series, before, now) where that moved."""
    rows = fetch(
        """
        UPDATE goals_series AS series SET first_on = found.first_on
        FROM (
            SELECT key.id, (
                SELECT on_date FROM measurements
                WHERE series_id = key.id AND value IS NOT NULL ORDER BY on_date LIMIT 1
            ) AS first_on
            FROM unnest(%(series)s::bigint[]) AS key (id)
        ) AS found
        WHERE series.id = found.id AND series.first_on IS DISTINCT FROM found.first_on
        RETURNING series.id, old.first_on, new.first_on
        """,
        {"series": list(series)},
    )
    return [(pk, before, now) for pk, before, now in rows]


def note_first_totals(totals: Iterable[int]) -> None:
    """Let the total of a KPI begin where the first of its counted segments does."""
    run(
        """
        UPDATE goals_series AS total SET first_on = found.first_on
        FROM (
            SELECT key.id, (
                SELECT min(part.first_on) FROM goals_series AS part
                JOIN goals_segment AS segment ON segment.id = part.segment_id
                WHERE part.kpi_id = key.kpi_id AND segment.counts_in_total
            ) AS first_on
            FROM goals_series AS key WHERE key.id = ANY(%(totals)s)
        ) AS found
        WHERE total.id = found.id AND total.first_on IS DISTINCT FROM found.first_on
        """,
        {"totals": list(totals)},
    )
