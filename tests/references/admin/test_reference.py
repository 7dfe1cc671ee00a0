"""References in the administration: what is corrected by hand is marked, and kept from PubMed."""

from __future__ import annotations

import hashlib
import zlib

import pytest
from django.contrib import admin as django_admin
from django.test import Client, RequestFactory

from nelm_review.core.models import User
from references.models import RawPubmedRecord, Reference, SearchHit, SearchRun
from tests.builders import (
    make_author,
    make_cited_reference,
    make_journal,
    make_reference,
    make_search_hit,
    make_search_run,
)
from tests.core.administration.forms import act, add, address_of, change, errors_of, messages_of, shown

PMID = 99_000_001
XML = """<PubmedArticle><MedlineCitation Status="MEDLINE"><PMID Version="1">99000001</PMID><Article>
<Journal><JournalIssue><PubDate><Year>2019</Year><Month>Mar</Month></PubDate></JournalIssue>
<Title>Journal of Synthetic Records</Title></Journal><ArticleTitle>What PubMed states.</ArticleTitle>
</Article></MedlineCitation></PubmedArticle>"""


@pytest.fixture
def administration(client: Client, admin: User) -> Client:
    client.force_login(admin)
    return client


@pytest.fixture
def from_pubmed(db: None) -> Reference:
    """A reference with the record that PubMed sent for it."""
    reference = make_reference("What PubMed stated before", origin="pubmed", pmid=PMID, published_year=2018)
    xml = XML.encode()
    RawPubmedRecord.objects.create(
        reference=reference, xml_zlib=zlib.compress(xml), sha256=hashlib.sha256(xml).digest()
    )
    return reference


def test_correction_is_kept_from_pubmed(administration: Client, from_pubmed: Reference) -> None:
    change(administration, from_pubmed, title="What the paper prints")

    act(administration, "reparse_selected", from_pubmed)

    from_pubmed.refresh_from_db()
    assert from_pubmed.curated_fields == ["title"]
    assert from_pubmed.title == "What the paper prints"
    assert from_pubmed.published_year == 2019


def test_corrected_date_is_kept_whole(administration: Client, from_pubmed: Reference) -> None:
    change(administration, from_pubmed, published_year="2017")

    act(administration, "reparse_selected", from_pubmed)

    from_pubmed.refresh_from_db()
    assert (from_pubmed.published_year, from_pubmed.published_month) == (2017, None)


def test_unticked_correction_goes_back_to_pubmed(administration: Client, from_pubmed: Reference) -> None:
    change(administration, from_pubmed, title="What the paper prints")
    values = shown(administration, address_of(Reference, "change", from_pubmed.pk), "reference_form")
    del values["corrected"]
    administration.post(
        address_of(Reference, "change", from_pubmed.pk), {**values, "change_reason": "PubMed was right."}
    )

    act(administration, "reparse_selected", from_pubmed)

    from_pubmed.refresh_from_db()
    assert from_pubmed.curated_fields == []
    assert from_pubmed.title == "What PubMed states."


def test_saving_without_a_change_marks_nothing(administration: Client, from_pubmed: Reference) -> None:
    before = Reference.objects.values().get()

    change(administration, from_pubmed)

    after = Reference.objects.values().get()
    assert {name for name in before if before[name] != after[name]} <= {"updated_at"}


def test_pmid_that_pubmed_sent_stays(administration: Client, from_pubmed: Reference) -> None:
    change(administration, from_pubmed, pmid="99000002")

    from_pubmed.refresh_from_db()
    assert from_pubmed.pmid == PMID


def test_pmid_is_entered_for_a_reference_without(administration: Client) -> None:
    reference = make_reference(origin="evidence")

    change(administration, reference, pmid=str(PMID))

    reference.refresh_from_db()
    assert reference.pmid == PMID


