"""Two workers, two beats, and workers that die: each digest once, or visibly unknown (FM-07)."""

import datetime as dt
import signal
from functools import partial

import pytest
from django.db import connection

from reviews.models import DigestDelivery, DigestRun, DigestSubscription
from reviews.services import ledger, planning, sending
from tests.beside import at_once, meanwhile, start_child
from tests.conftest import NOW
from tests.reviews.conftest import DAY, LATER, SECOND, send, states

# Generous, because the lease counts from when a slow machine came to it.
AFTER_LEASE = LATER + 2 * ledger.HAND_OVER_LEASE

# Sends what waits, in a process that a crash point may kill.
WORKER = """
import datetime as dt
from reviews.services import planning, sending
at = dt.datetime.fromisoformat(sys.argv[2])
planning.plan_due(at=at)
sending.send_waiting(at=at)
"""


def worker(server, *, faults=""):
    """Run a worker of its own until it ends; give how it ended."""
    address = f"smtp://127.0.0.1:{server.port}"
    with start_child(WORKER, LATER.isoformat(), EMAIL_URL=address, MOPS_FAULTS=faults) as child:
        child.communicate()
    return child.returncode


@pytest.mark.parametrize(
    ("point", "accepted", "lost"),
    [
        ("digest.after_claim", 3, 0),
        ("digest.before_send", 3, 0),
        ("digest.after_data_started", 2, 1),
        ("digest.after_sent", 3, 1),
    ],
)
@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_doubles_nothing_and_hides_nothing(run, server, point, accepted, lost):
    assert worker(server, faults=point) == -signal.SIGKILL

    send(at=LATER + SECOND)
    assert len(server.accepted) < 3, "the lease of the dead worker still runs"
    # One delivery at a time from now on: the first may be what killed the worker.
    send(at=AFTER_LEASE)

    assert sorted(states()) == ["sent"] * (3 - lost) + ["unknown"] * lost
    assert len(server.accepted) == accepted
    ids = [message["Message-ID"] for message in server.messages]
    assert len(set(ids)) == len(ids)


def test_digests_that_kill_their_workers_are_parked_after_three_tries(run):
    """Show reliability row FM-33; the first worker takes all three along, the others one each."""
    taken = []
    for step in range(8):
        at = LATER + step * 2 * ledger.LEASE
        ledger.settle(at=at)
        taken.append(len(ledger.claim(at=at)))
    ledger.settle(at=at)

    assert taken == [3, 1, 1, 1, 1, 1, 1, 0]
    assert states() == ["failed"] * 3
    assert not DigestDelivery.objects.filter(last_error="").exists()


def test_one_delivery_is_taken_whatever_plan_the_database_chooses(run):
    """Which joins it takes depends on what it last counted in the tables."""
    DigestDelivery.objects.update(attempts=1)
    with connection.cursor() as cursor:
        for method in ("hashjoin", "mergejoin", "hashagg", "material", "sort"):
            cursor.execute(f"SET LOCAL enable_{method} = off")

    assert len(ledger.claim(at=LATER)) == 1


@pytest.mark.django_db(transaction=True)
def test_two_beats_and_two_workers_send_each_digest_once(some_numbers, workspace, server):
    assert at_once(*[partial(worker, server)] * 2) == [0, 0]
    assert DigestRun.objects.count() == 1
    assert states() == ["sent"] * 3
    assert len(server.accepted) == 3


@pytest.mark.django_db(transaction=True)
def test_a_second_worker_passes_over_what_is_held(run):
    with meanwhile(lambda: ledger.claim(at=LATER)):
        assert ledger.claim(at=LATER) == []


def test_whoever_lost_the_lease_neither_begins_nor_writes_the_outcome(run):
    slow = ledger.claim(at=LATER)
    quick = ledger.claim(at=LATER + ledger.LEASE + SECOND)

    assert len(quick) == 1
    same = next(each for each in slow if each.id == quick[0].id)
    assert not ledger.begin(same, subject="late", at=LATER)
    assert not ledger.finish(same, DigestDelivery.State.SENT, at=LATER)
    assert ledger.begin(quick[0], subject="in time", at=LATER)


def test_a_slow_server_does_not_cost_the_lease(run, server, monkeypatch):
    """Let all three take longer than a lease: it is renewed between two of them."""
    began = dt.timedelta(0)

    def now(lease):
        nonlocal began
        began += dt.timedelta(seconds=12)
        return LATER + began

    monkeypatch.setattr(sending.Lease, "now", now)
    rival = []
    finish = ledger.finish

    def interrupted(taken, state, **given):
        rival.append(len(ledger.claim(at=LATER + began)))
        return finish(taken, state, **given)

    monkeypatch.setattr(ledger, "finish", interrupted)
    send()

    assert rival == [0, 0, 0]
    assert len(server.accepted) == 3


def test_what_was_sent_stays_sent_when_everything_runs_again(run, server):
    for _ in range(3):
        planning.plan_due(at=LATER)
        send()
        send(at=LATER + DAY)

    assert len(server.accepted) == 3
    assert states() == ["sent"] * 3


def test_the_database_plans_the_statements_of_a_mail_once(run, server):
    for week in range(3):
        planning.plan_due(at=LATER + week * 7 * DAY)
        send(at=LATER + week * 7 * DAY)

    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements")
        planned = {statement for (statement,) in cursor.fetchall()}
    assert len(planned) == 2


def test_a_lost_hand_over_becomes_unknown_once_its_lease_is_over(run):
    taken = ledger.claim(at=LATER)[0]
    ledger.begin(taken, subject="Week 46", at=LATER)

    ledger.settle(at=LATER + ledger.HAND_OVER_LEASE)
    row = DigestDelivery.objects.get(pk=taken.id)
    assert row.state == "handing_over"
    ledger.settle(at=AFTER_LEASE)

    row.refresh_from_db()
    assert (row.state, row.finished_at) == ("unknown", AFTER_LEASE)


def test_retrying_a_run_never_touches_what_may_have_arrived(run):
    first, second, third = DigestDelivery.objects.order_by("pk")
    DigestDelivery.objects.filter(pk=first.pk).update(state="unknown", attempts=1)
    DigestDelivery.objects.filter(pk=second.pk).update(state="failed", attempts=3)
    DigestDelivery.objects.filter(pk=third.pk).update(state="sent", attempts=1)

    assert planning.retry(run=run, at=NOW) == 1
    assert states() == ["unknown", "waiting", "sent"]


def test_deliveries_of_a_run_are_unique(run):
    ledger.enter(run, DigestSubscription.objects.all(), since=NOW)

    assert DigestDelivery.objects.count() == 3
