"""A release read back: the same rows, the same filters, the same analysis, and no look at the database."""

from __future__ import annotations

import itertools
import json
from dataclasses import fields
from typing import Any

import numpy as np
import pytest

from nelm_review.core.models import User
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
from therapies import analysis, evidence_map, facts
from therapies.models import CRITERIA, Criteria, Outcome, Result, Study, Therapy
from therapies.scope import Scope
from therapies.services import cells, releases
from therapies.services.releases import frozen, frozen_scope, records, tables

SCOPES = [
    Scope(
        designs=designs, criteria=criteria, year_from=first, year_to=last, n_min=n, with_mixed_histology=mixed
    )
    for designs, criteria, first, last, n, mixed in itertools.product(
        ((), (Study.Design.RANDOMIZED, Study.Design.RETROSPECTIVE_COHORT)),
        ((), (Criteria.RECIST_1_1, Criteria.NOT_STATED)),
        (None, 2005),
        (None, 2015),
        (None, 0, 40),
        (False, True),
    )
]
SCOPES += [
    Scope(**{criterion.code: (code,)}, with_unreported=unreported)
    for criterion in CRITERIA.values()
    for code in criterion.choices
    for unreported in (False, True)
]


def read_back() -> frozen.Frozen:
    return frozen.thaw(records.read(records.write(records.collect())))


@pytest.mark.usefixtures("shipped_evidence")
def test_scope_of_a_release_agrees_with_the_database_for_every_choice_of_filters() -> None:
    make_result(make_arm(make_study("no-n", n_patients=None), n=None), make_outcome())
    make_result(make_arm(make_study("no-own-n", n_patients=None), n=45), make_outcome())
    make_result(make_arm(make_report(make_study("new")).study), make_outcome())
    retracted = make_report(make_study("gone"), make_reference(is_retracted=True)).study
    make_result(make_arm(retracted), make_outcome())
    found = read_back()

    for scope in SCOPES:
        stored = set(scope.results().values_list("pk", flat=True))
        assert {row.pk for row in frozen_scope.results(found, scope)} == stored, scope
        stored = set(scope.comparisons().values_list("pk", flat=True))
        assert {row.pk for row in frozen_scope.comparisons(found, scope)} == stored, scope


@pytest.mark.usefixtures("shipped_evidence")
def test_every_column_comes_back_as_it_was() -> None:
    found = read_back()

    for model in records.TABLES:
        columns = records.columns_of(model)
        for row in model._base_manager.filter(pk__in=found.rows[model]):
            there = found.rows[model][row.pk]
            assert [str(getattr(there, name)) for name in columns] == [
                str(getattr(row, name)) for name in columns
            ]


@pytest.mark.usefixtures("shipped_evidence")
def test_axis_value_agrees_with_the_generated_column() -> None:
    found = read_back()

    for pk, stored in Result.objects.published().values_list("pk", "axis_value"):
        assert found.rows[Result][pk].axis_value == pytest.approx(stored), pk


@pytest.mark.usefixtures("shipped_evidence")
def test_map_of_a_release_counts_as_the_map_does() -> None:
    make_result(make_arm(make_study(cohort=make_cohort("pair"))), make_outcome())

    counted, stored = tables.count(read_back()), evidence_map.build(Scope())

    assert counted.totals == stored.totals
    assert counted.cells.keys() == stored.cells.keys()
    for key, cell in stored.cells.items():
        there = counted.cells[key]
        assert (there.n_studies, there.n_patients, there.n_results, there.n_reviews) == (
            *(cell.n_studies, cell.n_patients, cell.n_results, cell.n_reviews),
        )
        if cell.spread:
            np.testing.assert_allclose(there.spread.values, cell.spread.values)


