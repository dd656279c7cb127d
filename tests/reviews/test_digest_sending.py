"""Who gets a digest, decided when it is sent; and what arrives at a real SMTP server."""

import os
import socket
import subprocess
import sys
from email import message_from_bytes, policy
from unittest.mock import Mock

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core import mailer
from goals.models import DirtyMark
from reviews.models import DigestDelivery, DigestSubscription
from reviews.services import ledger, planning
from teams.models import OutgoingMail, User
from teams.policy import Role
from tests.beside import eventually, free_port
from tests.conftest import NOW
from tests.factories.reviews import DeliveryFactory, SubscriptionFactory
from tests.factories.teams import MembershipFactory, TeamFactory
from tests.reviews.conftest import DAY, LATER, WEEK, send, states
from tests.smtp import smtp_settings


def delivery_of(member):
    return DigestDelivery.objects.get(subscription__membership=member)


def test_every_reader_gets_their_own(run, server):
    assert send() == 3

    found = sorted((message["To"], message["Subject"]) for message in server.messages)
    assert found == [
        ("leo@example.com", "Week 46: 1 off track, 1 no data"),
        ("leo@example.com", "Week 46: 1 thing needs you, Leo"),
        ("mia@example.com", "Week 46: 1 thing needs you, Mia"),
    ]
    assert server.connections == 1


def deactivated(member):
    member.ended_at = NOW
    member.save()


def switched_off(member):
    User.objects.filter(pk=member.user_id).update(is_active=False)


def unsubscribed(member):
    DigestSubscription.objects.filter(membership=member).update(is_on=False)


def paused(member):
    DigestSubscription.objects.filter(membership=member).update(paused_until=NOW + DAY)


CHANGES = [deactivated, switched_off, unsubscribed, paused]


@pytest.mark.parametrize("change", CHANGES)
def test_whoever_left_since_the_planning_gets_nothing(run, member, server, change):
    change(member)
    send()

    assert "mia@example.com" not in server.recipients
    assert delivery_of(member).state == "skipped"


@pytest.fixture
def in_the_last_moment(monkeypatch):
    """Let something happen after the claim, right before a message is handed over."""

    def happens(deed):
        hand_over = mailer.Line.hand_over

        def late(line, message, *, recipient, before_data):
            if recipient == "mia@example.com":
                deed()
            hand_over(line, message, recipient=recipient, before_data=before_data)

        monkeypatch.setattr(mailer.Line, "hand_over", late)

    return happens


@pytest.mark.parametrize("change", CHANGES)
def test_whoever_leaves_while_the_mail_is_on_its_way_gets_nothing(
    run, member, server, change, in_the_last_moment
):
    in_the_last_moment(lambda: change(member))
    send()

    assert "mia@example.com" not in server.recipients
    assert delivery_of(member).state == "skipped"
    assert sorted(states()) == ["sent", "sent", "skipped"]


def test_a_new_address_is_used_even_if_it_comes_in_the_last_moment(
    run, member, server, in_the_last_moment
):
    in_the_last_moment(
        lambda: User.objects.filter(pk=member.user_id).update(email="mia@new.example")
    )
    send()

    assert "mia@new.example" in server.recipients
    assert "mia@example.com" not in server.recipients
    row = delivery_of(member)
    assert (row.state, row.recipient, row.attempts) == ("sent", "mia@new.example", 1)


def test_a_viewer_is_not_asked_for_numbers(run, lead, server, some_numbers):
    """Show reliability row FM-06: with a lower role the content shrinks."""
    lead.role = Role.VIEWER
    lead.save()
    send()

    texts = [m.get_body(("plain",)).get_content() for m in server.messages]
    assert all("Add my numbers" not in text for text in texts)
    assert any("NEEDS YOU, LEO" in text for text in texts)


def test_a_lead_with_a_missing_number_is_asked_for_it(run, server):
    send()

    texts = [m.get_body(("plain",)).get_content() for m in server.messages]
    assert sum("Add my numbers: http://testserver/w/rosemary/" in text for text in texts) == 1


def test_a_team_without_kpis_sends_nothing(run, lead, server, workspace):
    team = TeamFactory(workspace=workspace)
    empty = SubscriptionFactory(membership=lead, variant="team", team=team)
    row = DeliveryFactory(run=run, subscription=empty)
    send()

    row.refresh_from_db()
    assert row.state == "skipped"
    assert len(server.accepted) == 3


def test_a_team_digest_tells_of_the_team_alone(some_numbers, lead, server, workspace):
    team = TeamFactory(workspace=workspace, name="Blog")
    some_numbers.kpi("Blog readers", 90, 20, owner=lead, team=team)
    SubscriptionFactory(membership=lead, variant="team", team=team)
    planning.plan_due(at=NOW)
    send()

    text = server.messages[0].get_body(("plain",)).get_content()
    assert "Week 46: 1 off track" in text
    assert "Blog readers" in text
    assert "Trial sign-ups" not in text


def test_the_mail_carries_what_mail_programs_need(run, member, server):
    send()

    mail = next(m for m in server.messages if m["To"] == "mia@example.com")
    row = delivery_of(member)
    assert mail["From"] == '"Rosemary (mops)" <mops@localhost>'
    assert mail["Reply-To"] == "Leo Lead <leo@example.com>"
    assert mail["Message-ID"] == f"<digest-{row.pk}@localhost>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Content-Language"] == "en"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["List-Unsubscribe"].startswith("<http://testserver/e/unsub/")
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert mail.defects == []


