"""One cell whole: groups on one axis, what is apart, what is left out, and the shipped files recounted."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from django.core.management import call_command

from tests import recount
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
from therapies.models import Criteria, Outcome, Study, Therapy
from therapies.read_models import evidence_cell
from therapies.scope import Scope

pytestmark = pytest.mark.django_db


@pytest.fixture
def therapy():
    return make_therapy("tace")


@pytest.fixture
def outcome():
    return make_outcome("orr")


def read(scope: Scope | None = None, **options) -> evidence_cell.EvidenceCell:
    return evidence_cell.read(scope or Scope(), "tace", "orr", **options)


def survival_rate() -> Outcome:
    return make_outcome("orr", domain=Outcome.Domain.SURVIVAL)


def test_cell_counts_by_the_rule_and_lists_every_result(therapy, outcome):
    arm = make_arm(therapy=therapy, n=30)
    make_result(arm, outcome)
    make_result(arm, outcome, criteria=Criteria.MRECIST)
    make_result(make_arm(therapy=make_therapy(parent=therapy), n=5), outcome)

    cell = read()

    assert (cell.cell.n_studies, cell.cell.n_patients, cell.cell.n_results) == (2, 35, 3)
    assert len(list(cell.all_lines())) == 3


def test_cell_leaves_out_other_therapies_outcomes_and_unpublished_results(therapy, outcome):
    make_result(make_arm(therapy=therapy), make_outcome())
    make_result(make_arm(), outcome)
    make_result(make_arm(therapy=therapy), outcome, is_published=False)

    assert list(read().all_lines()) == []
    assert read().is_empty


def test_cell_groups_rates_of_survival_by_time(therapy):
    outcome = survival_rate()
    arm = make_arm(therapy=therapy)
    for months in ("60", "12", None):
        make_result(arm, outcome, timepoint_months=months and Decimal(months))
    make_result(make_arm(therapy=therapy), outcome, timepoint_months=Decimal("60.0"), value=Decimal(20))

    groups = read().groups

    assert [group.title for group in groups] == [
        "At 1\u00a0year",
        "At 5\u00a0years",
        "Time point not reported",
    ]
    assert [len(group.lines) for group in groups] == [1, 2, 1]
    assert groups[1].words == "20–50%"
    assert [group.is_one_range for group in groups] == [True, True, False]


def test_cell_has_one_group_where_every_result_can_be_drawn(therapy, outcome):
    make_result(make_arm(therapy=therapy), outcome, timepoint_months=3)
    make_result(make_arm(therapy=therapy), outcome)

    assert [(group.title, len(group.lines)) for group in read().groups] == [("", 2)]


def test_cell_keeps_composite_and_unusable_results_under_their_own_headings(therapy, outcome):
    arm = make_arm(therapy=therapy)
    make_result(arm, outcome, value=Decimal(10))
    make_result(arm, outcome, value=Decimal(90), is_composite=True)
    make_result(arm, outcome, value=None, events=4)

    drawn, composite, unusable = read().groups

    assert drawn.words == "10%"
    assert "Composite" in composite.title
    assert "without a single number" in unusable.title
    assert [len(group.lines) for group in (drawn, composite, unusable)] == [1, 1, 1]
    assert [group.title for group in read().ranges] == ["Results"]


@pytest.mark.parametrize("design", Study.REVIEW_DESIGNS)
def test_cell_sets_reviews_apart(therapy, outcome, design):
    make_result(make_arm(make_study(design=design), therapy), outcome)

    cell = read()

    assert cell.groups == ()
    assert len(cell.reviews) == 1
    assert cell.cell.n_reviews == 1


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

    assert [line.study.label for line in read(sort=sort).all_lines()] == order


def test_cell_names_a_cohort_that_several_studies_share(therapy, outcome):
    shared, alone = make_cohort("shared"), make_cohort("alone")
    studies = [make_study(cohort=shared), make_study(cohort=shared)]
    for study in [*studies, make_study(cohort=alone), make_study()]:
        make_result(make_arm(study, therapy), outcome)

    (overlap,) = read().overlaps

    assert overlap.cohort == shared
    assert set(overlap.studies) == set(studies)


def test_cell_says_how_many_mixed_studies_are_left_out(therapy, outcome):
    arm = make_arm(make_study(histology=Study.Histology.MIXED), therapy)
    make_result(arm, outcome)
    make_result(arm, outcome)

    assert read().n_mixed_left_out == 1
    assert read(Scope(with_mixed_histology=True)).n_mixed_left_out == 0
    assert len(list(read(Scope(with_mixed_histology=True)).all_lines())) == 2


def test_cell_counts_left_out_mixed_studies_inside_the_other_filters(therapy, outcome):
    make_result(make_arm(make_study(histology=Study.Histology.MIXED), therapy), outcome)

    assert read(Scope(designs=(Study.Design.REGISTRY,))).n_mixed_left_out == 0


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

    named, silent = sorted(read().all_lines(), key=lambda line: line.result.position)

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

    (line,) = read().all_lines()

    assert line.is_known_only_through_review is through_review


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

    assert read().heading == f"Outcome orr {heading}"


def test_unknown_therapy_and_outcome_are_said(therapy, outcome):
    with pytest.raises(Therapy.DoesNotExist, match="nowhere"):
        evidence_cell.read(Scope(), "nowhere", "orr")
    with pytest.raises(Outcome.DoesNotExist, match="luck"):
        evidence_cell.read(Scope(), "tace", "luck")


def test_neighbours_are_filled_cells_above_below_and_beside(outcome):
    parent = make_therapy("parent")
    therapy = make_therapy("tace", parent=parent)
    child, sister = make_therapy("child", parent=therapy), make_therapy("sister", parent=parent)
    make_therapy("silent", parent=parent)
    for arm_of in (child, sister):
        make_result(make_arm(therapy=arm_of), outcome)

    assert [row.therapy.code for row, _cell in read().neighbours] == ["parent", "child", "sister"]


def test_cells_of_the_shipped_files_list_what_a_recount_finds():
    call_command("load_evidence", verbosity=0)
    counts = recount.cells()

    for (therapy, outcome), (n_studies, n_patients, n_results, n_reviews) in counts.items():
        if therapy not in ("tace", "ablation", "tare-y90-resin", "resection"):
            continue
        cell = evidence_cell.read(Scope(), therapy, outcome)
        counted = [line for group in cell.groups for line in group.lines]

        assert len(counted) == n_results, (therapy, outcome)
        assert len({line.study.pk for line in counted}) == n_studies, (therapy, outcome)
        assert len({line.study.pk for line in cell.reviews}) == n_reviews, (therapy, outcome)
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

    cell = evidence_cell.read(Scope(), "embolization", "os-median")
    shown = [
        (line.study.key, round(line.reading.value, 6)) for line in cell.all_lines() if line.reading.is_usable
    ]

    assert len(expected) > 20
    assert sorted(shown) == sorted(expected)
