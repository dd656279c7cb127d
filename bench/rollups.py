"""Drain and rebuild, at two sizes of history."""

import random

from django.db import connection

from bench.report import Report, seconds
from bench.world import NOW, make_kpis, make_workspace, write_history
from goals.services.rebuild import rebuild
from goals.services.rollups import drain
from teams.models import Workspace


def measure(report: Report) -> None:
    small = _at_size(report, "1 M", segments=3)
    if report.large:
        big = _at_size(report, "10 M", segments=30)
        for count in (1, 100):
            ratio = f"{big[count] / small[count]:.2f}"
            report.add(f"drain of {count} rows, 10 M against 1 M of history", ratio, "<= 1.3")


def _at_size(report: Report, name: str, *, segments: int) -> dict[int, float]:
    owner = make_workspace(f"rollups-{segments}")
    make_kpis(owner, segments=segments)
    rows = write_history(owner)
    print(f"{rows:,} measurements", flush=True)
    workspace = owner.workspace
    times = 3 if segments < 10 else 1
    ours = seconds(lambda: rebuild(workspace=workspace, at=NOW), times=times)
    naive = seconds(lambda: _naive(workspace), times=times)
    report.add(
        f"full rebuild, {name}, against the naive SQL cascade ({naive:.1f} s)",
        f"{ours / naive:.2f} ({ours:.1f} s)",
        "<= 0.5",
    )
    return _drains(report, name, workspace, ours)


def _drains(report: Report, name: str, workspace: Workspace, full: float) -> dict[int, float]:
    found = {}
    for count in (1, 100):
        found[count] = seconds(lambda count=count: _one_drain(workspace, count), times=15)
        report.add(
            f"drain of {count} scattered rows, {name}, against a full rebuild",
            f"1/{full / found[count]:,.0f} ({found[count] * 1000:.1f} ms)",
            "<= 1/3000" if (count, name) == (1, "10 M") else "",
        )
    return found


def _one_drain(workspace: Workspace, count: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO dirty_marks (workspace_id, series_id, on_date)
            SELECT %s, series.id, %s::date - (random() * 700)::int
            FROM (
                SELECT series.id FROM goals_series AS series
                JOIN goals_kpi AS kpi ON kpi.id = series.kpi_id
                WHERE kpi.workspace_id = %s AND series.segment_id IS NOT NULL
                OFFSET %s LIMIT %s
            ) AS series
            """,
            [workspace.pk, "2026-11-15", workspace.pk, random.randrange(500), count],
        )
    drain(workspace=workspace, at=NOW)


_NAIVE = (
    ("day", "measurements", "on_date", "value", "1", "value"),
    ("week", "naive_day", "start", "total", "count", "last"),
    ("month", "naive_day", "start", "total", "count", "last"),
    ("quarter", "naive_month", "start", "total", "count", "last"),
    ("year", "naive_quarter", "start", "total", "count", "last"),
)


def _naive(workspace: Workspace) -> None:
    """Do what one writes first: a durable table per grain, each grouped from the one before."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        for grain, source, day, total, count, last in _NAIVE:
            mine = (
                f"WHERE series_id IN (SELECT series.id FROM goals_series AS series"
                f" JOIN goals_kpi AS kpi ON kpi.id = series.kpi_id"
                f" WHERE kpi.workspace_id = {workspace.pk})"
                if grain == "day"
                else ""
            )
            least = "value" if grain == "day" else "least"
            most = "value" if grain == "day" else "most"
            cursor.execute(f"DROP TABLE IF EXISTS naive_{grain}")
            cursor.execute(
                f"CREATE TABLE naive_{grain} (series_id bigint, start date, total numeric,"
                " count int, last numeric, least numeric, most numeric,"
                " PRIMARY KEY (series_id, start))"
            )
            cursor.execute(
                f"INSERT INTO naive_{grain}"
                f" SELECT series_id, date_trunc('{grain}', {day}::timestamp)::date,"
                f" sum({total}), sum({count}), (array_agg({last} ORDER BY {day} DESC))[1],"
                f" min({least}), max({most})"
                f" FROM {source} {mine} GROUP BY 1, 2"
            )
            cursor.execute(f"DROP TABLE IF EXISTS naive_total_{grain}")
            cursor.execute(
                f"CREATE TABLE naive_total_{grain} (kpi_id bigint, start date, total numeric,"
                " count int, PRIMARY KEY (kpi_id, start))"
            )
            cursor.execute(
                f"INSERT INTO naive_total_{grain} SELECT kpi_id, start, sum(total), sum(count)"
                f" FROM naive_{grain} AS part JOIN goals_series AS series"
                " ON series.id = part.series_id GROUP BY 1, 2"
            )
