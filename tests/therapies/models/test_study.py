"""Studies, their reports, arms and cohorts: what must never be, and rules told twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import ProtectedError

from tests import builders
from tests.constraints import WAYS, Case, broken, twins, untried
from therapies.models import Arm, Cohort, Study, StudyReport

pytestmark = pytest.mark.django_db


def make_report() -> StudyReport:
    return builders.make_report(builders.make_study())


def second_report(**columns: Any) -> Callable[[], tuple[StudyReport, dict[str, Any]]]:
    """Return a setup of a study with two reports; True stands for the value of the first."""

    def setup() -> tuple[StudyReport, dict[str, Any]]:
        first = make_report()
        second = builders.make_report(first.study)
        bad = {name: getattr(first, name) if value is True else value for name, value in columns.items()}
        return second, bad

    return setup


def second_arm() -> tuple[Arm, dict[str, Any]]:
    first = builders.make_arm()
    return builders.make_arm(first.study), {"code": first.code}


CASES = [
    broken(Study, "study_design_is_known", builders.make_study, design="cohort"),
    broken(Study, "study_centres_is_known", builders.make_study, centres="two"),
    broken(Study, "study_histology_is_known", builders.make_study, histology="other"),
    twins(Study, "unique key", builders.make_study, "key"),
    twins(Cohort, "unique code", builders.make_cohort, "code"),
    Case(StudyReport, "study_has_one_primary_report", second_report(role="primary")),
    Case(StudyReport, "study_report_names_a_reference_once", second_report(reference_id=True)),
    broken(StudyReport, "study_report_role_is_known", make_report, role="main"),
    Case(Arm, "arm_code_is_unique_in_its_study", second_arm),
]


@pytest.mark.parametrize("write", WAYS)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_part_of_a_study_is_refused(case: Case, write: Callable[[Case], None]) -> None:
    write(case)


def test_every_constraint_on_studies_is_tried() -> None:
    assert untried(CASES, Study, Cohort, StudyReport, Arm) == set()


def test_arms_of_two_studies_may_have_one_code() -> None:
    assert builders.make_arm().code == builders.make_arm().code


@pytest.mark.parametrize("design", Study.Design)
def test_study_says_of_itself_whether_it_is_a_review(design: str) -> None:
    study = builders.make_study(design=design)

    assert study.is_review == Study.objects.reviews().exists()
    assert study.is_review != Study.objects.primary().exists()


@pytest.mark.parametrize("histology", Study.Histology)
def test_study_says_of_itself_whether_its_histology_is_mixed(histology: str) -> None:
    study = builders.make_study(histology=histology)

    assert study.is_of_mixed_histology == Study.objects.of_mixed_histology().exists()


@pytest.mark.parametrize("is_retracted", [True, False])
@pytest.mark.parametrize("role", StudyReport.Role)
def test_study_says_of_itself_whether_it_is_retracted(role: str, is_retracted: bool) -> None:
    study = builders.make_study()
    builders.make_report(study, builders.make_reference(is_retracted=is_retracted), role=role)

    assert study.is_retracted == (is_retracted and role == StudyReport.Role.PRIMARY)
    assert study.is_retracted == Study.objects.retracted().exists()
    assert study.is_retracted != Study.objects.not_retracted().exists()


def test_study_without_a_publication_is_not_retracted() -> None:
    study = builders.make_study()

    assert not study.is_retracted
    assert Study.objects.not_retracted().exists()


def test_knowledge_is_protected() -> None:
    arm = builders.make_arm()
    report = builders.make_report(arm.study)
    cohort = builders.make_cohort()
    Study.objects.update(cohort=cohort)

    for row in (arm.therapy, report.reference, cohort):
        with pytest.raises(ProtectedError):
            row.delete()
