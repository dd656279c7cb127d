"""Lines to Postgres and Redis that are cut, frozen or slow: reliability harness H6."""

import random
import socket
import time
from urllib.parse import urlencode

import pytest
from django.db import connection
from rest_framework.test import APIClient

from core import jobs
from goals.models import DirtyMark, Measurement, MeasurementRevision
from goals.tasks import heartbeat
from tests.factories.goals import KpiFactory
from tests.killers.proxy import Proxy
from tests.killers.stack import database

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("frozen")]

URL = "/api/v1/measurements/"
PROBLEM = "application/problem+json"


@pytest.fixture
def line():
    """Lead this process to its database through a proxy."""
    settings = connection.settings_dict
    host, port = settings["OPTIONS"].get("host", ""), settings["PORT"] or "5432"
    if not host.startswith("/"):
        pytest.skip("the database is not on a unix socket of this machine")
    with Proxy(f"{host}/.s.PGSQL.{port}") as proxy:
        address = urlencode({"host": "127.0.0.1", "port": proxy.port})
        with database(f"postgresql://{settings['USER']}@/{settings['NAME']}?{address}"):
            yield proxy
            connection.close()


@pytest.fixture
def send(member):
    """Give a way to send one value under a key, each time over a new connection."""
    KpiFactory(workspace=member.workspace, owner=member, code="leads", cadence="daily")
    client = APIClient(raise_request_exception=False)
    client.force_login(member.user)

    def send_one(key, value="5"):
        row = {"kpi": "leads", "date": "2026-11-09", "value": value}
        connection.close()
        return client.post(URL, {"measurements": [row]}, headers={"Idempotency-Key": key})

    return send_one


def is_refused_for_now(answer):
    return (answer.status_code, answer["Content-Type"], answer["Retry-After"]) == (
        503, PROBLEM, "5",
    )  # fmt: skip


@pytest.mark.parametrize(("cut", "written"), [("cut_before", 0), ("cut_after", 1)])
def test_a_commit_whose_outcome_nobody_knows_is_settled_by_repeating_it(line, send, cut, written):
    """Show reliability rows FM-15 and FM-16: cut before and after the server has committed."""
    setattr(line, cut, b"COMMIT\0")

    answer = send("once")

    connection.close()
    assert is_refused_for_now(answer)
    assert Measurement.objects.count() == written
    again = send("once")
    assert again.json() == {"created": 1, "updated": 0, "unchanged": 0}
    assert ("Idempotent-Replay" in again) == bool(written)
    assert (Measurement.objects.count(), DirtyMark.objects.count()) == (1, 1)


def test_a_line_that_breaks_anywhere_writes_once_or_not_at_all(line, send):
    """Show reliability row FM-15: reset after N bytes, over a whole request."""
    before = line.passed
    assert send("measure").status_code == 200
    whole = line.passed - before
    chance = random.Random(15)
    refused = 0
    for n, part in enumerate(sorted(chance.sample(range(whole), 25)), start=1):
        line.cut_at = line.passed + part
        answer = send(f"key-{n}", value=str(n + 10))
        line.cut_at = None
        if answer.status_code != 200:
            refused += 1
            assert is_refused_for_now(answer), answer.content
            answer = send(f"key-{n}", value=str(n + 10))

        assert answer.json() == {"created": 0, "updated": 1, "unchanged": 0}
        assert MeasurementRevision.objects.count() == n

    assert refused > 12


def test_a_database_that_does_not_answer_is_given_up(line, send):
    """Show reliability row FM-40: half-open, the connection is there and nothing comes."""
    line.frozen = True
    began = time.monotonic()

    answer = send("frozen")

    assert time.monotonic() - began < 8
    assert is_refused_for_now(answer)
    line.frozen = False
    assert send("frozen").json()["created"] == 1


def test_a_machine_that_is_gone_is_noticed(line):
    """Show reliability row FM-15: no end of the line waits for ever on a network that is gone."""
    connection.ensure_connection()

    with socket.fromfd(connection.connection.fileno(), socket.AF_INET, socket.SOCK_STREAM) as end:
        idle = end.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE)
        given_up = end.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)
    with connection.cursor() as cursor:
        cursor.execute("SHOW client_connection_check_interval")
        assert cursor.fetchone() == ("5s",)
    assert (idle, given_up) == (10, 30_000)


def test_a_slow_line_is_slow_and_nothing_else(line, send):
    line.delay = 0.01

    assert send("slow").json()["created"] == 1


# -- Redis ----------------------------------------------------------------------------------------


@pytest.fixture
def redis_line(settings):
    """Lead the doorbells of this process through a proxy."""
    socket_path, _question, _query = settings.REDIS_URL.removeprefix("unix://").partition("?")
    if not settings.REDIS_URL.startswith("unix://"):
        pytest.skip("Redis is not on a unix socket of this machine")
    with Proxy(socket_path) as proxy:
        settings.REDIS_URL = f"redis://127.0.0.1:{proxy.port}/0"
        jobs._redis.cache_clear()
        yield proxy
        jobs._redis().close()
        jobs._redis.cache_clear()


@pytest.mark.parametrize("trouble", [{"frozen": True}, {"delay": 0.5}, {"cut_before": b"bell"}])
def test_a_write_does_not_wait_for_a_bell(redis_line, send, trouble):
    """Show reliability row FM-08: Redis is half-open, slow or cut off in the middle."""
    for name, value in trouble.items():
        setattr(redis_line, name, value)
    began = time.monotonic()

    answer = send("silent")

    assert answer.json()["created"] == 1
    assert time.monotonic() - began < 2
    redis_line.frozen, redis_line.delay = False, 0
    assert DirtyMark.objects.count() == 1
    heartbeat()
    assert jobs._redis().keys("bell:goals.tasks.refresh_rollups:*")
