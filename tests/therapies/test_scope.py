"""Whose patients a scope lets in: by the database, by rows in memory, and on the map."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.builders import (
    make_arm,
    make_comparison,
    make_outcome,
    make_population,
    make_result,
    make_study,
)
from therapies import evidence_map
from therapies.models import CRITERIA, Arm, Fit, Result
from therapies.scope import Scope

pytestmark = pytest.mark.django_db

PANCREAS = Scope(primary=("pancreas",))


def make_results(**stated) -> Result:
    """Make one result of an arm whose study states this of its patients."""
    arm = make_arm()
    make_population(arm.study, **stated)
    return make_result(arm)


@pytest.mark.parametrize(
    ("stated", "is_inside", "is_inside_with_unreported"),
    [
        ({"primary": {"pancreas": {}}}, True, True),
        ({"primary": {"pancreas": {"n": 1}, "lung": {"n": 19}}}, True, True),
        ({"primary": {"gep": {}}}, True, True),
        ({"primary": {"lung": {}, "rest": {}}}, False, True),
        ({"primary": {"lung": {}}}, False, False),
        ({"grade": {"g1": {}}}, False, True),
    ],
)
def test_scope_lets_in_arms_that_match_or_partly_match(stated, is_inside, is_inside_with_unreported):
    make_results(**stated)

    assert PANCREAS.results().exists() == is_inside
    assert replace(PANCREAS, with_unreported=True).results().exists() == is_inside_with_unreported


def test_arm_of_which_nobody_wrote_does_not_report():
    make_result()

    assert not PANCREAS.results().exists()
    assert replace(PANCREAS, with_unreported=True).results().exists()


def test_arm_shares_what_its_study_states_unless_it_states_its_own():
    study = make_study()
    make_population(study, primary={"pancreas": {}, "carcinoid": {}}, grade={"g1": {}})
    whole, stratum = make_arm(study), make_arm(study)
    make_population(stratum, primary={"carcinoid": {}})
    make_result(whole)
    make_result(stratum)

    assert [result.arm for result in PANCREAS.results()] == [whole]
    assert Scope(grade=("g1",)).results().count() == 2


def test_all_criteria_chosen_count_together_and_choices_of_one_mean_any():
    both = make_results(primary={"pancreas": {}}, grade={"g2": {}})
    make_results(primary={"pancreas": {}}, grade={"g3": {}})
    make_results(primary={"pancreas": {}})

    assert list(Scope(primary=("pancreas",), grade=("g1", "g2")).results()) == [both]


def test_comparison_is_inside_when_all_its_arms_are():
    study = make_study()
    fitting, other = make_arm(study), make_arm(study)
    make_population(fitting, primary={"pancreas": {}})
    make_population(other, primary={"lung": {}})
    make_comparison(fitting, other)
    inside = make_comparison(fitting)

    assert list(PANCREAS.comparisons()) == [inside]
    assert Scope().comparisons().count() == 2


def test_map_counts_the_patients_of_fitting_arms_only():
    study, outcome = make_study(), make_outcome("rate")
    fitting = make_arm(study, n=7)
    other = make_arm(study, fitting.therapy, n=13)
    make_population(fitting, primary={"pancreas": {}})
    make_population(other, primary={"lung": {}})
    make_result(fitting, outcome)
    make_result(other, outcome)

    cell = evidence_map.build(PANCREAS).cell(fitting.therapy.code, "rate")

    assert (cell.n_studies, cell.n_patients, cell.n_results) == (1, 7, 1)


def test_scope_without_patients_asks_nothing_of_populations():
    make_result()

    with CaptureQueriesContext(connection) as queries:
        list(Scope().results())
        list(Scope().comparisons())
        evidence_map.build(Scope())

    assert not [query for query in queries if "therapies_population" in query["sql"]]


def test_database_and_rows_in_memory_agree_on_the_shipped_evidence():
    call_command("load_evidence", verbosity=0)
    arms = list(Arm.objects.select_related("population").prefetch_related("study__populations"))
    choices = [(code, choice) for code, criterion in CRITERIA.items() for choice in criterion.choices]
    scopes = [
        Scope(**{code: (choice,)}, with_unreported=with_unreported)
        for code, choice in choices
        for with_unreported in (False, True)
    ]

    by_database = [set(Arm.objects.filter(scope.of_arms("pk"))) for scope in scopes]

    assert by_database == [{arm for arm in arms if has_the_patients(arm, scope)} for scope in scopes]


def has_the_patients(arm: Arm, scope: Scope) -> bool:
    shared = next((row for row in arm.study.populations.all() if row.arm_id is None), None)
    enough = {Fit.MATCHES, Fit.PARTLY} | ({Fit.UNREPORTED} if scope.with_unreported else set())
    return set(scope.fit(getattr(arm, "population", None), shared).values()) <= enough


def test_scope_of_all_patients_forgets_them_and_nothing_else():
    scope = Scope(designs=("registry",), n_min=3, grade=("g1",), functional=("yes",), with_unreported=True)

    assert scope.of_all_patients() == Scope(designs=("registry",), n_min=3)
