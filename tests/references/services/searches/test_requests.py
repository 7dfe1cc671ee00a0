"""Starting, cancelling and repeating runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from celery import current_app
from kombu.exceptions import OperationalError

from nelm_review.core.models import User
from references.models import SearchRun
from references.services import searches
from references.services.searches import queue
from tests.builders import make_search_hit, make_search_run, make_search_strategy

pytestmark = pytest.mark.django_db


@pytest.fixture
def announced(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The runs that the workers were told of."""
    told: list[int] = []

    def send_task(name: str, args: list[int], **options: Any) -> None:
        assert name == "references.tasks.run_search"
        told.extend(args)

    monkeypatch.setattr(current_app, "send_task", send_task)
    return told


def test_task_of_the_queue_exists() -> None:
    from references import tasks

    assert tasks.run_search.name == queue.TASK


def test_start_query_waits_in_the_queue(
    announced: list[int], editor_a: User, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        run = searches.start(query="  synthetic[tiab] ", by=editor_a)
        assert announced == []

    run.refresh_from_db()
    assert (run.kind, run.state, run.query) == ("query", "queued", "synthetic[tiab]")
    assert (run.requested_by, run.n_found, run.listed_at) == (editor_a, None, None)
    assert announced == [run.pk]


def test_start_pmids_lists_them_at_once(announced: list[int], editor_a: User) -> None:
    run = searches.start(pmids="99000002\n99000001\n99000002", by=editor_a)

    assert (run.kind, run.query, run.n_found) == ("pmids", "", 2)
    assert run.listed_at is not None
    assert list(run.hits.values_list("position", "pmid", "state")) == [
        (1, 99_000_002, "pending"),
        (2, 99_000_001, "pending"),
    ]


def test_start_strategy_sends_its_query(announced: list[int], editor_a: User) -> None:
    strategy = make_search_strategy(query="synthetic[ti]")

    run = searches.start(strategy=strategy, by=editor_a)

    assert (run.strategy, run.query) == (strategy, "synthetic[ti]")


def test_start_without_announcing(
    announced: list[int], editor_a: User, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        searches.start(pmids=[99_000_001], by=editor_a, is_announced=False)

    assert announced == []


@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        ({}, "one of the three"),
        ({"query": "a", "pmids": [1]}, "one of the three"),
        ({"query": "  "}, "The query is empty."),
        ({"query": "(a AND b"}, "A parenthesis in the query is not closed."),
        ({"query": 'a "b'}, "A quotation mark in the query is not closed."),
        ({"query": "a" * 20_001}, "at most 20,000 characters; this one has 20,001"),
        ({"query": "a\x00b"}, "cannot be printed"),
        ({"pmids": ""}, "The list of PMIDs is empty."),
        ({"pmids": []}, "The list of PMIDs is empty."),
        ({"pmids": "abc"}, "Line 1: “abc” is not a PMID."),
        ({"pmids": [0]}, "“0” is not a PMID."),
        ({"pmids": [1_000_000_000]}, "“1000000000” is not a PMID."),
    ],
)
def test_start_bad_request_is_refused(request_: dict[str, Any], reason: str, editor_a: User) -> None:
    with pytest.raises(searches.BadRequest) as refusal:
        searches.start(**request_, by=editor_a)

    assert reason in str(refusal.value)
    assert not SearchRun.objects.exists()


def test_start_strategy_that_is_put_away_is_refused(editor_a: User) -> None:
    with pytest.raises(searches.NotInUse, match="“Old” is not in use"):
        searches.start(strategy=make_search_strategy(name="Old", is_active=False), by=editor_a)


def test_start_without_a_broker_saves_the_run_and_says_so(
    monkeypatch: pytest.MonkeyPatch, editor_a: User, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    monkeypatch.setattr(current_app, "send_task", _refuse)

    with django_capture_on_commit_callbacks(execute=True):
        run = searches.start(query="synthetic", by=editor_a)

    run.refresh_from_db()
    assert (run.state, run.error) == ("queued", queue.NO_BROKER)


def _refuse(*args: Any, **options: Any) -> None:
    raise OperationalError("Connection refused")


def test_cancel_ends_the_run(editor_a: User, editor_b: User) -> None:
    run = make_search_run(requested_by=editor_a)

    run = searches.cancel(run, by=editor_b)

    run.refresh_from_db()
    assert (run.state, run.cancelled_by) == ("cancelled", editor_b)
    assert run.cancelled_at == run.finished_at is not None


@pytest.mark.parametrize("state", ["done", "failed", "cancelled"])
def test_cancel_run_that_is_over_is_refused(state: str, editor_a: User) -> None:
    run = make_search_run(state=state)

    with pytest.raises(searches.AlreadyFinished, match=f"over already: {state}"):
        searches.cancel(run, by=editor_a)


def test_repeat_asks_the_same_again(announced: list[int], editor_a: User) -> None:
    by_query = make_search_run(query="synthetic[ti]", state="done")
    by_strategy = make_search_run(strategy=make_search_strategy(), state="failed")
    by_list = make_search_run(kind="pmids", state="cancelled")
    for pmid in (99_000_005, 99_000_003):
        make_search_hit(by_list, pmid, state="missing")

    assert searches.repeat(by_query, by=editor_a).query == "synthetic[ti]"
    assert searches.repeat(by_strategy, by=editor_a).strategy == by_strategy.strategy
    again = searches.repeat(by_list, by=editor_a)
    assert list(again.hits.values_list("pmid", "state")) == [
        (99_000_005, "pending"),
        (99_000_003, "pending"),
    ]
