"""The counting rule, one sentence of it a test, and all of it against a recount of the shipped files."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.management import call_command

from tests import recount
from tests.builders import (
    make_arm,
    make_cohort,
    make_outcome,
    make_reference,
    make_report,
    make_result,
    make_study,
    make_therapy,
)
from therapies import derivation, evidence_map, facts
from therapies.facts import DesignGroup
from therapies.models import Outcome, Result, Study
from therapies.scope import Scope

pytestmark = pytest.mark.django_db


def counted(therapy, outcome, scope: Scope | None = None) -> tuple[int, int, int, int]:
    cell = evidence_map.build(scope or Scope()).cell(therapy.code, outcome.code)
    return cell.n_studies, cell.n_patients, cell.n_results, cell.n_reviews


def test_map_counts_a_study_once_with_all_its_results():
    arm, outcome = make_arm(n=30), make_outcome()
    make_result(arm, outcome)
    make_result(arm, outcome, criteria_text="again")

    assert counted(arm.therapy, outcome) == (1, 30, 2, 0)


def test_map_counts_what_stands_below_a_therapy_in_it():
    parent = make_therapy("parent")
    child = make_therapy("child", parent=parent)
    grandchild = make_therapy("grandchild", parent=child)
    outcome = make_outcome()
    make_result(make_arm(therapy=child, n=10), outcome)
    make_result(make_arm(therapy=grandchild, n=5), outcome)

    assert counted(parent, outcome) == (2, 15, 2, 0)
    assert counted(child, outcome) == (2, 15, 2, 0)
    assert counted(grandchild, outcome) == (1, 5, 1, 0)


def test_map_sums_only_arms_with_a_result_for_the_outcome():
    study, therapy, outcome = make_study(n_patients=500), make_therapy(), make_outcome()
    make_result(make_arm(study, therapy, n=10), outcome)
    make_result(make_arm(study, therapy, n=20), outcome)
    make_arm(study, therapy, n=40)

    assert counted(therapy, outcome) == (1, 30, 2, 0)


def test_map_takes_the_number_of_the_study_where_no_arm_states_one():
    study, outcome = make_study(n_patients=77), make_outcome()
    arm = make_arm(study, n=None)
    make_result(arm, outcome)

    assert counted(arm.therapy, outcome) == (1, 77, 1, 0)


def test_map_takes_the_stated_arms_where_only_some_state_a_number():
    study, therapy, outcome = make_study(n_patients=77), make_therapy(), make_outcome()
    make_result(make_arm(study, therapy, n=None), outcome)
    make_result(make_arm(study, therapy, n=12), outcome)

    assert counted(therapy, outcome) == (1, 12, 2, 0)


def test_map_counts_no_patients_where_no_number_is_known():
    study, outcome = make_study(n_patients=None), make_outcome()
    arm = make_arm(study, n=None)
    make_result(arm, outcome)

    assert counted(arm.therapy, outcome) == (1, 0, 1, 0)


def test_map_counts_a_cohort_once_with_the_study_that_contributes_most():
    cohort, therapy, outcome = make_cohort(), make_therapy(), make_outcome()
    for n in (40, 60, 10):
        make_result(make_arm(make_study(cohort=cohort), therapy, n=n), outcome)
    make_result(make_arm(therapy=therapy, n=5), outcome)

    assert counted(therapy, outcome) == (4, 65, 4, 0)


def test_map_keeps_two_cohorts_apart():
    therapy, outcome = make_therapy(), make_outcome()
    for n in (40, 60):
        make_result(make_arm(make_study(cohort=make_cohort()), therapy, n=n), outcome)

    assert counted(therapy, outcome) == (2, 100, 2, 0)


@pytest.mark.parametrize("design", Study.REVIEW_DESIGNS)
def test_map_counts_reviews_apart(design):
    arm, outcome = make_arm(make_study(design=design), n=900), make_outcome()
    make_result(arm, outcome)

    assert counted(arm.therapy, outcome) == (0, 0, 0, 1)


def test_map_leaves_mixed_histology_out_unless_asked():
    arm, outcome = make_arm(make_study(histology="mixed"), n=9), make_outcome()
    make_result(arm, outcome)

    assert counted(arm.therapy, outcome) == (0, 0, 0, 0)
    assert counted(arm.therapy, outcome, Scope(with_mixed_histology=True)) == (1, 9, 1, 0)


def test_map_shows_only_published_results():
    arm, outcome = make_arm(), make_outcome()
    make_result(arm, outcome, is_published=False)
    withdrawn = make_result(arm, outcome)
    Result.objects.filter(pk=withdrawn.pk).update(
        withdrawn_at=withdrawn.published_at,
        withdrawn_by=withdrawn.published_by,
        withdrawal_reason="A test.",
    )

    assert counted(arm.therapy, outcome) == (0, 0, 0, 0)


def test_map_answers_for_every_pair():
    therapy, outcome = make_therapy(), make_outcome()

    assert evidence_map.build(Scope()).cell(therapy.code, outcome.code).is_empty


def test_map_of_an_empty_database_is_empty():
    evidence = evidence_map.build(Scope())

    assert (evidence.rows, evidence.columns, evidence.totals.n_studies) == ((), (), 0)


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (Scope(designs=("registry",)), 1),
        (Scope(year_from=2010), 1),
        (Scope(year_to=2009), 1),
        (Scope(n_min=25), 1),
        (Scope(criteria=("who",)), 1),
        (Scope(), 2),
    ],
)
def test_map_counts_inside_the_filters(scope, expected):
    therapy, outcome = make_therapy(), make_outcome()
    old, new = make_study(n_patients=10, design="registry"), make_study(n_patients=None)
    make_report(old, make_reference(published_year=2009))
    make_report(new, make_reference(published_year=2010))
    make_result(make_arm(old, therapy, n=10), outcome, criteria="who")
    make_result(make_arm(new, therapy, n=30), outcome)

    assert counted(therapy, outcome, scope)[0] == expected


def test_map_leaves_a_study_of_unknown_year_out_of_a_year_range():
    arm, outcome = make_arm(), make_outcome()
    make_report(arm.study, make_reference(published_year=None))
    make_result(arm, outcome)

    assert counted(arm.therapy, outcome, Scope(year_to=2100)) == (0, 0, 0, 0)


def test_spread_converts_units_and_computes_fractions():
    therapy = make_therapy()
    time = make_outcome("time", measure=Outcome.Measure.MEDIAN_TIME, unit="months")
    share = make_outcome("share")
    make_result(make_arm(therapy=therapy), time, value=Decimal("419"), unit="days")
    make_result(make_arm(therapy=therapy), time, value=Decimal("3.5"), unit="years")
    make_result(make_arm(therapy=therapy), share, value=None, events=1, total=3)

    evidence = evidence_map.build(Scope())

    assert evidence.cell(therapy.code, "time").spread.values.round(1).tolist() == [13.8, 42.0]
    assert evidence.cell(therapy.code, "share").spread.values.round(2).tolist() == [33.33]


def test_spread_of_an_outcome_in_days_stays_in_days():
    stay = make_outcome("stay", measure=Outcome.Measure.MEDIAN_TIME, unit="days")
    arm = make_arm()
    make_result(arm, stay, value=Decimal("4"), unit="days")

    assert evidence_map.build(Scope()).cell(arm.therapy.code, "stay").spread.values.tolist() == [4.0]


def test_spread_leaves_out_composite_and_not_reached_results():
    arm = make_arm()
    outcome = make_outcome("time", measure=Outcome.Measure.MEDIAN_TIME, unit="months")
    make_result(arm, outcome, not_reached=True)
    make_result(arm, outcome, is_composite=True)

    cell = evidence_map.build(Scope()).cell(arm.therapy.code, "time")

    assert (cell.n_results, cell.spread) == (2, None)


def test_spread_of_a_survival_rate_shows_one_time_point():
    rate = make_outcome("rate", domain=Outcome.Domain.SURVIVAL)
    therapy = make_therapy()
    for months, value in ((12, 90), (60, 40), (60, 50)):
        arm = make_arm(therapy=therapy)
        make_result(arm, rate, timepoint_months=Decimal(months), value=Decimal(value))

    most_reported = evidence_map.build(Scope())
    chosen = evidence_map.build(Scope(), timepoints={"rate": 12.0})

    assert most_reported.cell(therapy.code, "rate").spread.values.tolist() == [40.0, 50.0]
    assert chosen.cell(therapy.code, "rate").spread.values.tolist() == [90.0]
    assert chosen.cell(therapy.code, "rate").n_studies == 3


def test_count_by_therapy_counts_a_study_once_over_its_outcomes():
    arm = make_arm(n=30)
    make_result(arm, make_outcome())
    make_result(arm, make_outcome())

    cell = evidence_map.count_by_therapy(Scope())[arm.therapy.code]

    assert (cell.n_studies, cell.n_patients, cell.n_results) == (1, 30, 2)


@pytest.mark.parametrize("n_results", [1, 40])
def test_map_needs_four_queries_however_many_results(n_results, django_assert_num_queries):
    arm, outcome = make_arm(), make_outcome()
    for _ in range(n_results):
        make_result(arm, outcome)

    with django_assert_num_queries(4):
        evidence_map.build(Scope())


def test_map_counts_derived_results_apart_and_in_the_therapies_above():
    parent = make_therapy("family")
    arm = make_arm(therapy=make_therapy("child", parent=parent))
    for code in ("orr", "cr", "pr"):
        make_outcome(code)
    for code in ("cr", "pr"):
        make_result(arm, Outcome.objects.get(code=code), value=Decimal(20))

    evidence = evidence_map.build(Scope(), derived=derivation.derived(Scope()))

    for therapy in ("family", "child"):
        cell = evidence.cell(therapy, "orr")
        assert (cell.n_derived, cell.n_results, cell.n_studies, cell.is_empty) == (1, 0, 0, True)
    assert evidence_map.build(Scope()).cell("child", "orr").n_derived == 0


def test_map_counts_the_designs_of_the_studies_reviews_apart():
    therapy, outcome = make_therapy(), make_outcome()
    designs = ["randomized-controlled-trial", "prospective-single-arm", "prospective-comparative"]
    designs += ["registry", "retrospective-cohort", "retrospective-comparative", "case-series", "guideline"]
    for design in designs:
        make_result(make_arm(make_study(design=design), therapy), outcome)
    make_result(make_arm(Study.objects.get(design="registry"), therapy), outcome)

    assert evidence_map.build(Scope()).cell(therapy.code, outcome.code).designs == (1, 2, 3, 1, 0)


@pytest.mark.parametrize("design", Study.Design)
def test_every_design_belongs_to_a_group(design):
    assert (facts.DESIGN_GROUPS[design] == DesignGroup.REVIEW) is (design in Study.REVIEW_DESIGNS)


def test_map_knows_the_newest_study_of_a_cell():
    therapy, outcome = make_therapy(), make_outcome()
    for year in (2003, 2019, None):
        study = make_study()
        make_report(study, make_reference(published_year=year))
        make_report(study, make_reference(published_year=2025), role="companion")
        make_result(make_arm(study, therapy), outcome)

    assert evidence_map.build(Scope()).cell(therapy.code, outcome.code).newest_year == 2019


def test_map_knows_no_newest_study_where_no_year_is_known():
    arm, outcome = make_arm(), make_outcome()
    make_result(arm, outcome)

    assert evidence_map.build(Scope()).cell(arm.therapy.code, outcome.code).newest_year is None


SCOPES = {
    "all": (Scope(), {}),
    "with mixed histology": (Scope(with_mixed_histology=True), {"studies": lambda study: True}),
    "by design": (
        Scope(designs=("retrospective-cohort", "meta-analysis")),
        {
            "studies": lambda s: (
                s["histology"] == "net" and s["design"] in ("retrospective-cohort", "meta-analysis")
            )
        },
    ),
    "by year": (
        Scope(year_from=2005, year_to=2014),
        {"studies": lambda s: s["histology"] == "net" and 2005 <= (recount.primary_year(s) or 0) <= 2014},
    ),
    "by size": (
        Scope(n_min=50),
        {"studies": lambda s: s["histology"] == "net" and (recount.known_size(s) or 0) >= 50},
    ),
    "by criteria": (
        Scope(criteria=("who",)),
        {"results": lambda r: (r["criteria"] or "").startswith("WHO") and r["criteria"] != "WHO and RECIST"},
    ),
    "by primary site": (
        Scope(primary=("pancreas",)),
        {"arms": recount.has(primary="pancreas gep any")},
    ),
    "by primary site, the silent too": (
        Scope(primary=("small-bowel",), with_unreported=True),
        {
            "arms": recount.may_have(
                primary="small-bowel intestine gastrointestinal gep any carcinoid other rest"
            )
        },
    ),
    "by site and grade": (
        Scope(primary=("pancreas", "small-bowel"), grade=("g1", "g2")),
        {
            "arms": recount.has(
                primary="pancreas small-bowel intestine gastrointestinal gep any",
                grade="g1 g2 g1-g2 low-grade well-differentiated moderately-differentiated any",
            )
        },
    ),
    "by burden": (
        Scope(burden=("over-50",)),
        {"arms": recount.has(burden="over-50 around-50 spread")},
    ),
    "by function": (Scope(functional=("no",)), {"arms": recount.has(functional="non-functional")}),
    "by PRRT before": (
        Scope(prior_prrt=("no",), with_unreported=True),
        {"arms": recount.may_have(prior_prrt="not-given rest")},
    ),
    "by resection before": (
        Scope(prior_resection=("primary",)),
        {"arms": recount.has(prior_resection="primary")},
    ),
    "by extrahepatic disease, in large studies": (
        Scope(n_min=30, extrahepatic=("yes",)),
        {
            "studies": lambda s: s["histology"] == "net" and (recount.known_size(s) or 0) >= 30,
            "arms": recount.has(extrahepatic="present"),
        },
    ),
}


@pytest.mark.parametrize("name", SCOPES)
def test_map_equals_a_recount_of_the_shipped_files(name):
    call_command("load_evidence", verbosity=0)
    scope, conditions = SCOPES[name]

    evidence = evidence_map.build(scope)
    ours = {
        pair: (cell.n_studies, cell.n_patients, cell.n_results, cell.n_reviews)
        for pair in recount.cells()
        for cell in [evidence.cell(*pair)]
    }

    assert ours == recount.cells(**conditions)
