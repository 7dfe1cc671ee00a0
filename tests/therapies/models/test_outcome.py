"""What an outcome must never be."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests import builders
from tests.constraints import WAYS, Case, broken, twins, untried
from therapies.models import Outcome

pytestmark = pytest.mark.django_db

CASES = [
    broken(Outcome, "outcome_domain_is_known", builders.make_outcome, domain="cost"),
    broken(Outcome, "outcome_measure_is_known", builders.make_outcome, measure="share"),
    broken(Outcome, "outcome_better_is_known", builders.make_outcome, better="more"),
    twins(Outcome, "unique code", builders.make_outcome, "code"),
    twins(Outcome, "unique name", builders.make_outcome, "name"),
]


@pytest.mark.parametrize("write", WAYS)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_outcome_is_refused(case: Case, write: Callable[[Case], None]) -> None:
    write(case)


def test_every_constraint_on_outcomes_is_tried() -> None:
    assert untried(CASES, Outcome) == set()
