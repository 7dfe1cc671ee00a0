"""The difference between subgroups, by hand."""

from __future__ import annotations

import pytest

from therapies.synthesis.effects import Counts, Measure
from therapies.synthesis.errors import CannotPool
from therapies.synthesis.pooling import Pool, pool
from therapies.synthesis.subgroups import between


def pooled(*counts: tuple[int, int], measure: Measure = Measure.PLO) -> Pool:
    return pool([Counts(f"Study {n}", *pair) for n, pair in enumerate(counts)], measure=measure)


LOW = pooled((2, 20), (3, 25), (4, 22))
HIGH = pooled((15, 20), (18, 25), (12, 22))


def test_between_two_pools_is_the_squared_difference_over_its_variance():
    found = between([LOW, HIGH])

    difference = HIGH.model.estimate - LOW.model.estimate
    assert found.q == pytest.approx(difference**2 / (LOW.model.se**2 + HIGH.model.se**2))
    assert found.df == 1
    assert found.p < 0.01


def test_between_pools_that_are_alike_is_nothing():
    found = between([LOW, LOW, LOW])

    assert (found.q, found.df) == (pytest.approx(0, abs=1e-12), 2)
    assert found.p == pytest.approx(1)


@pytest.mark.parametrize(
    ("pools", "words"),
    [
        ([LOW], "at least two"),
        ([LOW, pooled((2, 20), (3, 25), (4, 22), measure=Measure.PFT)], "one scale"),
        ([LOW, pooled((5, 10), (5, 10), (5, 10))], "no error"),
    ],
)
def test_between_says_why_it_cannot(pools: list[Pool], words: str):
    with pytest.raises(CannotPool, match=words):
        between(pools)
