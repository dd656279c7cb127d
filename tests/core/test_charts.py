"""Charts: numbers in, SVG attributes out."""

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.charts import Annotation, Series, line_chart, nice_ticks, sparkline


def decimals(*values):
    return [None if value is None else Decimal(str(value)) for value in values]


def series(*values, name="Trials"):
    return Series(
        name, decimals(*values), ["–" if value is None else str(value) for value in values]
    )


WEEKS = ["W43", "W44", "W45", "W46"]


# -- Sparkline ------------------------------------------------------------------------------------


def test_a_sparkline_runs_from_the_first_value_to_the_last():
    drawn = sparkline(decimals(0, 10), width=100, height=20)

    assert drawn.line == "M25 20L75 0"
    assert drawn.last == "M75 0h0"


def test_the_target_is_a_level_line_and_always_inside_the_drawing():
    drawn = sparkline(decimals(0, 10), Decimal(20), width=100, height=20)

    assert drawn.target == "M0 0H100"
    assert drawn.line == "M25 20L75 10"


def test_a_missing_value_is_a_gap_in_the_line():
    drawn = sparkline(decimals(0, 10, None, 10, 0), width=100, height=20)

    assert drawn.line == "M10 20L30 0M70 0L90 20"


def test_a_value_between_two_gaps_is_a_dot():
    drawn = sparkline(decimals(0, None, 10, None, 0), width=100, height=20)

    assert drawn.line == "M10 20h0M50 0h0M90 20h0"


def test_the_last_dot_is_the_last_known_value():
    drawn = sparkline(decimals(0, 10, None), width=90, height=20)

    assert drawn.last == "M45 0h0"


def test_a_flat_line_runs_through_the_middle():
    drawn = sparkline(decimals(7, 7), width=100, height=20)

    assert drawn.line == "M25 10L75 10"


@pytest.mark.parametrize("values", [[], [None, None], [5], [None, 5]])
def test_less_than_two_values_are_no_trend(values):
    assert sparkline(decimals(*values)) is None


# -- Ticks ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "ticks"),
    [
        ([0, 100], [0, 25, 50, 75, 100]),
        ([40, 196], [0, 50, 100, 150, 200]),
        ([118, 289], [0, 100, 200, 300]),
        ([180, 241], [180, 200, 220, 240, 260]),
        ([0.021, 0.034], ["0.02", "0.025", "0.03", "0.035"]),
        ([-20, 35], [-20, 0, 20, 40]),
        ([1_200_000, 5_000_000], [0, 2_000_000, 4_000_000, 6_000_000]),
    ],
)
def test_ticks_are_round_numbers_around_the_values(values, ticks):
    assert nice_ticks(decimals(*values)) == decimals(*ticks)


def test_ticks_are_written_without_exponents():
    assert [str(tick) for tick in nice_ticks(decimals(0, 400_000))][:2] == ["0", "100000"]


def test_equal_values_have_ticks_on_both_sides():
    ticks = nice_ticks(decimals(0, 0))

    assert ticks[0] <= 0 < ticks[-1]
    assert len(ticks) >= 3


@given(st.lists(st.decimals(-1_000_000, 10**9, places=4), min_size=1, max_size=30))
def test_ticks_enclose_every_value_and_are_few(values):
    ticks = nice_ticks(values)

    hair = (ticks[1] - ticks[0]) / 1_000_000
    assert ticks[0] - hair <= min(values)
    assert max(values) <= ticks[-1] + hair
    assert 3 <= len(ticks) <= 7


# -- Line chart -----------------------------------------------------------------------------------


def test_a_missing_week_is_never_bridged():
    chart = line_chart(WEEKS, series(0, 100, None, 50), width=400, height=100)

    assert chart.lines[0].path == "M50 100L150 0M350 50h0"


def test_every_plotted_value_is_in_the_table_with_the_same_number():
    chart = line_chart(WEEKS, series(236, 218, None, 196))

    assert [dot.value for dot in chart.dots] == ["236", "218", "196"]
    assert [row.value for row in chart.rows] == ["196", "", "218", "236"]
    assert [row.texts for row in chart.rows] == [("196",), ("–",), ("218",), ("236",)]


