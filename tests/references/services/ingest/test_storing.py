"""Storing records: what becomes of new, changed, unchanged, withdrawn and refused ones."""

from __future__ import annotations

import hashlib
import zlib
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from nelm_review.core.models import User
from references.models import Author, CitedReference, Correction, RawPubmedRecord, Reference
from references.pubmed.parse import iter_records
from references.pubmed.records import (
    AbstractSection,
    ArticleId,
    BrokenRecord,
    Chemical,
    DataBank,
    DeletedRecord,
    Grant,
    HistoryDate,
    OtherAbstract,
    PartialDate,
    PublicationDate,
    PublicationType,
    PubmedRecord,
)
from references.pubmed.records import (
    Author as Person,
)
from references.services import ingest
from references.services.ingest import preparing, write
from tests.builders import make_reference, make_search_run
from tests.pubmed_corpus import article_set
from tests.references.services.ingest.records import make_record

PMID = 99_000_001

pytestmark = pytest.mark.django_db


def stored(record: PubmedRecord, by: User) -> Reference:
    report = ingest.store([record], by=by)
    assert report.failed == 0, report.outcomes[0].note
    return Reference.objects.get(pmid=record.pmid)


def test_every_column_is_written_or_left_to_the_database() -> None:
    def columns(model: Any) -> set[str]:
        return {field.column for field in model._meta.concrete_fields if not field.generated} - {"id"}

    assert columns(Reference) == {*write.INITIAL, *write.GOVERNED}
    assert columns(Author) == {"reference_id", *preparing.AUTHOR}
    assert columns(CitedReference) == {"reference_id", *preparing.CITED_REFERENCE}
    assert columns(Correction) == {"reference_id", *preparing.CORRECTION}
    besides = {"reference_id", "fetched_at", "search_run_id"}
    assert columns(RawPubmedRecord) == {*besides, *preparing.RAW_RECORD}


def test_store_new_record_fills_the_reference(editor_a: User) -> None:
    record = make_record(
        PMID,
        doi="10.99999/synthetic.1",
        pmcid="PMC99000001",
        other_ids=(ArticleId("pii", "S1"), ArticleId("mid", "NIHMS1")),
        vernacular_title="Synthetischer Titel",
        other_abstracts=(OtherAbstract("Publisher", "ger", (AbstractSection("", "", "Zum Lesen."),), "©"),),
        authors_complete=False,
        issue="2",
        pages="10-19",
        article_date=PartialDate(2020, 12, 31),
        history=(
            HistoryDate(2020, 1, 2, "received"),
            HistoryDate(2020, 3, None, "revised"),
            HistoryDate(2020, 4, 5, "revised"),
        ),
        date_revised=PartialDate(2022, 2, 2),
        chemicals=(Chemical("D1", "Synthetic Substance", "0"),),
        data_banks=(DataBank("ClinicalTrials.gov", ("NCT99000001",)),),
        grants=(Grant("SYN-1", "SY", "Synthetic Agency", "Nowhere"),),
        coi_statement="None.",
        copyright="© Nobody",
    )

    reference = stored(record, editor_a)

    assert (reference.origin, reference.title) == ("pubmed", f"Synthetic title {PMID}")
    assert (reference.doi, reference.pmcid) == ("10.99999/synthetic.1", "PMC99000001")
    assert reference.other_ids == {"pii": ["S1"], "mid": ["NIHMS1"]}
    assert reference.abstract == [{"label": "AIM", "category": "OBJECTIVE", "text": "To be read by a test."}]
    assert reference.abstract_text == "To be read by a test."
    assert reference.other_abstracts[0]["sections"][0]["text"] == "Zum Lesen."
    assert (reference.authors_text, reference.has_more_authors) == ("Writer A, Synthetic Group", True)
    assert (reference.published_year, reference.published_month, reference.published_day) == (2021, 3, 4)
    assert reference.dates == {
        "electronic": ["2020-12-31"],
        "received": ["2020-01-02"],
        "revised": ["2020-03", "2020-04-05"],
        "record_revised": ["2022-02-02"],
    }
    assert reference.mesh == [
        {
            "ui": "D000001",
            "descriptor": "Synthetic Heading",
            "is_major": True,
            "qualifiers": [{"ui": "Q000001", "name": "therapy", "is_major": False}],
        }
    ]
    assert reference.index_text == "Synthetic Heading; therapy; Synthetic Substance; placeholder"
    assert reference.trial_ids == ["NCT99000001"]
    assert reference.databanks == [{"name": "ClinicalTrials.gov", "accession_numbers": ["NCT99000001"]}]
    assert reference.grants == [
        {"id": "SYN-1", "acronym": "SY", "agency": "Synthetic Agency", "country": "Nowhere"}
    ]
    assert (reference.journal.nlm_id, reference.volume, reference.issue) == ("9900001", "7", "2")
    assert reference in Reference.objects.matching("substance synthetischer")


