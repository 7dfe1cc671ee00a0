"""Evidence to release: what ships with the product, and a small cell that may be pooled."""

from __future__ import annotations

import pytest

from tests.builders import make_arm, make_outcome, make_result, make_study, make_therapy
from tests.therapies.api.conftest import _loaded_evidence, shipped_evidence
from therapies.models import Criteria, Outcome, Therapy

__all__ = ["_loaded_evidence", "shipped_evidence"]


@pytest.fixture
def poolable(shipped_evidence: None) -> tuple[Therapy, Outcome]:
    """Make a therapy and an outcome with three studies of 20 patients each, beside what ships."""
    therapy, outcome = make_therapy("poolable"), make_outcome("rate")
    for number, events in enumerate((6, 10, 13), start=1):
        arm = make_arm(make_study(f"synthetic-{number}"), therapy)
        fields = {"events": events, "total": 20, "value": None, "criteria": Criteria.RECIST_1_1}
        make_result(arm, outcome, **fields)
    return therapy, outcome
