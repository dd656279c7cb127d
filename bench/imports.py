"""A file of numbers through the import, against what one writes first: csv, DRF, bulk_create."""

import csv
import io
from datetime import date, timedelta

from django.db import transaction
from rest_framework import serializers

from bench.report import Report, seconds
from bench.world import NOW, make_kpis, make_workspace
from core.intake import ReadOptions
from goals.models import Import, Kpi, Measurement, Segment, Series
from goals.services import imports
from teams.models import Membership

SLUG = "imports"
KPIS, SEGMENTS, DAYS = 8, 100, 205
# The usual way is slow enough for a tenth of the file.
SHARE = 10
FIRST_DAY = date(2021, 1, 4)


def measure(report: Report) -> None:
    owner = make_workspace(SLUG)
    make_kpis(owner, segments=SEGMENTS, kpis=KPIS)
    engine = _Engine(owner)
    whole = seconds(engine.whole, times=3)
    check, write = engine.check_and_write()
    rows = KPIS * SEGMENTS * DAYS
    usual = seconds(lambda: _usual(owner, _panel(DAYS // SHARE, years_on=10)), times=1)
    usual *= rows / (KPIS * SEGMENTS * (DAYS // SHARE))
    report.add(
        f"import of {rows:,} rows against csv + DRF + bulk_create ({rows / usual:,.0f} rows/s)",
        f"{usual / whole:.1f}x ({rows / whole:,.0f} rows/s)",
        ">= 20x",
    )
    report.add(
        f"dry run of {rows:,} rows against the whole import",
        f"{check / whole:.2f} ({check:.1f} s)",
        "<= 1.5",
    )
    report.add(f"dry run of {rows:,} rows against the writing", f"{check / write:.2f}", "<= 1.5")


def _panel(days: int, *, years_on: int) -> bytes:
    """Write a long table: a line per day, segment and KPI."""
    first = FIRST_DAY + timedelta(days=years_on * 366)
    text = io.StringIO()
    text.write("Date,Market,Measure,Value\n")
    for day in range(days):
        on = (first + timedelta(days=day)).isoformat()
        for segment in range(SEGMENTS):
            for kpi in range(1, KPIS + 1):
                text.write(f"{on},s{segment},k{kpi},{day * segment + kpi}.{kpi}5\n")
    return text.getvalue().encode()


class _Engine:
    """The import as pages, API and command run it, each time over days of its own."""

    def __init__(self, owner: Membership) -> None:
        self._owner = owner
        self._files = [_panel(DAYS, years_on=-number) for number in range(1, 6)]

    def whole(self) -> None:
        row = self._uploaded()
        self._run(row)
        imports.apply(row=row)
        self._run(row)

    def check_and_write(self) -> tuple[float, float]:
        row = self._uploaded()
        check = seconds(lambda: self._run(row), times=1)
        imports.apply(row=row)
        return check, seconds(lambda: self._run(row), times=1)

    def _uploaded(self) -> Import:
        row = imports.upload(
            content=self._files.pop(), filename="panel.csv", options=ReadOptions(),
            by=self._owner, at=NOW,
        )  # fmt: skip
        imports.match(row=row, mapping=row.mapping)
        return row

    def _run(self, row: Import) -> None:
        imports.run_next(at=NOW)
        row.refresh_from_db()
        assert row.state in {Import.State.CHECKED, Import.State.DONE}, row.last_error
        assert not row.summary["problems"], row.summary


class UsualRow(serializers.Serializer):
    """A line of the file as one checks it first."""

    Date = serializers.DateField()
    Market = serializers.SlugRelatedField(
        "code", queryset=Segment.objects.filter(breakdown__workspace__slug=SLUG)
    )
    Measure = serializers.SlugRelatedField(
        "code", queryset=Kpi.objects.filter(workspace__slug=SLUG)
    )
    Value = serializers.DecimalField(max_digits=24, decimal_places=8)


@transaction.atomic
def _usual(owner: Membership, content: bytes) -> None:
    lines = csv.DictReader(io.StringIO(content.decode()))
    serializer = UsualRow(data=list(lines), many=True)
    serializer.is_valid(raise_exception=True)
    series = {(one.kpi_id, one.segment_id): one.pk for one in Series.objects.all()}
    said = {"source": "bench", "recorded_by": owner, "recorded_at": NOW}
    Measurement.objects.bulk_create(
        Measurement(
            series_id=series[row["Measure"].pk, row["Market"].pk],
            on_date=row["Date"],
            value=row["Value"],
            **said,
        )
        for row in serializer.validated_data
    )
