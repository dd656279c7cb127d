"""How long a number takes from the door to a rollup above it, with web and worker at their work."""

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from http.client import HTTPConnection
from typing import Any

from bench.report import Report
from bench.world import LAST, NOW, make_kpis, make_workspace, write_history
from goals.models import Kpi
from goals.services.rebuild import rebuild
from mops import programs
from mops.embedded import paths
from teams.models import ApiToken, Membership
from teams.services.tokens import create_token

KPIS, DAYS, WRITES = 60, 365, 60
PATIENCE_SECONDS, PAUSE_SECONDS = 30, 0.01


def measure(report: Report) -> None:
    owner = make_workspace("visible")
    with _site() as port:
        client = _Client(port, _workspace(owner))
        client.wait_for_other_sum(None)
        times = sorted(client.seconds_until_seen(Decimal(n)) for n in range(WRITES))
    slow = times[WRITES * 95 // 100]
    report.add("from a number's door to the year of a formula, p95", f"{slow:.2f} s", "<= 1 s")


def _workspace(owner: Membership) -> str:
    """Make daily KPIs with a year of numbers and a formula above them; give a token."""
    first, second, *_others = make_kpis(owner, segments=1, kpis=KPIS)
    Kpi.objects.create(
        workspace=owner.workspace, owner=owner, number=KPIS + 1, code="both", name="Both",
        kind="response", unit="count", direction="increase", aggregation="formula",
        formula=f"{first.code} + {second.code}", cadence="daily",
    )  # fmt: skip
    write_history(owner, days=DAYS)
    rebuild(workspace=owner.workspace, at=NOW)
    _token, secret = create_token(
        membership=owner, name="bench", scope=ApiToken.Scope.WRITE,
        expires_at=NOW.replace(year=2030), by=owner, at=NOW,
    )  # fmt: skip
    return secret


class _Client:
    """A program that writes a number and looks for it."""

    def __init__(self, port: int, token: str) -> None:
        self._line = HTTPConnection("localhost", port)
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def seconds_until_seen(self, value: Decimal) -> float:
        before = self._sum()
        row = {"kpi": "k1", "segment": "s0", "date": str(LAST), "value": str(5_000 + value)}
        started = time.perf_counter()
        self._ask("POST", "/api/v1/measurements/", {"measurements": [row]})
        self.wait_for_other_sum(before)
        return time.perf_counter() - started

    def wait_for_other_sum(self, before: str | None) -> None:
        deadline = time.perf_counter() + PATIENCE_SECONDS
        while self._sum() == before:
            assert time.perf_counter() < deadline, "The number is not seen."
            time.sleep(PAUSE_SECONDS)

    def _sum(self) -> str | None:
        query = f"period=year&from={LAST}&to={LAST}"
        series = self._ask("GET", f"/api/v1/kpis/both/series/?{query}")
        value: str | None = series["points"][0]["value"]
        return value

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        self._line.request(method, path, json.dumps(body) if body else None, self._headers)
        answer = self._line.getresponse()
        said = answer.read()
        assert answer.status == 200, said
        return json.loads(said)


@contextmanager
def _site() -> Iterator[int]:
    """Start web and worker; beat is not needed for what is rung for."""
    port = programs.chosen_port()
    _beat, *others = programs.programs(port=port, var=paths.var_folder())
    children = [
        subprocess.Popen(
            each.command(),
            cwd=paths.BASE_DIR,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for each in others
    ]
    try:
        while not programs.answers(port):
            time.sleep(PAUSE_SECONDS)
        yield port
    finally:
        for child in children:
            child.terminate()
        for child in children:
            child.wait()
