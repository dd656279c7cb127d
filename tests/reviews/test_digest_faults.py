"""Digests while the mail server refuses, stalls and dies (reliability rows FM-07, FM-09, FM-33)."""

import datetime as dt

import pytest

from core import mailer
from reviews.models import DigestDelivery, DigestSubscription
from reviews.services import ledger, messages, planning
from teams.models import OutgoingMail
from tests.conftest import NOW
from tests.reviews.conftest import LATER, WEEK, send, states
from tests.smtp import DIE, STALL, Server, smtp_settings

HOURS = dt.timedelta(hours=3)
# A week on; nothing else changes.
NEXT = NOW + dt.timedelta(weeks=1)


@pytest.fixture
def impatient(settings, monkeypatch):
    settings.SMTP_TIMEOUT_SECONDS = 0.2
    monkeypatch.setattr(mailer, "LAST_WORD_SECONDS", 0.2)


@pytest.fixture
def one(run, member):
    """A run with one delivery, to the member."""
    DigestDelivery.objects.exclude(subscription__membership=member).delete()
    return DigestDelivery.objects.get()


@pytest.fixture
def against(settings):
    """Send once against a server with faults; give the server."""

    def sent(*, at=LATER, **faults):
        with Server(**faults) as server:
            settings.SMTP = smtp_settings(server.port)
            send(at=at)
        return server

    return sent


FOR_NOTHING = [
    ("connect", DIE), ("connect", STALL), ("connect", "421 busy"), ("connect", "554 go away"),
    ("ehlo", DIE), ("ehlo", STALL), ("mail", DIE), ("mail", STALL), ("mail", "421 busy"),
    ("mail", "550 not you"),
]  # fmt: skip
FOR_LATER = [
    ("rcpt", DIE), ("rcpt", STALL), ("rcpt", "450 greylisted"), ("data", DIE), ("data", STALL),
    ("data", "451 later"), ("body", "451 later"),
]  # fmt: skip


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(("step", "fault"), FOR_NOTHING)
def test_a_server_that_is_away_costs_no_attempt(one, against, server, step, fault):
    against(**{step: fault})

    one.refresh_from_db()
    assert (one.state, one.attempts, one.claimed_until) == ("waiting", 0, None)
    assert one.last_error
    assert one.send_after > LATER


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(("step", "fault"), FOR_LATER)
def test_what_was_surely_not_taken_rests_and_is_tried_again(one, against, step, fault):
    against(**{step: fault})

    one.refresh_from_db()
    assert (one.state, one.attempts) == ("waiting", 1)
    assert one.send_after >= LATER + ledger.RESTS[0]


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(("step", "fault"), FOR_NOTHING + FOR_LATER)
def test_it_arrives_once_when_the_server_is_well_again(one, against, settings, step, fault):
    against(**{step: fault})

    with Server() as well:
        settings.SMTP = smtp_settings(well.port)
        send(at=LATER + HOURS)
        send(at=LATER + 2 * HOURS)

    assert well.recipients == [one.subscription.membership.user.email]
    assert states() == ["sent"]


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("fault", [DIE, STALL])
def test_no_last_word_means_unknown_and_never_again(one, against, server, fault):
    dying = against(body=fault)
    send(at=LATER + HOURS)

    one.refresh_from_db()
    assert (one.state, one.attempts) == ("unknown", 1)
    assert one.last_error
    assert (len(dying.accepted), len(server.accepted)) == (1, 0)


def test_dying_after_the_last_word_changes_nothing(one, against):
    dying = against(after=DIE)
    send(at=LATER + HOURS)

    assert states() == ["sent"]
    assert len(dying.accepted) == 1


@pytest.mark.parametrize(
    ("step", "fault", "state"),
    [
        ("rcpt", "550 no such user", "refused"),
        ("data", "554 no", "failed"),
        ("body", "552 spam", "failed"),
    ],
)
def test_a_refusal_for_good_is_shown_and_not_tried_again(one, against, step, fault, state):
    against(**{step: fault})
    second = against()

    one.refresh_from_db()
    assert (one.state, one.last_error, one.finished_at.date()) == (state, fault, NOW.date())
    assert second.accepted == []


def test_three_failed_attempts_park_a_digest(one, against):
    for step in range(4):
        against(at=LATER + step * HOURS, rcpt="450 later")

    one.refresh_from_db()
    assert (one.state, one.attempts, one.last_error) == ("failed", 3, "450 later")


def test_nobody_listening_holds_all_back_and_loses_nothing(run, nobody_listens, settings):
    send()
    assert states() == ["waiting"] * 3

    with Server() as well:
        settings.SMTP = smtp_settings(well.port)
        send(at=LATER + HOURS)

    assert sorted(well.recipients) == ["leo@example.com", "leo@example.com", "mia@example.com"]
    assert well.connections == 1


@pytest.mark.usefixtures("impatient")
def test_after_the_line_breaks_the_rest_waits_uncounted(run, against):
    against(rcpt=DIE)

    rows = DigestDelivery.objects.order_by("pk").values_list("state", "attempts")
    assert list(rows) == [("waiting", 1), ("waiting", 0), ("waiting", 0)]


def test_a_refused_reader_holds_nobody_up(run, against):
    server = against(rcpt="450 later")

    attempts = DigestDelivery.objects.values_list("attempts", flat=True)
    assert list(attempts) == [1, 1, 1]
    assert server.connections == 1


def test_a_server_that_ends_each_connection_gets_all_the_same(run, against):
    server = against(after=DIE)

    assert len(server.accepted) == 3
    assert states() == ["sent"] * 3


def test_a_letter_that_cannot_be_written_holds_up_no_other(run, server, monkeypatch, caplog):
    poison = DigestDelivery.objects.order_by("pk").first()
    build = messages.build

    def fail_for_one(letter, **given):
        if given["subscription_id"] == poison.subscription_id:
            raise ValueError("poison")
        return build(letter, **given)

    monkeypatch.setattr(messages, "build", fail_for_one)
    send()

    assert len(server.accepted) == 2
    poison.refresh_from_db()
    assert (poison.state, poison.last_error) == ("waiting", "ValueError('poison')")
    assert "could not be written" in caplog.text


def test_a_second_refusal_switches_the_digest_off_and_tells_the_admins(
    one, against, admin, stranger
):
    against(rcpt="550 no such user")
    planning.plan_due(at=NEXT)
    others = DigestDelivery.objects.filter(run__week__gt=WEEK)
    others.exclude(subscription=one.subscription).delete()
    against(at=NEXT + HOURS, rcpt="550 no such user")

    assert states() == ["refused", "refused"]
    assert not DigestSubscription.objects.get(pk=one.subscription_id).is_on
    told = OutgoingMail.objects.get()
    assert told.recipient == "ada@example.com"
    assert told.subject == "Digests to Mia Member are switched off"
