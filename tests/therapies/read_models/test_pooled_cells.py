"""Pooled estimates on the map: of the present evidence, unfiltered, and never in another unit."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.builders import make_arm, make_outcome, make_result, make_study, make_therapy
from therapies.models import Criteria, Outcome
from therapies.read_models import pooled_cells
from therapies.scope import Scope
from therapies.services import summaries

pytestmark = pytest.mark.django_db(transaction=True)

COUNTS = ((10, 18), (12, 20), (32, 43))


@pytest.fixture
def pooled_evidence() -> None:
    therapy, outcome = make_therapy("tace"), make_outcome("orr")
    for events, total in COUNTS:
        arm = make_arm(make_study(n_patients=total), therapy, n=total)
        make_result(arm, outcome, value=None, events=events, total=total, criteria=Criteria.WHO)
    summaries.recalculate()


def test_pooled_cells_are_those_of_the_summaries(pooled_evidence):
    found = pooled_cells.of_map(Scope())["tace", "orr"]

    assert found.k == 3
    assert 0 < found.low < 65 < found.estimate < 66 < found.high < 100


def test_pooled_cells_vanish_until_a_change_is_summarised(pooled_evidence):
    make_result(make_arm(therapy=make_therapy("tae")), make_outcome("dcr"), value=Decimal(3))

    assert pooled_cells.of_map(Scope()) == {}


def test_pooled_cells_are_none_inside_filters(pooled_evidence):
    assert pooled_cells.of_map(Scope(n_min=5)) == {}


def test_pooled_cells_leave_out_rates_read_at_one_time():
    therapy, outcome = make_therapy("tace"), make_outcome("os-rate", domain=Outcome.Domain.SURVIVAL)
    for events, total in COUNTS:
        arm = make_arm(make_study(n_patients=total), therapy, n=total)
        numbers = {"value": None, "events": events, "total": total, "timepoint_months": Decimal(12)}
        make_result(arm, outcome, **numbers)
    summaries.recalculate()

    assert pooled_cells.of_map(Scope()) == {}
