"""On track, at risk or off track: the boundaries of the judgement, and when there is none."""

import datetime as dt
from decimal import Decimal

import pytest

from goals.rules.status import Comparator, Goalpost, Status, distance, is_met, judge
from goals.selectors.points import get_freshness, get_lines
from goals.services.measurement_rows import NewValue
from goals.services.measurements import record
from goals.services.rollups import drain
from tests.factories.goals import KpiFactory, TargetFactory, kpi_by_market

ON, RISK, OFF = Status.ON_TRACK, Status.AT_RISK, Status.OFF_TRACK
LAST_WEEK = dt.date(2026, 11, 9)
THIS_WEEK = dt.date(2026, 11, 16)


def _goalpost(comparator, value, upper=None):
    return Goalpost(comparator, Decimal(value), None if upper is None else Decimal(upper))


def _judged(value, comparator, target, upper=None, *, band="10"):
    return judge(Decimal(value), _goalpost(comparator, target, upper), Decimal(band))


@pytest.mark.parametrize(
    ("comparator", "below", "equal", "above"),
    [
        ("at_least", False, True, True),
        ("more_than", False, False, True),
        ("at_most", True, True, False),
        ("less_than", True, False, False),
        ("equals", False, True, False),
    ],
)
def test_equality_meets_all_but_the_strict_comparators(comparator, below, equal, above):
    goalpost = _goalpost(Comparator(comparator), "230")
    values = (Decimal("229.99999999"), Decimal(230), Decimal("230.00000001"))

    assert [is_met(value, goalpost) for value in values] == [below, equal, above]


@pytest.mark.parametrize(
    ("value", "inside"),
    [("9.99999999", False), ("10", True), ("15", True), ("20", True), ("20.00000001", False)],
)
def test_a_range_includes_its_bounds_and_outside_excludes_them(value, inside):
    assert is_met(Decimal(value), _goalpost(Comparator.IN_RANGE, "10", "20")) is inside
    assert is_met(Decimal(value), _goalpost(Comparator.NOT_IN_RANGE, "10", "20")) is not inside


def test_trailing_zeros_do_not_matter():
    assert is_met(Decimal(5), _goalpost(Comparator.EQUALS, "5.00000000"))


def test_no_target_cannot_be_met():
    with pytest.raises(ValueError, match="none"):
        is_met(Decimal(1), _goalpost(Comparator.NONE, "0"))


@pytest.mark.parametrize(
    ("value", "status"),
    [
        # 10 % of 230 are 23, so the band reaches down to 207.
        ("1000", ON),
        ("230", ON),
        ("229.99999999", RISK),
        ("207", RISK),
        ("206.99999999", OFF),
        ("0", OFF),
        ("-230", OFF),
    ],
)
def test_where_more_is_better(value, status):
    assert _judged(value, Comparator.AT_LEAST, "230") is status


@pytest.mark.parametrize(
    ("value", "status"),
    [
        # 10 % of 40 are 4, so the band reaches up to 44.
        ("0", ON),
        ("40", ON),
        ("40.00000001", RISK),
        ("44", RISK),
        ("44.00000001", OFF),
    ],
)
def test_where_less_is_better(value, status):
    assert _judged(value, Comparator.AT_MOST, "40") is status


@pytest.mark.parametrize(
    ("comparator", "value", "status"),
    [
        (Comparator.MORE_THAN, "100.00000001", ON),
        (Comparator.MORE_THAN, "100", RISK),
        (Comparator.MORE_THAN, "90", RISK),
        (Comparator.MORE_THAN, "89.99999999", OFF),
        (Comparator.LESS_THAN, "99.99999999", ON),
        (Comparator.LESS_THAN, "100", RISK),
        (Comparator.LESS_THAN, "110", RISK),
        (Comparator.LESS_THAN, "110.00000001", OFF),
    ],
)
def test_a_strict_target_that_is_just_reached_is_at_risk(comparator, value, status):
    assert _judged(value, comparator, "100") is status


