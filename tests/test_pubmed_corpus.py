"""The generator of synthetic PubMed XML."""

from __future__ import annotations

from pathlib import Path
from statistics import mean

from references.pubmed.records import PubmedRecord
from tests.pubmed_corpus import FIRST_PMID, article_set, write_article_set
from tests.references.pubmed.documents import read_articles


def test_corpus_is_the_same_for_the_same_seed() -> None:
    assert article_set(5, seed=3) == article_set(5, seed=3) != article_set(5, seed=4)


def test_corpus_is_read_whole_and_numbered() -> None:
    assert [record.pmid for record in read_articles(article_set(50))] == list(
        range(FIRST_PMID, FIRST_PMID + 50)
    )


def test_corpus_has_the_sizes_it_promises() -> None:
    records: list[PubmedRecord] = read_articles(article_set(400))

    assert 5 < mean(len(record.authors) for record in records) < 8
    assert 9 < mean(len(record.mesh_headings) for record in records) < 11
    assert 8 < mean(len(record.cited_references) for record in records) < 12
    assert 0.6 < mean(not record.cited_references for record in records) < 0.73


def test_corpus_is_written_as_it_is_returned(tmp_path: Path) -> None:
    path = tmp_path / "records.xml"

    assert write_article_set(path, 5) == path.stat().st_size
    assert path.read_bytes() == article_set(5)
