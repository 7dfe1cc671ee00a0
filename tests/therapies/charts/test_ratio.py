"""The geometry of one ratio on a logarithmic axis."""

from __future__ import annotations

from itertools import pairwise
from math import log

import pytest

from therapies.charts import ratio
from therapies.charts.forest import WIDTH
from therapies.charts.ratio import TICKS, Axis, Ratio

TENFOLD = Axis((0.1, 1, 10))


@pytest.mark.parametrize("ticks", TICKS)
def test_ticks_are_evenly_spaced_around_no_effect(ticks):
    steps = [log(after) - log(before) for before, after in pairwise(ticks)]

    assert steps == pytest.approx([steps[0]] * len(steps))
    assert ticks[len(ticks) // 2] == 1
    assert ticks[0] == pytest.approx(1 / ticks[-1])


def test_no_effect_stands_in_the_middle():
    assert TENFOLD.x(1) == WIDTH / 2


def test_a_ratio_and_its_inverse_stand_equally_far_from_no_effect():
    assert TENFOLD.x(4) - WIDTH / 2 == pytest.approx(WIDTH / 2 - TENFOLD.x(0.25))


@pytest.mark.parametrize(
    ("ratios", "limit"),
    [
        ([], 2),
        ([Ratio(0.96, 0.73, 1.24)], 2),
        ([Ratio(0.96), Ratio(2.1)], 4),
        ([Ratio(0.18, 0.05, 0.61)], 100),
        ([Ratio(6.63)], 10),
        ([Ratio(13.5, 1.22, 148.87)], 100),
        ([Ratio(0.5, 0, 0.9)], 100),
    ],
)
def test_axis_is_the_narrowest_that_holds_everything(ratios, limit):
    assert ratio.axis_for(ratios).limit == limit


def test_interval_is_a_line_with_a_cap_at_each_end():
    mark = ratio.draw(Ratio(1, 0.1, 10), TENFOLD)

    assert mark.whisker.startswith(f"M0.0 9H{WIDTH:.1f}")
    assert mark.whisker.count("v") == 2
    assert not mark.beyond


def test_interval_end_that_was_not_printed_gets_no_cap():
    mark = ratio.draw(Ratio(1, ci_high=10), TENFOLD)

    assert mark.whisker.startswith(f"M{WIDTH / 2:.1f} 9H{WIDTH:.1f}")
    assert mark.whisker.count("v") == 1


def test_value_without_interval_has_no_line():
    assert ratio.draw(Ratio(2.1), TENFOLD).whisker == ""


def test_end_beyond_the_axis_is_an_arrow_and_no_cap():
    mark = ratio.draw(Ratio(13.5, 1.22, 148.87), Axis(TICKS[-1]))

    assert mark.whisker.count("v") == 1
    assert mark.beyond.count("M") == 1
    assert mark.point


def test_limit_of_zero_is_an_arrow_to_the_left():
    mark = ratio.draw(Ratio(0.5, 0, 0.9), Axis(TICKS[-1]))

    assert mark.whisker.startswith("M0.0 9H")
    assert mark.beyond.startswith("M1 ")


def test_value_beyond_the_axis_is_an_arrow_and_no_point():
    mark = ratio.draw(Ratio(500), TENFOLD)

    assert mark.point == ""
    assert mark.beyond


def test_ticks_are_printed_as_a_reader_writes_them():
    assert Axis(TICKS[-1]).words == ("0.01", "0.1", "1", "10", "100")