@pytest.mark.parametrize(
    ("value", "status"),
    [("50", ON), ("45", RISK), ("55", RISK), ("44.99999999", OFF), ("55.00000001", OFF)],
)
def test_an_exact_target_has_a_band_on_both_sides(value, status):
    """10 % of 50 are 5."""
    assert _judged(value, Comparator.EQUALS, "50") is status


@pytest.mark.parametrize(
    ("value", "status"),
    [
        # 10 % of the lower bound 100 are 10, of the upper bound 200 they are 20.
        ("89.99999999", OFF),
        ("90", RISK),
        ("99.99999999", RISK),
        ("100", ON),
        ("200", ON),
        ("220", RISK),
        ("220.00000001", OFF),
    ],
)
def test_a_range_has_the_band_of_the_nearer_bound(value, status):
    assert _judged(value, Comparator.IN_RANGE, "100", "200") is status


@pytest.mark.parametrize(
    ("value", "status"),
    [
        # From inside, 10 % of 100 reach up to 110, and 10 % of 200 down to 180.
        ("99.99999999", ON),
        ("100", RISK),
        ("110", RISK),
        ("110.00000001", OFF),
        ("179.99999999", OFF),
        ("180", RISK),
        ("200", RISK),
        ("200.00000001", ON),
    ],
)
def test_outside_a_range_has_the_band_inside_it(value, status):
    assert _judged(value, Comparator.NOT_IN_RANGE, "100", "200") is status


@pytest.mark.parametrize(
    ("comparator", "value", "status"),
    [
        (Comparator.AT_MOST, "0", ON),
        (Comparator.AT_MOST, "10", RISK),
        (Comparator.AT_MOST, "10.00000001", OFF),
        (Comparator.AT_LEAST, "-10", RISK),
        (Comparator.AT_LEAST, "-10.00000001", OFF),
    ],
)
def test_the_band_of_a_target_of_zero_is_a_distance(comparator, value, status):
    assert _judged(value, comparator, "0") is status


@pytest.mark.parametrize(
    ("value", "status"),
    [
        ("-3", RISK),
        ("-3.00000001", OFF),
        ("0", ON),
        ("20", ON),
        ("20.6", RISK),
        ("20.60000001", OFF),
    ],
)
def test_a_range_from_zero_has_a_distance_below_and_percents_above(value, status):
    """With a band of 3, the distance below 0 is 3, and 3 % of 20 are 0.6."""
    assert _judged(value, Comparator.IN_RANGE, "0", "20", band="3") is status


@pytest.mark.parametrize(
    ("value", "status"), [("-100", ON), ("-110", RISK), ("-110.00000001", OFF)]
)
def test_the_band_of_a_negative_target_lies_on_the_side_of_the_miss(value, status):
    """10 % of −100 are 10."""
    assert _judged(value, Comparator.AT_LEAST, "-100") is status


@pytest.mark.parametrize(
    ("band", "value", "status"),
    [
        ("0", "100", ON),
        ("0", "99.99999999", OFF),
        ("2.5", "97.5", RISK),
        ("2.5", "97.49999999", OFF),
        ("100", "0", RISK),
        ("100", "-0.00000001", OFF),
    ],
)
def test_each_kpi_has_its_own_band(band, value, status):
    assert _judged(value, Comparator.AT_LEAST, "100", band=band) is status


@pytest.mark.parametrize(
    ("value", "far"), [("4", "6"), ("12", "2"), ("19", "1"), ("23", "3"), ("10", "0")]
)
def test_the_distance_is_that_to_the_nearer_bound(value, far):
    assert distance(Decimal(value), _goalpost(Comparator.IN_RANGE, "10", "20")) == Decimal(far)


# -- Of stored numbers ---------------------------------------------------------------------------


@pytest.fixture
def kpi(workspace, member):
    return KpiFactory(workspace=workspace, owner=member, code="leads")


@pytest.fixture
def aim(kpi):
    """At least 100 a week from 2 November on."""
    return TargetFactory(kpi=kpi, value=100, valid_from=dt.date(2026, 11, 2))


