"""Effects and their variances, and the way back."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.therapies.synthesis import published
from therapies.synthesis import effects
from therapies.synthesis.effects import Counts, Estimate, Measure
from therapies.synthesis.errors import CannotPool


def test_effects_as_logits_add_a_half_only_to_studies_with_a_zero_cell() -> None:
    found = effects.effects([Counts("A", 0, 10), Counts("B", 4, 10), Counts("C", 10, 10)], Measure.PLO)

    assert found.yi == pytest.approx([math.log(0.5 / 10.5), math.log(4 / 6), math.log(10.5 / 0.5)])
    assert found.vi == pytest.approx([1 / 0.5 + 1 / 10.5, 1 / 4 + 1 / 6, 1 / 10.5 + 1 / 0.5])


def test_effects_as_double_arcsines_equal_miller_1978() -> None:
    found = effects.effects(published.studies("miller1978"), Measure.PFT)

    # The paper has twice the transformation.
    assert np.round(2 * found.yi, 4).tolist() == [1.1391, 1.2888, 1.5253, 0.9515]
    assert np.round(4 * found.vi, 4).tolist() == [0.0870, 0.0571, 0.0465, 0.1538]


def test_natural_of_a_double_arcsine_equals_miller_1978() -> None:
    data = published.studies("miller1978")

    assert round(effects.natural([1.2262 / 2], data, Measure.PFT)[0], 4) == 0.3164
    assert round(effects.natural([1.3093 / 2], data, Measure.PFT)[0], 4) == 0.3595


@pytest.mark.parametrize("events", [0, 1, 7, 19, 20])
def test_natural_of_one_double_arcsine_is_its_proportion(events: int) -> None:
    data = [Counts("A", events, 20)]

    found = effects.natural(effects.effects(data, Measure.PFT).yi, data, Measure.PFT)

    assert found[0] == pytest.approx(events / 20, abs=1e-12)


def test_natural_of_a_double_arcsine_beyond_its_range_is_an_end() -> None:
    data = [Counts("A", 5, 20)]

    assert effects.natural([-0.4, 0.0, 2.0], data, Measure.PFT) == [0, 0, 1]


def test_effects_of_a_ratio_take_the_error_from_the_interval() -> None:
    found = effects.effects([Estimate("A", 0.5, 0.25, 1.0)], Measure.LOG_RATIO)

    assert found.yi[0] == pytest.approx(math.log(0.5))
    assert math.sqrt(found.vi[0]) == pytest.approx(math.log(4) / (2 * published.Z))


def test_natural_of_a_ratio_beyond_all_numbers_is_infinite() -> None:
    assert effects.natural([800.0], [Estimate("A", 2, 1, 4)], Measure.LOG_RATIO) == [math.inf]


@pytest.mark.parametrize(
    ("value", "low", "high", "words"),
    [
        (2, 3, 4, "the interval 3 to 4 does not contain the estimate 2"),
        (5, 3, 4, "does not contain"),
        (3, 4, 2, "the lower limit 4 is above the upper limit 2"),
        (3, 3, 3, "has no width"),
        (0, 0, 1, "must be above 0"),
        (-1, -2, 1, "must be above 0"),
        (1, 0, 2, "the lower limit must be above 0"),
        (math.nan, 1, 2, "not a number"),
        (1, 0.5, math.inf, "the upper limit is not a number"),
    ],
)
def test_estimate_refuses_numbers_that_contradict_each_other(
    value: float, low: float, high: float, words: str
) -> None:
    with pytest.raises(CannotPool, match=words) as raised:
        Estimate("Named", value, low, high)

    assert str(raised.value).startswith("“Named”: ")


def test_estimate_allows_its_value_on_a_limit() -> None:
    assert Estimate("A", 0.5, 0.5, 0.9).value == 0.5


def test_counts_name_the_study_that_is_wrong() -> None:
    with pytest.raises(CannotPool, match="“Named”: 3 events are more than the total of 2"):
        Counts("Named", 3, 2)
    with pytest.raises(CannotPool, match="A study without a name: the total is 0"):
        Counts(" ", 0, 0)