def test_the_table_is_newest_first_and_has_a_column_for_each_line():
    chart = line_chart(
        WEEKS,
        series(1, 2, 3, 4),
        target=series(5, 5, 5, 6, name="Target"),
        past=series(9, 8, 7, None, name="2025"),
    )

    assert chart.columns == ("Trials", "Target", "2025")
    assert chart.rows[0].label == "W46"
    assert chart.rows[0].texts == ("4", "6", "–")


def test_a_target_is_level_for_a_whole_week_and_upright_where_it_changes():
    chart = line_chart(
        WEEKS,
        series(0, 0, 0, 100),
        target=series(50, 50, 100, None, name="Target"),
        width=400,
        height=100,
    )

    assert chart.lines[1].kind == "target"
    assert chart.lines[1].path == "M0 50H100V50H200V0H300"


def test_lines_without_a_value_are_left_out():
    chart = line_chart(WEEKS, series(1, 2, 3, 4), target=series(None, None, None, None))

    assert [line.kind for line in chart.lines] == ["actual"]


def test_direct_labels_do_not_touch_each_other():
    chart = line_chart(
        WEEKS,
        series(1, 2, 3, 100),
        target=series(100, 100, 100, 100, name="Target"),
        past=series(99, 99, 99, 99, name="2025"),
        height=240,
    )

    heights = sorted(float(line.y.rstrip("%")) * 2.4 for line in chart.lines)
    assert heights[1] - heights[0] >= 16.9
    assert heights[2] - heights[1] >= 16.9
    assert heights[2] <= 240


def test_dots_are_placed_in_per_cent():
    chart = line_chart(WEEKS, series(0, 100, 100, 100))

    assert (chart.dots[0].x, chart.dots[0].y) == ("12.5%", "100%")
    assert (chart.dots[1].x, chart.dots[1].y) == ("37.5%", "0%")
    assert chart.dots[1].title == "W44: 100"


def test_the_axis_says_when_it_does_not_start_at_zero():
    assert line_chart(WEEKS, series(180, 190, 200, 241)).cropped
    assert not line_chart(WEEKS, series(0, 190, 200, 241)).cropped


def test_tick_labels_are_written_by_the_caller():
    chart = line_chart(WEEKS, series(0, 50, 50, 100), tick_text=lambda tick: f"{tick} %")

    assert [tick.text for tick in chart.y_ticks] == ["0 %", "25 %", "50 %", "75 %", "100 %"]


def test_the_newest_period_always_has_its_name_on_the_axis():
    labels = [f"W{week}" for week in range(1, 105)]

    chart = line_chart(labels, series(*range(104)))

    assert chart.x_ticks[0].text == "W104"
    assert len(chart.x_ticks) <= 13
    assert chart.dense


def test_annotations_are_numbered_flags_at_their_period():
    chart = line_chart(WEEKS, series(1, 2, 3, 4), annotations=[Annotation(1, "SDR left")])

    [flag] = chart.flags
    assert (flag.number, flag.x, flag.label, flag.text) == (
        1,
        "37.5%",
        "W44",
        "SDR left",
    )


@pytest.mark.parametrize("values", [[None, None, None, None], [None, 1, None, None]])
def test_less_than_two_values_are_no_chart(values):
    assert line_chart(WEEKS, series(*values)) is None


@given(
    st.lists(st.one_of(st.none(), st.decimals(-(10**9), 10**9, places=3)), min_size=2, max_size=110)
)
def test_whatever_the_numbers_the_drawing_is_well_formed(values):
    texts = [str(value) for value in values]

    chart = line_chart(texts, Series("any", values, texts))

    if chart is None:
        assert sum(value is not None for value in values) < 2
    else:
        assert len(chart.dots) == sum(value is not None for value in values)
        assert re.fullmatch(r"(M-?[\d.]+ -?[\d.]+(L-?[\d.]+ -?[\d.]+|h0)*)+", chart.lines[0].path)
        assert all(0 <= float(dot.y.rstrip("%")) <= 100 for dot in chart.dots)
