"""Searches, runs and hits: what must never be, and rules told twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from references.models import SearchHit, SearchRun, SearchStrategy
from references.models.search import STALE_AFTER
from tests import builders
from tests.constraints import WAYS, Case, broken, twins, untried

pytestmark = pytest.mark.django_db


def run(constraint: str, **bad: Any) -> Case:
    return broken(SearchRun, constraint, builders.make_search_run, **bad)


def make_hit() -> SearchHit:
    return builders.make_search_hit(builders.make_search_run())


def failed_run() -> SearchRun:
    return builders.make_search_run(state=SearchRun.State.FAILED)


def second_hit() -> tuple[SearchHit, dict[str, Any]]:
    first = make_hit()
    return builders.make_search_hit(first.run), {"pmid": first.pmid}


ENDS = "search_run_ends_when_it_ends"
CASES = [
    broken(SearchStrategy, "search_strategy_has_a_query", builders.make_search_strategy, query=""),
    twins(SearchStrategy, "unique slug", builders.make_search_strategy, "slug"),
    run("search_run_cancelled_by_and_at_go_together", cancelled_at=timezone.now()),
    run("search_run_asks_a_query_or_a_list", query=""),
    run("search_run_asks_a_query_or_a_list", kind="pmids"),
    run(ENDS, finished_at=timezone.now()),
    run(ENDS, state="done"),
    broken(SearchRun, ENDS, failed_run, state="running"),
    broken(SearchRun, "search_run_failure_says_why", failed_run, error=""),
    run("search_run_kind_is_known", named="search_run_asks_a_query_or_a_list", kind="guess"),
    run("search_run_state_is_known", named=ENDS, state="lost"),
    Case(SearchHit, "search_hit_is_listed_once_a_run", second_hit),
    broken(SearchHit, "search_hit_trouble_says_why", make_hit, state="missing"),
    broken(SearchHit, "search_hit_state_is_known", make_hit, state="lost"),
]


@pytest.mark.parametrize("write", WAYS)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_search_is_refused(case: Case, write: Callable[[Case], None]) -> None:
    write(case)


def test_every_constraint_on_searches_is_tried() -> None:
    assert untried(CASES, SearchStrategy, SearchRun, SearchHit) == set()


@pytest.mark.parametrize("state", SearchRun.State)
@pytest.mark.parametrize(
    ("query", "question"), [("active", "is_active"), ("finished", "is_finished"), ("stale", "is_stale")]
)
@pytest.mark.parametrize("age", [timedelta(0), 2 * STALE_AFTER])
def test_run_says_of_itself_what_the_query_says(
    state: str, query: str, question: str, age: timedelta
) -> None:
    row = builders.make_search_run(state=state, heartbeat_at=timezone.now() - age)

    assert getattr(row, question) == getattr(SearchRun.objects, query)().exists()


@pytest.mark.parametrize("state", SearchHit.State)
@pytest.mark.parametrize(("query", "question"), [("pending", "is_pending"), ("with_trouble", "has_trouble")])
def test_hit_says_of_itself_what_the_query_says(state: str, query: str, question: str) -> None:
    row = builders.make_search_hit(builders.make_search_run(), state=state)

    assert getattr(row, question) == getattr(SearchHit.objects, query)().exists()
