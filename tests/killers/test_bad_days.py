"""Web, workers, beats, Valkey, Postgres and SMTP as they run in production, on bad days."""

import http.client
import os
import threading
import time
from contextlib import contextmanager

import pytest
from django.db import connection
from django.test import override_settings

from goals.models import DirtyMark
from reviews.models import DigestDelivery
from teams.models import OutgoingMail
from tests.beside import eventually
from tests.killers import invariants
from tests.killers.bad_day import BadDay
from tests.killers.scene import Scene
from tests.killers.stack import BEATS, WORKERS, Stack

pytestmark = pytest.mark.servers

# A round can be had again: MOPS_KILLER_SEED=… pytest tests/killers/test_bad_days.py
SEED = int(os.environ.get("MOPS_KILLER_SEED") or time.time())
# A row whose bell got lost waits for two heartbeats at most; in these tests they are seconds apart.
SOON = 20


@pytest.fixture(scope="module")
def stack(django_db_blocker):
    with (
        django_db_blocker.unblock(),
        Stack().up() as stack,
        # Mail that is queued here leaves by the stack's workers.
        override_settings(SMTP={"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": stack.smtp_port}),
    ):
        yield stack


@pytest.fixture
def scene(stack, request):
    return Scene(stack, seed=f"{SEED}-{request.node.name[5:35].replace('_', '-')}")


def play(stack, number):
    day = BadDay(stack, seed=SEED + number)
    day.play()
    complaints = invariants.complaints_about(day.scene, most_unknown=day.cuts)
    assert not complaints, "\n".join([day.told(), *complaints])


@pytest.mark.parametrize("number", range(5))
def test_nothing_is_lost_or_doubled_on_a_bad_day(stack, number):
    """Show reliability harness H2, invariants I1 to I6."""
    play(stack, number)


@pytest.mark.soak
@pytest.mark.parametrize("number", range(50))
def test_nothing_is_lost_or_doubled_on_fifty_bad_days(stack, number):
    play(stack, number)


def write(scene, times=20):
    """Write as a client does, and give the seconds that the slowest answer took."""
    writer, slowest = scene.writers[0], 0.0
    for _n in range(times):
        began = time.monotonic()
        writer.record()
        slowest = max(slowest, time.monotonic() - began)
    assert not writer.complaints
    assert not writer.repeated
    return slowest


def drained():
    return not DirtyMark.objects.exists()


def test_writes_go_on_without_redis_and_the_heartbeat_finds_them(stack, scene):
    """Show reliability rows FM-08 and FM-40: Redis is down."""
    stack.kill("valkey")

    slowest = write(scene)
    left = DirtyMark.objects.count()
    stack.start("valkey")

    assert slowest < 2
    assert left
    assert eventually(drained, seconds=SOON)
    scene.wait_until_quiet()  # on a Monday the owner's own digest is due, too
    assert not invariants.complaints_about(scene, most_unknown=0)


def test_what_redis_forgot_is_found_by_the_heartbeat(stack, scene):
    """Show reliability row FM-08: all messages and bells are flushed away."""
    for name in (*WORKERS, *BEATS):
        stack.kill(name)
    write(scene)
    scene.add_mails()
    scene.add_import()
    stack.redis().flushall()
    invariants.let_leases_end()

    for name in (*WORKERS, *BEATS):
        stack.start(name)

    scene.wait_until_quiet()
    assert not invariants.complaints_about(scene, most_unknown=len(WORKERS))


def test_a_digest_that_is_being_handed_over_does_not_care_for_redis(stack, scene):
    """Show reliability row FM-07: losing the broker cuts off no worker at its work."""
    with stack.mailbox.told_to("hold"):
        scene.add_digest()
        handing_over = DigestDelivery.objects.filter(state="handing_over")
        assert eventually(handing_over.exists, seconds=SOON)
        stack.restart("valkey")
        write(scene, times=1)
        assert eventually(drained, seconds=SOON)  # so the workers have found Valkey again
        assert handing_over.exists()

    scene.wait_until_quiet()
    assert not invariants.complaints_about(scene, most_unknown=0)


def test_a_mail_server_that_hangs_holds_up_mail_alone(stack, scene):
    """Show reliability row FM-40: mail and digests hang, numbers do not."""
    with stack.mailbox.told_to("stall"):
        scene.add_mails()
        scene.add_digest()
        claimed = OutgoingMail.objects.filter(state="waiting").exclude(claimed_until=None)
        sending = DigestDelivery.objects.filter(state="waiting").exclude(claimed_until=None)
        assert eventually(lambda: claimed.exists() and sending.exists(), seconds=SOON)
        time.sleep(3)  # heartbeats go on asking for mail, and each could hang, too
        write(scene)
        assert eventually(drained, seconds=8)
        assert claimed.exists()

    being_sent = DigestDelivery.objects.filter(state__in=["waiting", "handing_over"])
    assert eventually(lambda: not being_sent.exists(), seconds=2 * SOON)
    scene.come_to_rest()  # a mail that failed would wait for a minute
    assert not invariants.complaints_about(scene, most_unknown=0)


class Visitors(threading.Thread):
    """People and programs that go on asking, and remember what they were told."""

    def __init__(self, stack, writer):
        super().__init__(daemon=True)
        self.stack, self.writer = stack, writer
        self.stopped = threading.Event()
        self.said = []

    def run(self):
        while not self.stopped.is_set():
            for path in ("/accounts/login/", "/api/v1/kpis/"):
                headers = self.writer.headers if path.startswith("/api/") else {}
                try:
                    answer = self.stack.request("GET", path, headers=headers)
                except (OSError, http.client.HTTPException) as error:
                    self.said.append((path, repr(error), None, None))
                    continue
                kind = answer.headers["Content-Type"].partition(";")[0]
                self.said.append((path, answer.status, kind, answer.headers["Retry-After"]))


@contextmanager
def visited_by(stack, writers):
    visitors = [Visitors(stack, writer) for writer in writers]
    for visitor in visitors:
        visitor.start()
    yield visitors
    for visitor in visitors:
        visitor.stopped.set()
        visitor.join()


def test_while_postgres_restarts_everybody_is_asked_to_come_again(stack, scene):
    """Show reliability row FM-15: 503 with Retry-After, nothing worse, and then as before."""
    writers = scene.writers
    with visited_by(stack, writers) as visitors:
        for writer in writers:
            writer.start()
        for _n in range(3):
            time.sleep(0.5)
            stack.kill("postgres")
            time.sleep(0.5)
            stack.start("postgres")
            connection.close()
        answers = [len(visitor.said) for visitor in visitors]
        assert eventually(lambda: _all_well_again(visitors, answers), seconds=10)
        for writer in writers:
            writer.finish()

    said = {answer for visitor in visitors for answer in visitor.said}
    assert said <= {
        ("/accounts/login/", 200, "text/html", None),
        ("/accounts/login/", 503, "text/html", "5"),
        ("/api/v1/kpis/", 200, "application/json", None),
        ("/api/v1/kpis/", 503, "application/problem+json", "5"),
    }
    assert ("/api/v1/kpis/", 503, "application/problem+json", "5") in said
    scene.come_to_rest()
    # The owner's digest may have been in somebody's hands when Postgres fell.
    assert not invariants.complaints_about(scene, most_unknown=1)


def _all_well_again(visitors, answers):
    """Tell whether each visitor's last four answers since then were good."""
    return all(
        len(visitor.said) >= before + 4 and {said[1] for said in visitor.said[-4:]} == {200}
        for visitor, before in zip(visitors, answers, strict=True)
    )
