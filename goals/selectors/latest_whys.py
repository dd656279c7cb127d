"""The why lines that count, of many KPIs at once."""

from collections.abc import Mapping, Sequence
from datetime import date

from goals.models import Kpi, WhyLine

# By KPI and the first day of the period.
Whys = Mapping[tuple[int, date], WhyLine]


def get_latest_whys(kpis: Sequence[Kpi], *, since: date) -> Whys:
    """Read what was said last about each period from ``since`` on, of totals, in one query."""
    rows = WhyLine.objects.filter(kpi__in=kpis, segment=None, start__gte=since).order_by("pk")
    return {(row.kpi_id, row.start): row for row in rows}
