"""What a choice of filters lets in, told twice: by the studies themselves and by a test over a join."""

from __future__ import annotations

import pytest
from django.core.management import call_command

from references.models import Reference
from tests import recount
from tests.builders import (
    make_arm,
    make_comparison,
    make_outcome,
    make_reference,
    make_report,
    make_result,
    make_study,
    make_therapy,
)
from therapies import evidence_map
from therapies.models import Result, Study, StudyReport
from therapies.read_models import evidence_cell
from therapies.scope import Scope

pytestmark = pytest.mark.django_db

# Each reaches `within` by another way: a test of columns, or the studies themselves.
SCOPES = [
    Scope(),
    Scope(designs=("registry",)),
    Scope(with_mixed_histology=True),
    Scope(year_from=1990),
    Scope(n_min=1),
]


def retract(study: Study) -> None:
    """Do what a record from PubMed does when it marks the study's primary report as retracted."""
    reports = StudyReport.objects.filter(study=study, role=StudyReport.Role.PRIMARY)
    Reference.objects.filter(study_reports__in=reports).update(is_retracted=True)


def make_evidence(key: str) -> Result:
    study = make_study(key, design="registry", n_patients=40)
    make_report(study, make_reference())
    return make_result(make_arm(study, n=20))


@pytest.mark.parametrize("scope", SCOPES, ids=str)
def test_scope_leaves_a_retracted_study_out(scope):
    stays, goes = make_evidence("stays"), make_evidence("goes")
    kept = make_comparison(stays.arm)
    make_comparison(goes.arm)

    retract(goes.arm.study)

    assert list(scope.studies()) == [stays.arm.study]
    assert list(scope.results()) == [stays]
    assert list(scope.comparisons()) == [kept]


def test_scope_keeps_a_study_of_which_another_report_was_retracted():
    result = make_evidence("stays")
    make_report(result.arm.study, make_reference(is_retracted=True), role=StudyReport.Role.COMPANION)

    assert list(Scope().results()) == [result]


def test_scope_asks_for_retractions_once_and_not_for_every_row():
    make_evidence("one")

    for rows in (Scope().results(), Scope().comparisons(), Scope().studies()):
        plan = rows.explain()
        assert "hashed SubPlan" in plan
        assert plan.count("SubPlan") == 2  # where it is used, and what it is


def test_cell_forgets_a_retracted_study():
    therapy, outcome = make_therapy("tace"), make_outcome("orr")
    for key in ("stays", "goes"):
        study = make_study(key)
        make_report(study, make_reference())
        make_result(make_arm(study, therapy, n=30), outcome)
    make_comparison(*Study.objects.get(key="goes").arms.all(), outcome=outcome)

    retract(Study.objects.get(key="goes"))
    cell = evidence_cell.read(Scope(), "tace", "orr")

    assert (cell.cell.n_studies, cell.cell.n_patients) == (1, 30)
    assert [line.study.key for line in cell.all_lines()] == ["stays"]
    assert cell.comparisons == ()


def test_map_agrees_with_a_recount_of_the_files_after_retractions():
    call_command("load_evidence", verbosity=0)
    keys = [study["key"] for study in recount.STUDIES if len(study["results"]) > 5][:12]
    for key in keys:
        retract(Study.objects.get(key=key))
    gone = set(Study.objects.retracted().values_list("key", flat=True))
    expected = recount.cells(studies=lambda study: study["histology"] == "net" and study["key"] not in gone)

    evidence = evidence_map.build(Scope())

    assert gone >= set(keys)
    for pair, numbers in expected.items():
        cell = evidence.cell(*pair)
        assert (cell.n_studies, cell.n_patients, cell.n_results, cell.n_reviews) == numbers, pair


def test_api_forgets_a_retracted_study(ask):
    make_evidence("stays")
    goes = make_evidence("goes")

    retract(goes.arm.study)

    assert [result["study"]["key"] for result in ask("/results")["items"]] == ["stays"]
    assert sum(cell["n_studies"] for cell in ask("/evidence-map")["cells"]) == 1
    assert {study["key"]: study["is_retracted"] for study in ask("/studies")["items"]} == {
        "stays": False,
        "goes": True,
    }
    assert ask("/studies/goes")["results"]


def test_map_shows_a_retraction_as_soon_as_it_is_known(client):
    make_evidence("stays")
    goes = make_evidence("goes")
    before = client.get("/?columns=all").context["totals"]

    retract(goes.arm.study)

    assert (before.n_studies, client.get("/?columns=all").context["totals"].n_studies) == (2, 1)
