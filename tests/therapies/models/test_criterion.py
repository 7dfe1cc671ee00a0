"""The vocabulary of patients: which words of a text fit which choice of a reader."""

from __future__ import annotations

import pytest

from therapies.models import CRITERIA, Fit
from therapies.models.criterion import BURDEN, EXTRAHEPATIC, FUNCTIONAL, GRADE, PRIMARY, PRIOR_RESECTION

CASES = [
    (PRIMARY, "pancreas", "pancreas", Fit.MATCHES),
    (PRIMARY, "small-bowel pancreas", "pancreas", Fit.PARTLY),
    (PRIMARY, "small-bowel pancreas", "pancreas small-bowel lung", Fit.MATCHES),
    (PRIMARY, "small-bowel", "pancreas", Fit.NO),
    (PRIMARY, "", "pancreas", Fit.UNREPORTED),
    (PRIMARY, "small-bowel rest", "pancreas", Fit.UNREPORTED),
    (PRIMARY, "pancreas rest", "pancreas", Fit.PARTLY),
    (PRIMARY, "gep", "pancreas", Fit.PARTLY),
    (PRIMARY, "gep", "lung", Fit.NO),
    (PRIMARY, "any", "lung", Fit.PARTLY),
    (PRIMARY, "carcinoid", "small-bowel", Fit.UNREPORTED),
    (PRIMARY, "carcinoid", "pancreas", Fit.NO),
    (PRIMARY, "thyroid adrenal", "other", Fit.MATCHES),
    (GRADE, "g1-g2", "g1", Fit.PARTLY),
    (GRADE, "g1-g2", "g1 g2", Fit.MATCHES),
    (GRADE, "well-differentiated", "g1 g2", Fit.PARTLY),
    (GRADE, "well-differentiated", "g3", Fit.UNREPORTED),
    (GRADE, "g3", "g1 g2", Fit.NO),
    (BURDEN, "up-to-10 11-25", "up-to-25", Fit.MATCHES),
    (BURDEN, "over-50 up-to-50", "over-50", Fit.PARTLY),
    (BURDEN, "large", "up-to-25", Fit.UNREPORTED),
    (FUNCTIONAL, "functional rest", "no", Fit.UNREPORTED),
    (FUNCTIONAL, "symptomatic", "yes", Fit.UNREPORTED),
    (PRIOR_RESECTION, "primary", "primary", Fit.MATCHES),
    (PRIOR_RESECTION, "primary", "liver", Fit.UNREPORTED),
    (PRIOR_RESECTION, "primary", "none", Fit.NO),
    (EXTRAHEPATIC, "present absent", "yes", Fit.PARTLY),
    (EXTRAHEPATIC, "liver-dominant", "no", Fit.UNREPORTED),
]


@pytest.mark.parametrize(("criterion", "stated", "chosen", "fit"), CASES)
def test_criterion_says_how_patients_answer(criterion, stated, chosen, fit):
    assert criterion.fit(stated.split(), chosen.split()) == fit


@pytest.mark.parametrize("criterion", CRITERIA.values(), ids=list(CRITERIA))
def test_values_stand_for_choices_that_exist(criterion):
    for meaning in criterion.values.values():
        assert meaning.stands_for | meaning.perhaps | meaning.beside <= set(criterion.choices)


@pytest.mark.parametrize("criterion", CRITERIA.values(), ids=list(CRITERIA))
def test_every_choice_can_be_stated(criterion):
    for choice in criterion.choices:
        assert criterion.fit(criterion.touching([choice]), [choice]) != Fit.NO
        assert Fit.MATCHES in {criterion.fit([value], [choice]) for value in criterion.values}


@pytest.mark.parametrize("criterion", CRITERIA.values(), ids=list(CRITERIA))
def test_one_value_is_touching_exactly_when_it_fits_in_part(criterion):
    for choice in criterion.choices:
        fits = {value: criterion.fit([value], [choice]) for value in criterion.values}
        in_part = [value for value, fit in fits.items() if fit in (Fit.MATCHES, Fit.PARTLY)]
        assert criterion.touching([choice]) == in_part
        assert criterion.possible([choice]) == [value for value, fit in fits.items() if fit != Fit.NO]


def test_criterion_names_its_choices_in_words():
    assert GRADE.words(["g2", "g1"]) == "G1 or G2"


def test_value_that_is_gone_from_the_vocabulary_is_passed_over():
    assert GRADE.fit(["g1", "grade-of-old"], ["g1"]) == Fit.MATCHES
