"""Reminders of numbers that are due: to whom, when, and once (FM-07, FM-23)."""

import datetime as dt
import re
import signal

import pytest
from django.urls import reverse

from goals.models import Kpi, Source
from reviews.models import DigestDelivery, DigestRun, DigestSubscription
from reviews.rules.schedule import numbers_due_at, reminds_at
from reviews.services import ledger, planning, reminders, subscriptions
from reviews.services.subscriptions import Choice
from teams.models import ApiToken, Membership, Workspace
from teams.policy import Role
from tests.beside import at_once, start_child
from tests.conftest import NOW
from tests.factories.goals import KpiFactory
from tests.reviews.conftest import DAY, LATER, WEEK, send

UTC = dt.UTC
HOUR, MINUTE = dt.timedelta(hours=1), dt.timedelta(minutes=1)
# NOW is Monday, 09:00 in Warsaw: numbers are due at 11:00.
DUE = NOW + 2 * HOUR


@pytest.fixture
def missing(numbers, member):
    """Week 46 has no value of one KPI of the member, and of one of the lead."""
    numbers.kpi("Trial sign-ups", 120, 90, None, owner=member, number=41)
    numbers.kpi("Cost per trial", 110, 105, None, number=42)
    numbers.kpi("Newsletter readers", 100, 101, 130, number=43)
    return numbers


def reminded():
    rows = DigestDelivery.objects.filter(run__occasion="reminder").order_by("pk")
    return list(rows.values_list("subscription__membership__user__email", flat=True))


def place(**given):
    return Workspace(name="x", slug="x", currency="EUR", **given)


@pytest.mark.parametrize(
    ("zone", "weekday", "wall", "due", "notice"),
    [
        ("Europe/Warsaw", 0, (11, 0), dt.datetime(2026, 11, 16, 10, tzinfo=UTC), 2 * HOUR),
        # The week of 23 March 2027 ends with the night in which Warsaw skips 02:00 to 03:00.
        ("Europe/Warsaw", 6, (2, 30), dt.datetime(2027, 4, 4, 0, 30, tzinfo=UTC), 2 * HOUR),
        # Never before the week is over, and not at all if that is when they are due.
        ("Europe/Warsaw", 0, (1, 0), dt.datetime(2026, 11, 16, 0, tzinfo=UTC), HOUR),
        ("Europe/Warsaw", 0, (0, 0), dt.datetime(2026, 11, 15, 23, tzinfo=UTC), 0 * HOUR),
    ],
)
def test_owners_are_reminded_two_hours_before(zone, weekday, wall, due, notice):
    here = place(timezone=zone, numbers_due_weekday=weekday, numbers_due_time=dt.time(*wall))
    week = WEEK if due.year == 2026 else dt.date(2027, 3, 22)

    assert numbers_due_at(here, week) == due
    assert due - reminds_at(here, week) == notice


@pytest.mark.parametrize(
    ("week", "due", "notice"),
    [
        # The clocks skip 02:30 on Sunday, 28 March 2027: due when the gap ends.
        (dt.date(2027, 3, 15), dt.datetime(2027, 3, 28, 1, tzinfo=UTC), 2 * HOUR),
        # They show 02:30 twice on Sunday, 25 October 2026: due the first time.
        (dt.date(2026, 10, 12), dt.datetime(2026, 10, 25, 0, 30, tzinfo=UTC), 2 * HOUR),
    ],
)
def test_an_hour_that_is_skipped_or_doubled_is_one_moment(week, due, notice):
    here = place(timezone="Europe/Warsaw", numbers_due_weekday=6, numbers_due_time=dt.time(2, 30))

    assert numbers_due_at(here, week) == due
    assert due - reminds_at(here, week) == notice


@pytest.mark.parametrize(
    ("at", "began"),
    [(NOW - MINUTE, 0), (NOW, 1), (DUE - MINUTE, 1), (DUE, 0), (DUE + 3 * DAY, 0)],
)
def test_reminders_go_between_the_notice_and_the_due_moment(missing, at, began):
    assert reminders.plan_due(at=at) == began


def test_only_owners_of_missing_numbers_are_reminded_and_once(missing, member, lead):
    reminders.plan_due(at=NOW)
    reminders.plan_due(at=NOW + MINUTE)

    assert sorted(reminded()) == ["leo@example.com", "mia@example.com"]
    assert DigestRun.objects.reminders().count() == 1


def with_a_value(missing, _member):
    numbers = missing
    Kpi.objects.all().delete()
    numbers.kpi("Trial sign-ups", 100, 90, number=51)


def _codes():
    return list(Kpi.objects.values_list("code", flat=True))


def pulled(_missing, member):
    values = {f"column {n}": code for n, code in enumerate(_codes())}
    Source.objects.create(
        workspace=member.workspace, number=9, name="Sheet", address="https://x.example/a",
        host="x.example", owner=member, hour=6, next_at=NOW, mapping={"values": values},
    )  # fmt: skip


def sent_by_a_program(_missing, member):
    ApiToken.objects.create(
        membership=member, name="CRM", scope="measurements", kpi_codes=_codes(), public_id="a",
        secret_hash="x", created_at=NOW, expires_at=NOW + DAY,
    )  # fmt: skip


def computed(_missing, _member):
    Kpi.objects.update(aggregation="formula", formula="1")


