"""iter_records: what it accepts, what it refuses, and that one record never costs another."""

from __future__ import annotations

import gzip
import io
import socket
from pathlib import Path

import pytest

from references.pubmed.errors import Unreadable
from references.pubmed.parse import iter_records
from references.pubmed.records import BrokenRecord, DeletedRecord, PubmedRecord
from tests import pubmed_corpus
from tests.references.pubmed.documents import DATA, article, article_set, read_all, read_articles, read_one


def pmids(records: list) -> list[int | None]:
    return [record.pmid for record in records]


# What is read


@pytest.mark.parametrize(
    "doctype",
    [
        b"",
        b'<?xml version="1.0"?>',
        b'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD X//EN" '
        b'"https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd">\n',
        b'<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD X//EN" "http://dtd.nlm.nih.gov/out/pubmed_190101.dtd">',
        b"<!DOCTYPE PubmedArticleSet SYSTEM 'a > b'>",
        b"<!DOCTYPE PubmedArticleSet [<!ELEMENT PubmedArticleSet ANY>]>",
        b"\xef\xbb\xbf<?xml version='1.0'?>",
        b"<!-- a comment with <PubmedArticle> in it --><?work it?>\n",
    ],
)
def test_iter_records_reads_a_set_behind_any_prolog(doctype: bytes) -> None:
    assert read_one(doctype + article_set(article())).title == "A synthetic title."


def test_iter_records_reads_a_bare_article() -> None:
    assert read_one(article(99_000_007)).pmid == 99_000_007


def test_iter_records_reads_documents_joined_in_one_file() -> None:
    document = b'<?xml version="1.0"?>\n<!DOCTYPE PubmedArticleSet>\n'
    joined = b"\n".join(document + article_set(article(99_000_000 + n)) for n in range(3))

    assert pmids(read_articles(joined)) == [99_000_000, 99_000_001, 99_000_002]


def test_iter_records_reads_articles_and_books_of_one_set_in_order() -> None:
    book = b"<PubmedBookArticle><BookDocument><PMID>99000002</PMID></BookDocument></PubmedBookArticle>"
    records = read_articles(article_set(article(99_000_001), book, article(99_000_003)))

    assert [(record.pmid, record.is_book) for record in records] == [
        (99_000_001, False),
        (99_000_002, True),
        (99_000_003, False),
    ]


def test_iter_records_reads_bare_book_documents() -> None:
    document = b"<BookDocumentSet><BookDocument><PMID>99000002</PMID></BookDocument></BookDocumentSet>"
    assert read_one(document).is_book


def test_iter_records_yields_nothing_from_an_empty_set() -> None:
    assert read_all(b"<PubmedArticleSet></PubmedArticleSet>") == ([], "")
    assert read_all(b"<?xml version='1.0'?>\n<PubmedArticleSet/>\n") == ([], "")


def test_iter_records_yields_withdrawn_pmids_with_their_places() -> None:
    deletion = (
        b"<DeleteCitation><PMID Version='1'>99000008</PMID><PMID Version='1'>99000009</PMID></DeleteCitation>"
    )
    records, _ = read_all(article_set(article(), deletion))

    assert records[1:] == [DeletedRecord(99_000_008, 2), DeletedRecord(99_000_009, 3)]


def test_iter_records_reads_a_namespace_without_a_prefix() -> None:
    with_namespace = article().replace(b"<PubmedArticle>", b'<PubmedArticle xmlns="https://example.org/x">')
    assert read_one(article_set(with_namespace)).title == "A synthetic title."


def test_iter_records_reads_prefixes_that_only_the_set_declares() -> None:
    title = "<ArticleTitle>Of <x:i>x</x:i> and <mml:math><mml:mi>y</mml:mi></mml:math>.</ArticleTitle>"
    document = article_set(article(article=title)).replace(
        b"<PubmedArticleSet>", b'<PubmedArticleSet xmlns:x="https://example.org/x">'
    )

    assert read_one(document).title == "Of x and y."


def test_iter_records_resolves_named_html_characters() -> None:
    title = "<ArticleTitle>&alpha;-emitters&nbsp;&lt; 5&thinsp;mm &amp; more</ArticleTitle>"
    assert read_one(article_set(article(article=title))).title == "α-emitters < 5 mm & more"


# Sources


def test_iter_records_unpacks_gzip_by_its_first_bytes(tmp_path: Path) -> None:
    path = tmp_path / "no-suffix"
    path.write_bytes(gzip.compress(article_set(article(99_000_005))))

    assert read_one(path).pmid == 99_000_005


def test_iter_records_reads_bytes_streams_and_paths_alike(tmp_path: Path) -> None:
    document = pubmed_corpus.article_set(5)
    path = tmp_path / "records.xml"
    path.write_bytes(document)

    assert read_articles(path) == read_articles(io.BytesIO(document)) == read_articles(document)


