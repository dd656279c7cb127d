"""The executive digest: few KPIs and sentences, nobody's name, and readers without an account."""

import datetime as dt
import quopri
import re
import signal
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from core.errors import ConflictError
from goals.models import Kpi
from goals.services.measurement_rows import Author, NewValue
from goals.services.measurements import record
from goals.services.rollups import drain
from reviews.models import DigestDelivery, DigestSubscription, LeadSentence, OutsideReader
from reviews.services import executive, ledger, outsiders, planning, subscriptions
from reviews.services.subscriptions import Choice
from teams.models import OutgoingMail
from teams.policy import Role
from teams.services import mail
from tests.beside import at_once, start_child
from tests.conftest import NOW
from tests.factories.goals import NoteFactory, ScorecardFactory, WhyLineFactory
from tests.factories.reviews import OutsideReaderFactory
from tests.factories.teams import MembershipFactory, WorkspaceFactory
from tests.reviews.conftest import DAY, LATER, WEEK, send

HOUR = dt.timedelta(hours=1)
CEO = "ceo@outside.example"


@pytest.fixture
def told(some_numbers, workspace, member):
    """Give the numbers of week 46; the digest tells of the first six of eight KPIs."""
    for n in range(5):
        some_numbers.kpi(f"Number {n}", 120, 130, owner=member, number=50 + n)
    kpis = Kpi.objects.order_by("number")
    WhyLineFactory(kpi=kpis[0], start=WEEK, why="Mia was ill", next_step="Leo takes over")
    NoteFactory(kpi=kpis[0], on_date=WEEK, text="Leo changed the form", made_by=member)
    author = Author(membership=member, source="Sheet of Mia")
    record([NewValue(kpis[0].code, WEEK, Decimal(40), note="Leo counted")], by=author, at=NOW)
    drain(workspace=workspace, at=NOW)
    card = ScorecardFactory(workspace=workspace, lines=["Board", *kpis])
    executive.choose_scorecard(workspace=workspace, scorecard=card, version=1)
    return some_numbers


@pytest.fixture
def reader(lead):
    """Somebody outside who has confirmed."""
    reader = outsiders.add(email=CEO, language="en", by=lead, at=NOW - DAY)
    outsiders.confirm(reader=reader, at=NOW - DAY + HOUR)
    return reader


def arrived(server, address=CEO):
    [message] = [each for each in server.messages if each["To"] == address]
    parts = [message.get_body((kind,)).get_content() for kind in ("plain", "html")]
    return message, *parts


def test_somebody_outside_reads_few_kpis_and_sentences_and_no_name(told, reader, lead, server):
    executive.say(week=WEEK, text="We hired; sign-ups follow in spring.", by=lead, at=NOW)
    planning.plan_due(at=NOW)
    send()

    message, text, html = arrived(server)
    flat = " ".join(text.split())
    for said in (
        "We hired; sign-ups follow in spring.",
        "Trial sign-ups: 40, target ≥ 100; 2 misses in a row.",
        "Cost per trial: no value for week 46.",
    ):
        assert said in flat
        assert said in " ".join(html.split())
    assert "Number 2" in text
    assert "Number 3" not in text + html, "more than six KPIs"
    for name in ("Mia", "Leo", "mia@", "leo@", "@example.com"):
        assert name not in text + html + str(message.items())
    assert message["Reply-To"] is None
    links = set(re.findall(r"https?://[^\s\"<>]+", text + html)) - {"http://www.w3.org/1999/xhtml"}
    assert {link for link in links if "/e/unsub/" not in link} == set()


def test_a_member_who_chose_it_gets_the_ways_into_mops(told, member, server):
    subscriptions.choose(member=member, choice=Choice(executive=True))
    planning.plan_due(at=NOW)
    send()

    _message, text, html = arrived(server, "mia@example.com")
    assert "/kpis/K-41/" in html
    assert "Open Home" in text
    assert "Mia was ill" not in text + html
    assert subscriptions.chosen(member) == Choice(executive=True)


def test_without_a_scorecard_it_does_not_go_out(some_numbers, reader, server):
    planning.plan_due(at=NOW)
    send()

    assert CEO not in server.recipients


def test_the_newest_sentence_of_the_week_counts_and_an_empty_one_takes_it_back(
    told, reader, lead, server
):
    executive.say(week=WEEK - 7 * DAY, text="Of the week before.", by=lead, at=NOW)
    for text in ("First thought.", "Second thought.", " "):
        executive.say(week=WEEK, text=text, by=lead, at=NOW)
    planning.plan_due(at=NOW)
    send()

    _message, text, _html = arrived(server)
    assert "thought" not in text
    assert "Of the week before" not in text
    assert LeadSentence.objects.count() == 4


def test_a_sentence_holds_no_address(told, lead):
    with pytest.raises(executive.AddressInSentenceError):
        executive.say(week=WEEK, text="Ask leo@example.com.", by=lead, at=NOW)