def zero_where_nothing_is(_missing, _member):
    Kpi.objects.update(gaps="zero")


def archived(_missing, _member):
    Kpi.objects.update(archived_at=NOW)


def opted_out(_missing, member):
    for each in Membership.objects.filter(workspace=member.workspace):
        subscriptions.choose(member=each, choice=Choice(reminder=False))


def left(_missing, member):
    Membership.objects.filter(workspace=member.workspace).update(ended_at=NOW)


def without_kpis(_missing, _member):
    Kpi.objects.all().delete()


@pytest.mark.parametrize(
    "change",
    [
        with_a_value, pulled, sent_by_a_program, computed, zero_where_nothing_is, archived,
        opted_out, left, without_kpis,
    ],
)  # fmt: skip
def test_nobody_is_reminded_of_what_they_do_not_owe(missing, member, change):
    change(missing, member)

    reminders.plan_due(at=NOW)

    assert reminded() == []


def test_what_the_reminder_says(missing, member, server):
    KpiFactory(workspace=member.workspace, owner=member, name="Visits", cadence="daily", number=44)
    reminders.plan_due(at=NOW)
    send()

    [mine] = [each for each in server.messages if each["To"] == "mia@example.com"]
    text = mine.get_body(("plain",)).get_content()
    html = mine.get_body(("html",)).get_content()
    assert mine["Subject"] == "Week 46: 2 numbers are missing, due Monday 11:00"
    for said in ("Missing: Trial sign-ups", "Visits: 7 of 7 values", "/kpis/enter/?week=2026-W46"):
        assert said in text
    assert "Cost per trial" not in text + html
    assert "Trial sign-ups" in html
    assert mine["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def entered(numbers, member):
    Kpi.objects.filter(owner=member).update(gaps="zero")


def lowered(_numbers, member):
    member.role = Role.VIEWER
    member.save()


@pytest.mark.parametrize("change", [entered, lowered, opted_out, left])
def test_whoever_needs_no_reminder_any_more_gets_none(missing, member, server, change):
    reminders.plan_due(at=NOW)
    change(missing, member)
    send()

    assert "mia@example.com" not in server.recipients


def test_after_the_due_moment_no_reminder_goes(missing, server):
    reminders.plan_due(at=NOW)
    send(at=DUE + MINUTE)

    assert server.messages == []
    assert set(DigestDelivery.objects.values_list("state", flat=True)) == {"skipped"}


def test_the_link_in_a_reminder_stops_reminders_and_nothing_else(missing, member, server, client):
    planning.plan_due(at=NOW)
    reminders.plan_due(at=NOW)
    send()
    [mine] = [
        each for each in server.messages
        if each["To"] == "mia@example.com" and "missing" in each["Subject"]
    ]  # fmt: skip
    client.post(re.sub("[<>]", "", mine["List-Unsubscribe"]))

    wanted = DigestSubscription.objects.filter(membership=member).values_list("variant", "is_on")
    assert dict(wanted) == {"personal": True, "reminder": False}
    assert subscriptions.chosen(member) == Choice(personal=True, reminder=False)


def test_who_was_only_reminded_still_gets_the_usual_digest(missing, member):
    reminders.plan_due(at=NOW)
    assert subscriptions.chosen(member) == subscriptions.usual_choice(member)

    planning.plan_due(at=NOW)

    kinds = DigestDelivery.objects.filter(subscription__membership=member)
    assert set(kinds.values_list("subscription__variant", flat=True)) == {"personal", "reminder"}


WORKER = """
import datetime as dt
from reviews.services import reminders, sending
reminders.plan_due(at=dt.datetime.fromisoformat(sys.argv[2]))
sending.send_waiting(at=dt.datetime.fromisoformat(sys.argv[3]))
"""


@pytest.mark.parametrize(
    ("point", "accepted", "unknown"),
    [
        ("digest.after_claim", 2, 0),
        ("digest.after_data_started", 1, 1),
        ("digest.after_sent", 2, 1),
    ],
)
@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_doubles_no_reminder(missing, server, point, accepted, unknown):
    address = f"smtp://127.0.0.1:{server.port}"
    with start_child(
        WORKER, NOW.isoformat(), LATER.isoformat(), EMAIL_URL=address, MOPS_FAULTS=point
    ) as child:
        child.communicate()
    assert child.returncode == -signal.SIGKILL

    send(at=LATER + 2 * ledger.HAND_OVER_LEASE)

    assert len(server.accepted) == accepted
    states = list(DigestDelivery.objects.values_list("state", flat=True))
    assert sorted(states) == ["sent"] * (2 - unknown) + ["unknown"] * unknown


@pytest.mark.django_db(transaction=True)
def test_two_beats_make_one_reminder_each(missing):
    at_once(lambda: reminders.plan_due(at=NOW), lambda: reminders.plan_due(at=NOW))

    assert sorted(reminded()) == ["leo@example.com", "mia@example.com"]


def test_the_log_lists_reminders_beside_digests(missing, lead, client, server, frozen):
    reminders.plan_due(at=NOW)
    client.force_login(lead.user)

    page = client.get(reverse("reviews:digest-log", args=[lead.workspace.slug]))

    assert page.content.decode().count("<td>Reminder</td>") == 2
