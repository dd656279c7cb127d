"""Which target a period has, and how targets are set without re-judging the past."""

import datetime as dt
from decimal import Decimal

import pytest

from core.errors import ConflictError
from core.periods import Grain, PeriodCalendar
from goals.models import Target
from goals.rules.status import Comparator, Goalpost
from goals.rules.targets import EMPTY, TargetLine
from goals.services.targets import (
    JudgedPeriodError,
    TargetRuleError,
    remove_target,
    set_target,
)
from tests.factories.goals import BreakdownFactory, KpiFactory, SegmentFactory, kpi_by_market

CALENDAR = PeriodCalendar()
# Mondays. November 2026 begins on a Sunday, so its weeks are those of the 2nd to the 30th.
LONG_AGO = dt.date(2026, 10, 26)
NOV_2 = dt.date(2026, 11, 2)
LAST_WEEK = dt.date(2026, 11, 9)
THIS_WEEK = dt.date(2026, 11, 16)
NEXT_WEEK = dt.date(2026, 11, 23)
NOVEMBER = dt.date(2026, 11, 1)


def _at_least(value, upper=None):
    comparator = Comparator.AT_LEAST if upper is None else Comparator.IN_RANGE
    return Goalpost(comparator, Decimal(value), None if upper is None else Decimal(upper))


def _line(*steps):
    return TargetLine(
        [start for start, _goalpost in steps], [goalpost for _start, goalpost in steps]
    )


def _over(line, grain, start, *, cadence=Grain.WEEK, adds_up=True, calendar=CALENDAR):
    return line.over(grain, start, cadence=cadence, adds_up=adds_up, calendar=calendar)


# -- Which target a period has -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("week", "target"),
    [
        (dt.date(2026, 10, 26), None),
        (dt.date(2026, 11, 2), "100"),
        (dt.date(2026, 11, 9), "100"),
        (dt.date(2026, 11, 16), "120"),
        (dt.date(2027, 11, 15), "120"),
    ],
)
def test_a_target_holds_until_the_next_begins(week, target):
    line = _line((NOV_2, _at_least("100")), (THIS_WEEK, _at_least("120")))

    assert line.at(week) == (None if target is None else _at_least(target))


def test_no_target_from_here_on_ends_a_target():
    line = _line((NOV_2, _at_least("100")), (THIS_WEEK, None))

    assert line.at(LAST_WEEK) == _at_least("100")
    assert line.at(THIS_WEEK) is None


@pytest.mark.parametrize("adds_up", [True, False])
def test_a_kpi_without_targets_has_none_over_any_period(adds_up):
    assert EMPTY.at(LAST_WEEK) is None
    assert _over(EMPTY, Grain.MONTH, NOVEMBER, adds_up=adds_up) is None


@pytest.mark.parametrize(
    ("grain", "start", "target"),
    [
        # 100 a week: 4 weeks begin in October, 5 in November, 4 in December; 52 in 2026.
        (Grain.WEEK, LAST_WEEK, "100"),
        (Grain.MONTH, dt.date(2026, 10, 1), "400"),
        (Grain.MONTH, NOVEMBER, "500"),
        (Grain.QUARTER, dt.date(2026, 10, 1), "1300"),
        (Grain.YEAR, dt.date(2026, 1, 1), "5200"),
        # 2024 began on a Monday and ended on a Tuesday: 53 weeks begin in it.
        (Grain.YEAR, dt.date(2024, 1, 1), "5300"),
    ],
)
def test_weekly_targets_of_a_sum_add_up(grain, start, target):
    line = _line((dt.date(2023, 1, 2), _at_least("100")))

    assert _over(line, grain, start) == _at_least(target)


@pytest.mark.parametrize(
    ("cadence", "grain", "start", "target"),
    [
        (Grain.DAY, Grain.MONTH, dt.date(2024, 2, 1), "290"),
        (Grain.DAY, Grain.WEEK, LAST_WEEK, "70"),
        (Grain.MONTH, Grain.QUARTER, dt.date(2026, 10, 1), "30"),
        (Grain.MONTH, Grain.YEAR, dt.date(2026, 1, 1), "120"),
        (Grain.QUARTER, Grain.YEAR, dt.date(2026, 1, 1), "40"),
    ],
)
def test_every_cadence_adds_its_own_periods(cadence, grain, start, target):
    """Ten in each period of the cadence."""
    line = _line((dt.date(2020, 1, 1), _at_least("10")))

    assert _over(line, grain, start, cadence=cadence) == _at_least(target)


def test_a_target_that_changes_within_a_month_adds_each_week_s_own():
    """Two weeks of 100 and three of 120: 200 + 360."""
    line = _line((LONG_AGO, _at_least("100")), (THIS_WEEK, _at_least("120")))

    assert _over(line, Grain.MONTH, NOVEMBER) == _at_least("560")


def test_a_week_counts_in_the_month_of_its_first_day():
    """The week of 26 October ends on 1 November, so its target of 7 is none of November's."""
    line = _line((LONG_AGO, _at_least("7")), (NOV_2, _at_least("100")))

    assert _over(line, Grain.MONTH, NOVEMBER) == _at_least("500")


