"""The hybrid score interval of a difference, against the examples of Newcombe 1998 (table II, method 10)."""

from __future__ import annotations

import pytest

from therapies.synthesis.difference import newcombe
from therapies.synthesis.errors import CannotPool


@pytest.mark.parametrize(
    ("counts", "low", "high"),
    [
        ((56, 70, 48, 80), 0.0524, 0.3339),
        ((9, 10, 3, 10), 0.1705, 0.8090),
        ((6, 7, 2, 7), 0.0582, 0.8062),
        ((5, 56, 0, 29), -0.0381, 0.1926),
        ((0, 10, 0, 20), -0.1611, 0.2775),
        ((10, 10, 0, 20), 0.6791, 1.0),
    ],
)
def test_interval_is_the_published_one(counts, low, high):
    difference = newcombe(*counts)

    assert difference.low == pytest.approx(low, abs=5e-5)
    assert difference.high == pytest.approx(high, abs=5e-5)


def test_value_is_the_first_proportion_minus_the_second():
    assert newcombe(56, 70, 48, 80).value == pytest.approx(0.2)


def test_difference_turned_round_changes_its_sign_and_swaps_its_limits():
    there, back = newcombe(9, 10, 3, 10), newcombe(3, 10, 9, 10)

    assert back.value == pytest.approx(-there.value)
    assert (back.low, back.high) == pytest.approx((-there.high, -there.low))


def test_counts_that_are_no_proportion_are_refused():
    with pytest.raises(CannotPool):
        newcombe(11, 10, 3, 10)
