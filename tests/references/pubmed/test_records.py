"""What records derive, and their JSON form."""

from __future__ import annotations

import dataclasses
import json

import pytest

from references.pubmed.codes import CORRECTION_TYPES, RETRACTION_REF_TYPES
from references.pubmed.records import (
    Author,
    BrokenRecord,
    DataBank,
    DeletedRecord,
    MeshHeading,
    MeshQualifier,
    PartialDate,
    PublicationDate,
    PubmedRecord,
    as_json,
)
from tests.references.pubmed.documents import DATA, read_articles, read_one


def test_as_json_has_every_field_but_the_xml_and_what_is_derived() -> None:
    record = read_one(DATA / "everything_a_record_can_hold.xml")
    names = {field.name for field in dataclasses.fields(PubmedRecord)} - {"xml"}

    assert set(as_json(record)) == names | {"year", "trial_ids", "is_retracted", "has_expression_of_concern"}


def test_as_json_survives_json() -> None:
    for record in (
        *read_articles(DATA / "everything_a_record_can_hold.xml"),
        *read_articles(DATA / "book_chapter.xml"),
    ):
        assert json.loads(json.dumps(as_json(record))) == as_json(record)


def test_as_json_of_a_broken_record_has_exactly_three_keys() -> None:
    assert as_json(BrokenRecord("Why.", None, 3)) == {"error": "Why.", "pmid": None, "position": 3}


def test_as_json_of_a_withdrawn_pmid_says_so() -> None:
    assert as_json(DeletedRecord(99_000_001, 2)) == {"pmid": 99_000_001, "position": 2, "is_deleted": True}


def test_records_are_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        PubmedRecord(99_000_001).pmid = 2  # type: ignore[misc]


@pytest.mark.parametrize(
    ("date", "iso"),
    [
        (PartialDate(), ""),
        (PartialDate(2019), "2019"),
        (PartialDate(2019, 3), "2019-03"),
        (PartialDate(2019, 3, 7), "2019-03-07"),
        (PartialDate(2019, None, 7), "2019"),
    ],
)
def test_partial_date_iso_goes_as_far_as_known(date: PartialDate, iso: str) -> None:
    assert date.iso == iso


def test_record_year_falls_back_to_the_electronic_article() -> None:
    electronic = PartialDate(2018, 1, 1)

    assert PubmedRecord(1, article_date=electronic).year == 2018
    assert PubmedRecord(1, article_date=electronic, publication_date=PublicationDate(2019)).year == 2019


def test_record_trial_ids_come_from_registries_only_and_once() -> None:
    banks = (
        DataBank("ClinicalTrials.gov", ("NCT99000001", "NCT99000001")),
        DataBank("isrctn", ("ISRCTN99000001",)),
        DataBank("PDB", ("9SYN",)),
    )
    assert PubmedRecord(1, data_banks=banks).trial_ids == ("NCT99000001", "ISRCTN99000001")


def test_author_name_reads_in_order() -> None:
    assert Author(1, "Fictus", "Fritz", "F", "Jr").name == "Fritz Fictus Jr"
    assert Author(1, "Fictus", initials="F").name == "F Fictus"
    assert Author(1, collective_name="Group").name == "Group"


def test_mesh_heading_is_a_major_topic_through_a_qualifier_too() -> None:
    qualifier = MeshQualifier("Q990001", "therapy", is_major=True)

    assert MeshHeading("D990001", "X", is_major=False, qualifiers=(qualifier,)).is_major_topic
    assert not MeshHeading("D990001", "X", is_major=False).is_major_topic


def test_retraction_types_are_correction_types() -> None:
    assert set(CORRECTION_TYPES) >= RETRACTION_REF_TYPES
