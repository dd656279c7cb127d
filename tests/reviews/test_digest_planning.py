"""When digests are due: once a week, whatever clocks and settings do (FM-22, FM-23)."""

import datetime as dt
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from core.clock import instant
from goals.models import DirtyMark
from reviews.models import DigestDelivery, DigestRun, DigestSubscription
from reviews.rules.schedule import SPREAD_SECONDS, comes_after, due_at, latest_due_week, spread
from reviews.services import planning
from reviews.services.subscriptions import Choice, choose
from teams.models import Workspace
from teams.policy import Role
from tests.conftest import NOW
from tests.factories.reviews import SubscriptionFactory
from tests.factories.teams import MembershipFactory, WorkspaceFactory
from tests.reviews.conftest import DAY, WEEK

UTC = dt.UTC
MINUTE = dt.timedelta(minutes=1)


def utc(*parts):
    return dt.datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "wall", "moment"),
    [
        # Skipped: the end of the gap.
        ("Europe/Warsaw", (2027, 3, 28, 2, 30), utc(2027, 3, 28, 1, 0)),
        ("America/Sao_Paulo", (2018, 11, 4, 0, 0), utc(2018, 11, 4, 3, 0)),
        ("Africa/Cairo", (2027, 4, 30, 0, 0), utc(2027, 4, 29, 22, 0)),
        ("America/Havana", (2027, 3, 14, 0, 0), utc(2027, 3, 14, 5, 0)),
        ("Australia/Lord_Howe", (2026, 10, 4, 2, 15), utc(2026, 10, 3, 15, 30)),
        # A day that does not exist at all.
        ("Pacific/Apia", (2011, 12, 30, 9, 0), utc(2011, 12, 30, 10, 0)),
        # Doubled: the first.
        ("Europe/Warsaw", (2026, 10, 25, 2, 30), utc(2026, 10, 25, 0, 30)),
        ("America/New_York", (2027, 11, 7, 1, 30), utc(2027, 11, 7, 5, 30)),
    ],
)
def test_an_hour_that_the_clocks_skip_or_double_means_one_moment(zone, wall, moment):
    shown = dt.datetime(*wall)  # noqa: DTZ001  # what a clock on the wall shows

    assert instant(shown, ZoneInfo(zone)) == moment


def place(**given):
    return Workspace(name="x", slug="x", currency="EUR", **given)


@pytest.mark.parametrize(
    ("zone", "weekday", "hour"),
    [
        ("Europe/Warsaw", 6, 2), ("America/New_York", 6, 1), ("America/Havana", 6, 0),
        ("Africa/Cairo", 4, 0), ("Australia/Lord_Howe", 6, 2), ("Asia/Bangkok", 0, 8),
        ("Pacific/Apia", 0, 0), ("America/St_Johns", 6, 0),
    ],
)  # fmt: skip
def test_every_week_of_ten_years_falls_due_once_and_at_its_hour(zone, weekday, hour):
    here = place(timezone=zone, digest_weekday=weekday, digest_time=dt.time(hour, 30))
    weeks = [dt.date(2025, 1, 6) + dt.timedelta(weeks=n) for n in range(520)]
    due = [due_at(here, week) for week in weeks]

    steps = {later - earlier for earlier, later in pairwise(due)}
    assert min(steps) >= 7 * DAY - dt.timedelta(hours=1)
    assert max(steps) <= 7 * DAY + dt.timedelta(hours=1)
    for week, moment in zip(weeks, due, strict=True):
        assert latest_due_week(here, at=moment) == week
        assert latest_due_week(here, at=moment - MINUTE) == week - dt.timedelta(weeks=1)


def ticks(first, last, step):
    while first < last:
        yield first
        first += step


@pytest.mark.parametrize("zone", ["Europe/Warsaw", "Pacific/Apia"])
def test_a_year_of_ticks_makes_one_run_for_each_week(some_numbers, workspace, zone):
    workspace.timezone = zone
    workspace.save()
    for at in ticks(utc(2026, 11, 16), utc(2027, 11, 15), dt.timedelta(hours=12)):
        planning.plan_due(at=at)

    weeks = list(DigestRun.objects.order_by("week").values_list("week", flat=True))
    assert weeks == [weeks[0] + dt.timedelta(weeks=n) for n in range(len(weeks))]
    assert len(weeks) in {52, 53}


