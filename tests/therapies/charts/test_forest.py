"""The geometry of one line of a forest-style column."""

from __future__ import annotations

import pytest

from therapies.charts import forest
from therapies.charts.forest import Estimate
from therapies.charts.scale import PERCENT_TOPS, TIME_TOPS, Scale

PERCENT = Scale(100, 0, 200)


def test_axis_of_percentages_ends_at_a_round_top():
    axis = forest.axis_for([Estimate(value=86), Estimate(value=2)], is_percentage=True)

    assert axis.scale.top == 100
    assert axis.ticks == (0, 25, 50, 75, 100)


def test_axis_holds_the_ends_of_intervals():
    axis = forest.axis_for([Estimate(value=20, ci_low=9, ci_high=44)], is_percentage=True)

    assert axis.scale.top == 50


def test_axis_is_not_stretched_by_the_range_of_single_patients():
    axis = forest.axis_for([Estimate(value=33.7, range_low=1, range_high=200)], is_percentage=False)

    assert axis.scale.top == 36


def test_axis_holds_a_range_that_stands_alone():
    axis = forest.axis_for([Estimate(range_low=52, range_high=123)], is_percentage=False)

    assert axis.scale.top == 180


def test_axis_of_nothing_is_whole():
    assert forest.axis_for([], is_percentage=True).ticks[-1] == 100


@pytest.mark.parametrize(
    ("top", "is_percentage"),
    [*((top, True) for top in PERCENT_TOPS), *((top, False) for top in TIME_TOPS)],
)
def test_ticks_are_whole_and_evenly_spaced_on_every_axis(top, is_percentage):
    axis = forest.axis_for([Estimate(value=top)], is_percentage=is_percentage)
    steps = {after - before for before, after in zip(axis.ticks, axis.ticks[1:], strict=False)}

    assert axis.scale.top == top
    assert len(steps) == 1
    assert steps.pop() in forest.STEPS
    assert 3 <= axis.n_parts <= 7


def test_point_stands_at_its_value():
    line = forest.draw(Estimate(value=50, n=25), PERCENT)

    left, diameter = _circle(line.point)
    assert left + diameter / 2 == pytest.approx(100, abs=0.1)


def test_point_grows_with_patients_and_never_vanishes():
    small, large = (_circle(forest.draw(Estimate(value=50, n=n), PERCENT).point)[1] for n in (1, 150))

    assert large > small >= 2 * forest.SMALLEST_POINT


def test_interval_is_a_line_with_a_cap_at_each_end():
    line = forest.draw(Estimate(value=50, ci_low=25, ci_high=75), PERCENT)

    assert line.whisker.startswith("M50.0 9H150.0")
    assert line.whisker.count("v") == 2


def test_interval_end_that_was_not_printed_gets_no_cap():
    line = forest.draw(Estimate(value=50, ci_low=25), PERCENT)

    assert line.whisker.startswith("M50.0 9H100.0")
    assert line.whisker.count("v") == 1


def test_interval_beyond_the_axis_ends_in_an_arrow_and_no_cap():
    line = forest.draw(Estimate(value=30, ci_low=20, ci_high=90), Scale(50, 0, 200))

    assert line.whisker.count("v") == 1
    assert line.beyond


def test_range_is_drawn_apart_from_an_interval():
    line = forest.draw(Estimate(value=50, range_low=10, range_high=90), PERCENT)

    assert line.span == "M20.0 9H180.0"
    assert line.whisker == ""


def test_range_without_a_value_has_no_point():
    line = forest.draw(Estimate(range_low=57, range_high=91), PERCENT)

    assert line.point == ""
    assert line.span


def test_value_beyond_the_axis_is_an_arrow_not_a_point_on_its_edge():
    line = forest.draw(Estimate(value=125), Scale(96, 0, 200))

    assert line.point == ""
    assert line.beyond


def test_nothing_printed_draws_nothing():
    assert forest.draw(Estimate(n=40), PERCENT) is None


def _circle(path: str) -> tuple[float, float]:
    """Return the left edge and the diameter of a circle's path."""
    start, _arc, rest = path.removeprefix("M").partition("a")
    return float(start.split()[0]), float(rest.split()[5])


def test_computed_interval_is_told_apart():
    estimate = Estimate(value=50, ci_low=40, ci_high=60, is_computed=True)

    assert forest.draw(estimate, PERCENT).is_computed


def test_pool_is_a_diamond_from_end_to_end_of_its_interval_with_the_prediction_behind_it():
    pooled = forest.draw_pooled(50, (40, 60), (20, 80), PERCENT)

    assert pooled.diamond == "M80.0 9L100.0 3L120.0 9L100.0 15z"
    assert pooled.prediction.startswith("M40.0 9H160.0")
    assert pooled.beyond == ""


def test_pool_whose_prediction_leaves_the_axis_has_an_arrow_and_no_cap_there():
    pooled = forest.draw_pooled(2, (1, 3), (0.5, 9), Scale(5, 0, 200))

    assert pooled.beyond
    assert pooled.prediction.count("v") == 1


def test_pool_without_width_can_still_be_seen():
    assert forest.draw_pooled(50, (50, 50), (50, 50), PERCENT).diamond.startswith("M99.0 9L100.0")
