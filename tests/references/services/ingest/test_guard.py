"""What PubMed must not replace: an editor's corrections, and what a row knew before PubMed."""

from __future__ import annotations

from typing import Any

import pytest

from nelm_review.core.models import User
from references.models import Reference
from references.pubmed.records import Author as Person
from references.pubmed.records import Keyword, PublicationDate, PubmedRecord
from references.services import ingest
from tests.builders import make_author, make_journal, make_reference
from tests.references.services.ingest.records import make_record

PMID = 99_000_001

pytestmark = pytest.mark.django_db


def corrected(editor: User, *curated: str, **values: Any) -> Reference:
    """Return a PubMed reference in which an editor corrected these fields."""
    ingest.store([make_record(PMID)], by=editor)
    Reference.objects.update(**values, curated_fields=list(curated or values))
    return Reference.objects.get()


def after(record: PubmedRecord, editor: User) -> Reference:
    report = ingest.store([record], by=editor)
    assert report.updated == 1, report.outcomes
    return Reference.objects.get(pmid=record.pmid)


@pytest.mark.parametrize(
    "values",
    [
        {"title": "The editor's title"},
        {"volume": ""},
        {"published_year": 1999},
        {"published_month": None},
        {"languages": ["fre"]},
        {"trial_ids": []},
        {"is_retracted": True},
        {"doi": "10.99999/editor"},
        {"pmcid": None},
        {"book": {"title": "The editor's book"}},
        {"other_ids": {"mid": ["1"]}},
    ],
)
def test_curated_field_keeps_its_value(values: dict[str, Any], editor_a: User) -> None:
    corrected(editor_a, **values)
    record = make_record(PMID, title="PubMed's", doi="10.99999/pubmed", pmcid="PMC7", elocation_pii="S7")

    reference = after(record, editor_a)

    assert {name: getattr(reference, name) for name in values} == values
    assert reference.curated_fields == list(values)
    assert reference.cited_references.count() == 1


def test_curated_field_leaves_the_others_to_pubmed(editor_a: User) -> None:
    corrected(editor_a, title="The editor's title")

    reference = after(make_record(PMID, title="PubMed's", volume="8"), editor_a)

    assert (reference.title, reference.volume) == ("The editor's title", "8")


def test_curated_abstract_keeps_its_search_text(editor_a: User) -> None:
    sections = [{"label": "", "category": "", "text": "Kept by an editor."}]
    corrected(editor_a, "abstract", abstract=sections, abstract_text="Kept by an editor.")

    reference = after(make_record(PMID), editor_a)

    assert (reference.abstract, reference.abstract_text) == (sections, "Kept by an editor.")


def test_curated_mesh_and_new_keywords_are_both_searched(editor_a: User) -> None:
    mesh = [{"ui": "D9", "descriptor": "Editorial Heading", "is_major": False, "qualifiers": []}]
    corrected(editor_a, mesh=mesh)

    reference = after(make_record(PMID, keywords=(Keyword("fresh", False, ""),)), editor_a)

    assert reference.index_text == "Editorial Heading; fresh"


def test_curated_journal_is_kept(editor_a: User) -> None:
    journal = make_journal()
    corrected(editor_a, "journal", journal=journal)

    assert after(make_record(PMID), editor_a).journal == journal


def test_curated_authors_are_kept(editor_a: User) -> None:
    reference = corrected(editor_a, "authors", authors_text="Kept K", has_more_authors=True)
    reference.authors.all().delete()
    make_author(reference, "Kept")

    reference = after(make_record(PMID, authors=(Person(1, "New"),)), editor_a)

    assert [author.last_name for author in reference.authors.all()] == ["Kept"]
    assert (reference.authors_text, reference.has_more_authors) == ("Kept K", True)


@pytest.mark.parametrize("part", ["cited_references", "corrections"])
def test_curated_part_is_kept(part: str, editor_a: User) -> None:
    reference = corrected(editor_a, part, volume="7")
    kept = getattr(reference, part).get()

    after(make_record(PMID, cited_references=(), comments_corrections=()), editor_a)

    assert getattr(reference, part).get() == kept


def test_silence_of_pubmed_keeps_what_another_source_said(editor_a: User) -> None:
    make_reference(
        "Known before",
        origin="evidence",
        pmid=PMID,
        doi="10.99999/known",
        volume="7",
        published_year=2001,
        published_month=2,
        keywords=["known"],
    )
    record = make_record(PMID, volume="", title="", keywords=(), mesh_headings=())

    reference = after(record, editor_a)

    assert (reference.title, reference.volume) == ("Known before", "7")
    assert (reference.doi, reference.keywords, reference.index_text) == ("10.99999/known", ["known"], "known")
    assert (reference.published_year, reference.published_month) == (2021, 3)


def test_silence_of_pubmed_empties_what_pubmed_said_before(editor_a: User) -> None:
    ingest.store([make_record(PMID, volume="7", doi="10.99999/x")], by=editor_a)

    reference = after(make_record(PMID, volume="", doi=""), editor_a)

    assert (reference.volume, reference.doi) == ("", None)


def test_date_of_another_source_is_replaced_as_a_whole(editor_a: User) -> None:
    make_reference(origin="evidence", pmid=PMID, published_year=2001, published_month=2, published_day=3)
    record = make_record(PMID, publication_date=PublicationDate(2022))

    reference = after(record, editor_a)

    date = (reference.published_year, reference.published_month, reference.published_day)
    assert date == (2022, None, None)


def test_corresponding_author_is_still_marked(editor_a: User) -> None:
    reference = make_reference(origin="evidence", pmid=PMID)
    make_author(reference, "Écrivain", fore_name="Ada Beth", is_corresponding=True)
    persons = (Person(1, "Other", "Ada", "A"), Person(2, "Écrivain", "Ada B", "AB"))

    after(make_record(PMID, authors=persons), editor_a)

    marked = reference.authors.get(is_corresponding=True)
    assert (marked.last_name, marked.initials, marked.position) == ("Écrivain", "AB", 2)


def test_authors_of_another_source_stay_where_pubmed_names_none(editor_a: User) -> None:
    reference = make_reference(origin="evidence", pmid=PMID, authors_text="Writer A", has_more_authors=True)
    make_author(reference)

    after(make_record(PMID, authors=()), editor_a)

    reference.refresh_from_db()
    assert (reference.authors.count(), reference.authors_text) == (1, "Writer A")
    assert reference.has_more_authors
