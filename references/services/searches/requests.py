"""What people do with runs: start, cancel, repeat."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from django.db import transaction
from django.utils import timezone

from nelm_review.core.models import User
from references.models import SearchRun, SearchStrategy
from references.pubmed.errors import BadQuery
from references.pubmed.listing import require_searchable
from references.services.searches import hits, pmid_lists, queue
from references.services.searches.refusals import AlreadyFinished, BadRequest, NotInUse

MAX_QUERY_CHARACTERS = 20_000


def start(
    *,
    by: User,
    query: str | None = None,
    pmids: str | Iterable[int] | None = None,
    strategy: SearchStrategy | None = None,
    is_announced: bool = True,
) -> SearchRun:
    """Save a run of a query, a list of PMIDs (as numbers, or as text) or a strategy, and tell the workers.

    `is_announced=False` leaves it to the caller to carry the run out. Raises BadRequest for a query that
    cannot be sent or a list with anything but PMIDs in it, NotInUse for a strategy that is put away.
    """
    if sum(given is not None for given in (query, pmids, strategy)) != 1:
        raise BadRequest("Give a query, a list of PMIDs or a strategy: one of the three.")
    if strategy is not None:
        if not strategy.is_active:
            raise NotInUse(f"The strategy “{strategy.name}” is not in use.")
        query = strategy.query
    with transaction.atomic():
        run = _saved(by=by, query=query, pmids=pmids, strategy=strategy)
        if is_announced:
            transaction.on_commit(partial(queue.enqueue, run.pk))
    return run


def repeat(run: SearchRun, *, by: User) -> SearchRun:
    """Start a new run that asks the same; raises SearchError as `start` does."""
    if run.strategy is not None:
        return start(strategy=run.strategy, by=by)
    if run.kind == SearchRun.Kind.PMIDS:
        return start(pmids=run.hits.order_by("position").values_list("pmid", flat=True), by=by)
    return start(query=run.query, by=by)


def cancel(run: SearchRun, *, by: User) -> SearchRun:
    """End a run; its worker notices before the next batch. Raises AlreadyFinished when it is over."""
    with transaction.atomic():
        run = SearchRun.objects.select_for_update().get(pk=run.pk)
        if run.is_finished:
            raise AlreadyFinished(f"The run is over already: {run.get_state_display().lower()}.")
        run.state = SearchRun.State.CANCELLED
        run.cancelled_by = by
        run.cancelled_at = run.finished_at = timezone.now()
        run.save(update_fields=["state", "cancelled_by", "cancelled_at", "finished_at"])
    return run


def _saved(
    *, by: User, query: str | None, pmids: str | Iterable[int] | None, strategy: SearchStrategy | None
) -> SearchRun:
    if pmids is None:
        return SearchRun.objects.create(
            kind=SearchRun.Kind.QUERY, query=sendable(query or ""), strategy=strategy, requested_by=by
        )
    listed = pmid_lists.read_pmids(pmids) if isinstance(pmids, str) else pmid_lists.checked(pmids)
    run = SearchRun.objects.create(
        kind=SearchRun.Kind.PMIDS, n_found=len(listed), listed_at=timezone.now(), requested_by=by
    )
    hits.add(run, listed)
    return run


def sendable(query: str) -> str:
    """Return the query as it is sent; raises BadRequest when it cannot be."""
    try:
        query = require_searchable(query)
    except BadQuery as error:
        raise BadRequest(str(error)) from error
    if len(query) > MAX_QUERY_CHARACTERS:
        raise BadRequest(
            f"A query has at most {MAX_QUERY_CHARACTERS:,} characters; this one has {len(query):,}."
        )
    if not all(letter.isprintable() or letter in "\t\r\n" for letter in query):
        raise BadRequest("The query holds characters that cannot be printed.")
    return query
