"""Pages about digests: preview, deliveries, one's own choice, and leaving by one click."""

import datetime as dt

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from reviews.models import DigestDelivery, DigestSubscription
from reviews.services import planning
from reviews.services.unsubscribing import unsubscribe_url
from teams.audit import Change, Deed, latest
from teams.models import OutgoingMail
from tests.conftest import NOW
from tests.factories.reviews import DeliveryFactory, SubscriptionFactory
from tests.factories.teams import TeamFactory, UserFactory

PREVIEW = "/w/rosemary/settings/digest/"
LOG = "/w/rosemary/settings/digest/log/"
RETRY = "/w/rosemary/settings/digest/retry/"


@pytest.fixture
def as_lead(client, lead):
    client.force_login(lead.user)
    return client


@pytest.fixture
def subscription(some_numbers, member):
    return SubscriptionFactory(membership=member)


@pytest.mark.usefixtures("frozen")
def test_the_log_shows_first_what_needs_attention(as_lead, run):
    row = DigestDelivery.objects.order_by("pk").last()
    DigestDelivery.objects.filter(pk=row.pk).update(state="unknown", last_error="timed out")

    page = as_lead.get(LOG)

    assert page.context["log"].rows[0] == row
    assert "Unknown: may have arrived" in page.content.decode()
    assert "timed out" in page.content.decode()


@pytest.mark.usefixtures("frozen")
def test_a_long_log_has_pages(as_lead, run):
    DeliveryFactory.create_batch(120, run=run)

    first, second = as_lead.get(LOG), as_lead.get(f"{LOG}?page=2")

    assert (len(first.context["log"].rows), len(second.context["log"].rows)) == (100, 23)
    assert "1–100 of 123" in first.content.decode()
    for page in ("0", "99", "²", "-1", "x"):
        assert as_lead.get(f"{LOG}?page={page}").status_code == 200


@pytest.mark.usefixtures("frozen")
def test_a_week_without_digests_says_so(as_lead, run):
    page = as_lead.get(f"{LOG}?week=2026-W20")

    assert "No digest of this week went out" in page.content.decode()


@pytest.mark.parametrize(
    ("weeks_off", "said"),
    [(0, ""), (1, "Week 47 was skipped: "), (4, "Weeks 47 to 50 were skipped: ")],
)
def test_the_log_names_the_weeks_that_were_missed(client, run, lead, weeks_off, said):
    """Show reliability row FM-22: after a long silence older weeks are skipped, and shown."""
    back = NOW + dt.timedelta(weeks=1 + weeks_off)
    planning.plan_due(at=back)

    with time_machine.travel(back, tick=False):
        client.force_login(lead.user)
        latest, missed, ancient = (
            client.get(LOG + week).content.decode()
            for week in ("", "?week=2026-W47", "?week=2026-W20")
        )

    assert ("skipped" in latest) == bool(said)
    assert said in latest
    assert ("This week was skipped" in missed) == bool(said)
    assert "No digest of this week went out" in ancient


@pytest.mark.usefixtures("frozen")
def test_an_admin_has_failed_digests_tried_again(client, run, admin):
    DigestDelivery.objects.update(state="failed", attempts=3)
    client.force_login(admin.user)
    assert "Try 3 failed again" in client.get(LOG).content.decode()

    answer = client.post(f"{RETRY}?week=2026-W46")

    assert answer.url == f"{LOG}?week=2026-W46"
    assert set(DigestDelivery.objects.values_list("state", "attempts")) == {("waiting", 0)}
    assert client.post(f"{RETRY}?week=2026-W20").status_code == 404


@pytest.mark.usefixtures("frozen")
def test_settings_say_that_digests_were_lost(client, run, admin):
    client.force_login(admin.user)
    assert "may not have arrived" not in client.get("/w/rosemary/settings/").content.decode()

    DigestDelivery.objects.update(state="unknown")

    assert (
        "3 of the last may not have arrived" in client.get("/w/rosemary/settings/").content.decode()
    )


@pytest.mark.parametrize("query", ["member=0", "member=abc", "variant=x", "variant=team-0"])
@pytest.mark.usefixtures("some_numbers", "frozen")
def test_an_unknown_reader_or_digest_is_not_found(as_lead, query):
    assert as_lead.get(f"{PREVIEW}?{query}").status_code == 404
    assert as_lead.get(f"{PREVIEW}mail.html?{query}").status_code == 404


@pytest.mark.usefixtures("frozen")
def test_a_digest_that_would_not_go_out_is_not_previewed(as_lead):
    shown = as_lead.get("/w/rosemary/settings/digest/").content.decode()

    assert "it does not go out" in shown
    assert "Send me a test" not in shown


@pytest.mark.usefixtures("some_numbers", "frozen")
def test_the_preview_shows_any_reader_and_team(as_lead, member, workspace):
    team = TeamFactory(workspace=workspace, name="Blog")

    mine = as_lead.get(f"{PREVIEW}?member={member.pk}")
    blog = as_lead.get(f"{PREVIEW}?variant=team-{team.pk}")

    assert mine.context["letter"].subject == "Week 46: 1 thing needs you, Mia"
    assert blog.context["letter"].is_empty


