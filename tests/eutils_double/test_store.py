"""The records of the double: what the evidence says and no more, the oddities, files, and generated ones."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from lxml import etree

from references.pubmed.parse import iter_records
from tests.eutils import Store, evidence, records
from tests.eutils.xml import article_set


def shipped_references() -> dict[int, dict[str, object]]:
    studies = json.loads((evidence.SHIPPED / "studies.json").read_text(encoding="utf-8"))
    return {
        int(reference["pmid"]): reference
        for study in studies
        for reference in study["references"]
        if reference["pmid"]
    }


def test_every_reference_with_a_pmid_is_a_record(store: Store) -> None:
    references = shipped_references()

    assert len(references) > 50
    for pmid, reference in references.items():
        record = store.record(pmid)
        assert record.doi == (reference["doi"] or "")
        assert record.pmcid == (reference["pmcid"] or "")
        assert record.volume == (reference["volume"] or "")
        assert record.pages == (reference["pages"] or "")
        assert record.journal_name == (reference["journal"] or "")
        assert (record.published_on and record.published_on.year) == reference["year"]
        if reference["title"]:
            assert record.shown_title == reference["title"]


def test_records_of_the_evidence_invent_no_abstract(store: Store) -> None:
    for pmid in shipped_references():
        (abstract,) = etree.fromstring(store.xml(pmid)).iterfind(".//AbstractText")
        assert abstract.text is not None
        assert abstract.text.startswith("[Offline test server]")


def test_names_of_the_evidence_become_authors(store: Store) -> None:
    authors = etree.fromstring(store.xml(31_646_375)).find(".//AuthorList")
    incomplete = etree.fromstring(store.xml(8_625_133)).find(".//AuthorList")

    assert authors is not None
    assert incomplete is not None
    assert authors.findtext("Author/LastName") == "Braat"
    assert authors.findtext("Author/Initials") == "AJAT"
    assert authors.get("CompleteYN") == "Y"
    assert [name.text for name in incomplete.iterfind("Author/LastName")] == ["Cozzi"]
    assert incomplete.get("CompleteYN") == "N"


def test_source_review_is_a_record_with_a_lent_pmid(store: Store) -> None:
    review = etree.fromstring(store.xml(evidence.REVIEW_PMID))

    assert str(evidence.REVIEW_PMID).startswith("999")
    assert review.findtext(".//ELocationID[@EIdType='doi']") == "10.3390/curroncol31040154"
    assert len(review.findall(".//Reference")) == 5
    assert len(review.findall(".//Keyword")) == 5
    assert "is lent by this server" in (review.findtext(".//AbstractText") or "")


def test_oddities_are_served_byte_for_byte_as_written(store: Store) -> None:
    source = etree.parse(records.ODDITIES).getroot()

    written = {
        node.findtext(".//PMID"): etree.tostring(node, with_tail=False)
        for node in source
        if node.tag is not etree.Comment
    }

    assert len(written) == 14
    for pmid, xml in written.items():
        assert etree.tostring(etree.fromstring(store.xml(int(pmid or 0)))) == xml


def test_everything_served_can_be_parsed(store: Store) -> None:
    pmids = sorted(pmid for pmid in store.everything() if not 90_000_020 < pmid <= 90_012_000)

    parsed = list(iter_records(article_set(map(store.xml, pmids)).encode()))

    assert [int(record.pmid) for record in parsed] == pmids
    assert not [record for record in parsed if hasattr(record, "error")]


def test_generated_records_are_the_same_every_time() -> None:
    one, other = Store([], n_generated=3), Store([], n_generated=3)

    assert [one.xml(pmid) for pmid in sorted(one.everything())] == [
        other.xml(pmid) for pmid in sorted(other.everything())
    ]
    assert sorted(one.everything()) == [90_000_001, 90_000_002, 90_000_003]


def test_pmid_that_is_not_there_raises(store: Store) -> None:
    assert 1 not in store
    with pytest.raises(KeyError):
        store.xml(1)


@pytest.mark.parametrize("is_packed", [False, True])
def test_files_add_records(tmp_path: Path, is_packed: bool) -> None:
    body = article_set([records.crowded_article().replace(str(records.CROWDED_PMID), "99900999")]).encode()
    path = tmp_path / ("more.xml.gz" if is_packed else "more.xml")
    path.write_bytes(gzip.compress(body) if is_packed else body)

    assert 99_900_999 in Store.shipped(files=[path])


def test_what_cites_a_record_is_known(store: Store) -> None:
    assert store.citing(99_900_101) == [99_900_109]
    assert store.citing(99_900_109) == []
