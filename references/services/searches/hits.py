"""The work list of a run: which PMIDs it found and what became of each, a whole batch in one statement."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import Count, Max

from references.models import Reference, SearchHit, SearchRun

_ADD = """
    INSERT INTO references_searchhit (run_id, pmid, position, state, reason)
    SELECT %s, pmid, %s + place, 'pending', ''
    FROM unnest(%s::integer[]) WITH ORDINALITY AS listed (pmid, place)
    ON CONFLICT (run_id, pmid) DO NOTHING
"""
_SETTLE = """
    UPDATE references_searchhit AS hit
    SET state = fate.state, reason = fate.reason, reference_id = fate.reference_id
    FROM unnest(%s::integer[], %s::text[], %s::text[], %s::bigint[])
        AS fate (pmid, state, reason, reference_id)
    WHERE hit.run_id = %s AND hit.pmid = fate.pmid AND hit.state = 'pending'
"""


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one PMID: a state of SearchHit, why, and the reference that holds the record."""

    state: str
    reason: str = ""
    reference_id: int | None = None


def add(run: SearchRun, pmids: Sequence[int]) -> None:
    """Put the PMIDs at the end of the work list; those on it already stay where they are."""
    last = run.hits.aggregate(last=Max("position"))["last"] or 0
    with connection.cursor() as cursor:
        cursor.execute(_ADD, [run.pk, last, list(pmids)])


def settle(run: SearchRun, fates: Mapping[int, Fate]) -> None:
    """Record what became of these PMIDs, which were pending."""
    columns = (
        list(fates),
        [fate.state for fate in fates.values()],
        [fate.reason for fate in fates.values()],
        [fate.reference_id for fate in fates.values()],
    )
    with connection.cursor() as cursor:
        cursor.execute(_SETTLE, [*columns, run.pk])


def count(run: SearchRun) -> None:
    """Set the run's counts to what its hits say."""
    rows = run.hits.order_by().values_list("state").annotate(n=Count("*"))
    n = Counter[str](dict(rows))
    for state in ("new", "updated", "unchanged", "missing", "failed"):
        setattr(run, f"n_{state}", n[state])
    run.n_fetched = run.n_new + run.n_updated + run.n_unchanged + run.n_failed
    run.n_found = sum(n.values())


def asked_in_vain(run: SearchRun) -> list[int]:
    """Return the PMIDs that earlier runs of the same strategy, or of the same query, did not get."""
    earlier = SearchRun.objects.filter(kind=run.kind, pk__lt=run.pk)
    earlier = earlier.filter(strategy=run.strategy) if run.strategy_id else earlier.filter(query=run.query)
    return list(
        SearchHit.objects.with_trouble()
        .filter(run__in=earlier)
        .exclude(pmid__in=Reference.objects.filter(pmid__isnull=False).values("pmid"))
        .order_by("pmid")
        .values_list("pmid", flat=True)
        .distinct()
    )


def pending(run: SearchRun, n: int) -> list[int]:
    """Return the next `n` PMIDs to fetch."""
    return list(run.hits.pending().order_by("position", "pk").values_list("pmid", flat=True)[:n])
