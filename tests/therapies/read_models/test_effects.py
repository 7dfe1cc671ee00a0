"""Comparisons in words, as the source prints them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.builders import make_arm, make_comparison, make_study
from therapies.models import Comparison
from therapies.read_models import effects


def read_only() -> effects.Effect:
    (effect,) = effects.read(Comparison.objects.published())
    return effect


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("0.031", "p = 0.031"),
        (".0009", "p = .0009"),
        ("<0.001", "p <0.001"),
        ("P < 0.001", "P < 0.001"),
        ("not significant", "not significant"),
        ("0.52 (1 year)", "p = 0.52 (1 year)"),
        ("", ""),
    ],
)
def test_p_keeps_the_words_of_the_source(text, words):
    assert effects.p_in_words(text) == words


@pytest.mark.django_db
def test_effect_names_measure_value_and_interval():
    make_comparison(value=Decimal("2.10"), ci_low=Decimal("1.2"), ci_high=Decimal("3.4"), p_text="0.02")

    effect = read_only()

    assert (effect.words, effect.interval, effect.p) == ("HR 2.10", "CI 1.2–3.4", "p = 0.02")


@pytest.mark.django_db
def test_effect_keeps_the_order_of_its_arms():
    study = make_study()
    first, second = make_arm(study, label="first"), make_arm(study, label="second")
    make_comparison(second, first)

    assert [arm.label for arm in read_only().arms] == ["second", "first"]


@pytest.mark.django_db
def test_effect_with_only_p_has_no_words_for_a_value():
    make_comparison(measure="", value=None, p_text="0.79")

    effect = read_only()

    assert (effect.words, effect.p) == ("", "p = 0.79")


@pytest.mark.django_db
def test_effect_with_nothing_printed_says_so():
    make_comparison(measure="", value=None)

    assert read_only().words == effects.NOTHING_PRINTED


@pytest.mark.django_db
def test_effect_with_one_end_of_its_interval_shows_the_gap():
    make_comparison(value=Decimal("2"), ci_low=Decimal("1.5"))

    assert read_only().interval == "CI 1.5–?"


@pytest.mark.django_db
def test_effects_need_two_queries_however_many(django_assert_num_queries):
    for _ in range(3):
        make_comparison()

    with django_assert_num_queries(2):
        effects.read(Comparison.objects.published())
