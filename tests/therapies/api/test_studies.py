"""Studies over the API: the list with its filters, and one with everything published about it."""

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
    make_therapy,
)

pytestmark = pytest.mark.django_db


def listed(ask, query=""):
    return [study["key"] for study in ask(f"/studies?{query}")["items"]]


def test_study_in_the_list_says_what_it_is(ask):
    study = make_study(
        "sample-2020",
        label="Sample 2020",
        design="registry",
        design_is_stated=False,
        centres="multi",
        countries=["Nowhere"],
        enrolment="1999-2004",
        registry_id="NCT00000000",
        n_patients=40,
        n_procedures=50,
        population="Synthetic patients",
        cohort=make_cohort("shared", name="Shared"),
    )
    make_report(study, make_reference(published_year=2020))
    arm = make_arm(study, make_therapy("tace", name="Chemo"), label="All", n=None)
    outcome = make_outcome()
    make_result(arm, outcome)
    make_result(arm, outcome)
    make_result(arm, is_published=False)

    assert ask("/studies") == {
        "items": [
            {
                "key": "sample-2020",
                "label": "Sample 2020",
                "design": "registry",
                "design_is_stated": False,
                "is_review": False,
                "is_retracted": False,
                "year": 2020,
                "histology": "net",
                "centres": "multi",
                "countries": ["Nowhere"],
                "enrolment": "1999-2004",
                "registry_id": "NCT00000000",
                "n_patients": 40,
                "n_procedures": 50,
                "n_lesions": None,
                "k_studies": None,
                "population": "Synthetic patients",
                "cohort": {"code": "shared", "name": "Shared"},
                "arms": [
                    {"code": "a1", "label": "All", "therapy": {"code": "tace", "name": "Chemo"}, "n": None}
                ],
                "n_results": 2,
                "n_outcomes": 1,
            }
        ],
        "count": 1,
        "limit": 100,
        "offset": 0,
    }


def test_studies_are_filtered_as_on_the_page(ask):
    family = make_therapy("family")
    cohort = make_cohort("shared")
    first = make_study("first", label="Adamson 2001", design="registry", cohort=cohort)
    make_report(first, make_reference("On pancreatic islets", published_year=2001))
    make_arm(first, make_therapy("child", parent=family))
    second = make_study("second", label="Brown 2010", histology="mixed", population="children")
    make_report(second, make_reference(published_year=2010))
    make_result(make_arm(second, make_therapy("other")))

    assert listed(ask) == ["first", "second"]
    assert listed(ask, "q=adamson") == ["first"]
    assert listed(ask, "q=children") == ["second"]
    assert listed(ask, "q=islet") == ["first"]
    assert listed(ask, "design=registry&design=case-series") == ["first"]
    assert listed(ask, "therapy=family") == ["first"]
    assert listed(ask, "cohort=shared") == ["first"]
    assert listed(ask, "histology=mixed") == ["second"]
    assert listed(ask, "year_from=2005") == ["second"]
    assert listed(ask, "year_to=2005") == ["first"]
    assert listed(ask, "state=extracted") == ["second"]
    assert listed(ask, "sort=-year") == ["second", "first"]
    assert listed(ask, "q=nothing+of+the+kind") == []


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("therapy=prayer", "“prayer” cannot be used. Choose from tace."),
        ("cohort=nobody", "“nobody” cannot be used. There is no such cohort."),
        ("histology=all", "“all” cannot be used. Choose from net, mixed."),
        ("sort=luck", "“luck” cannot be used. Choose from label,"),
        ("q=%00", "A NUL character cannot be searched for."),
        ("year_from=2010&year_to=2001", "The years 2010 to 2001 run backwards."),
    ],
)
def test_studies_refuse_a_filter_they_cannot_read(ask, query, message):
    make_therapy("tace")

    (error,) = ask(f"/studies?{query}", status=422)["errors"]

    assert error["message"].startswith(message)


def test_study_holds_its_publications_arms_numbers_and_cohort(ask):
    cohort = make_cohort("shared")
    study, mate = make_study("one", cohort=cohort, note="Odd."), make_study("two", cohort=cohort)
    primary = make_report(study, make_reference("The primary", published_year=2011))
    companion = make_report(study, make_reference("The companion", published_year=2013))
    first, second = make_arm(study, label="First"), make_arm(study, label="Second")
    outcome = make_outcome("os")
    result = make_result(second, outcome)
    comparison = make_comparison(
        second,
        first,
        outcome=outcome,
        value=Decimal("0.80"),
        ci_low=Decimal("0.60"),
        ci_high=Decimal("1.10"),
        p_text="0.2 (log rank)",
        source_report=companion,
    )

    answer = ask("/studies/one")

    assert (answer["year"], answer["n_results"], answer["n_outcomes"]) == (2011, 1, 1)
    assert [(report["role"], report["reference"]["title"]) for report in answer["reports"]] == [
        ("primary", "The primary"),
        ("companion", "The companion"),
    ]
    assert [arm["label"] for arm in answer["arms"]] == ["First", "Second"]
    assert [found["id"] for found in answer["results"]] == [result.pk]
    assert answer["results"][0]["source"]["reference"]["id"] == primary.reference_id
    assert answer["results"][0] == ask(f"/results/{result.pk}")
    assert answer["comparisons"] == [
        {
            "id": comparison.pk,
            "study": {"key": "one", "label": study.label},
            "outcome": {"code": "os", "name": outcome.name},
            "value": Decimal("0.80"),
            "interval": {"low": Decimal("0.60"), "high": Decimal("1.10"), "level": None},
            "source": {
                "where": "abstract",
                "reported_in": None,
                "reference": answer["reports"][1]["reference"],
            },
            "verification": "extracted",
            "override_reason": None,
            "measure": "HR",
            "p": "0.2 (log rank)",
            "arms": [answer["arms"][1], answer["arms"][0]],
        }
    ]
    assert str(answer["comparisons"][0]["value"]) == "0.80"
    assert answer["cohort_mates"] == [{"key": "two", "label": mate.label}]
    assert answer["note"] == "Odd."
    assert any("Shares patients with" in sentence for sentence in answer["oddities"])


def test_study_holds_only_what_is_published(ask):
    study = make_study("one")
    make_result(make_arm(study), is_published=False)
    make_comparison(make_arm(study), is_published=False)

    answer = ask("/studies/one")

    assert (answer["results"], answer["comparisons"], answer["n_results"]) == ([], [], 0)


def test_study_without_anything_has_empty_lists(ask):
    make_study("one")

    answer = ask("/studies/one")

    empty = ("reports", "arms", "results", "comparisons", "cohort_mates")
    assert [answer[name] for name in empty] == [[]] * 5
    assert (answer["year"], answer["cohort"], answer["note"]) == (None, None, None)


def test_study_that_is_not_there_is_denied_in_words(ask):
    assert ask("/studies/nobody-1900", status=404) == {
        "detail": "There is no study “nobody-1900” in this library."
    }


@pytest.mark.parametrize("n", [1, 12])
def test_studies_need_few_queries_however_many(ask, django_assert_max_num_queries, n):
    cohort = make_cohort("shared")
    for _ in range(n):
        study = make_study(cohort=cohort)
        make_report(study)
        make_report(study)
        review = make_study(design="guideline")
        for _arm in range(n):
            make_result(make_arm(study), reported_in=review)
        make_comparison(*study.arms.all(), reported_in=review)

    with django_assert_max_num_queries(6):
        ask("/studies?cohort=shared&limit=500")
    with django_assert_max_num_queries(9):
        ask(f"/studies/{study.key}")
