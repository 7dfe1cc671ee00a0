"""Direct comparisons: which count as such, how they are oriented, and whom they surely favour."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.builders import make_arm, make_comparison, make_outcome, make_study, make_therapy
from tests.therapies.read_models.comparison.test_sides import choose
from therapies.models import Comparison, Outcome, Study
from therapies.read_models.comparison import direct
from therapies.scope import Scope

pytestmark = pytest.mark.django_db
Measure = Comparison.Measure


@pytest.fixture
def therapies():
    tace = make_therapy("tace", abbreviation="TACE")
    return {
        "tace": tace,
        "ctace": make_therapy("ctace", parent=tace),
        "deb": make_therapy("deb", parent=tace),
        "tare": make_therapy("tare", abbreviation="TARE"),
        "prrt": make_therapy("prrt"),
    }


@pytest.fixture
def arms_of(therapies):
    def make(*codes, **study):
        of = make_study(**study)
        return [make_arm(of, therapies[code], label=f"arm of {code}") for code in codes]

    return make


@pytest.fixture
def survival():
    return make_outcome(
        "os-median", domain=Outcome.Domain.SURVIVAL, measure=Outcome.Measure.MEDIAN_TIME, unit="months"
    )


def load(query: str = "t=tace&t=tare", scope: Scope | None = None):
    return direct.load(scope or Scope(), choose(query))


def test_arms_below_two_different_sides_are_compared_directly(arms_of):
    make_comparison(*arms_of("ctace", "tare"))

    (found,) = load()

    assert [member.side.therapy.code for member in found.members] == ["tace", "tare"]


@pytest.mark.parametrize("codes", [("ctace", "deb"), ("tace", "prrt"), ("tace",)])
def test_arms_of_one_side_or_of_another_therapy_are_no_direct_comparison(arms_of, codes):
    make_comparison(*arms_of(*codes))

    assert load() == []


def test_nested_sides_take_each_arm_once(arms_of):
    make_comparison(*arms_of("ctace", "deb"))
    make_comparison(*arms_of("ctace", "ctace"))

    (found,) = load("t=tace&t=ctace")

    assert [member.side.therapy.code for member in found.members] == ["ctace", "tace"]


def test_third_arm_outside_the_sides_is_shown_without_one(arms_of):
    make_comparison(*arms_of("tace", "prrt", "tare"), value=None, measure="")

    (found,) = load()

    assert [member.side is None for member in found.members] == [False, True, False]


def test_arms_keep_the_order_printed_whatever_the_order_of_the_page(arms_of, survival):
    make_comparison(*arms_of("tare", "tace"), outcome=survival)

    (found,) = load("t=tace&t=tare")

    assert [member.side.therapy.code for member in found.members] == ["tare", "tace"]
    assert found.direction.startswith("Favours TARE")


def test_unpublished_comparison_is_not_shown(arms_of):
    make_comparison(*arms_of("tace", "tare"), is_published=False)

    assert load() == []


def test_filters_apply_to_the_study_of_a_comparison(arms_of):
    make_comparison(*arms_of("tace", "tare", design=Study.Design.REGISTRY))

    assert load(scope=Scope(designs=(Study.Design.RANDOMIZED,))) == []


def test_reviews_stand_last(arms_of):
    make_comparison(*arms_of("tace", "tare", design=Study.Design.META_ANALYSIS, label="A review"))
    make_comparison(*arms_of("tace", "tare", label="Z trial"))

    assert [found.effect.study.label for found in load()] == ["Z trial", "A review"]


@pytest.mark.parametrize(
    ("outcome", "measure", "value", "favoured"),
    [
        ({"domain": "survival", "measure": "median-time", "unit": "months"}, "HR", "0.5", "TACE"),
        ({"domain": "survival", "measure": "median-time", "unit": "months"}, "HR", "2.1", "TARE"),
        ({"domain": "survival"}, "HR", "0.5", "TACE"),
        ({"domain": "safety", "better": "lower"}, "HR", "0.5", "TACE"),
        ({"domain": "safety", "better": "lower"}, "OR", "6.63", "TARE"),
        ({"domain": "safety", "better": "lower"}, "RR", "0.4", "TACE"),
        ({"domain": "tumour-response"}, "OR", "2", "TACE"),
        ({"domain": "tumour-response"}, "RR", "0.5", "TARE"),
        (
            {"domain": "resources", "measure": "median-time", "unit": "days", "better": "lower"},
            "MD",
            "-2",
            "TACE",
        ),
        ({"domain": "quality-of-life", "measure": "mean", "unit": "score"}, "MD", "-2", "TARE"),
    ],
)
def test_direction_is_said_where_it_is_certain(arms_of, outcome, measure, value, favoured):
    make_comparison(
        *arms_of("tace", "tare"), outcome=make_outcome(**outcome), measure=measure, value=Decimal(value)
    )

    assert load()[0].direction.startswith(f"Favours {favoured}")


@pytest.mark.parametrize(
    ("outcome", "measure"),
    [
        ({"domain": "survival"}, "OR"),
        ({"domain": "survival"}, "RR"),
        ({"domain": "tumour-response"}, "HR"),
        ({"domain": "tumour-response"}, "MD"),
    ],
)
def test_direction_is_not_said_where_the_ratio_may_be_of_the_event_or_of_its_absence(
    arms_of, outcome, measure
):
    make_comparison(*arms_of("tace", "tare"), outcome=make_outcome(**outcome), measure=measure)

    assert load()[0].direction == direct.OF_EITHER_EVENT


def test_direction_is_not_said_of_an_outcome_that_is_neither_good_nor_bad(arms_of):
    make_comparison(*arms_of("tace", "tare"), outcome=make_outcome(better="neutral"), measure="OR")

    assert load()[0].direction == ""


def test_direction_is_not_said_where_a_study_prints_effects_both_ways(arms_of, survival):
    arms = arms_of("tare", "tace")
    make_comparison(*arms, outcome=survival, value=Decimal("0.1"))
    make_comparison(*arms, outcome=survival, value=Decimal("13.5"))
    make_comparison(*arms, outcome=survival, value=None, measure="", p_text="0.47")

    assert {found.direction for found in load()} == {direct.BOTH_WAYS, ""}
    assert [found.direction for found in load() if found.effect.comparison.value is None] == [""]


def test_direction_is_not_said_of_more_than_two_arms(arms_of, survival):
    make_comparison(*arms_of("tace", "tare", "prrt"), outcome=survival)

    assert load()[0].direction == ""


def test_no_difference_favours_neither(arms_of, survival):
    make_comparison(*arms_of("tace", "tare"), outcome=survival, value=Decimal(1))

    assert load()[0].direction == "Favours neither"


@pytest.mark.parametrize(
    ("interval", "words"),
    [
        ({}, "Favours TACE by its value; no whole interval is printed"),
        ({"ci_low": Decimal("0.2")}, "Favours TACE by its value; no whole interval is printed"),
        (
            {"ci_low": Decimal("0.2"), "ci_high": Decimal("1.2")},
            "Favours TACE by its value, but the interval includes no difference",
        ),
        (
            {"ci_low": Decimal("0.2"), "ci_high": Decimal("0.9")},
            "Favours TACE; the interval excludes no difference",
        ),
    ],
)
def test_direction_says_how_sure_its_interval_is(arms_of, survival, interval, words):
    make_comparison(*arms_of("tace", "tare"), outcome=survival, value=Decimal("0.5"), **interval)

    assert load()[0].direction == words


def test_ratios_of_one_outcome_share_an_axis(arms_of, survival):
    arms = arms_of("tace", "tare")
    make_comparison(*arms, outcome=survival, value=Decimal("0.9"))
    make_comparison(*arms, outcome=survival, value=Decimal("0.18"), ci_low=Decimal("0.05"))

    axis, found = direct.by_outcome(load(), {})[survival.pk]

    assert axis.limit == 100
    assert all(one.mark for one in found)


@pytest.mark.parametrize("fields", [{"value": None, "measure": ""}, {"measure": "MD"}])
def test_what_is_no_ratio_is_not_drawn(arms_of, survival, fields):
    make_comparison(*arms_of("tace", "tare"), outcome=survival, **fields)

    axis, found = direct.by_outcome(load(), {})[survival.pk]

    assert axis is None
    assert found[0].mark is None