def test_iter_records_reads_a_stream_that_gives_one_byte_at_a_time() -> None:
    class Drip(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(1)

    document = pubmed_corpus.HEAD + pubmed_corpus.article_set(2) + article_set(article(99_000_001))[18:]
    assert read_articles(Drip(document)) == read_articles(document)


def test_iter_records_reads_lazily() -> None:
    first = next(iter_records(io.BytesIO(article_set(article(99_000_001)) + b"<html>" * 1_000_000)))
    assert first.pmid == 99_000_001


def test_iter_records_leaves_a_missing_file_to_its_caller(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        list(iter_records(tmp_path / "absent.xml"))


# The record's own XML


def test_iter_records_keeps_xml_that_reads_the_same_again() -> None:
    for record in read_articles(pubmed_corpus.article_set(20)):
        assert read_one(record.xml) == record


def test_iter_records_keeps_repaired_xml_that_reads_the_same_again() -> None:
    title = "<ArticleTitle>Of <x:i>&alpha;</x:i>.</ArticleTitle>"
    document = article_set(article(article=title)).replace(
        b"Set>", b'Set xmlns:x="https://example.org/x">', 1
    )
    record = read_one(document)

    assert read_one(record.xml) == record


def test_iter_records_leaves_the_xml_out_on_request() -> None:
    (record,) = iter_records(article_set(article()), keep_xml=False)
    assert isinstance(record, PubmedRecord)
    assert record.xml == b""


# Broken records


def test_iter_records_yields_the_neighbours_of_a_broken_record() -> None:
    records, problem = read_all(DATA / "broken_in_the_middle.xml")

    assert problem == ""
    assert pmids(records) == [99_000_040, 99_000_041, 99_000_042]
    assert [type(record) for record in records] == [PubmedRecord, BrokenRecord, PubmedRecord]


def test_iter_records_says_what_is_broken_and_where() -> None:
    broken = read_all(DATA / "broken_in_the_middle.xml")[0][1]

    assert isinstance(broken, BrokenRecord)
    assert broken.position == 2
    assert broken.error.startswith("The record cannot be read: it is not well-formed (Opening and ending tag")


@pytest.mark.parametrize(
    "damage",
    [
        (b"</PubmedArticle>", b""),
        (b"</PubmedArticle>", b"</PubmedArtcle>"),
        (b"<PubmedArticle>", b""),
        (b"<PubmedArticle>", b"<PubmedArtcle>"),
        (b"<ArticleTitle>", b"<ArticleTitle>\x00"),
        (b"<ArticleTitle>", b"<ArticleTitle>\xff\xfe"),
        (b"<ArticleTitle>", b"<ArticleTitle>&nosuchname;"),
        (b"<ArticleTitle>", b"<ArticleTitle><!-- "),
        (b"<ArticleTitle>", b"<ArticleTitle><![CDATA[ "),
        (b"<ArticleTitle>", b"<ArticleTitle><PubmedArticle>"),
        (b"<ArticleTitle>", b"<ArticleTitle></PubmedArticle>"),
        (b"<ArticleTitle>", b"<ArticleTitle><!DOCTYPE x ["),
        (b"<ArticleTitle>", b"<ArticleTitle><PubmedBookArticle>"),
        (b"<PMID ", b"<PMID <"),
        (b"<Article>", b"<Article"),
        (b"</MedlineCitation>", b""),
    ],
    ids=lambda damage: damage[1].decode("latin-1") or f"no {damage[0].decode()}",
)
def test_iter_records_confines_any_damage_to_its_record(damage: tuple[bytes, bytes]) -> None:
    records, problem = read_all(
        article_set(article(99_000_001), article(99_000_002).replace(*damage, 1), article(99_000_003))
    )

    assert problem == ""
    assert [record.pmid for record in records if isinstance(record, PubmedRecord)] == [99_000_001, 99_000_003]
    assert any(isinstance(record, BrokenRecord) for record in records)


def test_iter_records_names_the_pmid_of_a_broken_record_not_of_one_it_comments_on() -> None:
    citation = (
        '<CommentsCorrectionsList><CommentsCorrections RefType="CommentOn"><PMID>99500001</PMID><b>'
        "</CommentsCorrections></CommentsCorrectionsList>"
    )
    unnamed = article(citation=citation).replace(b"<PMID Version", b"<PMD Version", 1)

    assert pmids(read_all(article_set(article(citation=citation)))[0]) == [99_000_001]
    assert pmids(read_all(article_set(unnamed))[0]) == [None]


def test_iter_records_finds_the_pmid_of_a_broken_record_in_its_id_list() -> None:
    data = '<ArticleIdList><ArticleId IdType="pubmed">99000001</ArticleId></ArticleIdList>'
    broken = article(data=data).replace(b"<PMID ", b"<PMD ", 1)

    assert pmids(read_all(article_set(broken))[0]) == [99_000_001]


def test_iter_records_calls_a_record_without_a_pmid_broken() -> None:
    records, _ = read_all(article_set(article().replace(b"99000001", b"none"), article(99_000_002)))

    assert records[0] == BrokenRecord("The record has no readable PMID.", None, 1)
    assert records[1].pmid == 99_000_002


def test_iter_records_calls_a_citation_without_an_article_broken() -> None:
    empty = b"<PubmedArticle><MedlineCitation><PMID>99000001</PMID></MedlineCitation></PubmedArticle>"
    assert read_all(article_set(empty))[0] == [
        BrokenRecord("The record has no Article element.", 99_000_001, 1)
    ]


def test_iter_records_calls_a_withdrawn_pmid_that_is_no_number_broken() -> None:
    records, _ = read_all(
        article_set(b"<DeleteCitation><PMID>x</PMID><PMID>99000002</PMID></DeleteCitation>")
    )
    assert records == [
        BrokenRecord("A deletion names “x”, which is no PMID.", None, 1),
        DeletedRecord(99_000_002, 2),
    ]


def test_iter_records_reads_a_record_that_mentions_its_own_end_in_a_comment() -> None:
    commented = article().replace(b"<Article>", b"<Article><!-- </PubmedArticle> <PubmedArticle> -->")
    in_cdata = article(99_000_002, article="<ArticleTitle><![CDATA[</PubmedArticle>]]></ArticleTitle>")

    records = read_articles(article_set(commented, in_cdata, article(99_000_003)))

    assert pmids(records) == [99_000_001, 99_000_002, 99_000_003]
    assert records[1].title == "</PubmedArticle>"


def test_iter_records_skips_a_record_that_is_commented_out() -> None:
    document = article_set(b"<!-- ", article(99_000_001), b" -->", article(99_000_002))
    assert pmids(read_articles(document)) == [99_000_002]


def test_iter_records_reports_two_records_run_together_as_both_broken() -> None:
    both = article(99_000_001) + article(99_000_002)
    records, _ = read_all(article_set(both.replace(b"</PubmedArticle><PubmedArticle>", b"")))

    assert pmids(records) == [99_000_001, 99_000_002]
    assert all(isinstance(record, BrokenRecord) for record in records)


def test_iter_records_reports_two_citations_run_together_as_broken() -> None:
    lost = b'</MedlineCitation></PubmedArticle><PubmedArticle><MedlineCitation Status="MEDLINE">'
    both = (article(99_000_001) + article(99_000_002)).replace(lost, b"")
    records, _ = read_all(article_set(both, article(99_000_003)))

    assert [type(record) for record in records] == [BrokenRecord, PubmedRecord]
    assert pmids(records) == [99_000_001, 99_000_003]


def test_iter_records_reports_two_books_run_together_as_both_broken() -> None:
    book = b"<PubmedBookArticle><BookDocument><PMID>99000001</PMID></BookDocument></PubmedBookArticle>"
    both = (book + book.replace(b"01<", b"02<")).replace(b"</PubmedBookArticle><PubmedBookArticle>", b"")

    assert pmids(read_all(article_set(both))[0]) == [99_000_001, 99_000_002]


def test_iter_records_refuses_to_nest_without_end() -> None:
    deep = "<ArticleTitle>" + "<sup>" * 5_000 + "</sup>" * 5_000 + "</ArticleTitle>"
    records, _ = read_all(article_set(article(article=deep), article(99_000_002)))

    assert isinstance(records[0], BrokenRecord)
    assert records[1].pmid == 99_000_002


# What is refused


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        (b"", "It is empty."),
        (b" \n ", "It is empty."),
        (b"<?xml version='1.0'?>\n", "It holds no record."),
        (b"plain words", "It is not XML: it starts with “plain words”."),
        (b"<root><a/></root>", "It is not PubMed XML: its outermost element is <root>."),
        (b"<PubmedArticleSat>", "It is not PubMed XML: its outermost element is <PubmedArticleSat>."),
        (
            b"<!DOCTYPE html>\n<html><head><title>Sorry &amp; bye</title></head></html>",
            "It is an HTML page (“Sorry & bye”), not PubMed XML.",
        ),
        (b"<HTML><body>x</body></HTML>", "It is an HTML page, not PubMed XML."),
        (b'{"result": 1}', 'It is JSON, not PubMed XML: {"result": 1}.'),
        (
            b'{"error":"API rate limit exceeded","limit":"3"}',
            "PubMed reported an error (“API rate limit exceeded”).",
        ),
        (
            b"<eFetchResult><ERROR>ID list is empty!</ERROR></eFetchResult>",
            "PubMed reported an error (“ID list is empty”).",
        ),
        (b"<ERROR/>", "PubMed reported an error (“no reason given”)."),
        (b"<?xml version='1.0' encoding='rot13'?><a/>", "The XML declares the unknown encoding “rot13”."),
        (b"<?xml version='1.0' encoding='no-such'?><a/>", "The XML declares the unknown encoding “no-such”."),
        (b"\x1f\x8b\x08\x00" + b"\xff" * 40, "The gzip data are damaged."),
        (b"\x1f\x8b\x08\x00", "The gzip data stop early."),
    ],
)
def test_iter_records_says_what_it_was_given_instead(document: bytes, sentence: str) -> None:
    assert read_all(document) == ([], sentence)


