"""Judgements always say why."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests import builders
from tests.constraints import WAYS, Case, broken, twins, untried
from therapies.models import Appraisal, Certainty

pytestmark = pytest.mark.django_db

SAYS_WHY = "appraisal_says_why_and_by_which_version"
CASES = [
    broken(Appraisal, SAYS_WHY, builders.make_appraisal, reason=""),
    broken(Appraisal, SAYS_WHY, builders.make_appraisal, tool_version=""),
    broken(Appraisal, "appraisal_tool_is_known", builders.make_appraisal, tool="my-own"),
    broken(Appraisal, "appraisal_judgement_is_known", builders.make_appraisal, judgement="fine"),
    broken(Certainty, "certainty_says_why", builders.make_certainty, reason=""),
    broken(Certainty, "certainty_level_is_known", builders.make_certainty, level="certain"),
    twins(Certainty, "certainty_is_judged_once_a_cell", builders.make_certainty, "therapy_id", "outcome_id"),
]


@pytest.mark.parametrize("write", WAYS)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_judgement_is_refused(case: Case, write: Callable[[Case], None]) -> None:
    write(case)


def test_every_constraint_on_judgements_is_tried() -> None:
    assert untried(CASES, Appraisal, Certainty) == set()
