"""Runs that nobody carries out are announced again, the others are not."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from celery import current_app
from django.db import connections
from django.utils import timezone
from kombu.exceptions import OperationalError

from references.models import SearchRun
from references.services import searches
from references.services.searches import queue
from tests.builders import make_search_run

LONG_AGO = timedelta(minutes=10)


@pytest.fixture
def announced(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    told: list[int] = []
    monkeypatch.setattr(current_app, "send_task", lambda name, args, **options: told.extend(args))
    return told


def forgotten(**fields: Any) -> SearchRun:
    return make_search_run(heartbeat_at=timezone.now() - LONG_AGO, **fields)


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["queued", "running"])
def test_requeue_stale_announces_a_forgotten_run_once(state: str, announced: list[int]) -> None:
    run = forgotten(state=state)

    assert searches.requeue_stale() == [run.pk]
    assert searches.requeue_stale() == []
    assert announced == [run.pk]


@pytest.mark.django_db
def test_requeue_stale_leaves_fresh_waiting_and_finished_runs_alone(announced: list[int]) -> None:
    make_search_run()
    make_search_run(heartbeat_at=timezone.now() + LONG_AGO)
    forgotten(state="done")

    assert searches.requeue_stale() == []
    assert announced == []


@pytest.mark.django_db
def test_requeue_stale_without_broker_tries_again_next_time(
    monkeypatch: pytest.MonkeyPatch, announced: list[int]
) -> None:
    run = forgotten()
    with monkeypatch.context() as patch:
        patch.setattr(current_app, "send_task", _refuse)
        assert searches.requeue_stale() == []
    run.refresh_from_db()
    assert run.error == queue.NO_BROKER

    assert searches.requeue_stale() == [run.pk]

    run.refresh_from_db()
    assert (announced, run.error) == ([run.pk], "")


def _refuse(*args: Any, **options: Any) -> None:
    raise OperationalError("Connection refused")


@pytest.mark.django_db(transaction=True)
def test_run_in_the_hands_of_a_worker_is_neither_announced_nor_taken(announced: list[int]) -> None:
    run = forgotten(state="running")
    is_held, is_over = threading.Event(), threading.Event()

    def hold() -> None:
        with queue.carrying_out(run.pk) as is_ours:
            assert is_ours
            is_held.set()
            is_over.wait(10)
        connections.close_all()

    worker = threading.Thread(target=hold)
    worker.start()
    assert is_held.wait(10)

    assert searches.requeue_stale() == []
    assert searches.execute(run.pk) is None
    is_over.set()
    worker.join()

    assert searches.requeue_stale() == [run.pk]


@pytest.mark.django_db
def test_carrying_out_lets_go_after_an_error() -> None:
    def fail() -> None:
        with queue.carrying_out(1):
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()

    assert not _is_carried_out_elsewhere(1)


def _is_carried_out_elsewhere(run_pk: int) -> bool:
    found: list[bool] = []

    def look() -> None:
        found.append(queue.is_carried_out(run_pk))
        connections.close_all()

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    return found[0]