def test_iter_records_reports_an_error_element_after_all_records() -> None:
    document = article_set(article(99_000_001), b"<ERROR>Backend is ill</ERROR>", article(99_000_002))
    records, problem = read_all(document)

    assert pmids(records) == [99_000_001, 99_000_002]
    assert problem == "PubMed reported an error (“Backend is ill”), after 2 records."


def test_iter_records_reports_a_backend_failure_in_a_comment() -> None:
    document = article_set(article(), b"<!-- Search Backend failed: Exception -->")
    assert "Search Backend failed: Exception" in read_all(document)[1]


def test_iter_records_refuses_an_entity_bomb() -> None:
    records, problem = read_all(DATA / "entity_bomb.xml")
    assert (records, problem) == ([], "The document type declares entities, which is refused.")


@pytest.mark.parametrize(
    "subset",
    [
        b"<!ENTITY a 'x'>",
        b"<!ENTITY % a SYSTEM 'file:///etc/passwd'> %a;",
        b"<!-- ]> --> <!ENTITY a SYSTEM 'http://example.org/a'>",
        b"<!ENTITY a ']>'>",
        b"<!ELEMENT b ANY>" + b" " * 5_000 + b"<!ENTITY a 'x'>",
    ],
)
def test_iter_records_refuses_every_declared_entity(subset: bytes) -> None:
    document = b"<!DOCTYPE PubmedArticleSet [" + subset + b"]>" + article_set(article())
    assert read_all(document) == ([], "The document type declares entities, which is refused.")


