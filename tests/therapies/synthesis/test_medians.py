"""When medians may be pooled, and the median of medians."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from therapies.synthesis import medians
from therapies.synthesis.errors import CannotPool
from therapies.synthesis.intervals import Interval
from therapies.synthesis.medians import Median

GOOD = [
    Median("A", 20.0, 15.0, 26.0, n=80, origin="first treatment"),
    Median("B", 24.0, 18.0, 33.0, n=60, origin="first treatment"),
    Median("C", 31.0, 22.0, 45.0, n=51, origin="first treatment"),
]


def test_reasons_against_good_medians_are_none() -> None:
    assert medians.reasons_against(GOOD) == ()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"value": None, "is_not_reached": True}, "The median is not reached in “C”."),
        ({"value": None}, "No median is printed by “C”."),
        ({"ci_high": None}, "An interval with both limits is missing in “C”."),
        ({"level": 0.9}, "The intervals have different levels: 90 % and 95 %."),
        ({"origin": "diagnosis"}, "Time does not run from the same origin: diagnosis and first treatment."),
        ({"origin": ""}, "The time origin is not stated in “C”."),
        ({"n": None}, "The number of patients is missing in “C”."),
        ({"n": 50}, "There are 50 patients or fewer in “C”."),
    ],
)
def test_reasons_against_name_the_condition_and_the_study(changes: dict, words: str) -> None:
    assert medians.reasons_against([*GOOD[:2], replace(GOOD[2], **changes)]) == (words,)


def test_reasons_against_two_studies() -> None:
    assert medians.reasons_against(GOOD[:2]) == (
        "2 studies are fewer than the 3 that a pooled median needs.",
    )
    assert medians.reasons_against(GOOD[:1])[0].startswith("1 study is fewer")


def test_reasons_against_medians_of_no_stated_origin() -> None:
    assert medians.reasons_against([replace(median, origin="") for median in GOOD]) == (
        "No study states from when time runs.",
    )


def test_pool_medians_weighs_by_the_published_intervals() -> None:
    found = medians.pool_medians(GOOD)

    weights = [(2 * 1.959964 / math.log(m.ci_high / m.ci_low)) ** 2 for m in GOOD]
    logs = [math.log(m.value) for m in GOOD]
    assert found.k == 3
    assert min(20, 31) < found.natural.estimate < 31
    assert found.q == pytest.approx(
        sum(w * y * y for w, y in zip(weights, logs, strict=True))
        - sum(w * y for w, y in zip(weights, logs, strict=True)) ** 2 / sum(weights),
        rel=1e-5,
    )


def test_pool_medians_refuses_with_every_reason() -> None:
    with pytest.raises(CannotPool, match=r"fewer than the 3.*50 patients or fewer in “A” and “B”"):
        medians.pool_medians([replace(median, n=20) for median in GOOD[:2]])


def test_pool_medians_refuses_an_impossible_interval() -> None:
    with pytest.raises(CannotPool, match="“C”: the interval 40 to 45 does not contain"):
        medians.pool_medians([*GOOD[:2], replace(GOOD[2], ci_low=40.0)])


def test_median_of_medians_has_the_interval_of_the_sign_test() -> None:
    found = medians.median_of_medians([9, 1, 5, 7, 3, 8, 2, 6, 4, 10])

    # Of ten coins, none or one shows heads in 11 of 1024 cases; so does none or one tails.
    assert (found.k, found.estimate, found.interval) == (10, 5.5, Interval(2, 9))
    assert found.coverage == pytest.approx(1 - 2 * 11 / 1024)


def test_median_of_medians_of_six_reaches_from_end_to_end() -> None:
    assert medians.median_of_medians([1, 2, 3, 4, 5, 6]).interval == Interval(1, 6)


def test_median_of_medians_of_five_has_no_interval() -> None:
    found = medians.median_of_medians([5, 1, 2, 3, 4])

    assert (found.estimate, found.interval, found.coverage) == (3, None, None)


def test_median_of_medians_refuses_none() -> None:
    with pytest.raises(CannotPool, match="There is no median"):
        medians.median_of_medians([])
