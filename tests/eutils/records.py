"""One record of the E-utilities double: the XML it serves, and what a query can find in it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from lxml import etree

ODDITIES = Path(__file__).with_name("oddities.xml")
CROWDED_PMID = 99_900_111

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass(frozen=True, kw_only=True)
class Record:
    """A PubMed record; texts are folded to lower-case words without accents, as `folded` makes them."""

    pmid: int
    xml: str
    is_book: bool
    shown_title: str
    title: str
    abstract: str
    keywords: str
    authors: tuple[str, ...]
    author_names: tuple[str, ...]
    journals: tuple[str, ...]
    journal_name: str
    volume: str
    issue: str
    pages: str
    doi: str
    pmcid: str
    headings: tuple[str, ...]
    types: tuple[str, ...]
    languages: tuple[str, ...]
    cited_pmids: tuple[int, ...]
    published_on: date | None
    entered_on: date | None

    @property
    def everything(self) -> str:
        """The text in which a word without a field tag is looked for."""
        parts = (
            self.title,
            self.abstract,
            self.keywords,
            *self.authors,
            *self.journals,
            *self.headings,
            *self.types,
        )
        return " | ".join(parts)


def read(xml: str | bytes) -> Iterator[Record]:
    """Yield the records of a PubmedArticleSet."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    root = etree.fromstring(xml.encode() if isinstance(xml, str) else xml, parser)
    nodes = [root] if root.tag in {"PubmedArticle", "PubmedBookArticle"} else root
    for node in nodes:
        if node.tag in {"PubmedArticle", "PubmedBookArticle"}:
            yield _record(node)


def crowded_article() -> str:
    """Return a record with four hundred authors."""
    authors = "".join(
        f'<Author ValidYN="Y"><LastName>Multitude{n}</LastName><ForeName>Member {n}</ForeName>'
        f"<Initials>M</Initials><AffiliationInfo><Affiliation>Centre {n % 40}, University of Nowhere."
        "</Affiliation></AffiliationInfo></Author>"
        for n in range(1, 401)
    )
    return (
        f'<PubmedArticle><MedlineCitation Status="MEDLINE" Owner="NLM">'
        f'<PMID Version="1">{CROWDED_PMID}</PMID>'
        '<Article PubModel="Print"><Journal><JournalIssue CitedMedium="Print"><Volume>11</Volume><PubDate>'
        "<Year>2022</Year></PubDate></JournalIssue><Title>Annals of placeholder medicine</Title>"
        "<ISOAbbreviation>Ann Placeholder Med</ISOAbbreviation></Journal>"
        "<ArticleTitle>Synthetic record signed by four hundred.</ArticleTitle>"
        f'<AuthorList CompleteYN="Y">{authors}</AuthorList><Language>eng</Language><PublicationTypeList>'
        '<PublicationType UI="D016428">Journal Article</PublicationType></PublicationTypeList></Article>'
        "</MedlineCitation><PubmedData><PublicationStatus>ppublish</PublicationStatus><ArticleIdList>"
        f'<ArticleId IdType="pubmed">{CROWDED_PMID}</ArticleId></ArticleIdList></PubmedData></PubmedArticle>'
    )


def folded(text: str) -> str:
    """Return the words of a text in lower case, without accents and punctuation, a space on either side."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return f" {' '.join(re.findall(r'[a-z0-9]+', plain))} "


def _record(node: etree._Element) -> Record:
    title = _text(node.find(".//ArticleTitle"))
    vernacular = _text(node.find(".//VernacularTitle"))
    own_ids = {
        each.get("IdType"): (each.text or "").strip()
        for path in ("PubmedData/ArticleIdList", "BookDocument/ArticleIdList", "PubmedBookData/ArticleIdList")
        for each in node.iterfind(f"{path}/ArticleId")
    }
    journals = [_text(node.find(f".//{tag}")) for tag in ("ISOAbbreviation", "MedlineTA", "Title")]
    names = tuple(_author_name(author) for author in node.iterfind(".//AuthorList/Author"))
    tail, node.tail = node.tail, None
    xml = etree.tostring(node, encoding="unicode")
    node.tail = tail
    return Record(
        pmid=int(node.findtext(".//PMID") or 0),
        xml=xml,
        is_book=node.tag == "PubmedBookArticle",
        shown_title=title,
        title=folded(f"{title} {vernacular}"),
        abstract=folded(" ".join(map(_text, node.iterfind(".//AbstractText")))),
        keywords=folded(" ".join(map(_text, node.iterfind(".//Keyword")))),
        authors=tuple(map(folded, names)),
        author_names=names,
        journals=tuple(folded(name) for name in dict.fromkeys(journals) if name),
        journal_name=next(filter(None, journals), ""),
        volume=node.findtext(".//JournalIssue/Volume") or "",
        issue=node.findtext(".//JournalIssue/Issue") or "",
        pages=node.findtext(".//MedlinePgn") or "",
        doi=own_ids.get("doi", ""),
        pmcid=own_ids.get("pmc", ""),
        headings=tuple(folded(_text(each)) for each in node.iterfind(".//MeshHeading/DescriptorName")),
        types=tuple(folded(_text(each)) for each in node.iterfind(".//PublicationType")),
        languages=tuple(folded(_text(each)) for each in node.iterfind(".//Language")),
        cited_pmids=tuple(
            int(each.text)
            for each in node.iterfind(".//ReferenceList//ArticleId[@IdType='pubmed']")
            if each.text and each.text.isdigit()
        ),
        published_on=_date(node.find(".//JournalIssue/PubDate")) or _date(node.find(".//Book/PubDate")),
        entered_on=_date(node.find(".//PubMedPubDate[@PubStatus='entrez']")),
    )


def _text(node: etree._Element | None) -> str:
    return "" if node is None else " ".join("".join(map(str, node.itertext())).split())


def _author_name(author: etree._Element) -> str:
    collective = _text(author.find("CollectiveName"))
    return collective or f"{_text(author.find('LastName'))} {_text(author.find('Initials'))}".strip()


def _date(node: etree._Element | None) -> date | None:
    """Return the first day that the date allows."""
    if node is None:
        return None
    year = re.search(r"\b(1[89]|20)\d\d\b", _text(node.find("Year")) or _text(node.find("MedlineDate")))
    if not year:
        return None
    month, day = _text(node.find("Month")).lower(), _text(node.find("Day"))
    number = _MONTHS.index(month[:3]) + 1 if month[:3] in _MONTHS else int(month or 1)
    return date(int(year[0]), number, int(day or 1))