def test_planning_again_makes_nothing_more(run):
    assert planning.plan_due(at=NOW) == 0
    assert (DigestRun.objects.count(), DigestDelivery.objects.count()) == (1, 3)


@pytest.mark.parametrize("shift", [-DAY, dt.timedelta(hours=-1), dt.timedelta(hours=1)])
def test_a_clock_that_jumps_makes_no_second_run(run, shift):
    planning.plan_due(at=NOW + shift)

    assert DigestRun.objects.count() == 1


def test_after_a_long_silence_only_the_latest_week_goes(run):
    planning.plan_due(at=NOW + 36 * DAY)

    weeks = DigestRun.objects.order_by("week").values_list("week", flat=True)
    assert list(weeks) == [WEEK, WEEK + dt.timedelta(weeks=5)]
    states = DigestDelivery.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["overtaken"] * 3 + ["waiting"] * 3


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("timezone", "Pacific/Honolulu"), ("timezone", "Pacific/Kiritimati"),
        ("digest_weekday", 4), ("digest_time", dt.time(23, 30)), ("digest_time", dt.time(0, 5)),
        ("week_start", 6), ("week_start", 3), ("week_start", 5),
    ],
)  # fmt: skip
def test_changed_settings_neither_double_nor_miss_a_digest(run, workspace, field, value):
    setattr(workspace, field, value)
    workspace.save()
    for at in ticks(NOW, NOW + 35 * DAY, dt.timedelta(hours=3)):
        planning.plan_due(at=at)

    runs = list(DigestRun.objects.order_by("week").values_list("week", "due_at"))
    assert len(runs) in {5, 6}
    gaps = [later[1] - earlier[1] for earlier, later in pairwise(runs)]
    assert min(gaps) >= 6 * DAY
    assert max(gaps) <= 12 * DAY
    covered = [later[0] - earlier[0] for earlier, later in pairwise(runs)]
    assert min(covered) >= 3 * DAY
    assert max(covered) <= 10 * DAY


def test_weeks_that_overlap_follow_each_other_only_a_week_apart():
    monday, due = dt.date(2026, 11, 9), utc(2026, 11, 16, 7)
    last = (monday, due)

    assert not comes_after(monday, due, last=last)
    assert not comes_after(monday - DAY, due + 7 * DAY, last=last)
    assert not comes_after(monday + DAY, due, last=last)
    assert comes_after(monday + 6 * DAY, due + 7 * DAY, last=last)
    assert comes_after(monday + 7 * DAY, due + DAY, last=last)


def test_deliveries_are_spread_over_twenty_minutes_each_at_its_own(some_numbers, workspace):
    due = due_at(workspace, WEEK)
    planning.plan_due(at=due)

    rows = dict(DigestDelivery.objects.values_list("subscription_id", "send_after"))
    assert rows == {key: due + spread(key) for key in rows}
    assert len(set(rows.values())) == 3


def test_a_digest_that_is_late_waits_no_longer(run):
    assert set(run.deliveries.values_list("send_after", flat=True)) == {NOW}


def test_the_spread_is_even():
    delays = sorted(spread(key).total_seconds() for key in range(1000, 1000 + SPREAD_SECONDS))

    assert delays == list(range(SPREAD_SECONDS))


def test_nothing_is_planned_where_nothing_is_set_up(workspace, lead, frozen):
    planning.plan_due(at=NOW)

    assert DigestDelivery.objects.count() == 0


def test_what_is_set_up_later_in_the_week_waits_for_the_next(workspace, lead, numbers):
    planning.plan_due(at=NOW)
    numbers.kpi("Trial sign-ups", 120, 90, 40)
    planning.plan_due(at=NOW + DAY)
    assert DigestDelivery.objects.count() == 0

    planning.plan_due(at=NOW + 7 * DAY)
    assert DigestDelivery.objects.count() == 2