def test_two_who_choose_at_once_are_told(told, workspace):
    with pytest.raises(ConflictError):
        executive.choose_scorecard(workspace=workspace, scorecard=None, version=1)


# -- Readers outside --------------------------------------------------------------------------


def link():
    body = quopri.decodestring(bytes(OutgoingMail.objects.latest("pk").body)).decode()
    return re.search(r"http://testserver(/e/confirm/\S+)", body)[1]


def subscribed():
    return list(DigestSubscription.objects.filter(variant="executive", is_on=True))


def test_nothing_comes_before_a_click_and_a_button(told, lead, client, server, frozen):
    """A link scanner opens links, and presses nothing."""
    outsiders.add(email=" CEO@outside.example ", language="en", by=lead, at=NOW)
    page = client.get(link())
    assert page.status_code == 200
    assert subscribed() == []

    assert client.post(link()).status_code == 200
    assert client.post(link()).status_code == 200

    [found] = subscribed()
    assert found.outsider.email == CEO
    planning.plan_due(at=NOW + 7 * DAY)
    send(at=LATER + 7 * DAY)
    assert server.recipients.count(CEO) == 1


def test_a_demo_asks_nobody_outside(admin, server):
    admin.workspace.is_demo = True
    admin.workspace.save()
    reader = outsiders.add(email=CEO, language="en", by=admin, at=NOW)
    outsiders.ask_again(reader=reader, by=admin, at=NOW + HOUR)
    mail.send_waiting(at=NOW + HOUR)

    assert server.recipients == []
    assert set(OutgoingMail.objects.values_list("recipient", "state")) == {(CEO, "kept")}


def test_who_has_not_confirmed_gets_nothing(told, lead, server):
    outsiders.add(email=CEO, language="en", by=lead, at=NOW - DAY)
    planning.plan_due(at=NOW)
    send()

    assert CEO not in server.recipients


@pytest.mark.parametrize(
    "end",
    [
        lambda _reader, _by: OutsideReader.objects.update(asked_at=NOW - outsiders.VALID_FOR),
        lambda reader, by: outsiders.ask_again(reader=reader, by=by, at=NOW),
        lambda reader, _by: outsiders.remove(reader=reader),
    ],
    ids=["expired", "asked anew", "removed"],
)
def test_a_link_that_has_ended_says_so(lead, client, frozen, end):
    reader = outsiders.add(email=CEO, language="en", by=lead, at=NOW - 2 * HOUR)
    old = outsiders.link_of(reader)
    end(OutsideReader.objects.get(), lead)

    for ask in (client.get, client.post):
        assert ask(old).status_code == 410
    assert subscribed() == []


@pytest.mark.parametrize("token", ["x", "a:b:c", "1:abc:def", "%F0"])
def test_rubbish_is_no_link(client, db, token):
    assert client.get(f"/e/confirm/{token}/").status_code == 410


def test_whoever_does_not_answer_is_not_pestered(lead):
    reader = outsiders.add(email=CEO, language="en", by=lead, at=NOW)
    with pytest.raises(outsiders.AskedRecentlyError):
        outsiders.ask_again(reader=reader, by=lead, at=NOW + HOUR / 2)
    outsiders.ask_again(reader=reader, by=lead, at=NOW + HOUR)
    outsiders.confirm(reader=reader, at=NOW + HOUR)
    with pytest.raises(outsiders.AskedRecentlyError):
        outsiders.ask_again(reader=reader, by=lead, at=NOW + 9 * HOUR)

    assert OutgoingMail.objects.filter(recipient=CEO).count() == 2


@pytest.mark.parametrize("email", ["CEO@Outside.example", "mia@example.com"])
def test_an_address_stands_once_and_is_no_member(lead, member, reader, email):
    with pytest.raises(outsiders.KnownReaderError):
        outsiders.add(email=email, language="en", by=lead, at=NOW)


def test_the_list_has_an_end(lead, monkeypatch, reader):
    monkeypatch.setattr(outsiders, "MOST", 1)
    with pytest.raises(outsiders.TooManyReadersError):
        outsiders.add(email="two@outside.example", language="en", by=lead, at=NOW)


def test_one_click_unsubscribes_without_an_account_for_good(told, reader, client, server):
    """As RFC 8058 wants it; the link that confirmed does not switch it on again."""
    planning.plan_due(at=NOW)
    send()
    message, text, _html = arrived(server)
    leave = re.sub("[<>]", "", message["List-Unsubscribe"])
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert leave in text

    answer = client.post(leave, {"List-Unsubscribe": "One-Click"})
    outsiders.confirm(reader=reader, at=NOW)

    assert answer.status_code == 200
    assert b"Signed in" not in answer.content
    assert subscribed() == []
    planning.plan_due(at=NOW + 7 * DAY)
    send(at=LATER + 7 * DAY)
    assert server.recipients.count(CEO) == 1


def test_whoever_is_removed_after_the_planning_gets_nothing(told, reader, server):
    planning.plan_due(at=NOW)
    outsiders.remove(reader=reader)
    send()

    assert CEO not in server.recipients
    assert OutsideReader.objects.count() == 0


