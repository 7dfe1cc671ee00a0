"""Asks PubMed: the one way from this product to NCBI's E-utilities.

Every request waits for its turn at the shared limiter, goes out through Biopython, is checked for being a
whole answer, and is asked again after a pause when its failure is transient. Nothing here knows Django; the
API key never reaches an error or a log line.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, TypeVar
from urllib.parse import quote_plus

from references.pubmed import listing, lookups, replies
from references.pubmed.backoff import Backoff
from references.pubmed.config import EntrezConfig
from references.pubmed.errors import BadQuery, EntrezError, RateLimited, Unavailable
from references.pubmed.limiter import Limiter, RedisLimiter
from references.pubmed.listing import SEARCH_CEILING, DateWindow, require_searchable
from references.pubmed.lookups import Citation, CitationMatch
from references.pubmed.replies import History, SearchReply
from references.pubmed.transport import Transport

# EDirect, NCBI's own client, asks for 1,000 records at a time.
FETCH_CEILING = 1_000
POST_CEILING = 10_000

logger = logging.getLogger(__name__)

Answer = TypeVar("Answer")


class EntrezClient:
    """A PubMed client, safe to share between threads.

    Every method raises an EntrezError whose text is one sentence for the person who asked: Unavailable,
    RateLimited, BadQuery, Unreadable, HistoryExpired or Misconfigured. No method takes longer than
    `config.longest_call_seconds` for each request it makes.
    """

    def __init__(
        self,
        config: EntrezConfig,
        limiter: Limiter,
        *,
        sleep: Callable[[float], object] = time.sleep,
        random: Callable[[], float] = random.random,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.config = config
        self._limiter = limiter
        self._transport = Transport(config, clock=clock)
        self._backoff = Backoff(config=config, sleep=sleep, random=random, clock=clock)

    @classmethod
    def sharing_limits(cls, config: EntrezConfig, redis_url: str) -> EntrezClient:
        """Return a client that keeps NCBI's rate together with every other process using this Redis."""
        return cls(config, RedisLimiter.for_config(config, redis_url))

    def search(
        self, query: str, *, retstart: int = 0, retmax: int = SEARCH_CEILING, dates: DateWindow | None = None
    ) -> SearchReply:
        """Return how many records the query finds, and the `retmax` PMIDs from position `retstart` on.

        The result set stays at NCBI for some hours (`reply.history`). Raises BadQuery for an empty query, one
        whose quotes or parentheses do not pair, one PubMed understands no part of, and positions beyond
        SEARCH_CEILING.
        """
        query = require_searchable(query)
        if retstart < 0 or retmax < 0 or retstart + retmax > SEARCH_CEILING:
            raise BadQuery(f"PubMed serves positions 0 to {SEARCH_CEILING:,} of a search only.")

        def read(body: bytes) -> SearchReply:
            reply = replies.search_reply(body)
            n_due = max(0, min(reply.count - retstart, retmax))
            if len(set(reply.pmids)) != n_due or len(reply.pmids) != n_due:
                raise Unavailable(
                    f"PubMed listed {len(set(reply.pmids)):,} different PMIDs where {n_due:,} are due."
                )
            return reply

        return self._ask(
            "esearch",
            read,
            db="pubmed",
            term=query,
            usehistory="y",
            retmode="xml",
            retstart=str(retstart),
            retmax=str(retmax),
            **_window(dates),
        )

    def iter_pmids(
        self, query: str, *, dates: DateWindow | None = None, first: SearchReply | None = None
    ) -> Iterator[tuple[str, ...]]:
        """Yield every PMID of a query of any size, none lost and none twice, SEARCH_CEILING at a time.

        Pass the reply of `search(query)` as `first` to spare that request. A batch costs one request; a query
        beyond the ceiling some twenty more. Raises Unavailable after the last batch when PubMed counts more
        records than it lists.
        """
        query = require_searchable(query)

        if first is None or len(first.pmids) != min(first.count, SEARCH_CEILING):
            first = self.search(query, dates=dates)
        return listing.pmid_batches(self, query, dates=dates, first=first)

    def all_pmids(self, query: str, *, dates: DateWindow | None = None) -> tuple[str, ...]:
        """Return every PMID of a query of any size at once; see `iter_pmids`."""
        return tuple(pmid for batch in self.iter_pmids(query, dates=dates) for pmid in batch)

    def post(self, pmids: Iterable[str]) -> History:
        """Leave up to POST_CEILING PMIDs at NCBI and return the result set they make."""
        ids = _distinct(pmids, at_most=POST_CEILING)
        return self._ask("epost", replies.posted_history, db="pubmed", id=",".join(ids))

    def fetch(
        self,
        *,
        pmids: Iterable[str] | None = None,
        history: History | None = None,
        retstart: int = 0,
        retmax: int = FETCH_CEILING,
    ) -> bytes:
        """Return the records as one whole PubmedArticleSet in XML, with nothing but those PubMed has.

        Name either up to FETCH_CEILING PMIDs, or a result set and the positions wanted in it. PMIDs unknown
        to PubMed are missing from the set, so the set may be empty; an empty one is asked for twice before it
        is believed. Raises HistoryExpired when the result set is gone.
        """
        if (pmids is None) == (history is None):
            raise TypeError("Name either PMIDs or a result set.")
        if history is None:
            selection = {"id": ",".join(_distinct(pmids or (), at_most=FETCH_CEILING))}
        else:
            if not 0 < retmax <= FETCH_CEILING or retstart < 0:
                raise BadQuery(f"PubMed is asked for 1 to {FETCH_CEILING:,} records at a time.")
            selection = {
                "WebEnv": history.web_env,
                "query_key": history.query_key,
                "retstart": str(retstart),
                "retmax": str(retmax),
            }
        body = self._ask("efetch", replies.article_set, db="pubmed", retmode="xml", **selection)
        if replies.is_empty_set(body):
            body = self._ask("efetch", replies.article_set, db="pubmed", retmode="xml", **selection)
        return body

    def match_citations(self, citations: Sequence[Citation]) -> tuple[CitationMatch, ...]:
        """Return what PubMed makes of each citation, in the same order."""
        matches: list[CitationMatch] = []
        for batch in _batches(citations, lookups.CITATIONS_A_REQUEST):
            # Biopython drops tool and e-mail unless it gets the citations as one text.
            matches += self._ask(
                "ecitmatch",
                partial(lookups.citation_matches, n_citations=len(batch)),
                db="pubmed",
                retmode="xml",
                bdata=lookups.citation_lines(batch),
            )
        return tuple(matches)

    def links(
        self, pmids: Iterable[str], link_name: str = "pubmed_pubmed_citedin"
    ) -> dict[str, tuple[str, ...]]:
        """Return PMID → linked PMIDs for one kind of link; PMIDs PubMed says nothing about are left out.

        Link names: https://eutils.ncbi.nlm.nih.gov/entrez/query/static/entrezlinks.html
        """
        found: dict[str, tuple[str, ...]] = {}
        for batch in _batches(_distinct(pmids), lookups.LINKS_A_REQUEST):
            found |= self._ask(
                "elink",
                partial(lookups.links, link_name=link_name),
                dbfrom="pubmed",
                db="pubmed",
                linkname=link_name,
                id=list(batch),
            )
        return found

    def summaries(self, pmids: Iterable[str]) -> dict[str, dict[str, Any]]:
        """Return PMID → PubMed's summary (its JSON as it is); PMIDs unknown to PubMed are left out."""
        found: dict[str, dict[str, Any]] = {}
        for batch in _batches(_distinct(pmids), lookups.SUMMARIES_A_REQUEST):
            found |= self._ask("esummary", lookups.summaries, db="pubmed", retmode="json", id=",".join(batch))
        return found

    def _ask(self, utility: str, read: Callable[[bytes], Answer], **parameters: Any) -> Answer:
        def ask_once() -> Answer:
            self._limiter.wait()
            try:
                return read(replies.accepted(self._transport.call(utility, **parameters)))
            except EntrezError as error:
                error.args = (self._scrubbed(str(error)),)
                raise

        def before_pause(error: EntrezError, seconds: float) -> None:
            logger.warning("%s failed (%s); asking again in %.1f s.", utility, error, seconds)
            if isinstance(error, RateLimited):
                self._limiter.hold(seconds)

        return self._backoff.run(ask_once, before_pause=before_pause)

    def _scrubbed(self, text: str) -> str:
        key = self.config.api_key
        for form in {key, quote_plus(key)} - {""}:
            text = text.replace(form, "[API key]")
        return text


def _window(dates: DateWindow | None) -> dict[str, str]:
    if dates is None:
        return {}
    return {"datetype": dates.kind, "mindate": f"{dates.start:%Y/%m/%d}", "maxdate": f"{dates.end:%Y/%m/%d}"}


def _distinct(pmids: Iterable[str], *, at_most: int | None = None) -> tuple[str, ...]:
    ids = tuple(dict.fromkeys(pmids))
    if not ids:
        raise BadQuery("The list of PMIDs is empty.")
    for pmid in ids:
        if not (pmid.isascii() and pmid.isdigit() and 1 <= len(pmid) <= 9 and pmid[0] != "0"):
            raise BadQuery(f"Not a PMID: {pmid!r}.")
    if at_most is not None and len(ids) > at_most:
        raise BadQuery(f"PubMed is given at most {at_most:,} PMIDs at a time, not {len(ids):,}.")
    return ids


def _batches(items: Sequence[Answer], size: int) -> Iterator[Sequence[Answer]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
