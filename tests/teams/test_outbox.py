"""Mail: written down in the transaction that wants it, sent by one worker at a time."""

import datetime as dt
from email import message_from_bytes, policy

import pytest
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.urls import reverse

from core import mailer
from teams.models import OutgoingMail
from teams.services import mail
from tests.beside import meanwhile
from tests.factories.teams import LONG_AGO, UserFactory, WorkspaceFactory

pytestmark = pytest.mark.django_db

State = OutgoingMail.State
LEASE = dt.timedelta(minutes=2)
SECOND = dt.timedelta(seconds=1)


@pytest.fixture
def own_backend(settings):
    """Lead Django's mail into the queue, where pytest-django would keep it in memory."""
    settings.EMAIL_BACKEND = "teams.outbox.OutboxBackend"


def queued(at, **given):
    usual = {"workspace": None, "recipient": "ann@example.com", "subject": "Hello"}
    return mail.queue(**{**usual, "text": "Good morning.", **given}, at=at)


def read(row):
    return message_from_bytes(bytes(row.body), policy=policy.default)


def test_without_a_server_mail_is_kept_and_nobody_is_rung_for(
    settings, now, django_capture_on_commit_callbacks
):
    settings.SMTP = None

    with django_capture_on_commit_callbacks() as bells:
        row = queued(now)

    row.refresh_from_db()
    assert (row.state, row.created_at, bells) == (State.KEPT, now, [])
    assert mail.send_waiting(at=now) == 0


