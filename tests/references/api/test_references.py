"""References over the API: the list with its filters, and one with everything its record says."""

from __future__ import annotations

import pytest
from django.utils import timezone

from references.forms import ReferenceSearchForm
from tests.builders import (
    make_author,
    make_cited_reference,
    make_correction,
    make_journal,
    make_reference,
    make_report,
    make_study,
)

pytestmark = pytest.mark.django_db


def listed(ask, query=""):
    return [reference["title"] for reference in ask(f"/references?{query}")["items"]]


def merge(reference, into, by):
    reference.merged_into, reference.merged_by, reference.merged_at = into, by, timezone.now()
    reference.save()


def test_reference_in_the_list_says_what_a_citation_needs(ask):
    journal = make_journal("Journal of Samples", iso_abbreviation="J Sampl")
    reference = make_reference(
        "A title",
        pmid=99000001,
        pmcid="PMC9900001",
        doi="10.9999/sample",
        journal=journal,
        volume="3",
        issue="2",
        pages="1-9",
        authors_text="Writer A, Typist B",
        publication_types=["Journal Article"],
        published_year=2019,
    )
    study = make_study("sample-2019", label="Sample 2019")
    make_report(study, reference)

    assert ask("/references")["items"] == [
        {
            "id": reference.pk,
            "pmid": 99000001,
            "pmcid": "PMC9900001",
            "doi": "10.9999/sample",
            "title": "A title",
            "year": 2019,
            "authors_text": "Writer A, Typist B",
            "has_more_authors": False,
            "journal": "J Sampl",
            "volume": "3",
            "issue": "2",
            "pages": "1-9",
            "publication_types": ["Journal Article"],
            "origin": "manual",
            "is_retracted": False,
            "has_expression_of_concern": False,
            "studies": [{"key": "sample-2019", "label": "Sample 2019", "role": "primary"}],
        }
    ]


def test_reference_says_null_for_what_nobody_saw(ask):
    make_reference("", published_year=None)

    (item,) = ask("/references")["items"]

    unknown = ("pmid", "pmcid", "doi", "title", "year", "authors_text", "journal", "volume", "issue", "pages")
    assert [item[name] for name in unknown] == [None] * len(unknown)


def test_references_stand_newest_first(ask):
    make_reference("Old", published_year=1999)
    make_reference("Undated", published_year=None)
    make_reference("New", published_year=2020, published_month=2)
    make_reference("Newest", published_year=2020, published_month=11)

    assert listed(ask) == ["Newest", "New", "Old", "Undated"]
    assert listed(ask, "limit=2&offset=1") == ["New", "Old"]
    assert ask("/references?limit=2&offset=1")["count"] == 4


def test_references_are_found_by_words_best_match_first(ask):
    make_reference("Elsewhere", abstract_text="Of embolization once.", published_year=2024)
    make_reference("Embolization of samples", published_year=1999)
    make_reference("Something else")

    assert listed(ask, "q=embolization") == ["Embolization of samples", "Elsewhere"]
    assert listed(ask, "q=embolization+-samples") == ["Elsewhere"]
    assert listed(ask, "q=embolisaton") == []


@pytest.mark.parametrize(
    "query",
    [
        "pmid=99000001",
        "pmid=099000001",
        "doi=10.9999/Sample",
        "doi=https://doi.org/10.9999/SAMPLE",
        "pmid=99000001&doi=10.9999/sample&q=title",
    ],
)
def test_references_are_found_by_identifier(ask, query):
    make_reference("The title", pmid=99000001, doi="10.9999/sample")
    make_reference("Another title", pmid=99000002, doi="10.9999/other")

    assert listed(ask, query) == ["The title"]


def test_identifiers_of_a_merged_reference_find_what_it_became(ask, editor_a):
    kept = make_reference("Kept", doi="10.9999/kept")
    merge(make_reference("Gone", pmid=99000009), kept, editor_a)

    assert listed(ask) == ["Kept"]
    assert listed(ask, "pmid=99000009") == ["Kept"]
    assert listed(ask, "pmid=99000008") == []


