"""Small synthetic PubMed documents, written in the tests that need them, and a way to read them whole."""

from __future__ import annotations

from pathlib import Path

from lxml import etree
from lxml.etree import _Element

from references.pubmed.errors import Unreadable
from references.pubmed.parse import iter_records
from references.pubmed.records import PubmedRecord, Record
from references.pubmed.sources import Source

DATA = Path(__file__).parents[2] / "data" / "pubmed"


def article(pmid: int = 99_000_001, article: str = "", citation: str = "", data: str = "") -> bytes:
    """Return a PubmedArticle with this inside its Article, MedlineCitation and PubmedData elements."""
    pubmed_data = f"<PubmedData>{data}</PubmedData>" if data else ""
    return (
        f'<PubmedArticle><MedlineCitation Status="MEDLINE"><PMID Version="1">{pmid}</PMID>'
        f"<Article>{article or '<ArticleTitle>A synthetic title.</ArticleTitle>'}</Article>{citation}"
        f"</MedlineCitation>{pubmed_data}</PubmedArticle>"
    ).encode()


def article_set(*records: bytes) -> bytes:
    """Return a whole PubmedArticleSet of these elements."""
    return b"<PubmedArticleSet>" + b"\n".join(records) + b"</PubmedArticleSet>"


def read_all(source: Source) -> tuple[list[Record], str]:
    """Return everything readable and, in words, why reading stopped early (empty if it did not)."""
    records: list[Record] = []
    try:
        for record in iter_records(source):
            records.append(record)
    except Unreadable as error:
        return records, str(error)
    return records, ""


def read_articles(source: Source) -> list[PubmedRecord]:
    """Return the records of a source that holds nothing but readable articles and books."""
    records = list(iter_records(source))
    articles = [record for record in records if isinstance(record, PubmedRecord)]
    assert articles == records
    return articles


def read_one(source: Source) -> PubmedRecord:
    """Return the only record of a source."""
    (record,) = read_articles(source)
    return record


def element(xml: str) -> _Element:
    """Return the element that this text is."""
    return etree.fromstring(xml)