def test_the_header_with_the_link_survives_a_long_address(run, server, settings):
    settings.SITE_URL = "https://marketing-operations.a-rather-long-name.example.com"
    send()

    raw = server.accepted[0].split(b"\r\n\r\n")[0]
    line = next(x for x in raw.split(b"\r\n") if x.startswith(b"List-Unsubscribe: "))
    assert line.startswith(b"List-Unsubscribe: <https://marketing-operations.")
    assert line.endswith(b">")
    assert max(len(x) for x in raw.split(b"\r\n")) < 998


@pytest.mark.parametrize(
    "name",
    ["Mia\r\nBcc: eve@example.com", "Mia <eve@example.com>", 'Mia", eve@example.com', "มีอา ยาว"],
)
def test_names_cannot_bring_headers_or_recipients(run, member, server, name):
    """Show reliability row FM-37."""
    User.objects.filter(pk=member.user_id).update(name=name)
    workspace = run.workspace
    workspace.name = name
    workspace.save()
    send()

    mail = next(m for m in server.messages if m["To"] == "mia@example.com")
    assert mail["Bcc"] is None
    assert [a.addr_spec for a in mail["To"].addresses] == ["mia@example.com"]
    assert [a.addr_spec for a in mail["From"].addresses] == ["mops@localhost"]
    assert server.recipients.count("eve@example.com") == 0


def test_each_reads_in_their_own_language(run, member, lead, server):
    User.objects.filter(pk=member.user_id).update(language="pl")
    send()

    found = {m["To"]: m["Content-Language"] for m in server.messages}
    assert found == {"mia@example.com": "pl", "leo@example.com": "en"}


def test_without_a_server_digests_are_kept_in_the_outbox(run, settings):
    settings.SMTP = None
    send()

    assert states() == ["kept"] * 3
    assert OutgoingMail.objects.filter(state="kept").count() == 3


def test_a_demo_never_sends_to_its_invented_people(run, server, workspace):
    workspace.is_demo = True
    workspace.save()
    send()

    assert states() == ["kept"] * 3
    assert server.accepted == []


@pytest.mark.parametrize("people", [2, 60])
def test_a_batch_costs_ten_queries_and_two_for_each_mail(
    some_numbers, workspace, server, people, monkeypatch
):
    for n in range(people):
        language = ("en", "pl", "it", "th")[n % 4]
        MembershipFactory(workspace=workspace, user__language=language)
    planning.plan_due(at=NOW)
    count = DigestDelivery.objects.count()

    updates = Mock(wraps=ledger._moved)
    monkeypatch.setattr(ledger, "_moved", updates)

    with CaptureQueriesContext(connection) as queries:
        send()

    # Two settle what was lost; claim, run, freshness, KPIs, values, targets, why lines; three ask
    # what is missing; a claim of nothing.
    assert len(queries) == 2 + 7 + 3 + 1
    assert updates.call_count == 2 * count
    assert states() == ["sent"] * count


def test_last_weeks_unknown_digest_is_told_with_the_next(run, member, admin, server):
    DigestDelivery.objects.filter(subscription__membership=member).update(state="unknown")
    send()
    planning.plan_due(at=NOW + 7 * DAY)
    server.accepted.clear()
    send(at=LATER + 7 * DAY)

    texts = {m["To"]: m.get_body(("plain",)).get_content() for m in server.messages}
    told = " ".join(texts["mia@example.com"].split())
    assert "Last week's digest may not have reached you. Week 46: 1 off track" in told
    assert "http://testserver/w/rosemary/?week=2026-W46" in told
    assert "may not have" not in texts["leo@example.com"]
    note = " ".join(texts["ada@example.com"].split())
    assert "Of last week's digests 1 may not have arrived" in note
    assert "http://testserver/w/rosemary/settings/digest/log/?week=2026-W46" in note


def test_numbers_that_lag_say_from_when_they_are(run, server):
    DirtyMark.objects.create(workspace_id=run.workspace_id, series_id=1, on_date=WEEK, made_at=NOW)
    send()

    assert "The worker has not run since" in server.messages[0].get_body(("plain",)).get_content()


def listens(port):
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.servers
def test_a_real_server_gets_digests_whose_link_unsubscribes(run, member, settings, tmp_path):
    """Walk acceptance line 8: HTML and text parse, and one click leaves the list, signed out."""
    port = free_port()
    sink = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "aiosmtpd", "-n", "-l", f"127.0.0.1:{port}",
         "-c", "aiosmtpd.handlers.Mailbox", str(tmp_path / "box")],
        env=os.environ,
    )  # fmt: skip
    settings.SMTP = smtp_settings(port)
    try:
        assert eventually(lambda: listens(port))
        send()
    finally:
        sink.terminate()
        sink.wait()
    files = list((tmp_path / "box" / "new").iterdir())
    mails = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]
    mail = next(m for m in mails if m["To"] == "mia@example.com")

    assert len(mails) == 3
    html = mail.get_body(("html",)).get_content()
    text = mail.get_body(("plain",)).get_content()
    link = mail["List-Unsubscribe"].strip("<>")
    assert link in text
    assert link in html
    assert "Trial sign-ups: 40, target" in html
    answer = Client(enforce_csrf_checks=True).post(
        link.removeprefix("http://testserver"), {"List-Unsubscribe": "One-Click"}
    )
    assert answer.status_code == 200
    assert not DigestSubscription.objects.get(membership=member).is_on
