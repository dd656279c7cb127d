"""Making the lines that numbers belong to."""

from collections.abc import Iterable

from goals.models import Series
from goals.selectors.series import Place, find_series


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
