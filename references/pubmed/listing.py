"""Lists every PMID of a query, also beyond the 9,999 that PubMed serves for one search.

The way round the ceiling is the one NCBI's own EDirect takes: the query is asked once for each range of
PMIDs, and a range is halved until what it holds fits. Ranges cannot overlap, so nothing is listed twice; what
is listed is compared with what PubMed counted, so nothing is lost unnoticed.
https://www.ncbi.nlm.nih.gov/books/NBK179288/
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol

from references.pubmed.errors import BadQuery, Unavailable
from references.pubmed.replies import SearchReply

# ESearch on PubMed serves positions 0 to 9,998. https://www.ncbi.nlm.nih.gov/books/NBK25499/#chapter4.ESearch
SEARCH_CEILING = 9_999

_NEWEST_RECORD = "all[SB] NOT pubmed books[SB]"
# The newest record is not always the one with the highest PMID.
_MARGIN_ABOVE_NEWEST = 1_000


@dataclass(frozen=True, kw_only=True)
class DateWindow:
    """Narrows a search to records whose date of this kind lies between two days, both included.

    Kinds: `edat` entered PubMed, `crdt` record created, `pdat` published, `mhda` MeSH headings added.
    Raises BadQuery when the days run backwards.
    """

    start: date
    end: date
    kind: Literal["edat", "crdt", "pdat", "mhda"] = "edat"

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise BadQuery(f"The dates run backwards: {self.start} is after {self.end}.")


class Searcher(Protocol):
    """Asks PubMed for PMIDs; the client is one."""

    def search(self, query: str, *, retmax: int, dates: DateWindow | None = None) -> SearchReply:
        """Return the number of records found and the first `retmax` PMIDs."""


def pmid_batches(
    pubmed: Searcher, query: str, *, dates: DateWindow | None, first: SearchReply
) -> Iterator[tuple[str, ...]]:
    """Yield every PMID of the query in batches of at most SEARCH_CEILING, no PMID twice.

    `first` is the reply to the whole query. Raises Unavailable at the end when fewer PMIDs could be listed
    than PubMed counts.
    """
    if first.count <= SEARCH_CEILING:
        if first.pmids:
            yield first.pmids
        return
    n_listed = 0
    ranges = [(1, _highest_pmid(pubmed))]
    while ranges:
        low, high = ranges.pop()
        reply = pubmed.search(f"({query}) AND {low}:{high}[UID]", retmax=SEARCH_CEILING, dates=dates)
        if reply.count > SEARCH_CEILING:
            if low == high:
                raise Unavailable(f"PubMed does not narrow the query to PMID {low}, so it cannot be listed.")
            middle = (low + high) // 2
            ranges += [(middle + 1, high), (low, middle)]
        elif reply.pmids:
            n_listed += len(reply.pmids)
            yield reply.pmids
    # Records may be added or withdrawn while we list; only a shortfall against both counts is a loss.
    if n_listed < first.count and n_listed < (n_now := pubmed.search(query, retmax=0, dates=dates).count):
        raise Unavailable(f"PubMed counts {n_now:,} records for the query but lists only {n_listed:,}.")


def _highest_pmid(pubmed: Searcher) -> int:
    newest = pubmed.search(_NEWEST_RECORD, retmax=1).pmids
    if not newest:
        raise Unavailable("PubMed names no newest record, so a long result cannot be split.")
    return int(newest[0]) + _MARGIN_ABOVE_NEWEST


def require_searchable(query: str) -> str:
    """Return the query stripped; raises BadQuery when it is empty or its quotes or parentheses do not pair.

    PubMed quietly repairs an unpaired parenthesis in its own way, which would change what is found.
    """
    query = query.strip()
    if not query:
        raise BadQuery("The query is empty.")
    if query.count('"') % 2:
        raise BadQuery("A quotation mark in the query is not closed.")
    depth = 0
    for letter in "".join(query.split('"')[::2]):
        depth += (letter == "(") - (letter == ")")
        if depth < 0:
            raise BadQuery("A closing parenthesis in the query has no opening one.")
    if depth:
        raise BadQuery("A parenthesis in the query is not closed.")
    return query
