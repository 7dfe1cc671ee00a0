"""Answers, errors inside HTTP 200, web pages and halves of replies, told apart by their bytes."""

from __future__ import annotations

import pytest

from references.pubmed import replies
from references.pubmed.errors import (
    BadQuery,
    EntrezError,
    HistoryExpired,
    Misconfigured,
    RateLimited,
    Unavailable,
    Unreadable,
)
from references.pubmed.transport import Reply

HEAD = (
    b'<?xml version="1.0" ?>\n<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD" "https://example.org/x.dtd">\n'
)
RECORD = b"<PubmedArticle><MedlineCitation><PMID>99000001</PMID></MedlineCitation></PubmedArticle>"


def make_reply(body: bytes, *, status: int = 200, content_type: str = "text/xml") -> Reply:
    return Reply(status=status, content_type=content_type, retry_after=None, body=body)


def search_body(inside: str) -> bytes:
    return f"<eSearchResult>{inside}</eSearchResult>".encode()


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", Unavailable),
        (b" \n", Unavailable),
        (b"<!DOCTYPE html><html></html>", Unreadable),
        (b"\xef\xbb\xbf\n<HTML><body>503</body></HTML>", Unreadable),
        (b'{"error":"API rate limit exceeded","api-key":"1.2.3.4","count":"4","limit":"3"}', RateLimited),
        (b'{"esearchresult":{"ERROR":"Unable to obtain query #1"}}', HistoryExpired),
        (b"<eFetchResult><ERROR>Unable to obtain query #1</ERROR></eFetchResult>", HistoryExpired),
        (b"<eSearchResult><ERROR>Empty term and query_key - nothing todo</ERROR></eSearchResult>", BadQuery),
        (b"<eSearchResult><ERROR>Invalid db name specified: pub</ERROR></eSearchResult>", BadQuery),
        (b"<eSearchResult><ERROR>Search Backend failed: no answer</ERROR></eSearchResult>", Unavailable),
        (
            b"<eSearchResult><ERROR>Search Backend failed: Exception: Position 15000 is out of acceptable "
            b"range [9999,9998]</ERROR></eSearchResult>",
            BadQuery,
        ),
        (
            b"<eSearchResult><ERROR>Search Backend failed: Exception:\n'retstart' cannot be larger than 9998."
            b"</ERROR></eSearchResult>",
            BadQuery,
        ),
        (b"<eFetchResult><error>something nobody has seen before</error></eFetchResult>", Unavailable),
        (HEAD + b"<PubmedArticleSet><!-- Backend failed: 3 records --></PubmedArticleSet>", Unavailable),
    ],
)
def test_body_of_a_successful_reply_may_be_an_error(body: bytes, error: type[EntrezError]) -> None:
    with pytest.raises(error):
        replies.accepted(make_reply(body))


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (
            400,
            b"<eFetchResult><ERROR>ID list is empty! Possibly it has no correct IDs.</ERROR></eFetchResult>",
            BadQuery,
        ),
        (400, b"ID+list+is+empty!+Possibly+it+has+no+correct+IDs.", BadQuery),
        (400, b"", BadQuery),
        (400, b"<eFetchResult><ERROR>Error: proxy_stream(): 502</ERROR></eFetchResult>", Unavailable),
        (
            400,
            b"<eFetchResult><ERROR>External viewer error: Status: Timeout</ERROR></eFetchResult>",
            Unavailable,
        ),
        (
            400,
            b"<eFetchResult><ERROR>Cannot retrieve history data: OUT OF RANGE</ERROR></eFetchResult>",
            BadQuery,
        ),
        (
            400,
            b"<eFetchResult><ERROR>Cannot retrieve history data. query_key: 1</ERROR>"
            b"<ERROR>Can't fetch uids from history because of: NCBI C++ Exception</ERROR></eFetchResult>",
            HistoryExpired,
        ),
        (400, b'{"error":"API key invalid","api-key":"x"}', Misconfigured),
        (400, b'{"error":"API rate limit exceeded"}', RateLimited),
        (403, b"", Unavailable),
        (404, b"", Misconfigured),
        (301, b"", Misconfigured),
        (407, b"", Unavailable),
        (429, b"", RateLimited),
        (500, b"", Unavailable),
        (503, b"<html></html>", Unavailable),
    ],
)
def test_status_and_message_decide_the_error(status: int, body: bytes, error: type[EntrezError]) -> None:
    with pytest.raises(error):
        replies.accepted(make_reply(body, status=status))


def test_message_of_a_refusal_is_readable() -> None:
    body = b"<eFetchResult>\n<ERROR>Bad &lt;field&gt;:\n  foo&amp;bar.</ERROR></eFetchResult>"

    with pytest.raises(BadQuery) as caught:
        replies.accepted(make_reply(body, status=400))

    assert str(caught.value) == "PubMed rejected the query: Bad <field>: foo&bar."


def test_message_of_a_refusal_is_short() -> None:
    with pytest.raises(BadQuery) as caught:
        replies.accepted(make_reply(b"long text " * 10_000, status=400))

    assert len(str(caught.value)) < 350