def test_store_new_record_keeps_its_parts(editor_a: User) -> None:
    person = Person(1, "Müßig", "Élise", "E", "Jr", "", "0000-0000-0000-0001", ("Nowhere", "Atlantis, {1}"))
    record = make_record(PMID, authors=(person,), investigators=(Person(1, "Helper"), Person(2)))

    reference = stored(record, editor_a)

    author = reference.authors.get(role="author")
    assert (author.last_name, author.fore_name, author.initials) == ("Müßig", "Élise", "E")
    assert (author.suffix, author.orcid) == ("Jr", "0000-0000-0000-0001")
    assert author.affiliations == ["Nowhere", "Atlantis, {1}"]
    assert [person.last_name for person in reference.authors.filter(role="investigator")] == ["Helper"]
    cited = reference.cited_references.get()
    assert (cited.position, cited.citation) == (1, "Cited A. 2019.")
    assert (cited.pmid, cited.doi, cited.pmcid) == (99_600_001, "10.99999/cited.1", "PMC1")
    notice = reference.corrections.get()
    assert (notice.position, notice.kind, notice.pmid, notice.note) == (1, "ErratumIn", 99_500_001, "note")


def test_store_keeps_the_raw_record_of_its_run(editor_a: User) -> None:
    run = make_search_run(requested_by=editor_a)
    record = make_record(PMID)

    ingest.store([record], by=editor_a, run=run)

    raw = RawPubmedRecord.objects.get()
    assert zlib.decompress(raw.xml_zlib) == record.xml
    assert bytes(raw.sha256) == hashlib.sha256(record.xml).digest()
    assert raw.search_run == run


@pytest.mark.parametrize(
    "text",
    ["tab\there", "line\nend\r\n", "back\\slash \\N \\x01", '"quoted" {a,b}', "β ≥ 1 – “ß” 🧪", "NULL", ""],
)
def test_store_keeps_awkward_text_as_it_is(text: str, editor_a: User) -> None:
    record = make_record(
        PMID,
        title=text,
        abstract=(AbstractSection(text, "", text),),
        authors=(Person(1, "Writer", affiliations=(text, text)),),
        publication_types=(PublicationType("", f"{text}."),),
    )

    reference = stored(record, editor_a)

    assert reference.title == text
    assert reference.abstract == [{"label": text, "category": "", "text": text}]
    assert reference.authors.get().affiliations == [text, text]
    assert reference.publication_types == [f"{text}."]


def test_store_same_record_again_leaves_it_alone(editor_a: User) -> None:
    record = make_record(PMID)
    reference = stored(record, editor_a)

    with CaptureQueriesContext(connection) as queries:
        report = ingest.store([record], by=editor_a)

    assert (report.unchanged, report.by_pmid[PMID].reference_id) == (1, reference.pk)
    assert not [query for query in queries if query["sql"].startswith(("COPY", "UPDATE", "DELETE", "INSERT"))]


def test_store_changed_record_replaces_what_pubmed_says(editor_a: User) -> None:
    first = stored(make_record(PMID), editor_a)
    changed = make_record(PMID, title="Corrected title", authors=(Person(1, "Other"),), cited_references=())

    report = ingest.store([changed], by=editor_a)

    reference = Reference.objects.get()
    assert (report.updated, reference.pk, reference.created_at) == (1, first.pk, first.created_at)
    assert (reference.title, reference.authors_text) == ("Corrected title", "Other")
    assert [author.last_name for author in reference.authors.all()] == ["Other"]
    assert reference.cited_references.count() == 0
    assert zlib.decompress(reference.raw_record.xml_zlib) == changed.xml


def test_store_change_is_in_the_history_with_who_and_how(editor_a: User, editor_b: User) -> None:
    reference = stored(make_record(PMID), editor_a)
    assert reference.history.count() == 0

    ingest.store([make_record(PMID, title="Corrected title")], by=editor_b, reason="Search run 7")

    event = reference.history.get(pgh_label="update")
    assert (event.pgh_label, event.title) == ("update", "Corrected title")
    context = event.pgh_context.metadata
    assert (context["user"], context["service"], context["reason"]) == (
        editor_b.pk,
        "ingest.store",
        "Search run 7",
    )


def test_store_last_record_of_a_pmid_counts(editor_a: User) -> None:
    report = ingest.store([make_record(PMID, title="First"), make_record(PMID, title="Second")], by=editor_a)

    assert [outcome.pmid for outcome in report.outcomes] == [PMID]
    assert Reference.objects.get().title == "Second"


def test_store_highest_version_of_a_pmid_counts(editor_a: User) -> None:
    newer = make_record(PMID, title="Version 2", pmid_version=2)

    ingest.store([newer, make_record(PMID, title="Version 1")], by=editor_a)

    assert Reference.objects.get().title == "Version 2"


