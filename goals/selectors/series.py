"""The lines that numbers belong to."""

from collections.abc import Iterable

from goals.models import Series

# What a series is looked up by: the KPI and, where it has a breakdown, the segment.
Place = tuple[int, int | None]


def find_series(kpis: Iterable[int]) -> dict[Place, int]:
    """Give every series of these KPIs by its place."""
    rows = Series.objects.filter(kpi__in=set(kpis)).values_list("kpi_id", "segment_id", "pk")
    return {(kpi, segment): pk for kpi, segment, pk in rows}
