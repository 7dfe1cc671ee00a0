from __future__ import annotations

import pytest

from therapies.charts.scale import PERCENT_TOPS, TIME_TOPS, Scale, round_top


def test_scale_places_zero_left_and_the_top_right():
    scale = Scale(top=50, left=4, right=76)

    assert (scale.x(0), scale.x(25), scale.x(50)) == (4, 40, 76)


def test_scale_keeps_a_value_beyond_the_top_at_the_edge():
    scale = Scale(top=50, left=4, right=76)

    assert scale.x(80) == 76
    assert scale.exceeds(80)
    assert not scale.exceeds(50)


@pytest.mark.parametrize(
    ("values", "tops", "top"),
    [
        ([], PERCENT_TOPS, 100),
        ([0, 3, 4.9], PERCENT_TOPS, 5),
        ([51], PERCENT_TOPS, 100),
        ([13.8], TIME_TOPS, 24),
        ([*range(1, 40), 500], TIME_TOPS, 48),
        ([9999], TIME_TOPS, 600),
    ],
)
def test_round_top_holds_all_but_the_most_extreme_values(values, tops, top):
    assert round_top(values, tops=tops) == top
