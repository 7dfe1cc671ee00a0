"""One batch of PMIDs: what PubMed sent for them, and what becomes of each."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

from nelm_review.core.models import User
from references.models import SearchHit, SearchRun
from references.pubmed.client import EntrezClient
from references.pubmed.errors import BadQuery, Unreadable
from references.pubmed.parse import iter_records
from references.pubmed.records import BrokenRecord, Record
from references.services import ingest
from references.services.searches.hits import Fate

NOT_SENT = "PubMed sent no record for this PMID."

_STATES = {
    ingest.State.NEW: SearchHit.State.NEW,
    ingest.State.UPDATED: SearchHit.State.UPDATED,
    ingest.State.UNCHANGED: SearchHit.State.UNCHANGED,
    ingest.State.FAILED: SearchHit.State.FAILED,
    ingest.State.DELETED: SearchHit.State.MISSING,
}

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Batch:
    """The records that came for the PMIDs asked for; `problem` says what spoils the whole reply, if anything.

    `nameless` are records that cannot be read and do not say whose they are.
    """

    pmids: Sequence[int]
    records: list[Record] = field(default_factory=list)
    nameless: list[BrokenRecord] = field(default_factory=list)
    problem: str = ""
    is_unreadable: bool = False
    _asked: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        self._asked = frozenset(self.pmids)

    def take(self, record: Record) -> None:
        if isinstance(record, BrokenRecord) and record.pmid is None:
            self.nameless.append(record)
        elif record.pmid in self._asked:
            self.records.append(record)
        else:
            logger.warning("PubMed sent PMID %s, which was not asked for; it is left out.", record.pmid)

    def store(self, *, by: User, run: SearchRun) -> dict[int, Fate]:
        """Store the records and return what became of each PMID that was asked for."""
        report = ingest.store(self.records, by=by, run=run, reason=f"Search run {run.pk}")
        outcomes = report.by_pmid
        return {pmid: self._fate(pmid, outcomes.get(pmid)) for pmid in self.pmids}

    def _fate(self, pmid: int, outcome: ingest.Outcome | None) -> Fate:
        if outcome is not None:
            return Fate(_STATES[outcome.state], outcome.note, outcome.reference_id)
        if self.is_unreadable:
            return Fate(SearchHit.State.FAILED, self.problem)
        reason = self.problem or NOT_SENT
        if self.nameless:
            reason += f" It may be the one that cannot be read and names no PMID: {self.nameless[0].error}"
        return Fate(SearchHit.State.MISSING, reason)


def fetched(client: EntrezClient, pmids: Sequence[int]) -> Batch:
    """Ask PubMed for the records; raises an EntrezError when it cannot be used just now."""
    batch = Batch(pmids)
    try:
        reply = client.fetch(pmids=[str(pmid) for pmid in pmids])
    except BadQuery as error:
        # NCBI says so of a list in which no id is one of its own.
        batch.problem = str(error)
        return batch
    try:
        for record in iter_records(reply):
            batch.take(record)
    except Unreadable as error:
        batch.problem, batch.is_unreadable = str(error), True
    return batch
