"""Digests on days when one letter, one workspace or the mail server is in a bad way. R35."""

import contextlib
import datetime as dt

import pytest

from core import mailer
from reviews.models import DigestDelivery, DigestRun
from reviews.services import digests
from tests.factories.goals import KpiFactory
from tests.factories.teams import MembershipFactory, WorkspaceFactory

pytestmark = pytest.mark.django_db(transaction=True)

AFTER_THE_LEASE = dt.timedelta(minutes=11)
State = DigestDelivery.State


@pytest.fixture
def planned(workspace, member, settings, now):
    """Plan the digests of three people and let an SMTP server that is not there be set up."""
    settings.SMTP = {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": 9}
    KpiFactory(workspace=workspace, owner=member)
    MembershipFactory.create_batch(2, workspace=workspace)
    assert digests.plan(workspace=workspace, at=now)


@pytest.fixture
def handed_over(monkeypatch):
    """Keep whom a digest is handed over for; raise what ``fails`` names for a recipient."""
    handed, fails = [], {}

    def hand_over(_line, _message, *, recipient, before_data):
        if recipient in fails:
            raise fails[recipient]
        before_data()
        handed.append(recipient)

    monkeypatch.setattr(mailer.Line, "hand_over", hand_over)
    return handed, fails


@pytest.mark.xfail(
    strict=True,
    reason="send_waiting claims a delivery anew at once: a second's outage uses up all tries",
)
def test_digests_wait_for_a_mail_server_that_is_away(planned, now, handed_over):
    """Show reliability row FM-40: the server is away at the digest hour and back a minute later."""
    handed, fails = handed_over
    rows = DigestDelivery.objects.select_related("subscription__membership__user")
    people = [row.subscription.membership.user.email for row in rows]
    fails |= {email: mailer.MailError("refused", final=False, lost=True) for email in people}
    digests.send_waiting(at=now)
    fails.clear()

    for minutes in range(1, 30):
        digests.send_waiting(at=now + dt.timedelta(minutes=minutes))

    assert sorted(handed) == sorted(people)


@pytest.mark.xfail(
    strict=True,
    reason="_claim takes rows that were tried before together with their neighbours",
    raises=AssertionError,
)
def test_a_letter_that_cannot_be_written_takes_no_other_along(
    planned, now, handed_over, monkeypatch
):
    """Show reliability row FM-33: one poisonous digest is given up, the others arrive."""
    handed, _fails = handed_over
    poison = DigestDelivery.objects.order_by("pk")[1].pk
    written = digests._Sending.message

    def message(sending):
        if sending.delivery.pk == poison:
            raise ZeroDivisionError
        return written(sending)

    monkeypatch.setattr(digests._Sending, "message", message)
    for turn in range(8):
        try:
            digests.send_waiting(at=now + turn * AFTER_THE_LEASE)
        except ZeroDivisionError:
            continue

    states = DigestDelivery.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == [State.SENT, State.FAILED, State.SENT]
    assert len(handed) == 2


@pytest.mark.xfail(
    strict=True, reason="plan_due ends with the first workspace that fails", raises=AssertionError
)
def test_a_workspace_that_cannot_be_planned_holds_up_no_other(now, monkeypatch):
    """Show reliability row FM-33: one workspace's fault is its own."""
    broken, sound = WorkspaceFactory.create_batch(2)
    KpiFactory(workspace=sound)
    freshness = digests.get_freshness

    def get_freshness(workspace):
        if workspace == broken:
            raise ZeroDivisionError
        return freshness(workspace)

    KpiFactory(workspace=broken)
    monkeypatch.setattr(digests, "get_freshness", get_freshness)
    with contextlib.suppress(ZeroDivisionError):
        digests.plan_due(at=now)

    assert DigestRun.objects.filter(workspace=sound).exists()
