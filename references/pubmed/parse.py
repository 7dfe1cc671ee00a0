"""Reads PubMed XML record by record: a broken one never costs its neighbours, and nothing is ever fetched."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html.entities import html5

from lxml import etree
from lxml.etree import _Element

from references.pubmed import elements
from references.pubmed.article import Incomplete, RunTogether, read_article
from references.pubmed.book import read_book
from references.pubmed.errors import Unreadable
from references.pubmed.identifiers import normal_pmid
from references.pubmed.records import BrokenRecord, DeletedRecord, PubmedRecord, Record
from references.pubmed.sources import Source, utf8_chunks
from references.pubmed.split import Piece, RecordSplitter

__all__ = ["iter_records"]

_READERS: dict[str, Callable[[_Element, bytes], PubmedRecord]] = {
    "PubmedArticle": read_article,
    "PubMedArticle": read_article,
    "MedlineCitation": read_article,
    "PubmedBookArticle": read_book,
    "BookDocument": read_book,
}
_DELETIONS = frozenset({"DeleteCitation", "DeleteDocument"})

_NAMED_ENTITY = re.compile(rb"&([A-Za-z][A-Za-z0-9]{1,31});")
_XML_ENTITIES = frozenset({b"amp", b"lt", b"gt", b"quot", b"apos"})
_MATHML = b'xmlns:mml="http://www.w3.org/1998/Math/MathML"'
_OWN_PMID = re.compile(rb"<PMID\b[^>]*>\s*(\d{1,9})\s*</PMID")
_LISTED_PMID = re.compile(rb'<ArticleId\s+IdType="pubmed"\s*>\s*(\d{1,9})\s*</ArticleId')
_PARSER_PLACE = re.compile(r",? \(<string>, line \d+\)|, line 1, column \d+")


def iter_records(source: Source, *, keep_xml: bool = True) -> Iterator[Record]:
    """Yield every record of a PubMed file or reply, in order and one at a time.

    `source` is bytes, a path or a binary stream; gzip is recognised by its first bytes. Read are
    PubmedArticleSet, PubmedBookArticleSet, MedlineCitationSet and BookDocumentSet, several in a row too, and
    their records without a set. Memory does not grow with the source. `keep_xml` keeps a record's own bytes
    as its `xml`. A record that is not well-formed, or has no PMID, is yielded as a BrokenRecord.

    Raises Unreadable where the source is not PubMed XML, declares entities, is cut short or carries an error
    message; what was readable before that has been yielded. Raises OSError if a path cannot be opened.
    """
    splitter = RecordSplitter(utf8_chunks(source))
    parser = _new_parser()
    n_read = 0
    try:
        while (piece := splitter.next_piece()) is not None:
            for record in _records_of(piece, splitter, parser, n_read, keep_xml=keep_xml):
                n_read += 1
                yield record
    except Unreadable as error:
        plural = "" if n_read == 1 else "s"
        after = f", after {n_read} record{plural}" if n_read else ""
        raise Unreadable(f"{error}{after}.") from error


def _new_parser() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        recover=False,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )


def _records_of(
    piece: Piece, splitter: RecordSplitter, parser: etree.XMLParser, n_read: int, *, keep_xml: bool
) -> Iterator[Record]:
    if piece.problem:
        yield BrokenRecord(f"The record cannot be read: {piece.problem}.", _pmid_in(piece.xml), n_read + 1)
        return
    try:
        element, xml = _parsed(piece, splitter, parser)
        reader = _READERS.get(piece.kind)
        if reader is not None:
            yield reader(element, xml if keep_xml else b"")
        else:
            yield from _deletions(element, n_read)
    except _NotWellFormed as error:
        yield BrokenRecord(f"The record cannot be read: {error}.", _pmid_in(error.xml), n_read + 1)
    except RunTogether as error:
        # Only the first of the two is taken here, so that the other is met, and reported, next.
        *_, first = splitter.other_extents(piece)
        yield BrokenRecord(f"The record {error}.", _pmid_in(first.xml), n_read + 1)
    except Incomplete as error:
        yield BrokenRecord(f"The record {error}.", _pmid_in(piece.xml), n_read + 1)


class _NotWellFormed(ValueError):
    def __init__(self, message: str, xml: bytes) -> None:
        super().__init__(message)
        self.xml = xml


def _parsed(piece: Piece, splitter: RecordSplitter, parser: etree.XMLParser) -> tuple[_Element, bytes]:
    try:
        return _without_namespace(etree.fromstring(piece.xml, parser)), piece.xml
    except etree.XMLSyntaxError as error:
        reason = _PARSER_PLACE.sub("", str(error))
    repaired = _repaired(piece.xml, splitter.namespaces, parser)
    if repaired is not None:
        return repaired, etree.tostring(repaired, encoding="utf-8", with_tail=False)
    broken = piece
    for broken in splitter.other_extents(piece):
        if broken.problem:
            break
        try:
            return _without_namespace(etree.fromstring(broken.xml, parser)), broken.xml
        except etree.XMLSyntaxError:
            continue
    is_cut = broken.xml != piece.xml
    raise _NotWellFormed(broken.problem if is_cut else f"it is not well-formed ({reason})", broken.xml)


def _repaired(xml: bytes, namespaces: tuple[bytes, ...], parser: etree.XMLParser) -> _Element | None:
    """Parse once more with HTML's named characters resolved and the prefixes of the set declared."""
    declarations = b" ".join((_MATHML, *namespaces))
    named = _NAMED_ENTITY.sub(_as_numbers, xml)
    try:
        wrapped = etree.fromstring(b"<record " + declarations + b">" + named + b"</record>", parser)
    except etree.XMLSyntaxError:
        return None
    return _without_namespace(wrapped[0])


def _as_numbers(match: re.Match[bytes]) -> bytes:
    characters = html5.get(f"{match[1].decode()};")
    if match[1] in _XML_ENTITIES or characters is None:
        return match[0]
    return b"".join(b"&#%d;" % ord(character) for character in characters)


def _without_namespace(element: _Element) -> _Element:
    if element.tag.startswith("{"):
        namespace = element.tag[: element.tag.index("}") + 1]
        for part in element.iter():
            part.tag = part.tag.removeprefix(namespace)
    return element


def _deletions(element: _Element, n_read: int) -> Iterator[Record]:
    for position, child in enumerate(element.iterchildren("PMID"), start=n_read + 1):
        printed = elements.text_of(child)
        pmid = normal_pmid(printed)
        if pmid is None:
            yield BrokenRecord(f"A deletion names “{printed[:40]}”, which is no PMID.", None, position)
        else:
            yield DeletedRecord(pmid, position)


def _pmid_in(xml: bytes) -> int | None:
    """Make out a broken record's own PMID, never that of a paper it cites or comments on."""
    found = _OWN_PMID.search(xml.partition(b"<CommentsCorrections")[0])
    found = found or _LISTED_PMID.search(xml.partition(b"<ReferenceList")[0])
    return normal_pmid(found[1].decode()) if found else None
