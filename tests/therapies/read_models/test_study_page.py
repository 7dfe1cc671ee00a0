"""One study whole: arms by outcomes, its publications, what was taken from a review."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.builders import (
    make_arm,
    make_cohort,
    make_comparison,
    make_outcome,
    make_reference,
    make_report,
    make_result,
    make_study,
)
from therapies.models import Outcome, Study
from therapies.read_models import study_page

pytestmark = pytest.mark.django_db


def test_page_puts_every_published_result_in_its_row_and_column():
    study = make_study("one")
    first, second = make_arm(study), make_arm(study)
    response, death = make_outcome("orr"), make_outcome("death", domain=Outcome.Domain.SAFETY)
    make_result(first, response, value=Decimal(40))
    make_result(first, response, value=Decimal(30), timepoint_months=3)
    make_result(second, death, value=Decimal(1))
    make_result(second, death, is_published=False)

    page = study_page.read("one")

    assert [domain.label for domain in page.domains] == ["Tumour response", "Safety"]
    (row,) = page.domains[0].rows
    assert [[line.reading.words for line in found] for _arm, found in row.by_arm] == [["40%", "30%"], []]
    (row,) = page.domains[1].rows
    assert [[line.reading.words for line in found] for _arm, found in row.by_arm] == [[], ["1%"]]


def test_page_of_an_unknown_study_is_said():
    with pytest.raises(Study.DoesNotExist, match="There is no study “nobody” in this library"):
        study_page.read("nobody")


def test_page_names_the_other_studies_of_its_cohort():
    cohort = make_cohort()
    make_study("one", cohort=cohort)
    other = make_study("two", cohort=cohort)

    assert study_page.read("one").cohort_mates == (other,)


def test_page_tells_oddities_in_sentences():
    make_study("one", n_patients=6, design_is_stated=False)

    sentences = " ".join(study_page.read("one").oddities)

    assert "does not state its design" in sentences
    assert "Fewer than 10 patients" in sentences


def test_page_of_a_review_lists_what_was_taken_from_its_tables():
    review = make_study("review", design=Study.Design.META_ANALYSIS, k_studies=12)
    result = make_result(make_arm(make_study()), reported_in=review)
    make_result(make_arm(make_study()), reported_in=review, is_published=False)
    comparison = make_comparison(reported_in=review)

    page = study_page.read("review")

    assert [line.result for line in page.taken_results] == [result]
    assert [effect.comparison for effect in page.taken_comparisons] == [comparison]


def test_page_names_each_review_behind_its_results_once():
    review = make_study(design=Study.Design.META_ANALYSIS)
    arm = make_arm(make_study("one"))
    make_result(arm, reported_in=review)
    make_result(arm, reported_in=review)

    assert study_page.read("one").reported_in == (review,)


def test_report_without_title_or_identifier_is_not_identified():
    study = make_study("one")
    make_report(study, make_reference(title=""))
    make_report(study, make_reference(title="", doi="10.99999/synthetic"))

    assert [entry.is_identified for entry in study_page.read("one").reports] == [False, True]


def test_comparison_keeps_the_order_of_its_arms():
    study = make_study("one")
    first, second = make_arm(study), make_arm(study)
    make_comparison(second, first)

    (effect,) = study_page.read("one").comparisons

    assert effect.arms == (second, first)
