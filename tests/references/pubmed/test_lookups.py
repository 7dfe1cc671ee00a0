"""Citation matching, links and summaries, read from bytes that may be odd."""

from __future__ import annotations

import pytest

from references.pubmed import lookups
from references.pubmed.errors import Unreadable
from references.pubmed.lookups import Citation, CitationMatch


def test_citations_are_asked_under_keys_of_our_own() -> None:
    lines = lookups.citation_lines(
        [
            Citation(journal="J Synth Rec", year=2020, volume="1", first_page="9", author="zed z"),
            Citation(volume="2"),
        ]
    )

    assert lines == "J Synth Rec|2020|1|9|zed z|citation0|\r||2|||citation1|"


def test_citation_cannot_break_out_of_its_line() -> None:
    lines = lookups.citation_lines([Citation(journal="A|B\r\nC", author="  zed \t z ")])

    assert lines == "A B C||||zed z|citation0|"


@pytest.mark.parametrize(
    ("answer", "match"),
    [
        ("99000001", CitationMatch("matched", ("99000001",))),
        ("NOT_FOUND", CitationMatch("not found")),
        ("NOT_FOUND;INVALID_JOURNAL", CitationMatch("not found")),
        ("AMBIGUOUS 33057196,32076266", CitationMatch("ambiguous", ("33057196", "32076266"))),
        ("AMBIGUOUS (105 citations)", CitationMatch("ambiguous")),
        ("", CitationMatch("unanswered")),
    ],
)
def test_answer_to_a_citation(answer: str, match: CitationMatch) -> None:
    body = f"J Synth Rec|2020|1|9|zed z|citation0|{answer}\n".encode()

    assert lookups.citation_matches(body, 1) == (match,)


def test_citations_left_out_of_the_answer_are_unanswered() -> None:
    body = b"a|2020|1|9|b|citation2|99000001\n\nnoise\na|b\n"

    assert lookups.citation_matches(body, 3) == (
        CitationMatch("unanswered"),
        CitationMatch("unanswered"),
        CitationMatch("matched", ("99000001",)),
    )


def test_links_of_another_kind_are_not_mixed_in() -> None:
    body = (
        b"<eLinkResult><LinkSet><DbFrom>pubmed</DbFrom><IdList><Id>1</Id></IdList>"
        b"<LinkSetDb><DbTo>pubmed</DbTo><LinkName>pubmed_pubmed</LinkName><Link><Id>2</Id></Link></LinkSetDb>"
        b"<LinkSetDb><DbTo>pubmed</DbTo><LinkName>pubmed_pubmed_citedin</LinkName><Link><Id>3</Id></Link></LinkSetDb>"
        b"</LinkSet></eLinkResult>"
    )

    assert lookups.links(body, "pubmed_pubmed_citedin") == {"1": ("3",)}


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{}", b'{"result": 5}', b'{"result": {"uids": ["1"]}}', b'{"result": {"uids": ["1"], "1"'],
)
def test_summaries_of_another_shape_are_unreadable(body: bytes) -> None:
    with pytest.raises(Unreadable):
        lookups.summaries(body)
