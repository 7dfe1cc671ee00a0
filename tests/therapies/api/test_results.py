"""Results over the API: what each one says, and which are listed."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import timezone

from tests.builders import (
    make_arm,
    make_outcome,
    make_reference,
    make_report,
    make_result,
    make_study,
    make_therapy,
)
from therapies.models import Result

pytestmark = pytest.mark.django_db


def listed(ask, query=""):
    answer = ask(f"/results?{query}")
    assert answer["count"] == len(answer["items"])
    return {result["id"] for result in answer["items"]}


def test_result_says_everything_it_holds(ask):
    study = make_study("sample-2020", label="Sample 2020")
    review = make_study("review-2021", label="Review 2021", design="systematic-review")
    reference = make_reference("A synthetic title", pmid=99000001, doi="10.9999/sample", published_year=2020)
    make_report(study, reference)
    arm = make_arm(study, make_therapy("tace", name="Chemo"), code="a1", label="All", n=40)
    result = make_result(
        arm,
        make_outcome("orr", name="Response"),
        value=Decimal("52.50"),
        ci_low=Decimal("40.0"),
        ci_high=Decimal("65"),
        ci_level=Decimal("95"),
        range_low=Decimal("10"),
        range_high=None,
        events=21,
        total=40,
        timepoint_months=Decimal("3.0"),
        criteria="recist-1.1",
        criteria_text="RECIST 1.1",
        per="lesion",
        is_composite=True,
        source_where="Table 2",
        reported_in=review,
        override_reason="As printed.",
    )

    assert ask(f"/results/{result.pk}") == {
        "id": result.pk,
        "study": {"key": "sample-2020", "label": "Sample 2020"},
        "outcome": {"code": "orr", "name": "Response"},
        "value": Decimal("52.50"),
        "interval": {"low": Decimal("40.0"), "high": 65, "level": 95},
        "source": {
            "where": "Table 2",
            "reported_in": {"key": "review-2021", "label": "Review 2021"},
            "reference": {
                "id": reference.pk,
                "pmid": 99000001,
                "pmcid": None,
                "doi": "10.9999/sample",
                "title": "A synthetic title",
                "year": 2020,
            },
        },
        "verification": "extracted",
        "override_reason": "As printed.",
        "arm": {"code": "a1", "label": "All", "therapy": {"code": "tace", "name": "Chemo"}, "n": 40},
        "criteria": "recist-1.1",
        "criteria_text": "RECIST 1.1",
        "timepoint_months": Decimal("3.0"),
        "unit": "%",
        "computed_value": None,
        "not_reached": False,
        "range": {"low": 10, "high": None},
        "events": 21,
        "total": 40,
        "per": "lesion",
        "composite": True,
    }


def test_result_says_null_for_what_is_not_known(ask):
    arm = make_arm(n=None)
    result = make_result(arm, value=None, not_reached=False)

    answer = ask(f"/results/{result.pk}")

    unknown = ("value", "computed_value", "interval", "range", "events", "total", "timepoint_months")
    assert [answer[name] for name in (*unknown, "criteria_text", "override_reason")] == [None] * 9
    assert answer["arm"]["n"] is None
    assert answer["source"] == {"where": "abstract", "reported_in": None, "reference": None}
    assert answer["criteria"] == "not-stated"


@pytest.mark.parametrize("printed", ["0.80", "26.0", "26", "7", "12.50"])
def test_result_keeps_the_digits_of_its_source(client, printed):
    result = make_result(value=Decimal(printed))

    assert f'"value":{printed},' in client.get(f"/api/v1/results/{result.pk}").content.decode()


def test_result_keeps_its_unit(ask):
    outcome = make_outcome(measure="median-time", unit="months")
    result = make_result(make_arm(), outcome, value=Decimal(419), unit="days")

    answer = ask(f"/results/{result.pk}")

    assert (answer["value"], answer["unit"], answer["computed_value"]) == (419, "days", None)


def test_result_computes_a_fraction_and_says_so(ask):
    result = make_result(value=None, events=1, total=8)

    answer = ask(f"/results/{result.pk}")

    assert (answer["value"], answer["computed_value"]) == (None, Decimal("12.5"))


def test_result_that_was_not_reached_has_no_value(ask):
    result = make_result(make_arm(), make_outcome(measure="median-time", unit="months"), not_reached=True)

    answer = ask(f"/results/{result.pk}")

    assert (answer["value"], answer["not_reached"]) == (None, True)


def test_result_names_the_report_that_prints_it(ask):
    study = make_study()
    make_report(study, make_reference("The primary"))
    companion = make_report(study, make_reference("The companion"))
    result = make_result(make_arm(study), source_report=companion)

    assert ask(f"/results/{result.pk}")["source"]["reference"]["title"] == "The companion"


def test_result_that_is_not_public_is_not_there(ask):
    draft = make_result(is_published=False)
    withdrawn = make_result()
    Result.objects.filter(pk=withdrawn.pk).update(
        withdrawn_by=withdrawn.published_by, withdrawn_at=timezone.now(), withdrawal_reason="Wrong."
    )

    for result in (draft, withdrawn):
        answer = ask(f"/results/{result.pk}", status=404)
        assert answer == {"detail": f"There is no published result {result.pk}."}
    assert not listed(ask)


def test_result_of_an_impossible_number_is_not_there(ask):
    ask("/results/99999999999999999999999999", status=404)


def test_results_are_filtered_by_therapy_and_what_stands_below_it(ask):
    family = make_therapy("family")
    child, other = make_therapy("child", parent=family), make_therapy("other")
    above, below, beside = (make_result(make_arm(therapy=therapy)) for therapy in (family, child, other))

    assert listed(ask, "therapy=family") == {above.pk, below.pk}
    assert listed(ask, "therapy=child") == {below.pk}
    assert listed(ask, "therapy=child&therapy=other") == {below.pk, beside.pk}


def test_results_are_filtered_by_outcome_study_and_state(ask, editor_a):
    first = make_result(make_arm(make_study("first")), make_outcome("rate"))
    second = make_result(
        make_arm(make_study("second")),
        make_outcome("other"),
        verification="verified",
        verified_by=editor_a,
        verified_at=timezone.now(),
    )

    assert listed(ask, "outcome=rate") == {first.pk}
    assert listed(ask, "outcome=rate&outcome=other") == {first.pk, second.pk}
    assert listed(ask, "study=second") == {second.pk}
    assert listed(ask, "verification=verified") == {second.pk}
    assert listed(ask, "verification=extracted") == {first.pk}
    assert listed(ask, "study=second&outcome=rate") == set()


def test_results_are_filtered_like_the_map(ask):
    registry = make_study(design="registry", n_patients=10)
    make_report(registry, make_reference(published_year=1999))
    mixed = make_study(histology="mixed", n_patients=90)
    plain = make_result(make_arm(registry), criteria="who", criteria_text="WHO")
    context = make_result(make_arm(mixed))

    assert listed(ask) == {plain.pk}
    assert listed(ask, "histology=all") == {plain.pk, context.pk}
    assert listed(ask, "histology=all&n_min=50") == {context.pk}
    assert listed(ask, "design=registry&criteria=who&year_from=1999&year_to=1999") == {plain.pk}
    assert listed(ask, "criteria=easl") == set()


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("outcome=nothing", "“nothing” cannot be used. There is no such outcome."),
        ("study=nobody-1900", "“nobody-1900” cannot be used. There is no such study."),
        ("therapy=prayer", "“prayer” cannot be used. Choose from tace."),
        ("verification=maybe", "“maybe” cannot be used. Choose from extracted, verified."),
        ("design=anecdote", "“anecdote” cannot be used. Choose from randomized-controlled-trial,"),
    ],
)
def test_results_refuse_a_filter_they_cannot_read(ask, query, message):
    make_therapy("tace")

    (error,) = ask(f"/results?{query}", status=422)["errors"]

    assert error["parameter"] == query.split("=")[0]
    assert error["message"].startswith(message)


def test_results_stand_by_study_and_in_its_order(ask):
    later, earlier = make_study(label="Beta 2001"), make_study(label="Alpha 2020")
    arm = make_arm(later)
    second = make_result(arm, position=2)
    first = make_result(arm, position=1)
    of_another = make_result(make_arm(earlier), position=9)

    in_order = [of_another.pk, first.pk, second.pk]
    assert [result["id"] for result in ask("/results")["items"]] == in_order
    assert [ask(f"/results?limit=1&offset={place}")["items"][0]["id"] for place in range(3)] == in_order


def test_results_count_the_whole_list(ask):
    arm = make_arm()
    for _ in range(5):
        make_result(arm)

    answer = ask("/results?limit=2&offset=4")

    assert (answer["count"], answer["limit"], answer["offset"], len(answer["items"])) == (5, 2, 4, 1)


@pytest.mark.parametrize("n_results", [1, 20])
def test_results_need_few_queries_however_many(ask, django_assert_max_num_queries, n_results):
    outcome = make_outcome("rate")
    for _ in range(n_results):
        study = make_study()
        make_report(study)
        result = make_result(make_arm(study), outcome, reported_in=make_study(design="guideline"))

    with django_assert_max_num_queries(9):
        ask(f"/results?outcome=rate&therapy={result.arm.therapy.code}&study={result.arm.study.key}&n_min=1")
    with django_assert_max_num_queries(5):
        ask("/results?limit=500")
    with django_assert_max_num_queries(2):
        ask(f"/results/{result.pk}")