def test_store_deleted_record_marks_the_reference(editor_a: User) -> None:
    reference = stored(make_record(PMID), editor_a)

    report = ingest.store([DeletedRecord(PMID, 1), DeletedRecord(PMID + 1, 2)], by=editor_a)

    reference.refresh_from_db()
    assert reference.deleted_from_pubmed_at is not None
    assert [outcome.state for outcome in report.outcomes] == [ingest.State.DELETED] * 2
    assert [outcome.reference_id for outcome in report.outcomes] == [reference.pk, None]
    assert reference.history.get(pgh_label="update").pgh_context.metadata["service"] == "ingest.store"


def test_store_deleted_record_that_came_back_is_no_longer_deleted(editor_a: User) -> None:
    record = make_record(PMID)
    reference = stored(record, editor_a)
    ingest.store([DeletedRecord(PMID, 1)], by=editor_a)

    report = ingest.store([record], by=editor_a)

    reference.refresh_from_db()
    assert (report.updated, reference.deleted_from_pubmed_at) == (1, None)


def test_store_merged_reference_is_updated_and_stays_merged(editor_a: User) -> None:
    kept = make_reference("The one that stays")
    reference = stored(make_record(PMID), editor_a)
    Reference.objects.filter(pk=reference.pk).update(
        merged_into=kept, merged_by=editor_a, merged_at=timezone.now() - timedelta(days=1)
    )

    ingest.store([make_record(PMID, title="Corrected title")], by=editor_a)

    reference.refresh_from_db()
    kept.refresh_from_db()
    assert (reference.title, reference.merged_into) == ("Corrected title", kept)
    assert kept.title == "The one that stays"


def test_store_broken_record_is_reported_and_costs_nobody_else(editor_a: User) -> None:
    records = [make_record(PMID), BrokenRecord("It is not well-formed.", PMID + 1, 2)]

    report = ingest.store(records, by=editor_a)

    assert report.by_pmid[PMID].state == ingest.State.NEW
    assert report.by_pmid[PMID + 1] == ingest.Outcome(
        PMID + 1,
        ingest.State.FAILED,
        note=f"Record 2 (PMID {PMID + 1}) is broken: It is not well-formed.",
    )


def test_store_broken_duplicate_does_not_hide_the_good_one(editor_a: User) -> None:
    report = ingest.store([make_record(PMID), BrokenRecord("Half of it.", PMID, 2)], by=editor_a)

    assert (report.by_pmid[PMID].state, report.failed) == (ingest.State.NEW, 1)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"volume": "7" * 101}, "value too long for type character varying(100) in volume."),
        ({"doi": "not a doi"}, "A DOI is stored in lower case, from “10.” on."),
        ({"publication_date": PublicationDate(2021, 13)}, "The month must be 1–12."),
        (
            {"authors": (Person(1, "W" * 301),)},
            "value too long for type character varying(300) in last_name.",
        ),
    ],
)
def test_store_record_that_does_not_fit_costs_nobody_else(
    fields: dict[str, Any], reason: str, editor_a: User
) -> None:
    records = [make_record(pmid) for pmid in range(PMID, PMID + 9)]
    records[4] = make_record(PMID + 4, **fields)

    report = ingest.store(records, by=editor_a)

    assert (report.new, report.failed, Reference.objects.count()) == (8, 1, 8)
    assert report.by_pmid[PMID + 4].note.endswith(reason)
    assert Author.objects.count() == 16


def test_store_book_record(editor_a: User) -> None:
    source = (
        "<PubmedBookArticleSet><PubmedBookArticle><BookDocument>"
        f'<PMID Version="1">{PMID}</PMID><ArticleIdList><ArticleId IdType="bookaccession">NBK99</ArticleId>'
        "</ArticleIdList><Book><Publisher><PublisherName>Nobody</PublisherName></Publisher>"
        "<BookTitle>Synthetic Book</BookTitle><PubDate><Year>2020</Year></PubDate>"
        '<AuthorList Type="editors"><Author><LastName>Editor</LastName><Initials>E</Initials></Author>'
        "</AuthorList></Book><ArticleTitle>Synthetic Chapter</ArticleTitle></BookDocument>"
        "</PubmedBookArticle></PubmedBookArticleSet>"
    )

    report = ingest.store(iter_records(source.encode()), by=editor_a)

    reference = Reference.objects.get()
    assert (report.new, reference.title, reference.journal) == (1, "Synthetic Chapter", None)
    assert (reference.book["title"], reference.book["publisher"]) == ("Synthetic Book", "Nobody")
    assert reference.authors.get(role="editor").last_name == "Editor"


@pytest.mark.parametrize("state", [ingest.State.NEW, ingest.State.UPDATED])
def test_store_needs_few_statements(state: ingest.State, editor_a: User) -> None:
    if state == ingest.State.UPDATED:
        ingest.store(iter_records(article_set(300)), by=editor_a)
    records = list(iter_records(article_set(300, seed=2)))

    with CaptureQueriesContext(connection) as queries:
        report = ingest.store(records, by=editor_a)

    assert report.count(state) == 300
    assert sum(query["sql"].startswith("COPY") for query in queries) == 5
    assert len(queries) < 0.1 * 300
