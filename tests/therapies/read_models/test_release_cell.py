"""A cell of a release gives what the live page gives of the same evidence, number by number."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from django.http import QueryDict

from tests.builders import make_release
from tests.therapies.api.conftest import _loaded_evidence, shipped_evidence
from therapies import evidence_map
from therapies.analysis_form import AnalysisForm
from therapies.models import Outcome
from therapies.read_models import evidence_cell, release_cell

__all__ = ["_loaded_evidence", "shipped_evidence"]


QUESTIONS = [
    {"derived": "include"},
    {"method": "dl", "test": "z", "secondhand": "include", "derived": "include", "histology": "all"},
    {"definition": "recist-1.1", "secondhand": "include", "year_from": "2005", "medians": "pool"},
]


@pytest.mark.usefixtures("shipped_evidence")
@pytest.mark.parametrize("query", QUESTIONS, ids=lambda query: urlencode(query) or "default")
def test_cell_says_what_the_live_page_says_of_the_same_evidence(query: dict[str, str]) -> None:
    """Every filled cell of the shipped evidence, from a release and from the library."""
    release = make_release()
    question = AnalysisForm(QueryDict(urlencode(query))).question()
    rows = list(evidence_map.build(question.scope).cells)
    assert rows

    for therapy, outcome in rows:
        live = evidence_cell.gather(question, therapy, outcome)
        then = release_cell.read(release, question, therapy, outcome, method="")
        assert (then.cell.n_studies, then.cell.n_patients) == (live.cell.n_studies, live.cell.n_patients)
        assert then.ignored == live.ignored
        if live.outcome.measure == Outcome.Measure.PROPORTION:
            assert then.verdict == live.plot.overall.eligibility, (therapy, outcome)
            pool = live.plot.overall.pool
            assert (then.pool.pool if then.pool else None) == pool, (therapy, outcome)