def test_the_week_start_of_the_workspace_decides_how_many_weeks_a_month_has():
    """Five Sundays begin a week in November 2026: 1, 8, 15, 22, 29; only four Saturdays do."""
    line = _line((dt.date(2026, 1, 1), _at_least("100")))

    sundays = _over(line, Grain.MONTH, NOVEMBER, calendar=PeriodCalendar(week_start=6))
    saturdays = _over(line, Grain.MONTH, NOVEMBER, calendar=PeriodCalendar(week_start=5))
    assert (sundays, saturdays) == (_at_least("500"), _at_least("400"))


def test_both_bounds_of_a_range_add_up():
    """Two weeks of 10 to 20 and three of 12 to 25."""
    line = _line((LONG_AGO, _at_least("10", "20")), (THIS_WEEK, _at_least("12", "25")))

    assert _over(line, Grain.MONTH, NOVEMBER) == _at_least("56", "115")


@pytest.mark.parametrize(
    "line",
    [
        _line((THIS_WEEK, _at_least("100"))),
        _line((LONG_AGO, _at_least("100")), (dt.date(2026, 11, 30), None)),
        _line((LONG_AGO, None)),
    ],
    ids=["none at first", "none in the last week", "none at all"],
)
def test_a_sum_over_a_period_without_target_has_none(line):
    assert _over(line, Grain.MONTH, NOVEMBER) is None


def test_targets_of_different_comparators_do_not_add_up():
    at_most = Goalpost(Comparator.AT_MOST, Decimal(100))
    line = _line((LONG_AGO, _at_least("100")), (THIS_WEEK, at_most))

    assert _over(line, Grain.MONTH, NOVEMBER) is None


@pytest.mark.parametrize(
    ("grain", "start", "target"),
    [
        (Grain.MONTH, dt.date(2026, 10, 1), "100"),
        (Grain.MONTH, NOVEMBER, "120"),
        (Grain.QUARTER, dt.date(2026, 10, 1), "150"),
        (Grain.YEAR, dt.date(2026, 1, 1), "150"),
    ],
)
def test_what_does_not_add_up_has_the_target_of_the_last_day(grain, start, target):
    line = _line(
        (dt.date(2026, 10, 5), _at_least("100")),
        (dt.date(2026, 11, 30), _at_least("120")),
        (dt.date(2026, 12, 28), _at_least("150")),
    )

    assert _over(line, grain, start, adds_up=False) == _at_least(target)


# -- Setting targets -----------------------------------------------------------------------------


@pytest.fixture
def kpi(workspace, lead):
    return KpiFactory(workspace=workspace, owner=lead, code="leads")


@pytest.fixture
def aim(kpi, lead, now):
    def set_it(value="100", valid_from=THIS_WEEK, *, comparator=Comparator.AT_LEAST, **more):
        return set_target(
            kpi=kpi, comparator=comparator, value=None if value is None else Decimal(value),
            valid_from=valid_from, by=lead, at=now, **more,
        )  # fmt: skip

    return set_it


def test_a_target_keeps_its_author_and_reason(aim, lead, now):
    target = aim("100", reason="The spring plan.")

    target.refresh_from_db()
    assert (target.value, target.reason) == (100, "The spring plan.")
    assert (target.set_by, target.set_at, target.version) == (lead, now, 1)


@pytest.mark.parametrize("day", [dt.date(2026, 11, 16), dt.date(2026, 11, 22)])
def test_a_target_begins_with_the_period_of_its_day(aim, day):
    assert aim(valid_from=day).valid_from == THIS_WEEK


def test_the_period_is_that_of_the_kpi_and_of_the_workspace(workspace, lead, now):
    """With a fiscal year from April, 16 November lies in the quarter from October."""
    workspace.fiscal_start = 4
    workspace.save()
    kpi = KpiFactory(workspace=workspace, owner=lead, cadence="yearly")

    target = set_target(
        kpi=kpi, comparator=Comparator.AT_LEAST, value=Decimal(1),
        valid_from=dt.date(2027, 2, 1), by=lead, at=now,
    )  # fmt: skip

    assert target.valid_from == dt.date(2026, 4, 1)


def test_a_second_target_in_the_same_period_replaces_the_first(aim):
    first = aim("100")
    second = aim("130", dt.date(2026, 11, 18))

    assert second.pk == first.pk
    assert list(Target.objects.values_list("value", "version")) == [(Decimal(130), 2)]


def test_a_later_target_leaves_the_earlier_one(aim):
    aim("100", THIS_WEEK)
    aim("120", NEXT_WEEK)

    stored = Target.objects.order_by("valid_from").values_list("valid_from", "value")
    assert list(stored) == [(THIS_WEEK, 100), (NEXT_WEEK, 120)]


def test_the_first_target_of_a_kpi_may_begin_in_the_past(aim):
    assert aim(valid_from=LAST_WEEK).valid_from == LAST_WEEK