def _point(kpi, start, now):
    workspace = kpi.workspace
    drain(workspace=workspace, at=now)
    line = get_lines(
        workspace, [kpi], generation=get_freshness(workspace).generation, grain=kpi.grain,
        first=start, last=start, today=workspace.today(at=now),
    )[kpi.pk]  # fmt: skip
    return line.point(start)


def _write(author, now, *rows):
    record([NewValue(*row) for row in rows], by=author, at=now)


@pytest.mark.usefixtures("aim")
@pytest.mark.parametrize(("value", "status"), [("100", ON), ("90", RISK), ("89", OFF)])
def test_a_week_that_is_over_is_judged(kpi, author, now, value, status):
    _write(author, now, ("leads", LAST_WEEK, Decimal(value)))

    assert _point(kpi, LAST_WEEK, now).status is status


@pytest.mark.usefixtures("aim")
def test_a_week_without_a_value_has_no_data_and_not_zero(kpi, author, now):
    _write(author, now, ("leads", dt.date(2026, 11, 2), Decimal(120)))

    point = _point(kpi, LAST_WEEK, now)
    assert (point.value, point.status) == (None, Status.NO_DATA)


def test_a_past_gap_of_a_sparse_kpi_is_zero_and_judged(workspace, member, author, now):
    sparse = KpiFactory(workspace=workspace, owner=member, code="won", gaps="zero")
    TargetFactory(kpi=sparse, value=3, valid_from=dt.date(2026, 10, 26))
    _write(author, now, ("won", dt.date(2026, 11, 2), Decimal(4)))

    after = _point(sparse, LAST_WEEK, now)
    assert (after.value, after.status) == (0, OFF)
    assert _point(sparse, dt.date(2026, 10, 26), now).status is Status.NO_DATA


@pytest.mark.usefixtures("aim")
def test_a_known_gap_has_no_data(kpi, author, now):
    record([NewValue("leads", LAST_WEEK, None, note="The form was broken.")], by=author, at=now)

    assert _point(kpi, LAST_WEEK, now).status is Status.NO_DATA


@pytest.mark.usefixtures("aim")
def test_a_running_week_is_shown_and_not_judged(kpi, author, now):
    _write(author, now, ("leads", THIS_WEEK, Decimal(5)))

    point = _point(kpi, THIS_WEEK, now)
    assert (point.value, point.status, point.over) == (5, Status.NOT_JUDGED, False)


def test_a_value_without_a_target_is_never_green(kpi, author, now):
    _write(author, now, ("leads", LAST_WEEK, Decimal(1_000)))

    assert _point(kpi, LAST_WEEK, now).status is Status.NO_TARGET


@pytest.mark.usefixtures("aim")
def test_a_target_says_nothing_about_the_time_before_it(kpi, author, now):
    _write(author, now, ("leads", dt.date(2026, 10, 26), Decimal(1)))

    assert _point(kpi, dt.date(2026, 10, 26), now).status is Status.NO_TARGET


def test_a_total_that_lacks_a_segment_is_not_judged_R30(workspace, member, author, now):
    kpi = kpi_by_market("pl", "it", workspace=workspace, owner=member)
    TargetFactory(kpi=kpi, value=50, valid_from=LAST_WEEK)
    earlier = dt.date(2026, 11, 2)
    _write(
        author, now,
        ("visits", earlier, Decimal(30), "pl"), ("visits", earlier, Decimal(30), "it"),
        ("visits", LAST_WEEK, Decimal(60), "pl"),
    )  # fmt: skip

    point = _point(kpi, LAST_WEEK, now)
    assert (point.value, point.status, point.complete) == (60, Status.NOT_JUDGED, False)

    _write(author, now, ("visits", LAST_WEEK, Decimal(2), "it"))

    point = _point(kpi, LAST_WEEK, now)
    assert (point.value, point.status, point.complete) == (62, ON, True)
