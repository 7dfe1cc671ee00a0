"""The page of one reference: what it gathers, and in how many queries."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from references.models import Reference
from references.pubmed.codes import CORRECTION_TYPES
from references.read_models import reference_page
from references.read_models.reference_page import MOST_CITING, ReferencePage
from tests.builders import (
    make_arm,
    make_author,
    make_cited_reference,
    make_correction,
    make_raw_record,
    make_reference,
    make_report,
    make_result,
    make_study,
)

pytestmark = pytest.mark.django_db


def _page(reference: Reference) -> ReferencePage:
    return reference_page.build(Reference.objects.for_reading().get(pk=reference.pk))


def test_build_links_cited_entries_to_this_library_by_any_identifier():
    citing = make_reference(pmid=99_000_001)
    by_pmid = make_reference(pmid=99_000_002)
    by_doi = make_reference(doi="10.99999/cited")
    by_pmcid = make_reference(pmcid="PMC99000003")
    make_cited_reference(citing, pmid=99_000_002, doi="10.99999/another")
    make_cited_reference(citing, doi="10.99999/CITED")
    make_cited_reference(citing, pmcid="PMC99000003")
    make_cited_reference(citing, pmid=99_000_999)
    make_cited_reference(citing)

    assert [entry.reference for entry in _page(citing).cited] == [by_pmid, by_doi, by_pmcid, None, None]


def test_build_does_not_link_an_entry_to_the_reference_itself():
    reference = make_reference(pmid=99_000_001)
    make_cited_reference(reference, pmid=99_000_001)

    assert _page(reference).cited[0].reference is None


def test_build_lists_what_cites_it_newest_first():
    cited = make_reference(pmid=99_000_001, doi="10.99999/cited")
    older = make_reference(published_year=2010)
    newer = make_reference(published_year=2022)
    make_cited_reference(older, pmid=99_000_001)
    make_cited_reference(newer, doi="10.99999/cited")
    make_cited_reference(newer, pmid=99_000_001)

    page = _page(cited)

    assert page.cited_by == (newer, older)
    assert not page.has_more_citing


def test_build_says_when_more_cite_it_than_are_listed():
    cited = make_reference(pmid=99_000_001)
    for _number in range(MOST_CITING + 1):
        make_cited_reference(make_reference(), pmid=99_000_001)

    page = _page(cited)

    assert len(page.cited_by) == MOST_CITING
    assert page.has_more_citing


def test_build_puts_retractions_before_other_notices():
    reference = make_reference(is_retracted=True)
    for kind in ("CommentIn", "ErratumIn", "ExpressionOfConcernIn", "RetractionIn"):
        make_correction(reference, kind)

    page = _page(reference)

    assert [banner.words for banner in page.banners] == [
        "This article has been retracted",
        "The journal has expressed concern about this article",
        "Erratum for this article",
    ]
    assert [banner.is_danger for banner in page.banners] == [True, True, False]
    assert [notice.words for notice in page.related] == ["Comment on this article"]
    assert not page.is_retracted_without_notice


@pytest.mark.parametrize("kind", sorted(CORRECTION_TYPES))
def test_build_shows_every_kind_of_notice_once_and_in_words(kind):
    reference = make_reference()
    make_correction(reference, kind)

    page = _page(reference)

    (notice,) = page.banners + page.related
    assert notice.words != kind


def test_build_shows_a_notice_of_an_unknown_kind():
    reference = make_reference()
    make_correction(reference, "SomethingNewIn")

    assert [notice.words for notice in _page(reference).related] == ["SomethingNewIn"]


def test_build_links_a_notice_to_this_library():
    reference = make_reference()
    notice = make_reference(pmid=99_000_005)
    make_correction(reference, "RetractionIn", pmid=99_000_005)

    assert _page(reference).banners[0].reference == notice


def test_build_says_retracted_where_no_notice_is_named():
    assert _page(make_reference(is_retracted=True)).is_retracted_without_notice


def test_build_names_the_reviews_that_know_an_untitled_reference():
    study, review = make_study("table-only"), make_study("review", label="Synthetic review 2014")
    reference = make_report(study, make_reference("")).reference
    arm = make_arm(study)
    make_result(arm, reported_in=review)
    make_result(arm, reported_in=review)
    make_result(arm)

    assert _page(reference).reported_in == (("review", "Synthetic review 2014"),)


def test_build_links_trials_of_registries_it_knows():
    page = _page(make_reference(trial_ids=["NCT99000001", "ISRCTN99000001", "99-1234"]))

    assert [trial.address for trial in page.trials] == [
        "https://clinicaltrials.gov/study/NCT99000001",
        "https://www.isrctn.com/ISRCTN99000001",
        "",
    ]


def test_build_names_identifiers_that_are_not_the_records_own():
    page = _page(
        make_reference(other_ids={"doi": ["10.99999/x", "10.99999/y"], "pii": ["S1"], "mid": ["NIHMS1"]})
    )

    assert dict(page.other_ids) == {
        "Another DOI": "10.99999/x, 10.99999/y",
        "Publisher’s id": "S1",
        "mid": "NIHMS1",
    }


@pytest.mark.parametrize(
    ("codes", "tag"),
    [(["ger"], "de"), (["eng", "fre"], "fr"), (["fre", "ger"], None), (["eng"], None), ([], None)],
)
def test_build_knows_the_language_of_the_vernacular_title_only_without_doubt(codes, tag):
    language = _page(make_reference(languages=codes)).title_language

    assert (language.tag if language else None) == tag


def test_build_says_when_the_record_was_fetched():
    reference = make_reference()
    when = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
    make_raw_record(reference, fetched_at=when)

    assert _page(reference).fetched_at == when
    assert _page(make_reference()).fetched_at is None


def test_build_keeps_other_abstracts_with_their_language():
    found = {
        "type": "Publisher",
        "language": "fre",
        "sections": [{"label": "", "category": "", "text": "Cette notice."}],
        "copyright": "© Personne",
    }

    (abstract,) = _page(make_reference(other_abstracts=[found])).other_abstracts

    assert (abstract.kind, abstract.language.name, abstract.language.tag) == (
        "Publisher’s abstract",
        "French",
        "fr",
    )
    assert abstract.sections == found["sections"]
    assert abstract.copyright == "© Personne"


def test_build_asks_a_fixed_number_of_queries(django_assert_max_num_queries):
    reference = make_reference("", pmid=99_000_001)
    for number in range(5):
        make_author(reference)
        make_correction(reference, pmid=99_000_100 + number)
        make_cited_reference(reference, pmid=99_000_200 + number)
        make_reference(pmid=99_000_200 + number)
        make_cited_reference(make_reference(), pmid=99_000_001)
        make_report(make_study(), reference)

    with django_assert_max_num_queries(8):
        page = _page(reference)
        assert [str(entry.reference) for entry in page.cited]
        assert [str(citing) for citing in page.cited_by]
        assert [report.study.label for report in page.study_reports]