def test_a_kpi_without_any_number_is_not_set_up_yet(workspace, lead, numbers):
    numbers.kpi("Trial sign-ups")
    planning.plan_due(at=NOW)

    assert DigestDelivery.objects.count() == 0


def test_nobody_gets_a_digest_that_was_due_before_they_joined(some_numbers, workspace):
    late = MembershipFactory(workspace=workspace, joined_at=NOW - MINUTE)
    planning.plan_due(at=NOW)

    assert not DigestDelivery.objects.filter(subscription__membership=late).exists()


def test_lagging_rollups_hold_a_digest_back_for_two_hours(some_numbers, workspace):
    due = due_at(workspace, WEEK)
    DirtyMark.objects.create(
        workspace_id=workspace.pk, series_id=1, on_date=WEEK, made_at=due - MINUTE
    )

    assert planning.plan_due(at=NOW) == 0
    assert planning.plan_due(at=due + planning.PATIENCE - MINUTE) == 0
    assert planning.plan_due(at=due + planning.PATIENCE) == 1


def test_a_workspace_that_cannot_be_planned_holds_up_no_other(
    some_numbers, workspace, stranger, monkeypatch, caplog
):
    def due_unless_broken(one, *, at):
        if one == workspace:
            raise RuntimeError("broken")
        return latest_due_week(one, at=at)

    monkeypatch.setattr(planning, "latest_due_week", due_unless_broken)

    assert planning.plan_due(at=NOW) == 1
    assert DigestRun.objects.get().workspace == stranger.workspace
    assert "rosemary could not be planned" in caplog.text


def test_numbers_that_keep_coming_hold_nothing_back(some_numbers, workspace):
    DirtyMark.objects.create(workspace_id=workspace.pk, series_id=1, on_date=WEEK, made_at=NOW)

    assert planning.plan_due(at=NOW) == 1


@pytest.mark.parametrize(
    ("role", "digests"),
    [
        (Role.VIEWER, {"team"}), (Role.PARTNER, {"personal"}), (Role.MEMBER, {"personal"}),
        (Role.LEAD, {"personal", "team"}), (Role.OWNER, {"personal", "team"}),
    ],
)  # fmt: skip
def test_each_role_starts_with_what_suits_it(some_numbers, workspace, role, digests):
    person = MembershipFactory(workspace=workspace, role=role)
    planning.plan_due(at=NOW)

    found = DigestSubscription.objects.filter(membership=person).values_list("variant", flat=True)
    assert set(found) == digests


def test_whoever_switched_everything_off_stays_off(some_numbers, member):
    choose(member=member, choice=Choice())
    planning.plan_due(at=NOW)

    assert not DigestDelivery.objects.filter(subscription__membership=member).exists()


def test_a_pause_ends_on_its_day(some_numbers, member):
    choose(member=member, choice=Choice(personal=True, paused_until=NOW.date() + DAY))
    planning.plan_due(at=NOW)
    mine = DigestDelivery.objects.filter(subscription__membership=member)
    assert not mine.exists()

    choose(member=member, choice=Choice(personal=True, paused_until=NOW.date() + 7 * DAY))
    planning.plan_due(at=NOW + 7 * DAY)
    assert mine.count() == 1


def test_workspaces_do_not_hear_of_each_other(some_numbers, workspace):
    other = WorkspaceFactory()
    MembershipFactory(workspace=other, role=Role.LEAD)
    SubscriptionFactory(membership=MembershipFactory(workspace=other))

    planning.plan_due(at=NOW)

    told = DigestDelivery.objects.values_list(
        "run__workspace", "subscription__membership__workspace"
    )
    assert set(told) == {(workspace.pk, workspace.pk)}


@pytest.mark.parametrize("workspaces", [2, 12])
def test_looking_what_is_due_costs_one_query(workspaces, db, django_assert_num_queries):
    for _ in range(workspaces):
        WorkspaceFactory()
    planning.plan_due(at=NOW)

    with django_assert_num_queries(1):
        planning.plan_due(at=NOW)
