"""The client against a well-behaved E-utilities server, over a socket."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from references.pubmed.errors import BadQuery, HistoryExpired, Misconfigured
from references.pubmed.listing import DateWindow
from references.pubmed.lookups import Citation, CitationMatch
from references.pubmed.replies import History
from tests.eutils import EutilsServer, Fault, quick_client
from tests.eutils.evidence import REVIEW_PMID


def n_records(body: bytes) -> int:
    return body.count(b"<PubmedArticle>") + body.count(b"<PubmedBookArticle>")


def test_search_finds_records_newest_first(eutils: EutilsServer) -> None:
    reply = quick_client(eutils).search('"placeholder medicine"[ta] OR Ann Placeholder Med[ta]')

    assert reply.count == len(reply.pmids) == 9
    assert list(reply.pmids) == sorted(reply.pmids, reverse=True)
    assert reply.translated_query == '"placeholder medicine"[Journal] OR "Ann Placeholder Med"[Journal]'


def test_search_serves_any_page(eutils: EutilsServer) -> None:
    client = quick_client(eutils)
    whole = client.search("synthetic[ti]").pmids

    page = client.search("synthetic[ti]", retstart=3, retmax=4)

    assert page.pmids == whole[3:7]
    assert page.count == len(whole)


def test_search_counts_without_listing(eutils: EutilsServer) -> None:
    reply = quick_client(eutils).search("generated[sb]", retmax=0)

    assert reply.count == 25_000
    assert reply.pmids == ()


def test_search_says_who_asks(eutils: EutilsServer) -> None:
    quick_client(eutils, email="someone@example.org", tool="some-tool", api_key="0123abcd").search("liver")

    request = eutils.requests[0]
    assert request.parameters["tool"] == "some-tool"
    assert request.parameters["email"] == "someone@example.org"
    assert request.parameters["api_key"] == "0123abcd"
    assert request.parameters["usehistory"] == "y"
    assert request.user_agent.startswith("some-tool Biopython/")


def test_search_without_api_key_sends_none(eutils: EutilsServer) -> None:
    quick_client(eutils).search("liver")

    assert "api_key" not in eutils.requests[0].parameters


def test_search_reports_words_that_pubmed_did_not_find(eutils: EutilsServer) -> None:
    reply = quick_client(eutils).search('cryotherapy OR xyzzyplugh OR "frobnicated liver"')

    assert reply.count > 0
    assert reply.warnings == (
        "Not found in PubMed: xyzzyplugh.",
        'Quoted phrase not found: "frobnicated liver".',
    )


def test_search_that_finds_nothing_is_no_error(eutils: EutilsServer) -> None:
    reply = quick_client(eutils).search("xyzzyplugh")

    assert (reply.count, reply.pmids) == (0, ())
    assert "Not found in PubMed: xyzzyplugh." in reply.warnings


def test_search_reports_a_field_that_pubmed_does_not_know(eutils: EutilsServer) -> None:
    reply = quick_client(eutils).search("cryotherapy OR liver[nosuchfield]")

    assert reply.count > 0
    assert reply.warnings == ("PubMed knows no such field: nosuchfield.",)


def test_search_that_pubmed_understands_no_part_of_is_a_bad_query(eutils: EutilsServer) -> None:
    with pytest.raises(BadQuery, match=r"understood no part of the query.*no such field: nosuchfield"):
        quick_client(eutils).search("liver[nosuchfield]")


@pytest.mark.parametrize(
    ("query", "complaint"),
    [
        ("", "empty"),
        (" \n", "empty"),
        ("(liver", "not closed"),
        ("liver) OR (spleen", "no opening"),
        ('"liver', "not closed"),
    ],
)
def test_search_refuses_a_malformed_query_before_asking(
    eutils: EutilsServer, query: str, complaint: str
) -> None:
    with pytest.raises(BadQuery, match=complaint):
        quick_client(eutils).search(query)

    assert eutils.requests == []


def test_search_takes_parentheses_inside_quotes_as_text(eutils: EutilsServer) -> None:
    reply = quick_client(eutils).search('liver OR "smile :)"')

    assert reply.count > 0


@pytest.mark.parametrize(("retstart", "retmax"), [(9_999, 1), (0, 10_000), (-1, 5)])
def test_search_refuses_positions_that_pubmed_does_not_serve(
    eutils: EutilsServer, retstart: int, retmax: int
) -> None:
    with pytest.raises(BadQuery, match="positions 0 to 9,999"):
        quick_client(eutils).search("liver", retstart=retstart, retmax=retmax)

    assert eutils.requests == []


def test_search_within_dates(eutils: EutilsServer) -> None:
    window = DateWindow(start=date(2021, 1, 1), end=date(2021, 1, 31), kind="edat")

    reply = quick_client(eutils).search("synthetic[ti]", dates=window)

    assert reply.pmids == ("99900101",)
    assert eutils.requests[0].parameters["mindate"] == "2021/01/01"
    assert eutils.requests[0].parameters["maxdate"] == "2021/01/31"


def test_dates_that_run_backwards_are_a_bad_query() -> None:
    with pytest.raises(BadQuery, match="run backwards"):
        DateWindow(start=date(2021, 1, 2), end=date(2021, 1, 1))


def test_search_posts_a_long_query(eutils: EutilsServer) -> None:
    reply = quick_client(eutils).search(" OR ".join(["cryotherapy", *(f"nothing{n}" for n in range(200))]))

    assert eutils.requests[0].method == "POST"
    assert reply.count > 0


def test_fetch_returns_a_whole_set(eutils: EutilsServer) -> None:
    body = quick_client(eutils).fetch(pmids=["99900101", str(REVIEW_PMID)])

    assert n_records(body) == 2
    assert body.rstrip().endswith(b"</PubmedArticleSet>")
    assert eutils.requests[0].method == "GET"


def test_fetch_returns_book_records(eutils: EutilsServer) -> None:
    assert b"<PubmedBookArticle>" in quick_client(eutils).fetch(pmids=["99900112"])


def test_fetch_accepts_text_that_looks_like_an_error(eutils: EutilsServer) -> None:
    body = quick_client(eutils).fetch(pmids=["99900113"])

    assert n_records(body) == 1
    assert len(eutils.requests) == 1


def test_fetch_leaves_unknown_pmids_out(eutils: EutilsServer) -> None:
    body = quick_client(eutils).fetch(pmids=["99900101", "99999999"])

    assert n_records(body) == 1


def test_fetch_believes_an_empty_set_only_the_second_time(eutils: EutilsServer) -> None:
    client = quick_client(eutils)

    assert n_records(client.fetch(pmids=["99999999"])) == 0
    assert len(eutils.requests) == 2

    eutils.misbehave("efetch", Fault.EMPTY_SET)
    assert n_records(client.fetch(pmids=["99900101"])) == 1


def test_fetch_posts_two_hundred_pmids_and_more(eutils: EutilsServer) -> None:
    pmids = [str(pmid) for pmid in range(90_000_001, 90_000_202)]

    body = quick_client(eutils).fetch(pmids=pmids)

    assert eutils.requests[0].method == "POST"
    assert eutils.requests[0].parameters["id"].split(",") == pmids
    assert n_records(body) == 201


def test_fetch_asks_for_a_repeated_pmid_once(eutils: EutilsServer) -> None:
    quick_client(eutils).fetch(pmids=["99900101", "99900102", "99900101"])

    assert eutils.requests[0].parameters["id"] == "99900101,99900102"


@pytest.mark.parametrize("pmid", ["", "0", "012", "abc", "1.5", "-5", "1234567890", "٣", "1,2", "12 "])
def test_fetch_refuses_what_is_no_pmid_before_asking(eutils: EutilsServer, pmid: str) -> None:
    with pytest.raises(BadQuery, match="Not a PMID"):
        quick_client(eutils).fetch(pmids=["99900101", pmid])

    assert eutils.requests == []


def test_fetch_refuses_an_empty_list(eutils: EutilsServer) -> None:
    with pytest.raises(BadQuery, match="empty"):
        quick_client(eutils).fetch(pmids=[])


def test_fetch_refuses_more_pmids_than_one_request_holds(eutils: EutilsServer) -> None:
    with pytest.raises(BadQuery, match="at most 1,000 PMIDs at a time, not 1,001"):
        quick_client(eutils).fetch(pmids=map(str, range(1, 1_002)))


def test_fetch_needs_pmids_or_a_result_set(eutils: EutilsServer) -> None:
    with pytest.raises(TypeError):
        quick_client(eutils).fetch()
    with pytest.raises(TypeError):
        quick_client(eutils).fetch(pmids=["1"], history=History("MCID_1", "1"))


def test_fetch_walks_a_result_set_of_a_search(eutils: EutilsServer) -> None:
    client = quick_client(eutils)
    reply = client.search("synthetic[ti]", retmax=0)
    assert reply.history is not None

    first = client.fetch(history=reply.history, retmax=5)
    rest = client.fetch(history=reply.history, retstart=5)

    assert n_records(first) == 5
    assert n_records(rest) == reply.count - 5


def test_fetch_beyond_the_result_set_is_a_bad_query(eutils: EutilsServer) -> None:
    client = quick_client(eutils)
    history = client.post(["99900101"])

    with pytest.raises(BadQuery, match="OUT OF RANGE"):
        client.fetch(history=history, retstart=1)


def test_fetch_from_an_expired_result_set_is_its_own_error(eutils: EutilsServer) -> None:
    client = quick_client(eutils)
    history = client.post(["99900101"])
    eutils.expire_histories()

    with pytest.raises(HistoryExpired):
        client.fetch(history=history)

    assert len(eutils.requests) == 2


def test_post_leaves_pmids_at_ncbi(eutils: EutilsServer) -> None:
    client = quick_client(eutils)

    history = client.post(str(pmid) for pmid in range(90_000_001, 90_000_601))

    assert eutils.requests[0].method == "POST"
    assert n_records(client.fetch(history=history, retstart=500)) == 100


def test_match_citations_answers_in_order(eutils: EutilsServer) -> None:
    matches = quick_client(eutils).match_citations(
        [
            Citation(journal="No Such Journal", year=2000, volume="1"),
            Citation(journal="Int J Hepatol", year=2012, volume="2012", first_page="146590", author="lee sy"),
            Citation(journal="Ann Placeholder Med", year=2020, volume="10", first_page="55"),
            Citation(
                journal="Ann Placeholder | Med", year=2020, volume="10", first_page="55", author="testa c"
            ),
        ]
    )

    assert matches == (
        CitationMatch("not found"),
        CitationMatch("matched", ("22319650",)),
        CitationMatch("ambiguous", ("99900114", "99900115")),
        CitationMatch("matched", ("99900115",)),
    )
    assert eutils.requests[0].parameters["tool"] == "nelm-review"
    assert eutils.requests[0].parameters["email"] == "tests@example.org"


def test_match_citations_batches(eutils: EutilsServer) -> None:
    citations = [Citation(journal="Ann Placeholder Med", year=2016, volume="4", first_page="20")] * 101

    matches = quick_client(eutils).match_citations(citations)

    assert matches == (CitationMatch("matched", ("99900103",)),) * 101
    assert len(eutils.requests) == 2


def test_links_name_what_cites_each_record(eutils: EutilsServer) -> None:
    links = quick_client(eutils).links(["99900101", "99900102"])

    assert links == {"99900101": ("99900109",), "99900102": ()}


def test_links_name_what_each_record_cites(eutils: EutilsServer) -> None:
    links = quick_client(eutils).links(["99900109"], "pubmed_pubmed_refs")

    assert links == {"99900109": ("99900101", "99900103")}


def test_links_batch_a_hundred_records(eutils: EutilsServer) -> None:
    quick_client(eutils).links(map(str, range(1, 102)))

    assert [len(request.parameters["id"].split(",")) for request in eutils.requests] == [100, 1]


def test_summaries_leave_unknown_pmids_out(eutils: EutilsServer) -> None:
    summaries = quick_client(eutils).summaries(["22319650", "99999999"])

    assert list(summaries) == ["22319650"]
    assert summaries["22319650"]["title"] == "Surgical Treatment of Neuroendocrine Liver Metastases"


def test_summaries_batch_five_hundred_records(eutils: EutilsServer) -> None:
    summaries = quick_client(eutils).summaries(map(str, range(90_000_001, 90_000_503)))

    assert len(summaries) == 502
    assert [len(request.parameters["id"].split(",")) for request in eutils.requests] == [500, 2]


def test_client_serves_several_threads(eutils: EutilsServer) -> None:
    client = quick_client(eutils)
    pmids = [str(pmid) for pmid in range(90_000_001, 90_000_041)]

    with ThreadPoolExecutor(8) as pool:
        bodies = list(pool.map(lambda pmid: client.fetch(pmids=[pmid]), pmids))

    assert all(f">{pmid}</PMID>".encode() in body for pmid, body in zip(pmids, bodies, strict=True))


def test_two_clients_in_one_process_keep_their_own_identity(eutils: EutilsServer) -> None:
    one, other = quick_client(eutils, api_key="one"), quick_client(eutils, api_key="other")

    one.search("liver")
    other.search("liver")

    assert [request.parameters["api_key"] for request in eutils.requests] == ["one", "other"]


def test_client_without_an_email_address_is_misconfigured(eutils: EutilsServer) -> None:
    with pytest.raises(Misconfigured, match="ENTREZ_EMAIL"):
        quick_client(eutils, email="")
