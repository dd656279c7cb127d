"""The measurement endpoint against the bare upsert and against the usual DRF answer."""

import json
import uuid

from django.db import connection, transaction
from rest_framework import serializers
from rest_framework.test import APIClient

from bench.report import Report, seconds
from bench.world import NOW, make_kpis, make_workspace
from goals.models import Measurement, Series
from goals.services import measurements
from teams.models import ApiToken
from teams.services.tokens import create_token

ROWS = 10_000


class UsualRow(serializers.ModelSerializer):
    """A row as one writes it first: a ModelSerializer with its foreign keys."""

    class Meta:
        model = Measurement
        fields = ["series", "on_date", "value", "note", "source", "recorded_by", "recorded_at"]


def measure(report: Report) -> None:
    owner = make_workspace("ingest")
    kpis = make_kpis(owner, segments=2, kpis=50)
    _token, secret = create_token(
        membership=owner, name="bench", scope=ApiToken.Scope.WRITE,
        expires_at=NOW.replace(year=2030), by=owner, at=NOW,
    )  # fmt: skip
    client = APIClient(headers={"Authorization": f"Bearer {secret}"})
    posts = _Posts(client, [kpi.code for kpi in kpis])
    posts.prepare(8)
    posts.post_new()
    endpoint = seconds(posts.post_new, times=7)
    direct = _Direct(owner, kpis)
    bare = seconds(direct.write_new, times=7)
    usual = seconds(direct.usual, times=1)
    replay = seconds(posts.replay, times=15)
    report.add(
        f"ingest of {ROWS:,} rows against the bare upsert ({ROWS / bare:,.0f} rows/s)",
        f"{bare / endpoint:.2f} ({ROWS / endpoint:,.0f} rows/s)",
        ">= 0.7",
    )
    report.add(
        f"ingest against ModelSerializer + bulk_create ({ROWS / usual:,.0f} rows/s)",
        f"{usual / endpoint:.0f}x",
        ">= 40x",
    )
    report.add("replay against the first post", f"1/{endpoint / replay:.0f}", "<= 1/100")


class _Posts:
    """Bodies of 10,000 rows, each over days of its own."""

    def __init__(self, client: APIClient, codes: list[str]) -> None:
        self._client, self._codes = client, codes

    def body(self, batch: int) -> bytes:
        rows = []
        for n in range(ROWS):
            day = batch * 100 + n // 100
            rows.append({
                "kpi": self._codes[n % 50],
                "segment": f"s{n // 50 % 2}",
                "date": f"{1980 + day // 336:04}-{day % 336 // 28 + 1:02}-{day % 28 + 1:02}",
                "value": str(n),
            })  # fmt: skip
        return json.dumps({"measurements": rows}).encode()

    def prepare(self, count: int) -> None:
        """Write the bodies before the clock runs."""
        self._bodies = [self.body(batch) for batch in range(count)]

    def post_new(self) -> None:
        self._key, self._body = str(uuid.uuid4()), self._bodies.pop()
        self.replay()

    def replay(self) -> None:
        answer = self._client.post(
            "/api/v1/measurements/",
            self._body,
            content_type="application/json",
            HTTP_HOST="localhost",
            headers={"Idempotency-Key": self._key},
        )
        assert answer.status_code == 200, answer.content


class _Direct:
    """The same rows without HTTP, sign-in and checks."""

    def __init__(self, owner: object, kpis: list) -> None:
        self._owner = owner
        rows = Series.objects.filter(kpi__in=kpis).order_by("pk")
        self._series = list(rows.values_list("pk", flat=True))
        self._batch = 500

    def _rows(self) -> list[tuple]:
        self._batch += 1
        year = 1700 + self._batch - 500
        return [
            (self._series[n % 100], f"{year}-{n // 100 % 12 + 1:02}-{n // 1200 + 1:02}", n, "", "b")
            for n in range(ROWS)
        ]

    def write_new(self) -> None:
        rows = self._rows()
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(measurements.STAGE)
            with cursor.copy("COPY staged_measurements FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            measurements.upsert_from(
                "staged_measurements",
                workspace=self._owner.workspace_id, by=self._owner.pk, at=NOW,
            )  # fmt: skip

    def usual(self) -> None:
        rows = [
            {"series": series, "on_date": day, "value": value, "note": "", "source": "bench",
             "recorded_by": self._owner.pk, "recorded_at": NOW}
            for series, day, value, _note, _source in self._rows()
        ]  # fmt: skip
        serializer = UsualRow(data=rows, many=True)
        serializer.is_valid(raise_exception=True)
        Measurement.objects.bulk_create(Measurement(**row) for row in serializer.validated_data)
