"""Intervals of one proportion."""

from __future__ import annotations

import pytest

from therapies.synthesis.errors import CannotPool
from therapies.synthesis.intervals import clopper_pearson, limits, wilson


def test_clopper_pearson_of_16_in_17() -> None:
    interval = clopper_pearson(16, 17)

    assert (round(interval.low, 4), round(interval.high, 4)) == (0.7131, 0.9985)


def test_wilson_of_16_in_17() -> None:
    interval = wilson(16, 17)

    assert (round(interval.low, 4), round(interval.high, 4)) == (0.7302, 0.9895)


def test_wilson_of_newcombe_1998_table_1() -> None:
    # https://doi.org/10.1002/(SICI)1097-0258(19980430)17:8<857::AID-SIM777>3.0.CO;2-E, 81 of 263
    interval = wilson(81, 263)

    assert (round(interval.low, 4), round(interval.high, 4)) == (0.2553, 0.3662)


@pytest.mark.parametrize("interval", [clopper_pearson, wilson])
def test_interval_of_nobody_and_of_everybody_reaches_the_end(interval) -> None:
    assert interval(0, 12).low == pytest.approx(0, abs=1e-12)
    assert interval(12, 12).high == pytest.approx(1)
    assert interval(0, 12).high == pytest.approx(1 - interval(12, 12).low)


@pytest.mark.parametrize(
    ("events", "total", "words"),
    [
        (-1, 5, "events cannot be negative"),
        (1, -5, "total cannot be negative"),
        (0, 0, "the total is 0"),
        (6, 5, "6 events are more than the total of 5"),
        (1.5, 5, "events must be a whole number"),
        (True, 5, "events must be a whole number"),
        (1, "5", "total must be a whole number"),
        (1, 10**13, "more than anybody can have counted"),
    ],
)
def test_interval_refuses_counts_that_are_none(events, total, words: str) -> None:
    with pytest.raises(CannotPool, match=words):
        clopper_pearson(events, total)


def test_interval_refuses_a_level_in_percent() -> None:
    with pytest.raises(CannotPool, match="between 0 and 1"):
        wilson(1, 2, level=95)


@pytest.mark.parametrize(("method", "one"), [("exact", clopper_pearson), ("wilson", wilson)])
def test_limits_of_many_are_those_of_each(method, one) -> None:
    counts = [(0, 1), (1, 1), (0, 5), (5, 5), (16, 17), (3, 40), (500, 1000), (99_999, 100_000)]

    lows, highs = limits([x for x, _n in counts], [n for _x, n in counts], method=method)

    for (x, n), low, high in zip(counts, lows, highs, strict=True):
        assert (low, high) == (
            pytest.approx(one(x, n).low, abs=1e-9),
            pytest.approx(one(x, n).high, abs=1e-9),
        )


def test_limits_of_nothing_are_none() -> None:
    lows, highs = limits([], [], method="exact")

    assert (len(lows), len(highs)) == (0, 0)
