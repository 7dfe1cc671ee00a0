"""Runs in the hands of real workers on the real broker."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from celery.exceptions import Retry
from django.conf import settings
from django.utils import timezone
from redis import Redis

from references import tasks
from references.models import RawPubmedRecord, Reference, SearchRun
from references.services import searches
from tests.builders import make_user
from tests.celery_workers import Worker
from tests.eutils.faults import Fault
from tests.eutils.server import EutilsServer
from tests.eutils.store import FIRST_GENERATED_PMID as FIRST
from tests.eutils.store import Store

N_RECORDS = 4_000
PATIENCE_SECONDS = 60

StartWorker = Callable[..., Worker]

pytestmark = [pytest.mark.worker, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def pubmed() -> Iterator[EutilsServer]:
    with EutilsServer(Store((), n_generated=N_RECORDS)) as server:
        yield server


@pytest.fixture
def broker() -> Iterator[Redis]:
    """The broker, with nothing waiting in it before and after the test."""
    with Redis.from_url(settings.CELERY_BROKER_URL) as redis:
        redis.flushdb()
        yield redis
        redis.flushdb()


@pytest.fixture
def start(start_worker: StartWorker, broker: Redis, pubmed: EutilsServer) -> StartWorker:
    """Start a worker that asks this test's PubMed."""

    def start() -> Worker:
        return start_worker("entrez", ENTREZ_BASE_URL=pubmed.base_url, ENTREZ_API_KEY="synthetic-key")

    return start


def wait_for(run: SearchRun, is_so: Callable[[SearchRun], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so(run):
        assert time.monotonic() < deadline, f"{run} is {run.state}: {run.n_fetched} fetched. {run.error}"
        time.sleep(0.05)
        run.refresh_from_db()


def forget(run: SearchRun) -> None:
    """Let as much time pass as makes the sweeper look at the run."""
    SearchRun.objects.filter(pk=run.pk).update(heartbeat_at=timezone.now() - timedelta(minutes=10))


def sweep_until_announced(run: SearchRun) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while run.pk not in searches.requeue_stale():
        assert time.monotonic() < deadline, "The run was never announced again."
        time.sleep(0.05)


def test_run_search_in_a_worker(start: StartWorker) -> None:
    start()

    run = searches.start(pmids=range(FIRST, FIRST + 50), by=make_user())

    wait_for(run, lambda run: run.is_finished)
    assert (run.state, run.n_new, Reference.objects.count()) == ("done", 50, 50)


def test_run_search_asks_for_another_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    turns: list[tuple[int, float]] = []
    monkeypatch.setattr(tasks.searches, "execute", lambda pk, seconds: turns.append((pk, seconds)) or 7.5)

    with pytest.raises(Retry) as retry:
        tasks.run_search.apply(args=[1], throw=True)

    assert retry.value.when == 7.5
    assert turns == [(1, tasks.TURN_SECONDS)]


def test_run_search_tries_again_after_a_passing_failure(start: StartWorker, pubmed: EutilsServer) -> None:
    pubmed.misbehave("efetch", Fault.RESET, times=2)
    start()

    run = searches.start(pmids=range(FIRST, FIRST + 5), by=make_user())

    wait_for(run, lambda run: run.is_finished)
    assert (run.state, run.n_new, run.error) == ("done", 5, "")


def test_run_search_whose_worker_was_killed_goes_on_where_it_stood(start: StartWorker) -> None:
    first = start()
    run = searches.start(query="generated[sb]", by=make_user())
    wait_for(run, lambda run: run.n_fetched > 0)
    first.kill()
    run.refresh_from_db()
    assert run.state == "running"
    assert 0 < run.n_fetched < N_RECORDS
    assert run.n_fetched == run.hits.exclude(state="pending").count() == Reference.objects.count()
    start()
    forget(run)

    sweep_until_announced(run)

    wait_for(run, lambda run: run.is_finished)
    assert (run.state, run.n_found, run.n_fetched, run.n_new) == ("done", N_RECORDS, N_RECORDS, N_RECORDS)
    assert Reference.objects.count() == RawPubmedRecord.objects.count() == N_RECORDS


def test_run_search_whose_message_was_lost_is_announced_again(start: StartWorker, broker: Redis) -> None:
    run = searches.start(pmids=range(FIRST, FIRST + 5), by=make_user())
    assert broker.llen("entrez") == 1
    broker.flushdb()
    start()
    assert searches.requeue_stale() == []
    forget(run)

    assert searches.requeue_stale() == [run.pk]

    wait_for(run, lambda run: run.is_finished)
    assert (run.state, run.n_new) == ("done", 5)


def test_run_search_announced_twice_to_two_workers_is_carried_out_once(
    start: StartWorker, pubmed: EutilsServer
) -> None:
    run = searches.start(query=f"{FIRST}:{FIRST + 1_499}[uid]", by=make_user())
    tasks.run_search.delay(run.pk)
    start()
    start()

    wait_for(run, lambda run: run.is_finished)

    assert (run.state, run.n_new) == ("done", 1_500)
    fetched = [request for request in pubmed.requests if request.endpoint == "efetch"]
    assert len(fetched) == 3


def test_run_search_of_a_worker_told_to_stop_can_be_resumed(start: StartWorker) -> None:
    worker = start()
    run = searches.start(query="generated[sb]", by=make_user())
    wait_for(run, lambda run: run.n_fetched > 0)

    worker.stop()

    run.refresh_from_db()
    assert run.n_fetched == Reference.objects.count()
    start()
    wait_for(run, lambda run: run.is_finished)
    assert (run.state, run.n_new) == ("done", N_RECORDS)


def test_requeue_stale_runs_announces(broker: Redis) -> None:
    run = searches.start(pmids=[FIRST], by=make_user(), is_announced=False)
    forget(run)

    tasks.requeue_stale_runs()

    assert broker.llen("entrez") == 1


def test_start_with_the_broker_down_is_quick_and_is_swept_up_later(
    monkeypatch: pytest.MonkeyPatch, broker: Redis
) -> None:
    from celery import current_app

    with monkeypatch.context() as patch:
        patch.setattr(current_app.conf, "broker_write_url", "redis://127.0.0.1:1/0")
        before = time.monotonic()
        run = searches.start(pmids=[FIRST], by=make_user())
        assert time.monotonic() - before < 5
    run.refresh_from_db()
    assert (run.state, run.error.startswith("The queue does not answer")) == ("queued", True)
    assert broker.llen("entrez") == 0
    forget(run)

    assert searches.requeue_stale() == [run.pk]

    run.refresh_from_db()
    assert (broker.llen("entrez"), run.error) == (1, "")
