"""Team digests leave once all numbers are in, else at their hour with what is missing named."""

import datetime as dt

import pytest

from goals.models import DirtyMark, Kpi, Series
from reviews.models import DigestDelivery, DigestRun
from reviews.services import planning
from teams.models import Workspace
from tests.beside import at_once
from tests.conftest import NOW
from tests.factories.reviews import RunFactory
from tests.reviews.conftest import WEEK, send

HOUR, MINUTE = dt.timedelta(hours=1), dt.timedelta(minutes=1)
# Week 46 ends at midnight in Warsaw; its digests are due at 08:00, an hour before NOW.
OVER = NOW - 9 * HOUR
DUE = NOW - HOUR


@pytest.fixture
def eager(workspace):
    workspace.digest_when_complete = True
    workspace.save()


@pytest.fixture
def all_in(numbers, member, eager):
    week = dt.timedelta(weeks=1)
    RunFactory(workspace=member.workspace, week=WEEK - week, due_at=DUE - week)
    numbers.kpi("Trial sign-ups", 120, 90, 40, owner=member, number=41)
    numbers.kpi("Newsletter readers", 100, 101, 130, number=43)
    return numbers


def moments():
    """Give the earliest moment of each kind of digest."""
    rows = DigestDelivery.objects.order_by("-send_after")
    return dict(rows.values_list("subscription__variant", "send_after"))


def test_team_digests_go_as_soon_as_all_numbers_are_in(all_in):
    assert planning.plan_due(at=OVER + HOUR) == 1

    found = moments()
    assert OVER + HOUR <= found["team"] < OVER + HOUR + 20 * MINUTE
    assert DUE <= found["personal"] < DUE + 20 * MINUTE


def test_each_goes_once_whoever_looks_later(all_in, server):
    for at in (OVER + HOUR, OVER + 2 * HOUR, DUE, NOW):
        planning.plan_due(at=at)
    assert send(at=OVER + 2 * HOUR) == 1
    assert [message["To"] for message in server.messages] == ["leo@example.com"]

    send()

    assert sorted(server.recipients) == ["leo@example.com", "leo@example.com", "mia@example.com"]
    assert DigestRun.objects.filter(week=WEEK).count() == 1


def week_not_over(_numbers):
    return OVER - MINUTE


def not_wanted(_numbers):
    Workspace.objects.update(digest_when_complete=False)
    return DUE - MINUTE


def one_missing(numbers):
    numbers.kpi("Cost per trial", 110, 105, None, number=42)
    return DUE - MINUTE


def not_added_up(numbers):
    series = Series.objects.for_workspace(numbers.workspace).first()
    DirtyMark.objects.create(
        workspace=numbers.workspace, series_id=series.pk, on_date=WEEK, made_at=OVER
    )
    return OVER + HOUR


def no_kpi(_numbers):
    Kpi.objects.all().delete()
    return DUE - MINUTE


@pytest.mark.parametrize(
    "hindrance", [week_not_over, not_wanted, one_missing, not_added_up, no_kpi]
)
def test_else_nothing_goes_before_its_hour(all_in, hindrance):
    at = hindrance(all_in)

    assert planning.plan_due(at=at) == 0
    assert planning.plan_due(at=DUE + 2 * HOUR) == 1


def test_at_its_hour_it_names_what_is_missing(all_in, server):
    all_in.kpi("Cost per trial", 110, 105, None, number=42)
    for n in range(9):
        all_in.kpi(f"Number {n}", 110, None, number=50 + n)
    planning.plan_due(at=NOW)
    send()

    texts = {
        message["Subject"]: " ".join(message.get_body(("plain",)).get_content().split())
        for message in server.messages
    }
    [team] = [text for subject, text in texts.items() if "need" not in subject]
    assert (
        "Not in yet: Cost per trial, Number 0, Number 1, Number 2, Number 3, Number 4, Number 5, "
        "Number 6 and 2 more."
    ) in team
    assert all("Not in yet" not in text for subject, text in texts.items() if "need" in subject)


def test_where_the_clocks_turn_nothing_goes_before_the_week_is_over(workspace, all_in):
    """Week 43 of 2026 ends in the night in which Warsaw's clocks show 02:00 twice."""
    all_in.kpi("Long ago", *[1] * 5, number=60)
    Kpi.objects.exclude(number=60).delete()
    DigestRun.objects.all().delete()
    over = dt.datetime(2026, 10, 25, 23, tzinfo=dt.UTC)
    planning.plan_due(at=over - MINUTE)
    before = list(DigestRun.objects.values_list("week", flat=True))

    planning.plan_due(at=over)

    new = DigestRun.objects.exclude(week__in=before).values_list("week", flat=True)
    assert list(new) == [dt.date(2026, 10, 19)]


@pytest.mark.django_db(transaction=True)
def test_two_beats_make_one_run(all_in):
    at_once(*[lambda: planning.plan_due(at=OVER + HOUR)] * 2)

    assert DigestRun.objects.filter(week=WEEK).count() == 1
    assert DigestDelivery.objects.count() == 3