@pytest.mark.usefixtures("some_numbers", "frozen")
def test_a_test_mail_goes_to_oneself_and_not_into_the_ledger(as_lead, server):
    answer = as_lead.post(f"{PREVIEW}test/?week=2026-W45")

    sent = OutgoingMail.objects.get()
    assert answer.url == f"{PREVIEW}?week=2026-W45"
    assert (sent.recipient, sent.state) == ("leo@example.com", "waiting")
    assert b"List-Unsubscribe" not in bytes(sent.body)
    assert DigestDelivery.objects.count() == 0


@pytest.mark.usefixtures("some_numbers", "frozen")
def test_a_test_that_cannot_leave_is_not_said_to_be_on_its_way(as_lead):
    page = as_lead.post(f"{PREVIEW}test/", follow=True).content.decode()

    assert OutgoingMail.objects.get().state == "kept"
    assert "the test is kept in the outbox" in page
    assert "on its way" not in page


def link(subscription):
    return unsubscribe_url(subscription.pk).removeprefix("http://testserver")


FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    "sent",
    [
        {"data": "List-Unsubscribe=One-Click", "content_type": FORM},
        {"data": "", "content_type": FORM},
        {"data": {"List-Unsubscribe": "One-Click"}},
    ],
    ids=["form", "empty", "form of parts"],
)
def test_one_click_leaves_without_signing_in(subscription, sent):
    """Show reliability row FM-35: RFC 8058, no cookie, no redirect, and twice is harmless."""
    client = Client(enforce_csrf_checks=True)

    for _ in range(2):
        assert client.post(link(subscription), **sent).status_code == 200

    assert "You are unsubscribed" in client.get(link(subscription)).content.decode()
    subscription.refresh_from_db()
    assert not subscription.is_on


def test_looking_at_the_link_changes_nothing(subscription):
    client = Client()
    for _ in range(20):
        assert client.get(link(subscription)).status_code == 200
        assert client.head(link(subscription)).status_code == 200

    subscription.refresh_from_db()
    assert subscription.is_on
    assert '<form method="post">' in client.get(link(subscription)).content.decode()


def test_only_the_list_of_the_link_is_left(subscription, member):
    other = SubscriptionFactory(membership=member, variant="team")

    Client().post(link(subscription))

    other.refresh_from_db()
    assert other.is_on


def test_a_link_cannot_be_guessed(subscription):
    token = link(subscription).split("/")[-2]
    key, _dash, proof = token.partition("-")
    forged = [f"{int(key) + 1}-{proof}", f"{key}-{proof[:-1]}", key, f"{key}-", f"²-{proof}",
              f"{'9' * 40}-{proof}", f"{key}-{proof}é"]  # fmt: skip

    for each in forged:
        url = reverse("reviews:unsubscribe", args=[each])
        assert Client().post(url).status_code == 404, each
    subscription.refresh_from_db()
    assert subscription.is_on


def test_before_choosing_the_page_shows_what_one_would_get(client, some_numbers, lead):
    client.force_login(lead.user)

    page = client.get("/me/email/").content.decode()

    assert page.count(" checked") == 3


@pytest.mark.django_db
def test_whoever_belongs_nowhere_is_not_offered_a_form_without_fields(client):
    client.force_login(UserFactory())

    page = client.get("/me/email/").content.decode()

    assert "You belong to no workspace" in page
    assert "Save" not in page


def test_one_chooses_digests_and_teams(client, workspace, member):
    team = TeamFactory(workspace=workspace)
    foreign = TeamFactory()
    client.force_login(member.user)
    field = f"{member.pk}-"

    refused = client.post("/me/email/", {f"{field}teams": [foreign.pk]})
    assert refused.status_code == 422
    assert "<title>Error: My mail" in refused.content.decode()
    assert not DigestSubscription.objects.exists()

    saved = client.post("/me/email/", {f"{field}workspace": "on", f"{field}teams": [team.pk]})
    assert saved.status_code == 302
    found = DigestSubscription.objects.filter(is_on=True).values_list("variant", "team")
    assert set(found) == {("team", None), ("team", team.pk)}

    client.post("/me/email/", {f"{field}personal": "on"})
    found = DigestSubscription.objects.filter(is_on=True).values_list("variant", "team")
    assert set(found) == {("personal", None)}


def test_who_switched_a_digest_off_is_in_the_audit_trail(client, workspace, member):
    team = TeamFactory(workspace=workspace, name="Paid media")
    DigestSubscription.objects.create(
        workspace=workspace, membership=member, variant="team", team=team
    )
    client.force_login(member.user)
    client.post("/me/email/", {f"{member.pk}-personal": "on"})

    entries = [entry for entry in latest(workspace)[0] if entry.what == "Digest"]
    [off] = [entry for entry in entries if entry.deed == Deed.CHANGED]

    assert (off.who, off.changes) == ("Mia Member", [Change("On", "yes", "no")])
    assert off.name == "Mia Member, Team: the KPIs of a team, Paid media"