@pytest.mark.parametrize("again", [LAST_WEEK, dt.date(2026, 11, 15)])
def test_a_period_that_was_judged_keeps_its_target(aim, again):
    aim("100", LONG_AGO)

    with pytest.raises(JudgedPeriodError) as refusal:
        aim("50", again)
    assert refusal.value.field == "valid_from"
    assert list(Target.objects.values_list("valid_from", "value")) == [(LONG_AGO, 100)]


def test_a_judged_target_itself_is_not_replaced(aim):
    aim("100", LAST_WEEK)

    with pytest.raises(JudgedPeriodError):
        aim("50", LAST_WEEK)
    assert Target.objects.get().value == 100


def test_the_running_period_may_get_another_target(aim):
    aim("100", LONG_AGO)

    assert aim("120", THIS_WEEK).valid_from == THIS_WEEK


def test_when_a_week_is_over_depends_on_the_workspace_s_clock(workspace, kpi, lead, aim):
    """At 23:30 UTC on Sunday it is Monday in Warsaw, and the week of the 9th is over."""
    aim("100", LONG_AGO)
    sunday = dt.datetime(2026, 11, 15, 22, 30, tzinfo=dt.UTC)
    change = {
        "kpi": kpi, "comparator": Comparator.AT_LEAST, "value": Decimal(120),
        "valid_from": LAST_WEEK, "by": lead,
    }  # fmt: skip

    with pytest.raises(JudgedPeriodError):
        set_target(**change, at=sunday + dt.timedelta(hours=1))
    assert set_target(**change, at=sunday).valid_from == LAST_WEEK


@pytest.mark.parametrize(
    ("comparator", "value", "upper", "field"),
    [
        ("at_least", None, None, "value"),
        ("at_least", "10", "20", "upper"),
        ("in_range", None, "20", "value"),
        ("in_range", "10", None, "upper"),
        ("not_in_range", "10", None, "upper"),
        ("in_range", "20", "10", "upper"),
        ("in_range", "20", "20", "upper"),
        ("not_in_range", "20", "10", "upper"),
        ("none", "10", None, "value"),
        ("at_least", "0.000000001", None, "value"),
        ("at_least", "NaN", None, "value"),
        ("at_least", "10000000000000000", None, "value"),
        ("in_range", "1", "0.000000001", "upper"),
    ],
)
def test_a_bound_that_does_not_fit_the_comparator_is_refused(aim, comparator, value, upper, field):
    bound = None if upper is None else Decimal(upper)

    with pytest.raises(TargetRuleError) as refused:
        aim(value, comparator=Comparator(comparator), upper=bound)
    assert refused.value.field == field
    assert not Target.objects.exists()


@pytest.mark.parametrize(
    ("comparator", "value", "upper"),
    [
        ("in_range", "-20", "-10"),
        ("not_in_range", "0", "0.00000001"),
        ("equals", "0", None),
        ("at_most", "-5", None),
        ("none", None, None),
    ],
)
def test_bounds_that_fit_are_taken(aim, comparator, value, upper):
    bound = None if upper is None else Decimal(upper)

    aim(value, comparator=Comparator(comparator), upper=bound)

    stored = Target.objects.get()
    assert (stored.comparator, stored.upper) == (comparator, bound)


@pytest.fixture
def by_market(workspace, lead):
    return kpi_by_market("pl", workspace=workspace, owner=lead)


def test_a_segment_has_targets_of_its_own_R30(by_market, lead, now):
    poland = by_market.breakdown.segments.get()
    common = {"kpi": by_market, "comparator": Comparator.AT_LEAST, "by": lead, "at": now}

    set_target(**common, value=Decimal(90), valid_from=LAST_WEEK)
    set_target(**common, value=Decimal(40), valid_from=LAST_WEEK, segment=poland)

    stored = Target.objects.order_by("value").values_list("segment__code", "value")
    assert list(stored) == [("pl", 40), (None, 90)]


def test_a_segment_of_another_breakdown_is_refused_R30(by_market, lead, now):
    channel = SegmentFactory(breakdown=BreakdownFactory(workspace=by_market.workspace))

    with pytest.raises(TargetRuleError) as refusal:
        set_target(
            kpi=by_market, segment=channel, comparator=Comparator.AT_LEAST, value=Decimal(1),
            valid_from=THIS_WEEK, by=lead, at=now,
        )  # fmt: skip
    assert refusal.value.field == "segment"
    assert not Target.objects.exists()


# -- Removing targets ----------------------------------------------------------------------------


@pytest.mark.parametrize("start", [THIS_WEEK, NEXT_WEEK])
def test_a_target_that_judged_nothing_yet_is_removed(aim, lead, now, start):
    target = aim(valid_from=start)

    remove_target(target=target, version=1, by=lead, at=now)

    assert not Target.objects.exists()


def test_a_target_that_judged_a_period_stays(aim, lead, now):
    target = aim(valid_from=LAST_WEEK)

    with pytest.raises(JudgedPeriodError):
        remove_target(target=target, version=1, by=lead, at=now)
    assert Target.objects.get() == target


def test_a_target_that_somebody_else_changed_stays(aim, lead, now):
    target = aim("100")
    aim("130")

    with pytest.raises(ConflictError):
        remove_target(target=target, version=1, by=lead, at=now)
    assert Target.objects.get().value == 130
