"""Which row a record belongs to, and who may bear which DOI and PMCID."""

from __future__ import annotations

import pytest

from nelm_review.core.models import User
from references.models import Reference
from references.pubmed.records import ArticleId, PublicationType
from references.services import ingest
from tests.builders import make_reference, make_report, make_study
from tests.references.services.ingest.records import make_record

PMID = 99_000_001
DOI = "10.99999/synthetic.1"

pytestmark = pytest.mark.django_db


def ids_of(pmid: int) -> tuple[str | None, str | None, dict[str, list[str]]]:
    reference = Reference.objects.get(pmid=pmid)
    return reference.doi, reference.pmcid, reference.other_ids


@pytest.mark.parametrize("origin", ["evidence", "manual", "import"])
def test_reference_without_pmid_is_adopted_by_doi(origin: str, editor_a: User) -> None:
    reference = make_reference(origin=origin, doi=DOI)
    study = make_study()
    make_report(study, reference)

    report = ingest.store([make_record(PMID, doi=DOI)], by=editor_a)

    reference.refresh_from_db()
    assert (report.updated, reference.pmid, reference.origin) == (1, PMID, origin)
    assert reference.title == f"Synthetic title {PMID}"
    assert study.reports.get().reference == reference
    assert reference.history.order_by("-pgh_id").first().pmid == PMID


def test_reference_without_pmid_is_adopted_by_pmcid(editor_a: User) -> None:
    reference = make_reference(origin="evidence", pmcid="PMC99")

    ingest.store([make_record(PMID, pmcid="PMC99", doi=DOI)], by=editor_a)

    reference.refresh_from_db()
    assert (reference.pmid, reference.doi) == (PMID, DOI)


def test_adopted_reference_with_an_older_doi_keeps_it_among_the_others(editor_a: User) -> None:
    make_reference(origin="evidence", pmcid="PMC99", doi="10.99999/older")

    ingest.store([make_record(PMID, pmcid="PMC99", doi=DOI)], by=editor_a)
    ingest.store([make_record(PMID, pmcid="PMC99", doi=DOI)], by=editor_a)

    assert ids_of(PMID) == (DOI, "PMC99", {"doi": ["10.99999/older"]})


def test_reference_is_adopted_once(editor_a: User) -> None:
    make_reference(origin="evidence", doi=DOI)

    report = ingest.store([make_record(PMID, doi=DOI), make_record(PMID + 1, doi=DOI)], by=editor_a)

    assert (report.updated, report.new) == (1, 1)
    assert ids_of(PMID + 1) == (None, None, {"doi": [DOI]})


def test_notice_is_not_taken_for_the_article_whose_doi_it_bears(editor_a: User) -> None:
    reference = make_reference(origin="evidence", doi=DOI)
    notice = make_record(PMID, doi=DOI, publication_types=(PublicationType("D016425", "Published Erratum"),))

    report = ingest.store([notice], by=editor_a)

    reference.refresh_from_db()
    assert (report.new, reference.pmid, reference.doi) == (1, None, DOI)
    assert ids_of(PMID) == (None, None, {"doi": [DOI]})


def test_doi_of_another_pmid_is_kept_aside_and_reported(editor_a: User) -> None:
    ingest.store([make_record(PMID, doi=DOI, pmcid="PMC99")], by=editor_a)

    report = ingest.store([make_record(PMID + 1, doi=DOI, pmcid="PMC99")], by=editor_a)

    outcome = report.by_pmid[PMID + 1]
    assert outcome.state == ingest.State.NEW
    assert outcome.note == (
        f"DOI {DOI} is already held by PMID {PMID}. PMCID PMC99 is already held by PMID {PMID}."
    )
    assert ids_of(PMID) == (DOI, "PMC99", {})
    assert ids_of(PMID + 1) == (None, None, {"doi": [DOI], "pmcid": ["PMC99"]})


def test_doi_of_two_new_records_goes_to_the_first(editor_a: User) -> None:
    ingest.store([make_record(PMID, doi=DOI), make_record(PMID + 1, doi=DOI)], by=editor_a)

    assert ids_of(PMID)[0] == DOI
    assert ids_of(PMID + 1) == (None, None, {"doi": [DOI]})


def test_doi_stays_with_its_holder_when_a_newcomer_comes_first(editor_a: User) -> None:
    ingest.store([make_record(PMID + 1, doi=DOI)], by=editor_a)

    ingest.store([make_record(PMID, doi=DOI), make_record(PMID + 1, doi=DOI)], by=editor_a)

    assert (ids_of(PMID)[0], ids_of(PMID + 1)[0]) == (None, DOI)


def test_dois_may_change_places_in_one_batch(editor_a: User) -> None:
    ingest.store([make_record(PMID, doi="10.99999/a"), make_record(PMID + 1, doi="10.99999/b")], by=editor_a)

    report = ingest.store(
        [make_record(PMID, doi="10.99999/b"), make_record(PMID + 1, doi="10.99999/a")], by=editor_a
    )

    assert (report.updated, [outcome.note for outcome in report.outcomes]) == (2, ["", ""])
    assert (ids_of(PMID)[0], ids_of(PMID + 1)[0]) == ("10.99999/b", "10.99999/a")


def test_doi_that_is_given_up_goes_to_a_new_record(editor_a: User) -> None:
    ingest.store([make_record(PMID, doi=DOI)], by=editor_a)

    ingest.store([make_record(PMID + 1, doi=DOI), make_record(PMID, doi="10.99999/new")], by=editor_a)

    assert (ids_of(PMID)[0], ids_of(PMID + 1)[0]) == ("10.99999/new", DOI)


def test_doi_kept_aside_moves_in_when_it_becomes_free(editor_a: User) -> None:
    ingest.store([make_record(PMID, doi=DOI), make_record(PMID + 1, doi=DOI)], by=editor_a)
    ingest.store([make_record(PMID, doi="10.99999/new")], by=editor_a)

    ingest.store([make_record(PMID + 1, doi=DOI)], by=editor_a)

    assert ids_of(PMID + 1) == (DOI, None, {})


def test_curated_doi_is_not_given_up(editor_a: User) -> None:
    ingest.store([make_record(PMID, doi=DOI)], by=editor_a)
    Reference.objects.update(curated_fields=["doi"])

    ingest.store([make_record(PMID, doi="10.99999/new"), make_record(PMID + 1, doi=DOI)], by=editor_a)

    assert (ids_of(PMID)[0], ids_of(PMID + 1)[0]) == (DOI, None)


def test_other_ids_of_pubmed_are_replaced_and_those_of_others_stay(editor_a: User) -> None:
    ingest.store([make_record(PMID, other_ids=(ArticleId("pii", "old"),))], by=editor_a)
    Reference.objects.update(other_ids={"pii": ["old"], "embase": "L1"})

    ingest.store([make_record(PMID, other_ids=(ArticleId("pii", "new"),))], by=editor_a)

    assert ids_of(PMID)[2] == {"pii": ["new"], "embase": ["L1"]}