def test_doi_is_taken_in_any_printed_form(administration: Client) -> None:
    reference = make_reference()

    change(administration, reference, doi="https://doi.org/10.1000/ABC.def", pmcid="99000001")

    reference.refresh_from_db()
    assert (reference.doi, reference.pmcid) == ("10.1000/abc.def", "PMC99000001")


@pytest.mark.parametrize(("name", "value"), [("doi", "not a doi"), ("pmcid", "PMCX"), ("pmid", "-4")])
def test_malformed_identifier_is_refused(name: str, value: str, administration: Client) -> None:
    reference = make_reference()

    response = change(administration, reference, **{name: value})

    reference.refresh_from_db()
    assert getattr(reference, name) is None
    assert errors_of(response)


def test_identifier_of_another_reference_is_refused(administration: Client) -> None:
    make_reference(doi="10.1000/taken")
    reference = make_reference()

    response = change(administration, reference, doi="10.1000/TAKEN")

    assert "already exists" in errors_of(response)


def test_added_reference_is_manual_with_authors_in_print(administration: Client) -> None:
    response = add(
        administration,
        Reference,
        title="Entered by hand",
        **{
            "authors-TOTAL_FORMS": 2,
            "authors-0-role": "author",
            "authors-0-last_name": "First",
            "authors-0-initials": "A",
            "authors-1-role": "author",
            "authors-1-collective_name": "The Synthetic Group",
        },
    )

    assert response.status_code == 302, errors_of(response)
    reference = Reference.objects.get()
    assert reference.origin == Reference.Origin.MANUAL
    assert reference.authors_text == "First A, The Synthetic Group"
    assert reference.curated_fields == ["authors"]


def test_authors_that_pubmed_sent_cannot_be_edited(administration: Client, from_pubmed: Reference) -> None:
    author = make_author(from_pubmed, "Printed")

    change(administration, from_pubmed, **{"authors-0-last_name": "Forged", "authors-TOTAL_FORMS": 1})

    author.refresh_from_db()
    assert author.last_name == "Printed"


@pytest.mark.parametrize(
    "name", ["origin", "abstract_text", "merged_into", "pubmed_status", "curated_fields"]
)
def test_columns_of_services_cannot_be_forged(name: str, administration: Client) -> None:
    reference = make_reference()
    before = getattr(reference, name)

    change(administration, reference, **{name: "import"})

    reference.refresh_from_db()
    assert getattr(reference, name) == before


def test_page_shows_json_readable_and_escaped(administration: Client) -> None:
    reference = make_reference(
        abstract=[{"label": "RESULTS", "category": "RESULTS", "text": "n < 10 & <b>rising</b>"}],
        mesh=[
            {
                "ui": "D1",
                "descriptor": "Liver",
                "is_major": True,
                "qualifiers": [{"ui": "Q1", "name": "pathology", "is_major": False}],
            }
        ],
        dates={"received": ["2019-03-07"]},
    )

    page = administration.get(address_of(Reference, "change", reference.pk)).content.decode()

    assert "<dt>RESULTS</dt><dd>n &lt; 10 &amp; &lt;b&gt;rising&lt;/b&gt;</dd>" in page
    assert "Liver* / pathology" in page
    assert "2019-03-07" in page


def test_page_shows_every_column(admin: User) -> None:
    request = RequestFactory().get("/")
    request.user = admin
    model_admin = django_admin.site.get_model_admin(Reference)

    shown_fields = set(django_admin.utils.flatten_fieldsets(model_admin.get_fieldsets(request)))

    hidden = {"id", "abstract_text", "index_text", "search_vector", "curated_fields"}
    columns = {field.name for field in Reference._meta.fields} - hidden
    assert {name for name in columns if not {name, f"{name}_read"} & shown_fields} == set()


def test_page_lists_cited_references_of_this_reference(administration: Client) -> None:
    reference = make_reference()
    make_cited_reference(reference, citation="A synthetic citation of ours.")
    make_cited_reference(make_reference(), citation="Somebody else's.")

    page = administration.get(address_of(Reference, "change", reference.pk)).content.decode()

    assert "A synthetic citation of ours." in page
    assert "Somebody else" not in page


