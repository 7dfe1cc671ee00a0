"""Absolute numbers of 100 patients, and the computed difference of two arms of one study."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest

from tests.builders import make_arm, make_outcome, make_result, make_study, make_therapy
from tests.therapies.read_models.comparison.test_sides import choose
from therapies.evidence_map import Spread
from therapies.models import Outcome, Result, Study
from therapies.read_models.comparison import per_hundred
from therapies.scope import Scope

RATE = Outcome(code="orr", unit="%")


@pytest.fixture
def outcome(db):
    return make_outcome("orr")


@pytest.fixture
def arms(db):
    tace, tare = make_therapy("tace"), make_therapy("tare")
    study = make_study(n_patients=150)
    return make_arm(study, tace), make_arm(study, tare)


def pairs(query: str = "t=tace&t=tare") -> tuple[per_hundred.Pair, ...]:
    sides = choose(query)
    found = per_hundred.by_outcome(per_hundred.load(Scope(), sides), sides, {})
    return tuple(pair for group in found.values() for pair in group)


def count(arm, outcome, events, total, **fields) -> Result:
    return make_result(arm, outcome, value=None, events=events, total=total, **fields)


@pytest.mark.parametrize(
    ("percentage", "words"),
    [
        (0, "none"),
        (0.4, "fewer than 1"),
        (1, "about 1"),
        (2.5, "about 3"),
        (12.4, "about 12"),
        (98.9, "about 99"),
        (99.4, "more than 99"),
        (100, "all 100"),
    ],
)
def test_frequency_is_whole_and_never_rounded_onto_none_or_all(percentage, words):
    assert per_hundred.of_100(percentage) == words


def spread(*values: float) -> Spread:
    return Spread(np.array(values), np.arange(len(values)))


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ((12, 40, 86), "Of 100 patients, about 12 to 86 in single results"),
        ((0, 100), "Of 100 patients, none to all 100 in single results"),
        ((33,), "Of 100 patients, about 33 in the only result"),
        ((33, 33), "Of 100 patients, about 33 in single results"),
    ],
)
def test_spread_is_said_of_100_patients(values, words):
    assert per_hundred.of_spread(spread(*values), RATE, ()) == words


def test_spread_leaves_aside_what_does_not_count_patients_and_says_so():
    words = per_hundred.of_spread(spread(2, 20, 30), RATE, {0})

    assert words == "Of 100 patients, about 20 to 30 in single results that count patients"
    assert per_hundred.of_spread(spread(2, 20), RATE, {0, 1}) == ""


def test_times_are_no_frequencies():
    assert per_hundred.of_spread(spread(12), Outcome(code="os-median", unit="months"), ()) == ""


def test_results_that_count_lesions_are_found(arms, outcome):
    lesions = make_result(arms[0], outcome, per=Result.Per.LESION)
    make_result(arms[0], outcome)

    assert per_hundred.not_of_patients(Scope(), {arms[0].therapy_id}) == {lesions.pk}


def test_two_arms_with_counts_give_the_published_interval_of_their_difference(arms, outcome):
    count(arms[0], outcome, 56, 70)
    count(arms[1], outcome, 48, 80)

    (pair,) = pairs()

    assert (pair.first.per_100, pair.first.counts) == ("about 80", "56 of 70")
    assert (pair.second.per_100, pair.second.counts) == ("about 60", "48 of 80")
    assert pair.words == "+20 (+5.2 to +33.4)"


def test_difference_is_first_side_of_the_page_minus_second(arms, outcome):
    count(arms[0], outcome, 56, 70)
    count(arms[1], outcome, 48, 80)

    (pair,) = pairs("t=tare&t=tace")

    assert pair.first.side.therapy.code == "tare"
    assert pair.words == "−20 (−33.4 to −5.2)"


@pytest.mark.parametrize(
    "fields",
    [
        {"criteria": "who"},
        {"criteria_text": "own words"},
        {"timepoint_months": Decimal(6)},
        {"is_composite": True},
        {"per": "lesion"},
        {"override_reason": "Kept although it contradicts its count."},
    ],
)
def test_counts_of_different_things_make_no_pair(arms, outcome, fields):
    count(arms[0], outcome, 5, 10)
    count(arms[1], outcome, 5, 10, **fields)

    assert pairs() == ()


def test_percentages_without_counts_give_a_difference_without_an_interval(arms, outcome):
    make_result(arms[0], outcome, value=Decimal("22.5"))
    count(arms[1], outcome, 4, 10)

    (pair,) = pairs()

    assert pair.interval is None
    assert pair.words == "−17.5"
    assert (pair.first.per_100, pair.first.counts) == ("about 23", "")


def test_printed_percentage_is_shown_and_the_difference_is_that_of_the_counts(arms, outcome):
    make_result(arms[0], outcome, value=Decimal(33), events=1, total=3)
    count(arms[1], outcome, 4, 10)

    (pair,) = pairs()

    assert pair.first.percentage == 33
    assert pair.per_100 == pytest.approx(100 / 3 - 40)


def test_result_without_a_number_makes_no_pair(arms, outcome):
    make_result(arms[0], outcome, value=None, events=4)
    count(arms[1], outcome, 4, 10)

    assert pairs() == ()


def test_arms_of_different_studies_make_no_pair(arms, outcome):
    count(arms[0], outcome, 5, 10)
    count(make_arm(therapy=arms[1].therapy), outcome, 5, 10)

    assert pairs() == ()


def test_arms_that_may_share_patients_make_no_pair(arms, outcome):
    count(arms[0], outcome, 56, 80)
    count(arms[1], outcome, 48, 80)

    assert pairs() == ()


def test_arms_without_counts_may_share_patients_too(outcome):
    study = make_study(n_patients=30)
    for code in ("tace", "tare"):
        make_result(make_arm(study, make_therapy(code), n=20), outcome)

    assert pairs() == ()


def test_nested_sides_make_no_pair(outcome):
    tace = make_therapy("tace")
    study = make_study(n_patients=None)
    count(make_arm(study, tace), outcome, 5, 10)
    count(make_arm(study, make_therapy("ctace", parent=tace)), outcome, 5, 10)

    assert pairs("t=tace&t=ctace") == ()


def test_review_makes_no_pair(outcome):
    study = make_study(design=Study.Design.META_ANALYSIS, n_patients=None)
    for code in ("tace", "tare"):
        count(make_arm(study, make_therapy(code)), outcome, 5, 10)

    assert pairs() == ()
