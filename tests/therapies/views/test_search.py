"""The search of the whole site: groups, straight ways, cells, and every kind of bad input."""

from __future__ import annotations

from decimal import Decimal
from urllib.parse import urlencode

import pytest
from django.urls import reverse

from tests.builders import (
    make_arm,
    make_outcome,
    make_reference,
    make_report,
    make_result,
    make_study,
    make_therapy,
)
from tests.therapies.views.test_evidence import text
from therapies.models import Outcome

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def evidence():
    family = make_therapy("embolization", name="Embolization", abbreviation="EMB")
    tace = make_therapy(
        "tace",
        name="Chemoembolization",
        abbreviation="TACE",
        synonyms=["HACE"],
        mesh=["Liver"],
        parent=family,
    )
    make_therapy("tae", name="Bland embolization", abbreviation="TAE", parent=family)
    survival = make_outcome(
        "os-median", name="Median overall survival", short_name="Median OS", domain=Outcome.Domain.SURVIVAL
    )
    make_outcome("orr", name="Objective response rate", short_name="ORR")
    study = make_study("writer-2005", label="Writer 2005", population="patients with TACE")
    make_report(
        study, make_reference("Chemoembolization of synthetic livers", pmid=99_000_501, doi="10.5555/tace")
    )
    make_result(make_arm(study, tace), survival, value=Decimal(30))


def search(client, words: str, **options) -> str:
    return text(client, f"/search/?{urlencode({'q': words})}", **options)


def go_to(page: str) -> str:
    return page.partition('id="go-to"')[2].partition("</section>")[0]


@pytest.mark.parametrize(
    ("words", "address"),
    [
        ("TACE", "/therapies/tace/"),
        ("hace", "/therapies/tace/"),
        ("Chemoembolisation", "/therapies/tace/"),
        ("chemoembolizaton", "/therapies/tace/"),
        ("ORR", "/outcomes/orr/"),
        ("writer-2005", "/studies/writer-2005/"),
        ("Writer 2005", "/studies/writer-2005/"),
        ("TACE versus TAE", "/compare/?t=tace&amp;t=tae"),
    ],
)
def test_very_name_leads_straight_there(client, words, address):
    assert f'href="{address}"' in go_to(search(client, words))


@pytest.mark.parametrize(
    "words", ["99000501", "PMID: 99000501", "https://doi.org/10.5555/TACE", "10.5555/tace"]
)
def test_identifier_leads_straight_to_its_reference_and_names_its_study(client, words):
    page = search(client, words)

    assert "Chemoembolization of synthetic livers" in go_to(page)
    assert reverse("study", args=["writer-2005"]) in page


def test_identifier_that_is_not_here_is_said_with_where_to_look(client):
    page = search(client, "99999999")

    assert "No reference of this library bears PMID 99999999." in page
    assert "https://pubmed.ncbi.nlm.nih.gov/99999999/" in page


def test_heading_and_word_of_a_name_find_but_lead_nowhere(client):
    for words, address in (("liver", "/therapies/tace/"), ("bland", "/therapies/tae/")):
        page = search(client, words)
        assert f'href="{address}"' in page
        assert go_to(page) == ""


def test_therapy_and_outcome_offer_their_cell_with_its_count(client):
    page = search(client, "survival after TACE")

    assert '<a href="/evidence/tace/os-median/">Chemoembolization × Median overall survival</a>' in page
    assert '<span class="note">1 study</span>' in page


def test_family_counts_what_stands_below_it_and_an_empty_cell_says_so(client):
    assert '<a href="/evidence/embolization/os-median/">' in search(client, "embolization survival")
    assert '<span class="note">none found</span>' in search(client, "TAE response")


def test_mistyped_word_is_read_as_its_neighbour_and_the_page_says_so(client):
    page = search(client, "chemoembolizaton survival")

    assert "Therapies and outcomes were searched for “chemoembolization survival”" in page
    assert "/evidence/tace/os-median/" in page


def test_groups_show_counts_marks_and_where_the_rest_is(client):
    for number in range(6):
        make_reference(f"Synthetic <i>livers</i> {number}")
        make_study(label=f"Livers {number}")

    page = search(client, "livers")

    assert 'References <span class="badge">7</span>' in page
    assert 'Studies <span class="badge">7</span>' in page
    assert "&lt;i&gt;<mark>livers</mark>&lt;/i&gt;" in page
    assert '<a href="/references/?q=livers">All 7 references for “livers”</a>' in page
    assert '<a href="/studies/?q=livers">All 7 studies for “livers”</a>' in page


def test_retracted_reference_is_marked(client):
    make_reference("Withdrawn synthetic paper", is_retracted=True)

    assert '<span class="badge badge-danger">retracted</span>' in search(client, "withdrawn")


def test_nothing_asked_says_what_can_be_asked(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        page = text(client, "/search/")

    assert "Search for a therapy by name, abbreviation or MeSH heading" in page


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("   ", "Search for a therapy"),
        ("zzzzqqq", "Nothing in this library fits “zzzzqqq”."),
        ("a" * 201, "at most 200 characters. Nothing was searched."),
        ("\x00", "Null characters are not allowed. Nothing was searched."),
        (
            "<script>alert(1)</script>",
            "Nothing in this library fits “&lt;script&gt;alert(1)&lt;/script&gt;”.",
        ),
        ("' OR 1=1 --", "Nothing in this library fits"),
        ("&|!()*:", "Nothing in this library fits"),
        ('"unclosed', "Nothing in this library fits"),
        ("100%_\\", "Nothing in this library fits"),
        ("\u202e\u0301🧬", "Nothing in this library fits"),
    ],
)
def test_search_answers_in_words(client, words, answer):
    assert answer in search(client, words)


def test_bytes_that_are_no_text_are_answered(client):
    assert client.get("/search/?q=%ff%fe").status_code == 200


@pytest.mark.parametrize(
    "words", ["chemoembolizaton survivalx", "writr", "TACE survival", "writer-2005", "99000501"]
)
def test_search_asks_few_queries(client, django_assert_max_num_queries, words):
    with django_assert_max_num_queries(8):
        search(client, words)


def test_htmx_gets_only_the_results(client):
    part = search(client, "TACE", headers={"HX-Request": "true"})

    assert "<html" not in part
    assert "Chemoembolization" in part


def test_every_page_searches_the_whole_site(client):
    page = text(client, "/therapies/")

    assert '<form class="row" action="/search/" method="get">' in page
    assert 'placeholder="Search therapies, outcomes, studies, references"' in page
