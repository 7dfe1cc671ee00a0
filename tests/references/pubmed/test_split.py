"""The splitter on its own, on streams cut anywhere and on streams made to exhaust it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import chain, repeat

import pytest

from references.pubmed import split
from references.pubmed.errors import Unreadable
from references.pubmed.split import MAX_RECORD_BYTES, Piece, RecordSplitter

OPEN = b"<PubmedArticleSet>"
START = b"<PubmedArticle>"
END = b"</PubmedArticle>"


def pieces(*chunks: bytes) -> list[Piece]:
    return list(_pieces(RecordSplitter(iter(chunks))))


def _pieces(splitter: RecordSplitter) -> Iterator[Piece]:
    while (piece := splitter.next_piece()) is not None:
        yield piece


def test_split_hands_out_the_bytes_of_each_record() -> None:
    document = OPEN + START + b"1" + END + b"\n" + START + b"2" + END
    assert pieces(document + b"</PubmedArticleSet>") == [
        Piece("PubmedArticle", START + b"1" + END),
        Piece("PubmedArticle", START + b"2" + END),
    ]


def test_split_does_not_care_where_chunks_end() -> None:
    document = OPEN + b"<!-- x -->" + START + b"1" + END + b"<DeleteCitation/></PubmedArticleSet >"
    whole = pieces(document)

    assert len(whole) == 2
    for cut in range(1, len(document)):
        assert pieces(document[:cut], document[cut:]) == whole, cut
    assert pieces(*(document[n : n + 1] for n in range(len(document)))) == whole


def test_split_takes_a_tag_with_attributes_and_a_spaced_end() -> None:
    record = b"<PubmedArticle a='1'\n>x</PubmedArticle\n>"
    assert pieces(record) == [Piece("PubmedArticle", record)]


def test_split_reports_what_stands_between_records_once() -> None:
    assert pieces(OPEN + b"stray <x/> words" + START + END + b"</PubmedArticleSet>") == [
        Piece("", b"stray <x/> words", "it is not a PubMed record"),
        Piece("PubmedArticle", START + END),
    ]


def test_split_gives_up_a_record_beyond_the_limit_and_goes_on() -> None:
    filler = repeat(b"x" * 1_000_000, MAX_RECORD_BYTES // 1_000_000 + 2)
    splitter = RecordSplitter(
        chain([OPEN + START], filler, [END + START + b"2" + END + b"</PubmedArticleSet>"])
    )
    found = list(_pieces(splitter))

    assert [piece.problem for piece in found] == ["it is larger than 32 MiB", ""]
    assert len(found[0].xml) < 100_000


def test_split_holds_little_of_endless_strays() -> None:
    splitter = RecordSplitter(chain([OPEN + START + END], repeat(b"x" * 100_000, 500)))
    splitter.next_piece()
    splitter.next_piece()

    assert len(splitter._buffer) < 400_000


@pytest.mark.parametrize(
    "repeated",
    [
        START,
        START + b"x</PubmedArticle ",
        START + b"<!-- x" + END,
        START + b"<![CDATA[ x" + END,
        START + b"x" + b"</PubmedArticleSet>",
        b"<PubmedBookArticle>",
        b"<MedlineCitation>",
        b"<ERROR>",
        b"<!---->",
        b"</PubmedArticleSet>",
    ],
)
def test_split_takes_time_in_proportion(repeated: bytes) -> None:
    def seconds(n: int) -> float:
        start = time.process_time()
        splitter = RecordSplitter(iter([OPEN + repeated * n]))
        try:
            for piece in _pieces(splitter):
                if piece.kind and not piece.problem:
                    list(splitter.other_extents(piece))
        except Unreadable:
            pass
        return time.process_time() - start

    seconds(1_000)
    # Ten times the bytes would take a hundred times as long if each were searched from the other.
    assert seconds(40_000) < 40 * max(seconds(4_000), 0.01)


def test_split_searches_unclosed_comments_once() -> None:
    record = START + b"<!--x" * 100_000 + END
    start = time.process_time()
    splitter = RecordSplitter(iter([OPEN + record + b"</PubmedArticleSet>"]))
    piece = splitter.next_piece()
    assert piece is not None
    *_, last = splitter.other_extents(piece)

    assert last.problem
    assert time.process_time() - start < 10


def test_split_bounds_a_document_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(split, "_MAX_MARKUP_BYTES", 1_000)
    with pytest.raises(Unreadable, match="The XML stops inside its document type"):
        pieces(b"<!DOCTYPE x '" + b"y" * 5_000, OPEN)