def test_references_are_filtered_as_on_the_page(ask):
    used = make_reference("Used", published_year=2001, doi="10.9999/used", publication_types=["Review"])
    make_report(make_study(), used)
    make_reference("Retracted", published_year=2010, is_retracted=True, abstract_text="Words.")

    assert listed(ask, "used=yes") == ["Used"]
    assert listed(ask, "used=no") == ["Retracted"]
    assert listed(ask, "status=retracted&status=concern") == ["Retracted"]
    assert listed(ask, "abstract=yes") == ["Retracted"]
    assert listed(ask, "year_from=2005") == ["Retracted"]
    assert listed(ask, "year_to=2005") == ["Used"]
    assert listed(ask, "type=Review") == ["Used"]
    assert listed(ask, "gap=identifiers") == ["Retracted"]
    assert listed(ask, "origin=pubmed") == []


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("pmid=PMC12", "“PMC12” cannot be used. A PMID is a number of at most nine digits."),
        ("pmid=0", "“0” cannot be used. A PMID is a number of at most nine digits."),
        ("pmid=99999999999999999999", "“99999999999999999999” cannot be used. A PMID is a number"),
        ("doi=nonsense", "“nonsense” cannot be used. A DOI begins with “10.” and holds a slash."),
        ("pmid=1&pmid=2", "It takes one value and was given 2."),
        ("type=Novel", "“Novel” cannot be used."),
        ("used=perhaps", "“perhaps” cannot be used. Choose from yes, no."),
        ("year_from=2010&year_to=2001", "The years 2010 to 2001 run backwards."),
        ("q=%00", "A NUL character cannot be searched for."),
        ("journal=1", "There is no such parameter here; known are q, pmid, doi,"),
    ],
)
def test_references_refuse_a_filter_they_cannot_read(ask, query, message):
    (error,) = ask(f"/references?{query}", status=422)["errors"]

    assert error["message"].startswith(message)


def test_references_know_every_filter_of_the_page(client):
    description = client.get("/api/v1/openapi.json").json()
    described = description["paths"]["/api/v1/references"]["get"]["parameters"]

    # A journal is chosen by its number in this library, which no reader of the API knows; sort is the page's.
    assert {parameter["name"] for parameter in described} == {
        *(set(ReferenceSearchForm.base_fields) - {"journal", "sort"}),
        *("pmid", "doi", "limit", "offset"),
    }


