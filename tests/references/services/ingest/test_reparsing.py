"""Reading stored records again."""

from __future__ import annotations

import zlib

import pytest

from nelm_review.core.models import User
from references.models import RawPubmedRecord, Reference
from references.pubmed.parse import iter_records
from references.services import ingest
from tests.builders import make_raw_record, make_reference
from tests.pubmed_corpus import FIRST_PMID, article_set

pytestmark = pytest.mark.django_db


@pytest.fixture
def reference(editor_a: User) -> Reference:
    """One reference whose title an older parser lost."""
    ingest.store(iter_records(article_set(1)), by=editor_a)
    Reference.objects.update(title="", abstract_text="", authors_text="")
    return Reference.objects.get()


def test_reparse_writes_what_the_stored_record_says(reference: Reference, editor_a: User) -> None:
    raw = RawPubmedRecord.objects.get()
    n_authors = reference.authors.count()

    outcome = ingest.reparse(reference, by=editor_a)

    reference.refresh_from_db()
    assert (outcome.state, outcome.reference_id) == (ingest.State.UPDATED, reference.pk)
    assert reference.title
    assert reference.authors_text
    assert reference.authors.count() == n_authors
    kept = RawPubmedRecord.objects.get()
    assert (kept.pk, kept.fetched_at) == (raw.pk, raw.fetched_at)


def test_reparse_is_in_the_history(reference: Reference, editor_a: User) -> None:
    ingest.reparse(reference, by=editor_a)

    context = reference.history.order_by("-pgh_id").first().pgh_context.metadata
    assert (context["user"], context["service"]) == (editor_a.pk, "ingest.reparse")


def test_reparse_keeps_what_an_editor_corrected(reference: Reference, editor_a: User) -> None:
    Reference.objects.update(title="The editor's title", curated_fields=["title"])

    ingest.reparse(reference, by=editor_a)

    reference.refresh_from_db()
    assert reference.title == "The editor's title"
    assert reference.authors_text


def test_reparse_leaves_a_withdrawn_reference_withdrawn(reference: Reference, editor_a: User) -> None:
    ingest.store(iter_records(deletion(reference.pmid)), by=editor_a)

    ingest.reparse(reference, by=editor_a)

    reference.refresh_from_db()
    assert reference.deleted_from_pubmed_at is not None


def test_reparse_without_stored_record(editor_a: User) -> None:
    with pytest.raises(ingest.CannotReparse, match="No PubMed record is stored for “Alone”"):
        ingest.reparse(make_reference("Alone"), by=editor_a)


@pytest.mark.parametrize(
    ("xml", "reason"),
    [
        (b"not compressed", "cannot be read"),
        (zlib.compress(b"<html></html>"), "cannot be read"),
        (zlib.compress(article_set(1, first_pmid=FIRST_PMID + 5)), "not the record of PMID"),
        (zlib.compress(article_set(2)), "not the record of PMID"),
    ],
)
def test_reparse_of_something_else_is_refused(xml: bytes, reason: str, editor_a: User) -> None:
    reference = make_reference("Spoilt", pmid=FIRST_PMID)
    make_raw_record(reference, xml_zlib=xml)

    with pytest.raises(ingest.CannotReparse, match=reason):
        ingest.reparse(reference, by=editor_a)

    reference.refresh_from_db()
    assert reference.title == "Spoilt"


def test_reparse_all_reports_each(editor_a: User) -> None:
    ingest.store(iter_records(article_set(3)), by=editor_a)
    alone = make_reference("Alone")

    report = ingest.reparse_all([*Reference.objects.filter(pmid__isnull=False), alone], by=editor_a)

    assert (report.updated, report.failed) == (3, 1)
    assert report.outcomes[-1].reference_id == alone.pk


def deletion(pmid: int) -> bytes:
    return (
        f"<PubmedArticleSet><DeleteCitation><PMID>{pmid}</PMID></DeleteCitation></PubmedArticleSet>".encode()
    )