def test_summary_of_an_unknown_pmid_is_no_error() -> None:
    body = b'{"header":{},"result":{"uids":["1"],"1":{"uid":"1","error":"cannot get document summary"}}}'

    assert replies.accepted(make_reply(body, content_type="application/json")) == body


@pytest.mark.parametrize(
    "body",
    [
        HEAD + b"<PubmedArticleSet>" + RECORD + b"</PubmedArticleSet>",
        HEAD + b"<PubmedArticleSet></PubmedArticleSet>\n",
        b"<PubmedArticleSet/>",
        b"\xef\xbb\xbf" + HEAD + b"<!-- note --><PubmedArticleSet>" + RECORD + b"</PubmedArticleSet >  ",
        b"<PubmedArticleSet>" + RECORD + b"</PubmedArticleSet><!-- served by 7 -->\n",
        b"<PubmedBookArticleSet></PubmedBookArticleSet>",
    ],
)
def test_whole_set_is_returned_as_it_is(body: bytes) -> None:
    assert replies.article_set(body) is body


@pytest.mark.parametrize(
    "body",
    [
        HEAD + b"<PubmedArticleSet>",
        HEAD + b"<PubmedArticleSet>" + RECORD,
        HEAD + b"<PubmedArticleSet>" + RECORD + b"</PubmedArticleS",
        HEAD + b"<PubmedArticleSet>" + RECORD + b"</PubmedArticleSet",
        HEAD + b"<PubmedArticleSet>" + RECORD + b"<!-- </PubmedArticleSet> -->",
    ],
)
def test_set_without_its_end_is_cut_short(body: bytes) -> None:
    with pytest.raises(Unavailable, match="stops before its end"):
        replies.article_set(body)


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (b"<eSearchResult></eSearchResult>", "<eSearchResult> instead of <PubmedArticleSet>"),
        (b"PMID- 99000001\nTI  - Text", "no XML"),
        (b"\x00\x01", "no XML"),
    ],
)
def test_other_bytes_are_no_set(body: bytes, complaint: str) -> None:
    with pytest.raises(Unreadable, match=complaint):
        replies.article_set(body)


@pytest.mark.parametrize(
    ("inside", "is_empty"),
    [
        (b"", True),
        (b"\n", True),
        (RECORD, False),
        (b"<PubmedBookArticle></PubmedBookArticle>", False),
        (b"<DeleteCitation><PMID>1</PMID></DeleteCitation>", False),
    ],
)
def test_empty_set_is_told_from_one_with_records(inside: bytes, is_empty: bool) -> None:
    assert replies.is_empty_set(b"<PubmedArticleSet>" + inside + b"</PubmedArticleSet>") is is_empty


def test_search_reply_is_read_whole() -> None:
    body = search_body(
        "<Count>12</Count><RetMax>2</RetMax><RetStart>0</RetStart><QueryKey>3</QueryKey><WebEnv>MCID_1</WebEnv>"
        "<IdList><Id>99000002</Id><Id>99000001</Id></IdList><TranslationSet/>"
        "<QueryTranslation>&quot;liver&quot;[MeSH Terms]</QueryTranslation>"
        "<ErrorList><PhraseNotFound>xyzzy</PhraseNotFound><FieldNotFound>foo</FieldNotFound></ErrorList>"
        "<WarningList><PhraseIgnored>the</PhraseIgnored>"
        "<OutputMessage>Something new.</OutputMessage></WarningList>"
    )

    reply = replies.search_reply(body)

    assert reply.count == 12
    assert reply.pmids == ("99000002", "99000001")
    assert reply.history == replies.History("MCID_1", "3")
    assert reply.translated_query == '"liver"[MeSH Terms]'
    assert reply.warnings == (
        "Not found in PubMed: xyzzy.",
        "PubMed knows no such field: foo.",
        "Ignored by PubMed: the.",
        "Something new.",
    )


def test_search_reply_without_a_count_is_unreadable() -> None:
    with pytest.raises(Unreadable, match="states no Count"):
        replies.search_reply(search_body("<IdList/>"))


def test_search_reply_with_broken_xml_inside_is_unreadable() -> None:
    with pytest.raises(Unreadable, match="not well-formed"):
        replies.search_reply(search_body("<Count>1</Cuont>"))


def test_search_reply_with_entities_is_refused() -> None:
    bomb = (
        b'<!DOCTYPE eSearchResult [<!ENTITY a "&b;&b;"><!ENTITY b "boom">]><eSearchResult>&a;</eSearchResult>'
    )

    with pytest.raises(Unreadable):
        replies.search_reply(bomb)


def test_search_reply_with_entities_after_its_start_is_refused() -> None:
    with pytest.raises(Unreadable, match="entities"):
        replies.search_reply(search_body("<Count>1</Count><!ENTITY a 'x'>"))


def test_post_reply_names_the_result_set() -> None:
    body = b"<ePostResult><QueryKey>1</QueryKey><WebEnv>MCID_1</WebEnv></ePostResult>"

    assert replies.posted_history(body) == replies.History("MCID_1", "1")


def test_post_reply_without_a_result_set_is_unreadable() -> None:
    with pytest.raises(Unreadable, match="named no result set"):
        replies.posted_history(b"<ePostResult><InvalidIdList><Id>x</Id></InvalidIdList></ePostResult>")