def test_a_refused_address_is_switched_off_and_the_admins_hear_of_it(reader, workspace):
    MembershipFactory(workspace=workspace, role=Role.ADMIN, user__email="ada@example.com")
    [subscription] = subscribed()

    subscriptions.stop_refused(subscription_id=subscription.pk, address=CEO, at=NOW)

    assert subscribed() == []
    told_of = OutgoingMail.objects.get(recipient="ada@example.com")
    assert told_of.subject == f"Digests to {CEO} are switched off"


def test_the_database_wants_one_reader_of_this_workspace(lead, reader):
    mine = {"workspace": lead.workspace, "variant": "executive"}
    for wrong in (
        {},
        {"membership": lead, "outsider": reader},
        {"outsider": reader, "variant": "team"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            DigestSubscription.objects.create(**{**mine, **wrong})
    with pytest.raises(IntegrityError), transaction.atomic():
        subscribe_in_another_workspace(OutsideReaderFactory())


def subscribe_in_another_workspace(outsider):
    DigestSubscription.objects.create(
        workspace=WorkspaceFactory(), outsider=outsider, variant="executive"
    )
    # What is deferred to the commit is checked now.
    connection.check_constraints()


WORKER = """
import datetime as dt
from reviews.services import planning, sending
at = dt.datetime.fromisoformat(sys.argv[2])
planning.plan_due(at=at)
sending.send_waiting(at=at)
"""


@pytest.mark.parametrize(
    ("point", "count"),
    [("digest.after_claim", 1), ("digest.after_data_started", 0), ("digest.after_sent", 1)],
)
@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_doubles_nothing(told, reader, server, point, count):
    subscriptions.choose(member=told.by, choice=Choice())
    for each in {kpi.owner for kpi in Kpi.objects.all()}:
        subscriptions.choose(member=each, choice=Choice())
    address = f"smtp://127.0.0.1:{server.port}"
    with start_child(WORKER, LATER.isoformat(), EMAIL_URL=address, MOPS_FAULTS=point) as child:
        child.communicate()
    assert child.returncode == -signal.SIGKILL

    send(at=LATER + 2 * ledger.HAND_OVER_LEASE)

    assert server.recipients.count(CEO) == count
    [row] = DigestDelivery.objects.filter(subscription__outsider=reader)
    assert row.state == ("sent" if point == "digest.after_claim" else "unknown")


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_subscribe_once(lead):
    reader = outsiders.add(email=CEO, language="en", by=lead, at=NOW)

    at_once(*[lambda: outsiders.confirm(reader=reader, at=NOW)] * 2)

    assert len(subscribed()) == 1


# -- Pages --------------------------------------------------------------------------------------


@pytest.fixture
def admin_page(told, workspace, client, frozen):
    admin = MembershipFactory(workspace=workspace, role=Role.ADMIN)
    client.force_login(admin.user)
    return client


def at_page(name, workspace, *args):
    return reverse(f"reviews:{name}", args=[workspace.slug, *args])


def test_an_admin_lists_asks_and_removes_readers(admin_page, workspace):
    asked = {"email": CEO, "language": "pl"}
    admin_page.post(at_page("add-reader", workspace), asked)
    again = admin_page.post(at_page("add-reader", workspace), asked)
    assert again.status_code == 422
    assert "in the list already" in again.content.decode()
    reader = OutsideReader.objects.get()
    assert CEO in admin_page.get(at_page("executive", workspace)).content.decode()

    admin_page.post(at_page("ask-reader", workspace, reader.pk))
    assert OutgoingMail.objects.filter(recipient=CEO).count() == 1
    admin_page.post(at_page("remove-reader", workspace, reader.pk))
    assert not OutsideReader.objects.exists()


def test_the_scorecard_is_chosen_at_the_version_that_was_read(admin_page, workspace):
    url = at_page("executive", workspace)
    assert admin_page.post(url, {"scorecard": "", "version": "2"}).status_code == 302
    assert executive.get_executive(workspace).scorecard is None
    late = admin_page.post(url, {"scorecard": "", "version": "2"})
    assert late.status_code == 409
    assert admin_page.post(url, {"scorecard": "99999", "version": "3"}).status_code == 422


def test_a_lead_writes_the_sentence_on_the_preview(told, workspace, lead, client, frozen):
    client.force_login(lead.user)
    query = f"?variant=executive&week=2026-W46&member={lead.pk}"
    url = at_page("digest-sentence", workspace) + query

    client.post(url, {"text": "First."})
    client.post(url, {"text": "Second."})
    wrong = client.post(url, {"text": "Ask leo@example.com"})

    assert wrong.status_code == 422
    assert "Leave e-mail addresses out" in wrong.content.decode()
    page = client.get(at_page("digest", workspace) + query).content.decode()
    assert page.index("Second.") < page.index("First.")
    assert "Leo" in page
