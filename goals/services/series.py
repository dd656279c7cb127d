"""Making the lines that numbers belong to."""

from collections.abc import Iterable

from goals.models import Series
from goals.selectors.series import Place, find_series


def find_or_make_series(places: Iterable[Place]) -> dict[Place, int]:
    """
    Give the series of each place, making those that are new.

    They are made by KPI and then by segment, as imports do too: two writers who need the same
    ones wait for each other and never in a circle.
    """
    wanted = set(places)
    kpis = {kpi for kpi, _segment in wanted}
    found = find_series(kpis)
    if missing := wanted - found.keys():
        Series.objects.bulk_create(
            (
                Series(kpi_id=kpi, segment_id=segment)
                for kpi, segment in sorted(missing, key=lambda place: (place[0], place[1] or 0))
            ),
            ignore_conflicts=True,
        )
        found = find_series(kpis)
    return found
