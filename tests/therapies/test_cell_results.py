"""Light rows of a cell: they mean the same as the models' rows."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.management import call_command

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
from therapies import analysis, cell_results, derivation, facts
from therapies.models import Criteria, Outcome, Result, Study, Therapy
from therapies.read_models import printed
from therapies.scope import Scope

pytestmark = pytest.mark.django_db


@pytest.fixture
def shipped() -> None:
    call_command("load_evidence", verbosity=0)


def rows_of(scope: Scope, code: str) -> list[cell_results.ResultRow]:
    every = Therapy.objects.values_list("pk", flat=True)
    return cell_results.read(scope, Outcome.objects.get(code=code), every)[0]


@pytest.mark.parametrize("code", ["orr", "os-median", "os-rate", "mortality-30d"])
def test_row_is_read_as_its_result_is(shipped, code: str):
    loaded = Result.objects.select_related("arm__study__cohort", "outcome", "reported_in").in_bulk()

    rows = rows_of(Scope(with_mixed_histology=True), code)

    assert len(rows) > 20
    for row in rows:
        result = loaded[row.pk]
        assert analysis.candidate(row) == analysis.candidate(result)
        assert printed.read(row, row.outcome) == printed.read(result, result.outcome)


def test_rows_give_the_facts_that_are_counted(shipped):
    outcome = Outcome.objects.get(code="orr")
    whole = facts.published(Scope(), [outcome])

    built = cell_results.facts_of(rows_of(Scope(), "orr"))

    for name in ("study", "arm", "therapy", "cohort", "arm_n", "study_n", "design", "year", "outcome"):
        assert sorted(getattr(built, name).tolist()) == sorted(getattr(whole, name).tolist()), name


def test_derived_results_are_those_that_the_map_counts(shipped):
    outcome = Outcome.objects.get(code="orr")
    every = list(Therapy.objects.values_list("pk", flat=True))

    found = cell_results.read_derived(Scope(), outcome, every)

    expected = [one for one in derivation.derived(Scope(), every) if one.outcome_code == "orr"]
    assert expected
    assert sorted((one for one, _parts in found), key=lambda one: one.parts) == sorted(
        expected, key=lambda one: one.parts
    )
    assert all(tuple(row.pk for row in parts) == one.parts for one, parts in found)


def test_nothing_is_derived_for_another_outcome():
    assert cell_results.read_derived(Scope(), make_outcome("os-rate"), []) == []


def test_read_counts_mixed_studies_that_it_leaves_out():
    therapy, outcome = make_therapy(), make_outcome()
    mixed = make_arm(make_study(histology=Study.Histology.MIXED), therapy)
    make_result(mixed, outcome)
    make_result(mixed, outcome, criteria=Criteria.WHO)
    make_result(make_arm(therapy=therapy), outcome)

    inside, n_left_out = cell_results.read(Scope(), outcome, [therapy.pk])
    both, none_left_out = cell_results.read(Scope(with_mixed_histology=True), outcome, [therapy.pk])

    assert (len(inside), n_left_out) == (1, 1)
    assert (len(both), none_left_out) == (3, 0)


def test_row_knows_its_study_and_the_year_of_the_primary_report():
    study = make_study("one", cohort=make_cohort("shared"))
    make_report(study, make_reference(published_year=2001))
    make_report(study, make_reference(published_year=2009))
    result = make_result(make_arm(study, n=12), make_outcome(), value=Decimal("12.50"))

    (row,), _mixed = cell_results.read(Scope(), result.outcome, [result.arm.therapy_id])

    assert (row.study.key, row.study.year, row.study.cohort.code) == ("one", 2001, "shared")
    assert (row.arm.n, str(row.value)) == (12, "12.50")
