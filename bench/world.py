"""A workspace of 500 daily KPIs by segments, with years of measurements written straight in."""

import datetime as dt

from django.db import connection

from goals.models import Breakdown, Kpi, Segment, Series
from teams.models import Membership, User, Workspace
from teams.policy import Role

NOW = dt.datetime(2026, 11, 16, 8, tzinfo=dt.UTC)
LAST = dt.date(2026, 11, 15)
KPIS, DAYS = 500, 730


def make_workspace(slug: str) -> Membership:
    user = User.objects.create_user(f"{slug}@example.com", name=slug)
    workspace = Workspace.objects.create(
        name=slug, slug=slug, timezone="Europe/Warsaw", currency="EUR"
    )
    return Membership.objects.create(workspace=workspace, user=user, role=Role.OWNER, joined_at=NOW)


def make_kpis(owner: Membership, *, segments: int, kpis: int = KPIS) -> list[Kpi]:
    workspace = owner.workspace
    breakdown = Breakdown.objects.create(workspace=workspace, number=1, name="Market")
    parts = Segment.objects.bulk_create(
        Segment(breakdown=breakdown, number=n, code=f"s{n}", name=f"S{n}") for n in range(segments)
    )
    made: list[Kpi] = Kpi.objects.bulk_create(
        Kpi(
            workspace=workspace, owner=owner, number=n, code=f"k{n}", name=f"KPI {n}",
            kind="response", unit="count", direction="increase", aggregation="sum",
            cadence="daily", breakdown=breakdown, segment_total="sum",
        )
        for n in range(1, kpis + 1)
    )  # fmt: skip
    Series.objects.bulk_create(Series(kpi=kpi, segment=part) for kpi in made for part in parts)
    return made


def write_history(owner: Membership, *, days: int = DAYS) -> int:
    """Write a value for every series and day; return how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO measurements
                (series_id, on_date, value, note, source, recorded_by_id, recorded_at)
            SELECT series.id, day::date, (series.id * 7 + extract(doy FROM day)) %% 1000,
                '', 'bench', %s, %s
            FROM goals_series AS series
            JOIN goals_kpi AS kpi ON kpi.id = series.kpi_id AND kpi.workspace_id = %s
            CROSS JOIN generate_series(%s::date - %s::int, %s::date, '1 day') AS day
            WHERE series.segment_id IS NOT NULL
            ORDER BY series.id, day
            """,
            [owner.pk, NOW, owner.workspace_id, LAST, days - 1, LAST],
        )
        written: int = cursor.rowcount
        cursor.execute("ANALYZE measurements")
    return written
