"""Listing beyond the ceiling of 9,999: nothing lost, nothing twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

import pytest

from references.pubmed.errors import Unavailable
from references.pubmed.listing import SEARCH_CEILING, DateWindow, pmid_batches
from references.pubmed.replies import SearchReply
from tests.eutils import EutilsServer, Fault, Store, quick_client


def test_every_pmid_beyond_the_ceiling_is_listed_once(eutils: EutilsServer) -> None:
    batches = list(quick_client(eutils).iter_pmids("generated[sb]"))

    listed = [pmid for batch in batches for pmid in batch]
    assert len(listed) == len(set(listed)) == 25_000
    assert set(listed) == {str(pmid) for pmid in range(90_000_001, 90_025_001)}
    assert max(map(len, batches)) <= SEARCH_CEILING
    assert len(eutils.requests) < 50


@pytest.mark.parametrize(("n_generated", "is_split"), [(9_999, False), (10_000, True)])
def test_ceiling_itself_needs_no_splitting(n_generated: int, is_split: bool) -> None:
    with EutilsServer(Store([], n_generated=n_generated)) as eutils:
        listed = quick_client(eutils).all_pmids("generated[sb]")

        assert len(set(listed)) == n_generated
        assert (len(eutils.requests) > 1) is is_split


def test_query_with_or_is_split_as_a_whole(eutils: EutilsServer) -> None:
    listed = quick_client(eutils).all_pmids("cryotherapy[ti] OR generated[sb]")

    assert len(listed) == len(set(listed)) == 25_000 + quick_client(eutils).search("cryotherapy[ti]").count


def test_query_that_finds_nothing_yields_no_batch(eutils: EutilsServer) -> None:
    assert list(quick_client(eutils).iter_pmids("xyzzyplugh")) == []


def test_first_reply_is_not_asked_for_twice(eutils: EutilsServer) -> None:
    client = quick_client(eutils)
    first = client.search("synthetic[ti]")

    assert list(client.iter_pmids("synthetic[ti]", first=first)) == [first.pmids]
    assert len(eutils.requests) == 1


def test_first_reply_without_its_pmids_is_asked_for_again(eutils: EutilsServer) -> None:
    client = quick_client(eutils)
    counted = client.search("synthetic[ti]", retmax=0)

    assert len(next(client.iter_pmids("synthetic[ti]", first=counted))) == counted.count


def test_listing_survives_faults_in_between(eutils: EutilsServer) -> None:
    for after in (3, 5, 8):
        eutils.misbehave("esearch", Fault.RESET, after=after)

    assert len(set(quick_client(eutils).all_pmids("generated[sb]"))) == 25_000


def test_listing_keeps_to_its_dates(eutils: EutilsServer) -> None:
    window = DateWindow(start=date(2018, 1, 1), end=date(2018, 12, 31))

    assert quick_client(eutils).all_pmids("synthetic[ti]", dates=window) == ("99900112",)


@dataclass
class Pubmed:
    """Answers searches from a function of the query; the whole query counts `count` records."""

    pmids_in: Callable[[int, int], list[int]]
    counts: list[int]
    asked: list[str] = field(default_factory=list)

    def search(self, query: str, *, retmax: int, dates: DateWindow | None = None) -> SearchReply:
        self.asked.append(query)
        if query.startswith("all[SB]"):
            return reply(20_000, ["20000"])
        if query == "whole":
            return reply(self.counts.pop(0), [])
        low, high = query.partition(" AND ")[2].removesuffix("[UID]").split(":")
        found = self.pmids_in(int(low), int(high))
        return reply(len(found), [str(pmid) for pmid in found] if len(found) <= retmax else [])


def reply(count: int, pmids: list[str]) -> SearchReply:
    return SearchReply(count=count, pmids=tuple(pmids), history=None, translated_query="x", warnings=())


def test_shortfall_against_what_pubmed_counts_is_an_error() -> None:
    pubmed = Pubmed(lambda low, high: list(range(low, min(high, 19_999) + 1)), counts=[20_000])

    with pytest.raises(Unavailable, match=r"counts 20,000 records for the query but lists only 19,999"):
        list(pmid_batches(pubmed, "whole", dates=None, first=reply(20_000, [])))


def test_records_withdrawn_while_listing_are_no_error() -> None:
    pubmed = Pubmed(lambda low, high: list(range(low, min(high, 19_999) + 1)), counts=[19_999])

    listed = [
        pmid for batch in pmid_batches(pubmed, "whole", dates=None, first=reply(20_000, [])) for pmid in batch
    ]

    assert len(listed) == 19_999


def test_records_above_the_newest_are_within_the_margin() -> None:
    pubmed = Pubmed(lambda low, high: list(range(low, min(high, 20_500) + 1)), counts=[])

    listed = [
        pmid for batch in pmid_batches(pubmed, "whole", dates=None, first=reply(20_500, [])) for pmid in batch
    ]

    assert len(listed) == 20_500


def test_query_that_ranges_do_not_narrow_is_an_error() -> None:
    pubmed = Pubmed(lambda low, high: list(range(20_000)), counts=[])

    with pytest.raises(Unavailable, match="does not narrow the query to PMID 1"):
        list(pmid_batches(pubmed, "whole", dates=None, first=reply(20_000, [])))