@pytest.mark.usefixtures("shipped_evidence")
def test_facts_of_a_release_are_those_of_the_database() -> None:
    there, stored = frozen.facts(frozen_scope.results(read_back(), Scope())), facts.published(Scope())

    order, stored_order = np.argsort(there.result), np.argsort(stored.result)
    for name in (field.name for field in fields(facts.Facts)):
        np.testing.assert_allclose(getattr(there, name)[order], getattr(stored, name)[stored_order])


@pytest.mark.usefixtures("shipped_evidence")
def test_analysis_of_a_release_is_that_of_the_database() -> None:
    found = read_back()
    results = Scope().results().in_reading_order()
    rows = evidence_map.tree(Therapy.objects.all())

    assert tables.estimates(found) == cells.estimates(cells.by_cell(rows, results))


def test_a_release_is_read_without_the_database(
    admin: User, django_assert_num_queries: Any, poolable: tuple[Therapy, Outcome]
) -> None:
    _therapy, outcome = poolable
    found = releases.content(releases.make(by=admin))
    results = [row for row in frozen_scope.results(found, Scope()) if row.outcome.code == outcome.code]

    with django_assert_num_queries(0):
        verdict = analysis.analyse(found.outcome(outcome.code), analysis.candidates(results))
        tables.write(found)
        frozen_scope.results(found, SCOPES[-1])

    assert verdict.pool is not None
    assert verdict.pool.k == 3


def test_a_release_keeps_its_number_when_the_evidence_changes(
    admin: User, poolable: tuple[Therapy, Outcome]
) -> None:
    release = releases.make(by=admin)
    before = tables.estimates(releases.content(release))[poolable[0].code, poolable[1].code]
    Result.objects.filter(outcome=poolable[1]).update(events=1)

    after = tables.estimates(releases.content(release))[poolable[0].code, poolable[1].code]

    assert before == after
    assert tables.estimates(releases.of_now())[poolable[0].code, poolable[1].code] != before


def test_columns_that_are_no_more_are_dropped_and_new_ones_take_their_default() -> None:
    found = json.loads(json.dumps({"Therapy": {"columns": ["id", "code", "gone"], "rows": [[1, "a", 2]]}}))

    therapy = frozen.thaw(found).therapy("a")

    assert therapy.synonyms == []
    assert not hasattr(therapy, "gone")


def test_what_a_release_does_not_hold_is_named() -> None:
    with pytest.raises(Therapy.DoesNotExist, match="no therapy “nowhere”"):
        frozen.thaw({}).therapy("nowhere")


def test_latest_for_cell_holds_until_the_cell_changes(admin: User, poolable: tuple[Therapy, Outcome]) -> None:
    therapy, outcome = poolable
    release = releases.make(by=admin)
    make_result(make_arm(make_study(), make_therapy("elsewhere")), make_outcome("other"))

    assert releases.latest_for_cell(therapy.code, [therapy.pk], outcome) == release

    Result.objects.filter(outcome=outcome).update(criteria_text="Anew.")

    assert releases.latest_for_cell(therapy.code, [therapy.pk], outcome) is None


def test_latest_for_cell_sees_a_retraction(admin: User, poolable: tuple[Therapy, Outcome]) -> None:
    therapy, outcome = poolable
    report = make_report(Study.objects.get(key="synthetic-1"))
    release = releases.make(by=admin)
    assert releases.latest_for_cell(therapy.code, [therapy.pk], outcome) == release

    type(report.reference).objects.filter(pk=report.reference_id).update(is_retracted=True)

    assert releases.latest_for_cell(therapy.code, [therapy.pk], outcome) is None


@pytest.mark.usefixtures("shipped_evidence")
def test_every_cell_of_the_newest_release_is_known_to_be_as_it_was(admin: User) -> None:
    release = releases.make(by=admin)
    outcomes = Outcome.objects.in_bulk(field_name="code")
    found = releases.content(release)

    assert release.cell_digests
    for cell in release.cell_digests:
        therapy, outcome = cell.split("/")
        within = found.within(found.therapy(therapy))
        assert releases.latest_for_cell(therapy, within, outcomes[outcome]) == release, cell