@pytest.mark.parametrize(
    "typed", ["99000001", "10.1000/ABC", "https://doi.org/10.1000/abc", "PMC77", "embolis", "lobe"]
)
def test_list_is_searched_by_identifier_title_and_words(typed: str, administration: Client) -> None:
    make_reference(
        "Embolisation of the lobes", pmid=PMID, doi="10.1000/abc", pmcid="PMC77", journal=make_journal()
    )
    make_reference("Something else")

    page = administration.get(address_of(Reference, "changelist"), {"q": typed}).content.decode()

    assert "Embolisation of the lobes" in page
    assert "Something else" not in page


@pytest.mark.parametrize(
    ("chosen", "found"),
    [({"identified": "pmid"}, "PPP"), ({"identified": "doi"}, "DDD"), ({"identified": "none"}, "NNN")],
)
def test_list_filters_by_identifiers(chosen: dict[str, str], found: str, administration: Client) -> None:
    make_reference("PPP", pmid=PMID)
    make_reference("DDD", doi="10.1000/abc")
    make_reference("NNN")

    page = administration.get(address_of(Reference, "changelist"), chosen).content.decode()

    assert [title for title in ("PPP", "DDD", "NNN") if title in page] == [found]


@pytest.mark.parametrize(("chosen", "found"), [("yes", "Corrected"), ("no", "Untouched")])
def test_list_filters_by_correction(chosen: str, found: str, administration: Client) -> None:
    make_reference("Corrected one", curated_fields=["title"])
    make_reference("Untouched one")

    page = administration.get(address_of(Reference, "changelist"), {"corrected": chosen}).content.decode()

    assert [title for title in ("Corrected", "Untouched") if f"{title} one" in page] == [found]


def test_fetch_action_starts_a_run_and_names_those_without_pmid(administration: Client, admin: User) -> None:
    known, unknown = make_reference(pmid=PMID), make_reference("Not in PubMed yet")

    response = act(administration, "fetch_now", known, unknown)

    run = SearchRun.objects.get()
    assert (run.kind, run.requested_by) == (SearchRun.Kind.PMIDS, admin)
    assert list(run.hits.values_list("pmid", flat=True)) == [PMID]
    assert messages_of(response) == [
        "Without a PMID, so not fetched: “Not in PubMed yet”.",
        f"PubMed is asked for 1 record. Run {run.pk}",
    ]


def test_fetch_action_starts_nothing_without_any_pmid(administration: Client) -> None:
    act(administration, "fetch_now", make_reference())

    assert not SearchRun.objects.exists()


def test_reparse_action_says_what_became_of_each(administration: Client, from_pubmed: Reference) -> None:
    without = make_reference("Never fetched")

    response = act(administration, "reparse_selected", from_pubmed, without)

    from_pubmed.refresh_from_db()
    assert from_pubmed.title == "What PubMed states."
    assert messages_of(response) == [
        "Re-parsed: 1 updated.",
        "No PubMed record is stored for “Never fetched”.",
    ]


def test_reparse_is_recorded_with_who(administration: Client, admin: User, from_pubmed: Reference) -> None:
    act(administration, "reparse_selected", from_pubmed)

    metadata = from_pubmed.history.latest("pgh_id").pgh_context.metadata
    assert (metadata["user"], metadata["service"]) == (admin.pk, "ingest.reparse")


def test_page_lists_the_runs_that_found_it(administration: Client) -> None:
    reference, run = make_reference(pmid=PMID), make_search_run(query="synthetic[tiab] AND ours")
    make_search_hit(run, PMID, state=SearchHit.State.NEW, reference=reference)

    page = administration.get(address_of(Reference, "change", reference.pk)).content.decode()

    assert "synthetic[tiab] AND ours" in page
