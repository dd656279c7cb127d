"""The lines that numbers belong to."""

from collections.abc import Iterable

from goals.models import Series

# What a series is looked up by: the KPI and, where it has a breakdown, the segment.
Place = tuple[int, int | None]


def find_series(kpis: Iterable[int]) -> dict[Place, int]:
    """Give every series of these KPIs by its place."""
    rows = Series.objects.filter(kpi__in=set(kpis)).values_list("kpi_id", "segment_id", "pk")
    return {(kpi, segment): pk for kpi, segment, pk in rows}


def find_or_make_series(places: Iterable[Place]) -> dict[Place, int]:
    """Give the series of each place, making those that are new."""
    wanted = set(places)
    kpis = {kpi for kpi, _segment in wanted}
    found = find_series(kpis)
    if missing := wanted - found.keys():
        Series.objects.bulk_create(
            (Series(kpi_id=kpi, segment_id=segment) for kpi, segment in sorted(missing, key=str)),
            ignore_conflicts=True,
        )
        found = find_series(kpis)
    return found
