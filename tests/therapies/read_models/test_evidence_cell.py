"""One cell whole: groups on one axis, what is apart, what is left out, and the shipped files recounted."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from django.core.management import call_command

from tests import recount
from tests.builders import (
    make_appraisal,
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
from therapies.analysis import Choices
from therapies.analysis_form import Question
from therapies.models import Criteria, Outcome, Study, Therapy
from therapies.read_models import cell_beside, evidence_cell, plot_rows
from therapies.read_models.evidence_cell import Evidence, EvidenceCell
from therapies.scope import Scope
from therapies.synthesis import pooling
from therapies.synthesis.effects import Counts, Measure
from therapies.synthesis.eligibility import Rules
from therapies.synthesis.pooling import Method

pytestmark = pytest.mark.django_db


@pytest.fixture
def therapy():
    return make_therapy("tace")


@pytest.fixture
def outcome():
    return make_outcome("orr")


def gather(scope: Scope | None = None, **options) -> Evidence:
    return evidence_cell.gather(Question(scope or Scope(), **options), "tace", "orr")


def read(scope: Scope | None = None, **options) -> EvidenceCell:
    return evidence_cell.read(Question(scope or Scope(), **options), "tace", "orr")


def labels(evidence: Evidence) -> list[str]:
    return [item.row.study.label for item in evidence.items]


def survival_rate() -> Outcome:
    return make_outcome("orr", domain=Outcome.Domain.SURVIVAL)


def test_cell_counts_by_the_rule_and_lists_every_result(therapy, outcome):
    arm = make_arm(therapy=therapy, n=30)
    make_result(arm, outcome)
    make_result(arm, outcome, criteria=Criteria.MRECIST)
    make_result(make_arm(therapy=make_therapy(parent=therapy), n=5), outcome)

    cell = read()

    counts = cell.evidence.cell
    assert (counts.n_studies, counts.n_patients, counts.n_results) == (2, 35, 3)
    assert len(list(cell.page.rows)) == 3


def test_cell_leaves_out_other_therapies_outcomes_and_unpublished_results(therapy, outcome):
    make_result(make_arm(therapy=therapy), make_outcome())
    make_result(make_arm(), outcome)
    make_result(make_arm(therapy=therapy), outcome, is_published=False)

    evidence = gather()

    assert evidence.items == ()
    assert evidence.is_empty


def test_cell_groups_rates_of_survival_by_time(therapy):
    outcome = survival_rate()
    arm = make_arm(therapy=therapy)
    for months in ("60", "12", None):
        make_result(arm, outcome, timepoint_months=months and Decimal(months))
    make_result(make_arm(therapy=therapy), outcome, timepoint_months=Decimal("60.0"), value=Decimal(20))

    sections = gather().plot.sections

    assert [section.title for section in sections] == [
        "At 1\u00a0year",
        "At 5\u00a0years",
        "Time point not reported",
    ]
    assert [section.n_results for section in sections] == [1, 2, 1]
    assert sections[1].words == "20–50%"
    assert [section.is_one_range for section in sections] == [True, True, False]


def test_rates_of_survival_that_are_not_grouped_are_no_range(therapy):
    outcome = survival_rate()
    make_result(make_arm(therapy=therapy), outcome, timepoint_months=12)

    assert gather(group="none").ranges == ()


def test_cell_has_one_section_without_a_title_where_nothing_stands_apart(therapy, outcome):
    make_result(make_arm(therapy=therapy), outcome, timepoint_months=3)
    make_result(make_arm(therapy=therapy), outcome, value=None, events=4)

    assert [(section.title, section.n_results) for section in gather().plot.sections] == [("", 2)]


@pytest.mark.parametrize("design", Study.REVIEW_DESIGNS)
def test_cell_sets_reviews_apart(therapy, outcome, design):
    make_result(make_arm(make_study(design=design), therapy), outcome)

    cell = read()

    assert cell.page.sections == ()
    assert len(cell.reviews) == 1
    assert cell.evidence.cell.n_reviews == 1


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("year", ["old", "new", "undated"]),
        ("-year", ["new", "old", "undated"]),
        ("value", ["new", "old", "undated"]),
        ("-value", ["undated", "old", "new"]),
        ("n", ["undated", "old", "new"]),
        ("-n", ["old", "undated", "new"]),
    ],
)
def test_cell_sorts_and_puts_the_unknown_last(therapy, outcome, sort, order):
    for label, year, value, n in (("old", 1990, 50, 20), ("new", 2020, 10, None), ("undated", None, 90, 5)):
        study = make_study(label=label)
        make_report(study, make_reference(published_year=year))
        make_result(make_arm(study, therapy, n=n), outcome, value=Decimal(value))

    assert labels(gather(sort=sort)) == order


def add_responses(therapy: Therapy, outcome: Outcome, *counts: tuple[int, int]) -> list[Study]:
    studies = []
    for number, (events, total) in enumerate(counts):
        study = make_study(f"s{number}", n_patients=total)
        arm = make_arm(study, therapy, n=total)
        make_result(arm, outcome, value=None, events=events, total=total, criteria=Criteria.WHO)
        studies.append(study)
    return studies


def test_cell_is_pooled_as_the_synthesis_pools_it(therapy, outcome):
    counts = ((10, 18), (12, 20), (32, 43))
    add_responses(therapy, outcome, *counts)

    cell = read()

    data = [Counts(f"s{n}", *pair) for n, pair in enumerate(counts)]
    assert cell.evidence.pool.pool == pooling.pool(data, measure=Measure.PLO)
    assert cell.refusals == ()
    assert [row.label.split(":")[0] for row in cell.sensitivity] == ["Chosen", *["Sensitivity"] * 3]


def test_cell_with_a_study_left_out_is_the_pool_of_the_others(therapy, outcome):
    counts = ((10, 18), (12, 20), (32, 43), (5, 30))
    add_responses(therapy, outcome, *counts)

    cell = read(choices=Choices(Rules(without=("s3",))))

    data = [Counts(f"s{n}", *pair) for n, pair in enumerate(counts[:3])]
    assert cell.evidence.pool.pool == pooling.pool(data, measure=Measure.PLO)
    assert [change.words for change in cell.changes] == ["without Study s3"]
    dropped = next(row for row in cell.page.rows if row.standing.is_dropped)
    assert dropped.standing.left_out == "left out by you"


def test_cell_without_high_risk_of_bias(therapy, outcome):
    studies = add_responses(therapy, outcome, (10, 18), (12, 20), (32, 43), (5, 30))
    make_appraisal(studies[0])

    cell = read(choices=Choices(Rules(without_high_risk=True)))

    assert cell.evidence.pool.k == 3
    judged = [row for row in cell.page.rows if row.judged]
    assert [(row.judged[0].words, row.standing.left_out) for row in judged] == [
        ("Serious risk", "at high risk of bias")
    ]


def test_cell_says_why_a_method_gives_nothing(therapy, outcome):
    add_responses(therapy, outcome, (9, 9), (7, 7), (12, 12))

    cell = read(choices=Choices(method=Method.GLMM))

    assert cell.evidence.pool is None
    assert "cannot be fitted" in cell.evidence.plot.overall.problem


def test_derived_results_are_listed_apart_and_enter_only_where_admitted(therapy, outcome):
    add_responses(therapy, outcome, (10, 18), (12, 20))
    arm = make_arm(make_study("parts", n_patients=25), therapy, n=25)
    for code, events in (("cr", 2), ("pr", 8)):
        part = make_outcome(code)
        make_result(arm, part, value=None, events=events, total=25, criteria=Criteria.WHO)

    strict, wide = read(), read(choices=Choices(Rules(with_derived=True)))

    section = strict.page.sections[-1]
    (row,) = section.rows
    assert section.section.is_derived
    assert (row.words, row.counts, len(row.parts)) == ("40%", "10 of 25 patients", 2)
    assert row.standing.left_out == "derived, not reported"
    assert strict.evidence.cell.n_results == 2
    assert strict.evidence.pool is None
    assert wide.evidence.pool.k == 3


def test_page_holds_some_rows_and_the_pool_all(therapy, outcome):
    add_responses(therapy, outcome, *[(5 + n % 3, 20) for n in range(12)])

    first, _reviews = plot_rows.load(gather(), size=5)
    last, _reviews = plot_rows.load(gather(), number=99, size=5)

    assert (first.n_pages, first.first, first.last, first.n) == (3, 1, 5, 12)
    assert (last.number, last.first, last.last) == (3, 11, 12)
    assert first.next.endswith("&page=2")
    assert len({row.item.key for page in (first, last) for row in page.rows}) == 7
    assert gather().pool.k == 12


def test_cell_names_a_cohort_that_several_studies_share(therapy, outcome):
    shared, alone = make_cohort("shared"), make_cohort("alone")
    studies = [make_study(cohort=shared), make_study(cohort=shared)]
    for study in [*studies, make_study(cohort=alone), make_study()]:
        make_result(make_arm(study, therapy), outcome)

    (overlap,) = gather().overlaps

    assert overlap.name == shared.name
    assert {study.key for study in overlap.studies} == {study.key for study in studies}


def test_cell_says_how_many_mixed_studies_are_left_out(therapy, outcome):
    arm = make_arm(make_study(histology=Study.Histology.MIXED), therapy)
    make_result(arm, outcome)
    make_result(arm, outcome)

    assert gather().n_mixed_left_out == 1
    assert gather(Scope(with_mixed_histology=True)).n_mixed_left_out == 0
    assert len(gather(Scope(with_mixed_histology=True)).items) == 2


def test_cell_counts_left_out_mixed_studies_inside_the_other_filters(therapy, outcome):
    make_result(make_arm(make_study(histology=Study.Histology.MIXED), therapy), outcome)

    assert gather(Scope(designs=(Study.Design.REGISTRY,))).n_mixed_left_out == 0


def test_cell_lists_a_comparison_of_its_therapy_once(therapy, outcome):
    study = make_study()
    make_comparison(make_arm(study, therapy), make_arm(study, therapy), outcome=outcome)
    make_comparison(make_arm(study), make_arm(study), outcome=outcome)

    assert len(read().comparisons) == 1


def test_line_names_the_report_that_prints_the_number(therapy, outcome):
    study = make_study()
    make_report(study, make_reference(published_year=2001))
    companion = make_report(study, make_reference(published_year=2005))
    arm = make_arm(study, therapy)
    make_result(arm, outcome, source_report=companion)
    make_result(arm, outcome)

    named, silent = sorted((row.line for row in read().page.rows), key=lambda line: line.result.position)

    assert named.report == companion
    assert silent.report.role == "primary"
    assert (named.year, silent.year) == (2001, 2001)


@pytest.mark.parametrize(
    ("fields", "through_review"), [({"title": ""}, True), ({"title": "", "pmid": 99_000_001}, False)]
)
def test_line_knows_a_study_that_only_a_review_names(therapy, outcome, fields, through_review):
    study, review = make_study(), make_study(design=Study.Design.META_ANALYSIS)
    make_report(study, make_reference(**fields))
    make_result(make_arm(study, therapy), outcome, reported_in=review)

    (row,) = read().page.rows

    assert row.line.is_known_only_through_review is through_review


@pytest.mark.parametrize(
    ("name", "kind", "heading"),
    [
        ("Transarterial chemoembolization", "locoregional", "after transarterial chemoembolization"),
        ("TACE and more", "locoregional", "after TACE and more"),
        ("Somatostatin analogues", "comparator", "with somatostatin analogues"),
    ],
)
def test_heading_is_a_sentence(outcome, name, kind, heading):
    make_therapy("tace", name=name, kind=kind)

    assert gather().heading == f"Outcome orr {heading}"


def test_unknown_therapy_and_outcome_are_said(therapy, outcome):
    with pytest.raises(Therapy.DoesNotExist, match="nowhere"):
        evidence_cell.read(Question(), "nowhere", "orr")
    with pytest.raises(Outcome.DoesNotExist, match="luck"):
        evidence_cell.read(Question(), "tace", "luck")


def test_neighbours_are_filled_cells_above_below_and_beside(outcome):
    parent = make_therapy("parent")
    therapy = make_therapy("tace", parent=parent)
    child, sister = make_therapy("child", parent=therapy), make_therapy("sister", parent=parent)
    make_therapy("silent", parent=parent)
    for arm_of in (child, sister):
        make_result(make_arm(therapy=arm_of), outcome)

    beside = cell_beside.read(Scope(), "tace", "orr")

    assert [row.therapy.code for row, _cell in beside.neighbours] == ["parent", "child", "sister"]


def test_cells_of_the_shipped_files_list_what_a_recount_finds():
    call_command("load_evidence", verbosity=0)
    counts = recount.cells()

    for (therapy, outcome), (n_studies, n_patients, n_results, n_reviews) in counts.items():
        if therapy not in ("tace", "ablation", "tare-y90-resin", "resection"):
            continue
        cell = evidence_cell.gather(Question(), therapy, outcome)
        counted = [item for item in cell.items if not item.derived]

        assert len(counted) == n_results, (therapy, outcome)
        assert len({item.row.study.pk for item in counted}) == n_studies, (therapy, outcome)
        assert len({item.row.study.pk for item in cell.reviews}) == n_reviews, (therapy, outcome)
        assert cell.cell.n_patients == n_patients, (therapy, outcome)


def test_values_of_the_shipped_files_are_those_of_the_files():
    call_command("load_evidence", verbosity=0)
    parents, studies = recount.PARENTS, json.loads((recount.DATA / "studies.json").read_text())

    def is_within(therapy: str | None) -> bool:
        return therapy == "embolization" or (therapy is not None and is_within(parents[therapy]))

    months = {"months": 1, "years": 12, "days": 12 / 365.2425}
    expected = []
    for study in studies:
        arms = {arm["id"] for arm in study["arms"] if is_within(arm["therapy"])}
        if study["histology"] == "net" and study["design"] not in recount.REVIEWS:
            expected += [
                (study["key"], round(result["value"] * months[result["unit"]], 6))
                for result in study["results"]
                if result["outcome"] == "os-median" and result["arm"] in arms and result["value"] is not None
            ]

    cell = evidence_cell.gather(Question(), "embolization", "os-median")
    shown = [(item.row.study.key, round(item.value, 6)) for item in cell.items if item.value is not None]

    assert len(expected) > 20
    assert sorted(shown) == sorted(expected)
