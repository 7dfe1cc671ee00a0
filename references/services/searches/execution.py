"""Carries a run out: lists what the query finds, then fetches and stores it, a committed batch at a time."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from references.models import SearchRun
from references.pubmed.client import EntrezClient
from references.pubmed.config import EntrezConfig
from references.pubmed.errors import BadQuery, EntrezError, Misconfigured
from references.services.searches import hits, queue
from references.services.searches.batches import fetched

BATCH_SIZE = 500
MAX_FOUND = 100_000
# With pauses that double up to the longest one, this is about an hour without any progress.
MAX_ATTEMPTS = 10
FIRST_PAUSE_SECONDS = 15.0
LONGEST_PAUSE_SECONDS = 900.0

Progress = Callable[[SearchRun], object]

logger = logging.getLogger(__name__)


class _Ended(Exception):
    """The run was cancelled, or ended otherwise, while we worked on it."""


def execute(
    run_pk: int,
    *,
    client: EntrezClient | None = None,
    seconds: float = float("inf"),
    on_progress: Progress = lambda run: None,
) -> float | None:
    """Carry the run out, as far as it goes within so many seconds, and commit after every batch.

    Returns after how many seconds it is to be called again: 0 when time was up, more when PubMed could not be
    used just now. None means that there is nothing left to do here: the run has ended, or another worker
    carries it out. A run that was interrupted goes on where it stood. What is wrong with the request itself
    ends the run with that sentence.
    """
    with queue.carrying_out(run_pk) as is_ours:
        run = _begun(run_pk) if is_ours else None
        if run is None:
            return None
        try:
            return _Execution(run, client or make_client(), on_progress).go(time.monotonic() + seconds)
        except _Ended:
            return None
        except (BadQuery, Misconfigured) as error:
            _fail(run, str(error))
            return None
        except EntrezError as error:
            return _postpone(run, error)


def make_client() -> EntrezClient:
    """Return a client for the PubMed that the settings name; raises Misconfigured when they cannot work."""
    config = EntrezConfig(
        email=settings.ENTREZ_EMAIL, base_url=settings.ENTREZ_BASE_URL, api_key=settings.ENTREZ_API_KEY
    )
    return EntrezClient.sharing_limits(config, settings.REDIS_URL)


class _Execution:
    """One worker's turn at one run."""

    def __init__(self, run: SearchRun, client: EntrezClient, on_progress: Progress) -> None:
        self._run = run
        self._client = client
        self._on_progress = on_progress
        self._size = BATCH_SIZE

    def go(self, deadline: float) -> float | None:
        if self._run.listed_at is None:
            self._list()
        while pmids := hits.pending(self._run, self._size):
            if time.monotonic() >= deadline:
                return 0.0
            self._take(pmids)
        self._finish()
        return None

    def _list(self) -> None:
        """Turn everything the query finds into hits; after an interruption, those on the list stay."""
        query = self._run.query
        reply = self._client.search(query)
        if reply.count > MAX_FOUND:
            raise BadQuery(
                f"The query finds {reply.count:,} records and a run takes at most {MAX_FOUND:,}: narrow it."
            )
        self._advance(
            translated_query=reply.translated_query, warnings=list(reply.warnings), n_found=reply.count
        )
        for pmids in self._client.iter_pmids(query, first=reply):
            with transaction.atomic():
                self._advance()
                hits.add(self._run, [int(pmid) for pmid in pmids])
        with transaction.atomic():
            self._advance(listed_at=timezone.now())
            self._ask_again(hits.asked_in_vain(self._run))
            hits.count(self._run)
            self._run.save()
        self._on_progress(self._run)

    def _ask_again(self, pmids: list[int]) -> None:
        if pmids:
            hits.add(self._run, pmids)
            self._run.warnings.append(
                f"Asked for again, as earlier runs did not get them: {len(pmids):,} PMIDs."
            )

    def _take(self, pmids: list[int]) -> None:
        """Fetch and store one batch; what became of it is committed together with its references."""
        batch = fetched(self._client, pmids)
        if batch.is_unreadable and len(pmids) > 1:
            # One record spoils the whole reply: find it in smaller ones.
            self._size = max(1, len(pmids) // 5)
            return
        with transaction.atomic():
            self._advance(n_attempts=0, error="")
            hits.settle(self._run, batch.store(by=self._run.requested_by, run=self._run))
            hits.count(self._run)
            self._run.save()
        self._size = min(BATCH_SIZE, self._size * 2)
        self._on_progress(self._run)

    def _finish(self) -> None:
        with transaction.atomic():
            self._advance(state=SearchRun.State.DONE, finished_at=timezone.now(), n_attempts=0, error="")
            hits.count(self._run)
            self._run.save()
        self._on_progress(self._run)

    def _advance(self, **changes: object) -> None:
        """Set and save columns of the run and its heartbeat; raises _Ended when it was cancelled."""
        with transaction.atomic():
            _require_running(self._run)
            self._run.heartbeat_at = timezone.now()
            for name, value in changes.items():
                setattr(self._run, name, value)
            self._run.save()


def _require_running(run: SearchRun) -> None:
    state = SearchRun.objects.select_for_update().values_list("state", flat=True).get(pk=run.pk)
    if state != SearchRun.State.RUNNING:
        raise _Ended


def _begun(run_pk: int) -> SearchRun | None:
    """Mark the run as running and return it; None when there is nothing to carry out."""
    with transaction.atomic():
        run = SearchRun.objects.select_for_update().filter(pk=run_pk).first()
        if run is None or run.is_finished:
            return None
        run.started_at = run.started_at or timezone.now()
        run.heartbeat_at = timezone.now()
        run.n_attempts += 1
        if run.n_attempts > MAX_ATTEMPTS:
            run.error = run.error or "Its worker stopped each time without saying why."
            _give_up(run)
            return None
        run.state = SearchRun.State.RUNNING
        run.save()
    return run


def _postpone(run: SearchRun, error: EntrezError) -> float | None:
    """Put the run back with the reason, to be tried again; end it when that was tried often enough."""
    with transaction.atomic():
        try:
            _require_running(run)
        except _Ended:
            return None
        run.error = str(error)
        if run.n_attempts >= MAX_ATTEMPTS:
            _give_up(run)
            return None
        pause = _pause_seconds(run.n_attempts, wish=getattr(error, "retry_after", None))
        run.state = SearchRun.State.QUEUED
        # Not stale while it waits: the sweeper takes over only if the message for the next attempt gets lost.
        run.heartbeat_at = timezone.now() + timedelta(seconds=pause)
        run.save()
    logger.warning("Run %s waits %.0f s: %s", run.pk, pause, error)
    return pause


def _pause_seconds(attempt: int, *, wish: float | None) -> float:
    """Return the pause after this attempt (counted from 1): doubling, spread, and no shorter than wished."""
    ceiling = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2.0 ** min(attempt - 1, 32))
    spread = ceiling * random.uniform(0.5, 1.0)  # noqa: S311 - spreads, guards nothing
    return min(LONGEST_PAUSE_SECONDS, max(spread, wish or 0.0))


def _give_up(run: SearchRun) -> None:
    _end_failed(run, f"Given up after {MAX_ATTEMPTS} attempts without progress. {run.error}")


def _fail(run: SearchRun, why: str) -> None:
    with transaction.atomic():
        try:
            _require_running(run)
        except _Ended:
            return
        _end_failed(run, why)


def _end_failed(run: SearchRun, why: str) -> None:
    run.state = SearchRun.State.FAILED
    run.error = why
    run.heartbeat_at = run.finished_at = timezone.now()
    hits.count(run)
    run.save()
