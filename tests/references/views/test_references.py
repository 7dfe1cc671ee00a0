"""Pages of the literature as readers meet them, without an account."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from nelm_review.core.roles import Role
from references.models import Author, Reference
from tests.builders import (
    make_author,
    make_cited_reference,
    make_correction,
    make_journal,
    make_raw_record,
    make_reference,
    make_report,
    make_study,
    make_user,
)

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
SCRIPT = "<script>alert(1)</script>"
ESCAPED = "&lt;script&gt;alert(1)&lt;/script&gt;"


def _text(client: Client, query: str = "", **headers: str) -> str:
    response = client.get(reverse("references") + query, headers=headers)
    assert response.status_code == 200
    return response.content.decode()


def _show(client: Client, reference: Reference) -> str:
    response = client.get(reference.get_absolute_url())
    assert response.status_code == 200
    return response.content.decode()


def _words(html: str) -> str:
    return " ".join(html.split())


def test_index_lists_references_with_what_a_reader_needs(client):
    reference = make_reference(
        "Synthetic ablation", pmid=99_000_001, journal=make_journal(iso_abbreviation="J Synth"), volume="3",
        authors_text="Writer A, Other B", is_retracted=True,
    )  # fmt: skip
    make_report(make_study(label="Writer 2020"), reference)

    text = _text(client)

    for words in (
        "1</b> reference",
        "Synthetic ablation",
        "Writer A, Other B. J Synth. 2020;3.",
        "Retracted",
    ):
        assert words in text
    assert 'href="https://pubmed.ncbi.nlm.nih.gov/99000001/" rel="noopener noreferrer external"' in text
    assert "Writer 2020</a>" in text


def test_index_says_when_a_title_is_not_known(client):
    make_reference("", authors_text="Writer A", has_more_authors=True)

    text = _text(client)

    assert "<i>Title not known</i>" in text
    assert "Writer A, et al." in text
    assert "No PMID, no DOI" in text


def test_index_answers_htmx_with_the_results_alone(client):
    make_reference("Synthetic ablation")

    whole, part = _text(client, "?q=ablation"), _text(client, "?q=ablation", **HTMX)

    assert "<html" in whole
    assert "<html" not in part
    assert "Synthetic <mark>ablation</mark>" in part
    assert '<p id="results-status" hx-swap-oob="innerHTML">1 reference found</p>' in part


def test_index_answers_a_history_restore_with_the_whole_page(client):
    text = _text(client, "", **HTMX, **{"HX-History-Restore-Request": "true"})

    assert "<html" in text


def test_index_varies_by_what_htmx_asks(client):
    assert "HX-Request" in client.get(reverse("references")).headers["Vary"]


def test_index_is_empty_before_anything_is_loaded(client):
    assert "The library is empty" in _text(client)


def test_index_finds_nothing_in_words(client):
    make_reference("Synthetic ablation")

    assert "Nothing in this library fits." in _text(client, "?q=zzzqqq")


def test_index_offers_to_drop_choices_that_leave_nothing(client):
    make_reference("Synthetic ablation")

    text = _text(client, "?q=ablation&status=retracted")

    assert "Drop the choices" in text
    assert 'href="?q=ablation"' in text


def test_index_says_that_it_guessed(client):
    make_reference("Radioembolization of synthetic lesions")

    text = _text(client, "?q=radioembolisaton")

    assert "These come close" in text
    assert "Radioembolization of synthetic lesions" in text


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("?year_from=abc", "From year: Enter a whole number."),
        ("?type=Nothing", "Publication type: Select a valid choice."),
        ("?journal=99999999999999999999", "Journal: There is no such journal in this library."),
        ("?q=%00", "Null characters are not allowed."),
        ("?page=999", "There is no page “999”; this is page 1."),
        ("?page=%00", "There is no page"),
    ],
)
def test_index_says_what_it_could_not_read(client, query, sentence):
    make_reference("Synthetic ablation")

    text = _text(client, query)

    assert sentence in text
    assert "Synthetic ablation" in text


@pytest.mark.parametrize(
    "query",
    [
        "?q=%22",
        "?q=-",
        "?q=the",
        "?q=%27%27%3A%2A%26%7C%21%28",
        "?q=%3Cscript%3E",
        "?q=%F0%9F%A6%A0",
        "?q=%ED%A0%80",
    ],
)
def test_index_survives_any_words(client, query):
    make_reference("The synthetic ablation")

    _text(client, query)


@pytest.mark.parametrize("pasted", ["99000001", "https://doi.org/10.99999/SYNTH.1", "PMC99000001"])
def test_index_leads_from_an_identifier_to_its_reference(client, pasted):
    reference = make_reference(pmid=99_000_001, doi="10.99999/synth.1", pmcid="PMC99000001")

    response = client.get(reverse("references"), {"q": pasted})

    assert (response.status_code, response.headers["Location"]) == (302, reference.get_absolute_url())


def test_index_leads_htmx_from_an_identifier_to_its_reference(client):
    reference = make_reference(pmid=99_000_001)

    response = client.get(reverse("references"), {"q": "99000001"}, headers=HTMX)

    assert response.headers["HX-Redirect"] == reference.get_absolute_url()


def test_index_says_that_an_identifier_is_not_here(client):
    make_reference()

    text = _text(client, "?q=PMID+99000077")

    assert "No reference of this library bears PMID 99000077." in text
    assert 'href="https://pubmed.ncbi.nlm.nih.gov/99000077/"' in text


@pytest.mark.parametrize(("role", "is_offered"), [(Role.READER, False), (Role.EDITOR, True)])
def test_index_offers_to_fetch_an_identifier_to_those_who_may(client, role, is_offered):
    client.force_login(make_user(role=role))

    assert ("fetch it from PubMed" in _text(client, "?q=PMID+99000077")) == is_offered


def test_index_lets_no_markup_through(client):
    make_reference(
        f"Liver {SCRIPT}", abstract_text=f"Some liver text {SCRIPT} here", authors_text=SCRIPT,
        publication_types=[SCRIPT], journal=make_journal(SCRIPT, iso_abbreviation=SCRIPT), volume=SCRIPT,
        published_text=SCRIPT,
    )  # fmt: skip

    for query in (
        "",
        "?q=liver",
        f"?q={SCRIPT}",
        f"?type={SCRIPT}",
        f"?page={SCRIPT}",
        f"?year_from={SCRIPT}",
    ):
        text = _text(client, query)
        assert SCRIPT not in text, query
        assert ESCAPED in text, query


def test_index_pages_keep_the_search(client):
    for number in range(26):
        make_reference(f"Ablation {number}", published_year=2021)

    text = _text(client, "?q=ablation&year_from=2020")

    assert 'href="?q=ablation&amp;year_from=2020&amp;page=2"' in text


def test_index_form_carries_the_facets(client):
    make_reference(publication_types=["Review"])

    assert '<input type="hidden" name="type" value="Review">' in _text(client, "?type=Review&q=synthetic")


def test_index_asks_at_most_ten_queries(client, reader, django_assert_max_num_queries):
    for _number in range(30):
        make_report(make_study(), make_reference(journal=make_journal(), publication_types=["Review"]))
    journal = make_reference(journal=make_journal()).journal
    client.get(reverse("references"))

    with django_assert_max_num_queries(10):
        _text(client, f"?q=synthetik&type=Review&journal={journal.pk}")


def test_show_an_article_with_everything_its_record_says(client):
    reference = make_reference(
        "Synthetic record",
        origin=Reference.Origin.PUBMED,
        pmid=99_000_001, doi="10.99999/synth.1", pmcid="PMC99000001",
        vernacular_title="Erfundene Notiz", languages=["ger"],
        journal=make_journal("Journal of Synthetic Records", iso_abbreviation="J Synth Rec"),
        published_year=2021, published_month=2, volume="12", issue="1", pages="10-19",
        abstract=[
            {"label": "BACKGROUND", "category": "BACKGROUND", "text": "Nothing is known."},
            {"label": "RESULTS", "category": "RESULTS", "text": "Nothing was found: p < 0.05."},
        ],
        other_abstracts=[
            {"type": "Publisher", "language": "fre", "sections": [{"label": "", "text": "Rien."}]}
        ],
        copyright="© 2021 Nobody.",
        publication_types=["Journal Article", "Review"],
        keywords=["synthetic"],
        mesh=[
            {
                "ui": "D99", "descriptor": "Liver Neoplasms", "is_major": False,
                "qualifiers": [{"ui": "Q99", "name": "secondary", "is_major": True}],
            },
            {"ui": "D98", "descriptor": "Catheters", "is_major": True, "qualifiers": []},
        ],
        trial_ids=["NCT99000001"],
        grants=[{"id": "SYN-1", "acronym": "SY", "agency": "Synthetic Agency", "country": "Nowhere"}],
        coi_statement="The authors declare nothing.",
        dates={"received": ["2020-06-01"], "electronic": ["2020-12-31"]},
        pubmed_status="ppublish",
    )  # fmt: skip
    make_author(
        reference,
        "Sample",
        fore_name="Ada B",
        affiliations=["University of Nowhere"],
        orcid="0000-0002-1825-0097",
    )
    make_author(reference, "", initials="", collective_name="Synthetic Study Group")
    make_raw_record(reference, fetched_at=datetime(2026, 1, 2, tzinfo=UTC))
    make_cited_reference(reference, citation="A cited paper.", pmid=99_000_050)

    text = _words(_show(client, reference))

    for words in (
        "<h1>Synthetic record</h1>",
        '<p class="paper-vernacular" lang="de">Erfundene Notiz</p>',
        "Ada B Sample<sup>", "Synthetic Study Group", '<li id="affiliation-1">University of Nowhere</li>',
        'href="https://orcid.org/0000-0002-1825-0097"',
        "J Synth Rec. 2021 Feb;12(1):10–19. Online 2020 Dec 31.",
        "<h3>BACKGROUND</h3> <p>Nothing is known.</p>", "p &lt; 0.05.",
        '<div class="prose" lang="fr">', "Publisher’s abstract, French", "© 2021 Nobody.",
        "Journal Article · Review", ">synthetic</a>",
        "Liver Neoplasms</a> / secondary*", "Catheters*</a>", "* what the article is mainly about",
        'href="https://clinicaltrials.gov/study/NCT99000001"',
        "SYN-1 (SY), Synthetic Agency, Nowhere", "The authors declare nothing.",
        "2020 Jun 1", "Published in print", "German",
        "PubMed, fetched from PubMed on <time datetime=\"2026-01-02\">2 January 2026</time>",
        '<li value="1">A cited paper.', 'href="https://pubmed.ncbi.nlm.nih.gov/99000050/"',
        'href="https://doi.org/10.99999/synth.1"', 'href="https://pmc.ncbi.nlm.nih.gov/articles/PMC99000001/"',
    ):  # fmt: skip
        assert words in text, words


def test_show_opens_outside_links_safely(client):
    reference = make_reference(
        pmid=99_000_001, doi="10.99999/a<b>", pmcid="PMC99000001", trial_ids=["NCT99000001"]
    )
    make_author(reference, orcid="0000-0002-1825-0097")
    make_cited_reference(reference, doi="10.99999/c", pmid=99_000_002)

    text = _show(client, reference)

    outside = [link for link in text.split("<a ")[1:] if 'href="http' in link.split(">")[0]]
    assert len(outside) > 8
    assert all('rel="noopener noreferrer external"' in link.split(">")[0] for link in outside)
    assert 'href="https://doi.org/10.99999/a%3Cb%3E"' in text


def test_show_begins_with_a_retraction(client):
    notice = make_reference("Retraction of a synthetic record", pmid=99_000_009)
    reference = make_reference("Synthetic record", is_retracted=True)
    make_correction(reference, "RetractionIn", source="J Synth. 2022;1:1", pmid=99_000_009)

    text = _show(client, reference)

    assert '<p class="notice notice-danger"><strong>This article has been retracted:</strong>' in text
    assert f'<a href="{notice.get_absolute_url()}">J Synth. 2022;1:1</a>' in text
    assert text.index("has been retracted") < text.index("<h1>")


def test_show_a_retraction_without_notice(client):
    assert "names no notice" in _show(client, make_reference(is_retracted=True))


def test_show_a_record_that_pubmed_deleted(client):
    reference = make_reference(deleted_from_pubmed_at=datetime(2026, 3, 4, tzinfo=UTC))

    assert "Withdrawn from PubMed." in _show(client, reference)


def test_show_an_untitled_reference_says_how_it_is_known(client):
    reference = make_report(make_study("one", label="Writer 2005"), make_reference("")).reference

    text = _words(_show(client, reference))

    assert "Title not known</h1>" in text
    assert f'Known only as the source of <a href="{reverse("study", args=["one"])}">Writer 2005</a>.' in text


def test_show_folds_hundreds_of_authors(client):
    reference = make_reference(has_more_authors=True)
    Author.objects.bulk_create(
        Author(reference=reference, role="author", position=n, last_name=f"Writer{n}") for n in range(1, 301)
    )

    text = _words(_show(client, reference))

    assert "<summary>288 more authors</summary>" in text
    assert "<li>Writer300</li> <li>et al.</li></ul>" in text


def test_show_what_cites_it_and_where_it_is_used(client):
    reference = make_reference(pmid=99_000_001)
    citing = make_reference("A citing record")
    make_cited_reference(citing, pmid=99_000_001)
    make_report(make_study(label="Synthetic study 2020", n_patients=20), reference)

    text = _words(_show(client, reference))

    assert f'<a href="{citing.get_absolute_url()}">A citing record</a>' in text
    assert "Synthetic study 2020</a>" in text
    assert "Primary report · retrospective cohort · 20 patients" in text


def test_show_a_chapter_of_a_book(client):
    book = {
        "title": "Synthetic Reviews", "publisher": "Nowhere Press", "publisher_location": "Nowhere",
        "medium": "Internet", "isbns": ["9789999000000"],
        "sections": [{"title": "Summary", "label": "", "depth": 0}],
    }  # fmt: skip
    reference = make_reference("Synthetic chapter", book=book, published_year=2018)
    make_author(reference, "Example", role=Author.Role.EDITOR, position=1)

    text = _words(_show(client, reference))

    assert (
        "In: <cite>Synthetic Reviews</cite> [Internet]. Nowhere: Nowhere Press; 2018. ISBN 9789999000000."
        in text
    )
    assert "Edited by" in text
    assert "<li>Summary</li>" in text


def test_show_lets_no_markup_through(client):
    section = {"label": SCRIPT, "category": "", "text": SCRIPT}
    reference = make_reference(
        SCRIPT, vernacular_title=SCRIPT, abstract=[section], copyright=SCRIPT, keywords=[SCRIPT],
        other_abstracts=[{"type": SCRIPT, "language": SCRIPT, "sections": [section], "copyright": SCRIPT}],
        mesh=[{"descriptor": SCRIPT, "is_major": True, "qualifiers": [{"name": SCRIPT, "is_major": True}]}],
        publication_types=[SCRIPT], languages=["<script>"], trial_ids=[SCRIPT], coi_statement=SCRIPT,
        grants=[{"id": SCRIPT, "acronym": SCRIPT, "agency": SCRIPT, "country": SCRIPT}],
        other_ids={SCRIPT: [SCRIPT]}, journal=make_journal(SCRIPT, iso_abbreviation=SCRIPT), volume=SCRIPT,
        pages=SCRIPT,
        book={"title": SCRIPT, "publisher": SCRIPT, "isbns": [SCRIPT], "sections": [{"title": SCRIPT}]},
        doi=f"10.99999/{SCRIPT}", pubmed_status="<script>",
    )  # fmt: skip
    make_author(reference, SCRIPT, fore_name=SCRIPT, suffix=SCRIPT, affiliations=[SCRIPT])
    make_author(reference, "", initials="", collective_name=SCRIPT)
    make_cited_reference(reference, citation=SCRIPT, doi=f"10.99999/{SCRIPT}")
    make_correction(reference, "RetractionIn", source=SCRIPT, note=SCRIPT)
    make_correction(reference, "<script>", source=SCRIPT)

    text = _show(client, reference)

    assert "<script>" not in text
    assert "alert(1)</script>" not in text
    assert text.count(ESCAPED) > 30


def test_show_a_merged_reference_leads_to_what_it_became(client, editor_a):
    kept = make_reference()
    merged = make_reference(merged_into=kept, merged_by=editor_a, merged_at=timezone.now())

    response = client.get(merged.get_absolute_url())

    assert (response.status_code, response.headers["Location"]) == (302, kept.get_absolute_url())


@pytest.mark.parametrize("pk", [404, 99999999999999999999999])
def test_show_an_unknown_reference_is_a_page_with_a_search(client, pk):
    response = client.get(f"/references/{pk}/")

    text = response.content.decode()
    assert response.status_code == 404
    assert f"This library has no reference number {pk}." in text
    assert 'id="not-found-search"' in text


def test_show_asks_at_most_ten_queries(client, django_assert_max_num_queries):
    reference = make_reference("", pmid=99_000_001)
    make_report(make_study(), reference)
    make_cited_reference(reference, pmid=99_000_002)
    make_cited_reference(make_reference(pmid=99_000_002), pmid=99_000_001)
    make_correction(reference, pmid=99_000_002)
    make_author(reference)

    with django_assert_max_num_queries(8):
        _show(client, reference)


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_pages_of_the_literature_only_show(client, method):
    for address in (reverse("references"), make_reference().get_absolute_url()):
        assert getattr(client, method)(address).status_code == 405