def test_iter_records_refuses_entities_declared_by_a_later_document() -> None:
    later = b"<!DOCTYPE PubmedArticleSet [<!ENTITY a 'x'>]>" + article_set(article(99_000_002))
    records, problem = read_all(article_set(article(99_000_001)) + later)

    assert pmids(records) == [99_000_001]
    assert problem == "The document type declares entities, which is refused, after 1 record."


def test_iter_records_never_opens_a_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    doctype = b'<!DOCTYPE PubmedArticleSet SYSTEM "http://127.0.0.1:9/pubmed.dtd">'

    assert read_one(doctype + article_set(article())).pmid == 99_000_001


# What is cut short


def test_iter_records_says_in_which_record_the_bytes_stop() -> None:
    document = article_set(article(99_000_001), article(99_000_002))
    records, problem = read_all(document[:-60])

    assert pmids(records) == [99_000_001]
    assert problem == "The XML stops inside a record (PMID 99000002), after 1 record."


def test_iter_records_notices_a_set_that_is_not_closed() -> None:
    records, problem = read_all(article_set(article()).removesuffix(b"</PubmedArticleSet>"))

    assert pmids(records) == [99_000_001]
    assert problem == "The XML stops before its closing </PubmedArticleSet>, after 1 record."


def test_iter_records_notices_every_cut() -> None:
    document = pubmed_corpus.article_set(3)
    whole = read_articles(document)
    for length in range(0, len(document) - 1, 97):
        records, problem = read_all(document[:length])
        assert problem, length
        assert records == whole[: document[:length].count(b"</PubmedArticle>")], length


def test_iter_records_notices_every_cut_of_packed_bytes() -> None:
    packed = gzip.compress(pubmed_corpus.article_set(3))
    for length in range(2, len(packed) - 1, 97):
        assert read_all(packed[:length])[1], length


def test_iter_records_raises_only_unreadable_whatever_is_flipped() -> None:
    document = pubmed_corpus.article_set(2)
    for place in range(0, len(document), 61):
        damaged = document[:place] + bytes([document[place] ^ 0x15]) + document[place + 1 :]
        records, problem = read_all(damaged)
        assert records or problem, place


def test_iter_records_ends_its_refusal_with_a_full_stop() -> None:
    with pytest.raises(Unreadable, match=r"\.$"):
        list(iter_records(b"<html>"))
