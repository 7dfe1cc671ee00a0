"""Every builder makes a row that the database and full_clean accept, alone and together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import models

from references.models import SearchHit, SearchRun
from tests import builders

BUILDERS: list[Callable[[], models.Model]] = [
    builders.make_user,
    builders.make_journal,
    builders.make_reference,
    lambda: builders.make_author(builders.make_reference()),
    lambda: builders.make_cited_reference(builders.make_reference()),
    lambda: builders.make_correction(builders.make_reference()),
    lambda: builders.make_raw_record(builders.make_reference()),
    builders.make_search_strategy,
    builders.make_search_run,
    lambda: builders.make_search_hit(builders.make_search_run()),
    builders.make_therapy,
    builders.make_outcome,
    builders.make_cohort,
    builders.make_study,
    lambda: builders.make_report(builders.make_study()),
    builders.make_arm,
    builders.make_result,
    builders.make_comparison,
    builders.make_appraisal,
    builders.make_certainty,
]


@pytest.mark.django_db
@pytest.mark.parametrize("build", BUILDERS)
def test_builder_makes_a_valid_row_twice(build: Callable[[], models.Model]) -> None:
    for row in (build(), build()):
        row.refresh_from_db()
        row.full_clean()


@pytest.mark.django_db
@pytest.mark.parametrize("state", SearchRun.State.values)
def test_make_search_run_in_any_state(state: str) -> None:
    assert builders.make_search_run(state=state).state == state


@pytest.mark.django_db
@pytest.mark.parametrize("state", SearchHit.State.values)
def test_make_search_hit_in_any_state(state: str) -> None:
    assert builders.make_search_hit(builders.make_search_run(), state=state).state == state


@pytest.mark.django_db
@pytest.mark.parametrize("overrides", [{"not_reached": True}, {"is_published": False}])
def test_make_result_with_overrides(overrides: dict[str, Any]) -> None:
    result = builders.make_result(**overrides)

    assert result.is_published == overrides.get("is_published", True)
    assert (result.value is None) == overrides.get("not_reached", False)