def test_reference_says_everything_its_record_holds(ask):
    journal = make_journal(
        "Journal of Samples", iso_abbreviation="J Sampl", nlm_id="0000001", issn_print="0000-0000"
    )
    reference = make_reference(
        "A title",
        vernacular_title="Ein Titel",
        journal=journal,
        published_year=2019,
        published_month=3,
        abstract=[{"label": "AIM", "category": "OBJECTIVE", "text": "To <test>."}],
        other_abstracts=[
            {
                "type": "Publisher",
                "language": "ger",
                "sections": [{"label": "", "category": "", "text": "Zu testen."}],
                "copyright": "",
            }
        ],
        copyright="© Nobody",
        languages=["eng", "ger"],
        keywords=["sample"],
        mesh=[
            {
                "ui": "D000001",
                "descriptor": "Samples",
                "is_major": True,
                "qualifiers": [{"ui": "Q000001", "name": "therapy", "is_major": False}],
            }
        ],
        trial_ids=["NCT00000000"],
        databanks=[{"name": "ClinicalTrials.gov", "accession_numbers": ["NCT00000000"]}],
        grants=[{"id": "1", "acronym": "", "agency": "Nobody", "country": "Nowhere"}],
        coi_statement="None.",
        dates={"electronic": ["2018-12-31"], "received": "2018-01-01"},
        other_ids={"pii": ["S1"]},
    )
    make_author(reference, "Writer", fore_name="Ada", affiliations=["Nowhere"], is_corresponding=True)
    cited = make_reference("The cited", pmid=99000002)
    make_cited_reference(reference, pmid=99000002)
    make_cited_reference(reference, citation="Unknown.")
    make_correction(reference, "ErratumIn", pmid=99000002)
    answer = ask(f"/references/{reference.pk}")

    assert answer["vernacular_title"] == "Ein Titel"
    assert answer["abstract"] == [{"label": "AIM", "category": "OBJECTIVE", "text": "To <test>."}]
    assert answer["other_abstracts"][0]["sections"][0]["text"] == "Zu testen."
    assert answer["authors"] == [
        {
            "role": "author",
            "position": 1,
            "last_name": "Writer",
            "fore_name": "Ada",
            "initials": "A",
            "suffix": "",
            "collective_name": "",
            "orcid": "",
            "affiliations": ["Nowhere"],
            "is_corresponding": True,
        }
    ]
    assert answer["journal"] == "J Sampl"
    assert answer["journal_details"]["nlm_id"] == "0000001"
    assert answer["published"] == {"year": 2019, "month": 3, "day": None, "text": ""}
    assert answer["dates"] == {"electronic": ["2018-12-31"], "received": ["2018-01-01"]}
    assert answer["other_ids"] == {"pii": ["S1"]}
    assert answer["mesh"][0]["qualifiers"] == [{"ui": "Q000001", "name": "therapy", "is_major": False}]
    assert answer["grants"][0]["agency"] == "Nobody"
    assert answer["databanks"][0]["accession_numbers"] == ["NCT00000000"]
    assert (answer["copyright"], answer["coi_statement"]) == ("© Nobody", "None.")
    assert (answer["languages"], answer["keywords"], answer["trial_ids"]) == (
        ["eng", "ger"],
        ["sample"],
        ["NCT00000000"],
    )
    assert [(entry["position"], entry["reference"]) for entry in answer["cited_references"]] == [
        (1, cited.pk),
        (2, None),
    ]
    assert [(notice["kind"], notice["reference"]) for notice in answer["corrections"]] == [
        ("ErratumIn", cited.pk)
    ]
    assert answer["corrections"][0]["words"]
    assert (answer["cited_by"], answer["has_more_citing"], answer["book"]) == ([], False, None)


def test_reference_names_who_cites_it(ask):
    cited = make_reference("The cited", pmid=99000002)
    citing = make_reference("The citing", published_year=2022)
    make_cited_reference(citing, pmid=99000002)

    (found,) = ask(f"/references/{cited.pk}")["cited_by"]

    assert (found["id"], found["title"], found["year"]) == (citing.pk, "The citing", 2022)


def test_reference_that_was_merged_leads_to_what_it_became(client, editor_a):
    kept, gone = make_reference(), make_reference()
    merge(gone, kept, editor_a)

    response = client.get(f"/api/v1/references/{gone.pk}")

    assert response.status_code == 302
    assert response["Location"] == f"/api/v1/references/{kept.pk}"


@pytest.mark.parametrize("number", [1, 99999999999999999999999])
def test_reference_that_is_not_there_is_denied_in_words(ask, number):
    assert ask(f"/references/{number}", status=404) == {
        "detail": f"This library has no reference number {number}."
    }


@pytest.mark.parametrize("n", [1, 15])
def test_references_need_few_queries_however_many(ask, django_assert_max_num_queries, n):
    journal, study = make_journal(), make_study()
    cited = make_reference("Cited", pmid=99000002, journal=journal)
    for number in range(n):
        reference = make_reference("Sample", journal=journal)
        make_report(study, reference)
        make_author(reference)
        make_cited_reference(reference, pmid=99000002)
        make_cited_reference(cited, citation=f"Synthetic {number}")
        make_correction(cited)

    with django_assert_max_num_queries(3):
        ask("/references?q=sample&limit=500")
    with django_assert_max_num_queries(9):
        ask(f"/references/{cited.pk}")
    with django_assert_max_num_queries(9):
        ask(f"/references/{reference.pk}")