def test_with_a_server_mail_waits_and_a_worker_is_rung_for(
    nobody_listens, now, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks() as bells:
        row = queued(now)

    row.refresh_from_db()
    assert (row.state, row.attempts, len(bells)) == (State.WAITING, 0, 1)


def test_mail_of_a_demo_is_kept_where_others_is_sent(
    server, now, django_capture_on_commit_callbacks
):
    demo, other = WorkspaceFactory(is_demo=True), WorkspaceFactory()
    with django_capture_on_commit_callbacks():
        kept, sent = (queued(now, workspace=each, subject=each.name) for each in (demo, other))

    assert mail.send_waiting(at=now) == 1
    assert [message["Subject"] for message in server.messages] == [sent.subject]
    kept.refresh_from_db()
    assert kept.state == State.KEPT
    assert "Good morning." in read(kept).get_content()


def test_mail_of_a_transaction_that_fails_never_was(
    server, now, django_capture_on_commit_callbacks
):
    """Show reliability row FM-12: no mail and no bell after a rollback."""
    with django_capture_on_commit_callbacks() as bells, transaction.atomic():
        queued(now)
        transaction.set_rollback(True)

    assert (bells, OutgoingMail.objects.count()) == ([], 0)
    assert mail.send_waiting(at=now) == 0
    assert server.tried == []


def test_nothing_is_sent_in_the_transaction_itself(server, now, django_capture_on_commit_callbacks):
    """Show reliability row FM-12: a request never waits for SMTP."""
    with django_capture_on_commit_callbacks():
        queued(now)

    assert server.tried == []


def test_the_message_arrives_as_it_was_written(server, now):
    row = queued(
        now, recipient="ann@example.com", subject="Zażółć", text="Dzień dobry.", html="<b>Dzień</b>"
    )

    assert mail.send_waiting(at=now) == 1

    [message] = server.messages
    assert (message["To"], message["Subject"]) == ("ann@example.com", "Zażółć")
    assert message["Message-ID"] == row.message_id
    assert message["Date"].datetime == now
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_body(("plain",)).get_content().strip() == "Dzień dobry."
    assert message.get_body(("html",)).get_content().strip() == "<b>Dzień</b>"


def test_a_line_with_a_dot_does_not_end_the_message_early(server, now):
    queued(now, text="one\n.\n.two\nthree")

    mail.send_waiting(at=now)

    text = server.messages[0].get_body(("plain",)).get_content().replace("\r\n", "\n")
    assert text.strip() == "one\n.\n.two\nthree"


def test_a_subject_cannot_bring_headers_of_its_own(server, now):
    """Show reliability row FM-37: no header injection by a name that people chose."""
    queued(now, subject="Hello\r\nBcc: eve@example.com")

    mail.send_waiting(at=now)

    assert server.tried == ["ann@example.com"]
    assert server.messages[0]["Bcc"] is None
    assert server.messages[0]["Subject"] == "Hello  Bcc: eve@example.com"


def test_what_was_sent_keeps_no_text(server, now):
    """Show reliability row FM-32: a sign-in link does not stay in the database."""
    row = queued(now, text="https://example.com/secret")
    assert b"secret" in bytes(row.body)

    mail.send_waiting(at=now)

    row.refresh_from_db()
    assert (row.state, bytes(row.body), row.claimed_until) == (State.SENT, b"", None)


def test_what_was_sent_is_not_sent_again(server, now):
    queued(now)
    mail.send_waiting(at=now)

    assert mail.send_waiting(at=now + LEASE + SECOND) == 0

    assert len(server.accepted) == 1


def test_mail_goes_out_in_the_order_in_which_it_was_written(server, now):
    people = ["a@example.com", "b@example.com", "c@example.com"]
    for recipient in people:
        queued(now, recipient=recipient)

    assert mail.send_waiting(at=now) == 3

    assert server.recipients == people


def test_a_batch_is_10_and_the_rest_goes_with_the_next(server, now):
    for n in range(11):
        queued(now, recipient=f"p{n}@example.com")

    assert mail.send_waiting(at=now) == 10
    assert mail.send_waiting(at=now) == 1
    assert len(set(server.recipients)) == 11


def test_a_refusal_for_now_is_tried_again_under_the_same_name(server, now):
    row = queued(now)
    server.answers["ann@example.com"] = "451 Come back later"

    assert mail.send_waiting(at=now) == 0
    row.refresh_from_db()
    assert (row.state, row.attempts) == (State.WAITING, 1)
    assert row.last_error == "451 Come back later"

    server.answers.clear()
    assert mail.send_waiting(at=now) == 0
    assert mail.send_waiting(at=now + mail.PAUSES[0] + SECOND) == 1
    row.refresh_from_db()
    assert (row.state, row.attempts) == (State.SENT, 2)
    assert server.messages[0]["Message-ID"] == row.message_id


def test_after_three_tries_a_message_is_given_up_and_stays_readable(server, now):
    """Show reliability row FM-33: no message is tried for ever."""
    row = queued(now)
    server.answers["ann@example.com"] = "451 Come back later"

    for hours in range(5):
        mail.send_waiting(at=now + dt.timedelta(hours=hours))

    assert len(server.tried) == 3
    row.refresh_from_db()
    assert (row.state, row.attempts) == (State.FAILED, 3)
    assert read(row).get_content().strip() == "Good morning."


def test_a_refusal_for_good_is_not_tried_again(server, now):
    row = queued(now)
    server.answers["ann@example.com"] = "550 No such person"

    mail.send_waiting(at=now)
    mail.send_waiting(at=now)

    assert len(server.tried) == 1
    row.refresh_from_db()
    assert (row.state, row.last_error) == (State.FAILED, "550 No such person")


@pytest.mark.parametrize("answer", ["451 Come back later", "550 No such person"])
def test_one_refused_message_does_not_hold_the_others_up(server, now, answer):
    people = ["a@example.com", "bad@example.com", "c@example.com"]
    for recipient in people:
        queued(now, recipient=recipient)
    server.answers["bad@example.com"] = answer

    assert mail.send_waiting(at=now) == 2

    assert server.recipients == ["a@example.com", "c@example.com"]


def test_an_address_that_cannot_be_sent_to_does_not_hold_the_others_up(server, now):
    for recipient in ["ann@żółw.example.com", "b@example.com"]:
        queued(now, recipient=recipient)

    mail.send_waiting(at=now)

    assert server.recipients == ["b@example.com"]
    assert OutgoingMail.objects.get(state=State.FAILED).recipient == "ann@żółw.example.com"


def test_a_server_that_does_not_answer_costs_neither_mail_nor_try(nobody_listens, now):
    """Show reliability row FM-40: mail waits while the server is away."""
    row = queued(now)

    assert mail.send_waiting(at=now) == 0

    row.refresh_from_db()
    assert (row.state, row.attempts) == (State.WAITING, 0)
    assert "refused" in row.last_error


def test_when_the_server_goes_away_the_rest_of_the_batch_waits_without_a_failure(
    server, settings, now, monkeypatch
):
    """Show reliability row FM-40: an outage uses up nobody's tries."""
    rows = [queued(now, recipient=f"p{n}@example.com") for n in range(3)]
    hand_over = mailer.Line.hand_over

    def first_only(line, message, *, recipient):
        if recipient != "p0@example.com":
            raise mailer.ServerAwayError("Nobody answers.")
        hand_over(line, message, recipient=recipient)

    monkeypatch.setattr(mailer.Line, "hand_over", first_only)

    assert mail.send_waiting(at=now) == 1

    for row in rows:
        row.refresh_from_db()
    assert [row.state for row in rows] == [State.SENT, State.WAITING, State.WAITING]
    assert [(row.attempts, row.claimed_until) for row in rows[1:]] == [(0, None), (0, None)]
    assert [row.last_error for row in rows[1:]] == ["Nobody answers."] * 2


def taken(at):
    waiting = OutgoingMail.objects.filter(state=State.WAITING)
    return waiting.take(limit=50, lease=LEASE, at=at)


def test_a_claimed_message_is_not_claimed_again_while_the_lease_runs(nobody_listens, now):
    """Show reliability row FM-09: one task does not run twice."""
    row = queued(now)

    assert taken(now) == [row]
    assert taken(now) == []
    assert taken(now + LEASE) == []


def test_the_message_of_a_worker_that_died_is_claimed_after_the_lease(nobody_listens, now):
    """Show reliability row FM-09: work that was cut off is taken up again."""
    row = queued(now)
    [first] = taken(now)

    [second] = taken(now + LEASE + SECOND)

    assert (first, second) == (row, row)
    assert (first.attempts, second.attempts) == (1, 2)
    assert first.claim != second.claim


def test_whoever_lost_the_lease_does_not_hold_the_row(nobody_listens, now):
    """Show reliability row FM-09: a worker that wakes up late cannot write over its successor."""
    queued(now)
    [first] = taken(now)
    [second] = taken(now + LEASE + SECOND)

    assert not OutgoingMail.objects.held_by(first.claim).exists()
    assert OutgoingMail.objects.held_by(second.claim).get() == second


def test_a_message_that_kills_three_workers_is_parked(nobody_listens, now):
    """Show reliability row FM-33: the try counts from the claim, not from a polite end."""
    row = queued(now)
    moments = [now + (LEASE + SECOND) * n for n in range(4)]

    claims = [len(taken(moment)) for moment in moments]

    assert claims == [1, 1, 1, 0]
    assert list(OutgoingMail.objects.parked(at=moments[3])) == [row]
    assert not OutgoingMail.objects.parked(at=moments[2]).exists()
    mail.send_waiting(at=moments[3])
    row.refresh_from_db()
    assert row.state == State.FAILED
    assert row.last_error == "A worker stopped three times while it was at work on this."


def test_a_message_that_kills_its_worker_takes_no_other_along(server, now):
    """Show reliability row FM-33: poison is parked, its neighbours arrive."""
    rows = [queued(now, recipient=f"p{n}@example.com") for n in range(3)]
    moments = [now + (LEASE + SECOND) * n for n in range(5)]

    for moment in moments:
        while batch := taken(moment):
            if rows[1] in batch:
                break  # here the worker dies, with all that it holds
            OutgoingMail.objects.filter(pk__in=[row.pk for row in batch]).update(state=State.SENT)
    OutgoingMail.objects.all().give_up(at=moments[-1], state=State.FAILED)

    states = OutgoingMail.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == [State.SENT, State.FAILED, State.SENT]


@pytest.mark.django_db(transaction=True)
def test_a_row_that_another_worker_is_claiming_is_passed_over(nobody_listens, now):
    """Show reliability row FM-30: workers never wait for each other's rows."""
    held, free = queued(now), queued(now)

    with meanwhile(lambda: OutgoingMail.objects.select_for_update().get(pk=held.pk)):
        found = taken(now)

    assert found == [free]


def test_what_django_sends_is_queued_once_for_each_recipient(nobody_listens, own_backend, frozen):
    message = EmailMultiAlternatives(
        "Your password", "Open the link.", to=["a@example.com"], bcc=["b@example.com"]
    )
    message.attach_alternative("<p>Open the link.</p>", "text/html")

    assert message.send() == 2

    rows = list(OutgoingMail.objects.order_by("pk"))
    assert [row.recipient for row in rows] == ["a@example.com", "b@example.com"]
    assert {row.state for row in rows} == {State.WAITING}
    assert "b@example.com" not in bytes(rows[0].body).decode()
    assert read(rows[0]).get_body(("html",)).get_content().strip() == "<p>Open the link.</p>"


def test_a_forgotten_password_queues_a_link_to_the_site(client, settings, own_backend, frozen):
    """Show reliability row FM-27: the link does not follow the Host header."""
    settings.SMTP = None
    user = UserFactory(email="ann@example.com")
    user.set_password("four green bottles")
    user.save()

    page = reverse("account_reset_password")
    answer = client.post(page, {"email": "ann@example.com"}, headers={"Host": "localhost"})

    assert answer.status_code == 302
    row = OutgoingMail.objects.get()
    assert row.recipient == "ann@example.com"
    text = read(row).get_body(("plain",)).get_content()
    assert "http://testserver/accounts/" in text
    assert "localhost" not in text


def test_only_operators_see_the_outbox(client, settings, owner):
    settings.SMTP = None
    row = queued(LONG_AGO, text="https://example.com/secret")
    page = f"{reverse('reviews:outbox')}?message={row.pk}"

    client.force_login(owner.user)
    assert client.get(page).status_code == 404
    client.force_login(UserFactory(is_staff=True))
    assert "https://example.com/secret" in client.get(page).content.decode()


@pytest.mark.parametrize("smtp", [None, {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": 25}])
def test_the_outbox_says_whether_mail_leaves(client, settings, owner, smtp):
    settings.SMTP = smtp
    type(owner.user).objects.filter(pk=owner.user.pk).update(is_staff=True)
    client.force_login(owner.user)

    page = client.get(reverse("reviews:outbox")).content.decode()

    assert ("No SMTP server is set up" in page) == (smtp is None)


@pytest.mark.parametrize("key", ["²", "-1", "9" * 30, "9" * 5000])
def test_a_message_that_is_none_shows_the_list(client, owner, key):
    type(owner.user).objects.filter(pk=owner.user.pk).update(is_staff=True)
    client.force_login(owner.user)

    assert client.get(reverse("reviews:outbox"), {"message": key}).status_code == 200
