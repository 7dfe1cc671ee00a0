from __future__ import annotations

import csv
import gzip
import io
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.urls import reverse

from tests.builders import (
    make_arm,
    make_certainty,
    make_not_applicable,
    make_outcome,
    make_reference,
    make_report,
    make_result,
    make_search_run,
    make_study,
    make_therapy,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def tumour_response():
    return make_outcome("orr", name="Objective response rate", short_name="ORR")


def test_map_says_studies_and_patients_in_words_and_links_to_the_evidence(client, tumour_response):
    arm = make_arm(n=1200)
    make_result(arm, tumour_response)

    page = client.get("/").content.decode()

    assert "1 study" in page
    assert "1,200 patients" in page
    assert reverse("evidence", args=[arm.therapy.code, "orr"]) in page


def test_map_says_that_nobody_looked_before_a_search_covers_a_therapy(client, tumour_response):
    make_therapy("unstudied")

    page = client.get("/").content.decode()

    assert "Not searched yet: nothing here says that there is no evidence" in page
    assert 'href="#gap-not-searched"/></svg> not searched' in page
    assert "Searched, none found" not in page


def test_map_says_when_a_search_found_none(client, tumour_response):
    make_therapy("unstudied")
    finished = datetime(2026, 6, 1, 12, tzinfo=UTC)
    make_search_run(state="done", query="unstudied", finished_at=finished)

    page = client.get("/").content.decode()

    assert "Searched, none found" in page
    assert "Last searched 1 June 2026; no reference waiting" in page


def test_map_shows_the_certainty_with_its_reason_escaped(client, tumour_response):
    arm = make_arm()
    make_result(arm, tumour_response)
    make_certainty(arm.therapy, tumour_response, level="low", reason="Two <small> series.")

    page = client.get("/").content.decode()

    assert 'aria-label="GRADE low"' in page
    assert "GRADE low: Two &lt;small&gt; series." in page


def test_map_counts_derived_results_and_draws_them_on_request(client, tumour_response):
    arm = make_arm()
    for code, value in (("cr", 10), ("pr", 25)):
        make_result(arm, make_outcome(code), value=Decimal(value))

    counted, drawn = client.get("/").content.decode(), client.get("/?derived=show").content.decode()

    assert "+ 1 derived" in counted
    assert 'class="map-cell mark-better" data-label="ORR"' in counted
    assert 'class="strip-derived" d="M' not in counted.partition('class="section legend"')[0]
    assert "1 derived 35%" in drawn
    assert 'class="strip-derived" d="M' in drawn.partition('class="section legend"')[0]


@pytest.mark.parametrize("query", ["", "?view=table"])
def test_map_and_its_table_say_the_same(client, tumour_response, query):
    study = make_study(design="prospective-single-arm")
    make_report(study, make_reference(published_year=2017))
    arm = make_arm(study, n=31)
    make_result(arm, tumour_response, value=Decimal(42))
    make_certainty(arm.therapy, tumour_response, level="very-low", reason="One series.")

    page = client.get(f"/{query}").content.decode()

    for words in ("42%", "31", "1 prospective", "very low", "One series.", "2017"):
        assert words in page


def test_table_of_the_map_has_a_row_a_cell(client, tumour_response):
    make_outcome("dcr", short_name="DCR")
    make_result(make_arm(), tumour_response)
    make_therapy("unstudied")

    page = client.get("/?view=table").content.decode()

    assert page.count('<th scope="row">') == 4
    assert '<table class="map"' not in page


def test_map_opens_as_far_as_the_level_says(client, tumour_response):
    make_therapy("technique", parent=make_therapy("family"))
    technique = reverse("therapy", args=["technique"])

    families = client.get("/?level=family").content.decode()

    assert technique not in families
    assert '<input type="hidden" name="level" value="family" form="map-form">' in families
    assert technique in client.get("/?level=technique").content.decode()


def test_map_zooms_into_one_family(client, tumour_response):
    make_therapy("one")
    make_therapy("two")

    page = client.get("/?family=one").content.decode()

    assert reverse("therapy", args=["two"]) not in page
    assert "?family=two" in page


def test_map_hides_what_stands_below_a_closed_therapy(client, tumour_response):
    parent = make_therapy("family")
    make_therapy("technique", parent=parent)

    assert reverse("therapy", args=["technique"]) in client.get("/").content.decode()
    assert reverse("therapy", args=["technique"]) not in client.get("/?closed=family").content.decode()


def test_map_shows_comparators_on_request(client, tumour_response):
    make_therapy("family")
    make_therapy("surgery", kind="comparator")

    assert reverse("therapy", args=["surgery"]) not in client.get("/").content.decode()
    assert reverse("therapy", args=["surgery"]) in client.get("/?comparators=on").content.decode()


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("year_from=soon", "Enter a whole number."),
        ("year_from=2020&year_to=2001", "run backwards"),
        ("design=anecdote", "anecdote is not one of the available choices"),
        ("n_min=-1", "greater than or equal to 0"),
        ("months=x", "Enter a number."),
        ("closed=nowhere", "nowhere is not one of the available choices"),
        ("histology=some", "some is not one of the available choices"),
        ("level=atom", "atom is not one of the available choices"),
        ("view=poem", "poem is not one of the available choices"),
        ("derived=maybe", "maybe is not one of the available choices"),
    ],
)
def test_map_explains_a_filter_it_cannot_read_and_ignores_it(client, tumour_response, query, sentence):
    make_result(make_arm(), tumour_response)

    response = client.get(f"/?{query}")

    assert response.status_code == 200
    assert sentence in response.content.decode()
    assert "1 study with 1 published result in these columns" in response.content.decode()


def test_map_escapes_what_a_filter_says(client, tumour_response):
    page = client.get("/?design=<script>alert(1)</script>").content.decode()

    assert "<script>alert" not in page


def test_map_without_any_evidence_says_so(client):
    assert "Nothing in our evidence" in client.get("/").content.decode()


def test_map_gives_htmx_only_the_map(client, tumour_response):
    make_result(make_arm(), tumour_response)

    part = client.get("/", headers={"HX-Request": "true"})

    assert "<table" in part.content.decode()
    assert "<html" not in part.content.decode()
    assert "HX-Request" in part["Vary"]


def test_map_gives_the_whole_page_on_history_restore(client, tumour_response):
    headers = {"HX-Request": "true", "HX-History-Restore-Request": "true"}

    assert "<html" in client.get("/", headers=headers).content.decode()


def test_map_carries_filters_into_its_cells(client, tumour_response):
    arm = make_arm(make_study(design="registry"))
    make_result(arm, tumour_response)

    page = client.get("/?design=registry&histology=all").content.decode()

    assert reverse("evidence", args=[arm.therapy.code, "orr"]) + "?design=registry&amp;histology=all" in page


def test_map_of_the_shipped_evidence_is_light_and_needs_few_queries(client, django_assert_max_num_queries):
    call_command("load_evidence", verbosity=0)

    with django_assert_max_num_queries(10):
        response = client.get("/")

    assert len(gzip.compress(response.content)) < 60_000


def test_map_csv_holds_every_cell(client, tumour_response):
    arm = make_arm(n=7)
    make_result(arm, tumour_response)
    make_therapy("=HYPERLINK()", name="=1+1")

    rows = list(csv.DictReader(io.StringIO(client.get("/map.csv").content.decode())))

    assert len(rows) == 2
    assert (rows[0]["n_studies"], rows[0]["n_patients"], rows[0]["middle"]) == ("1", "7", "50.0")
    assert rows[1]["therapy_name"] == "'=1+1"


def test_map_csv_says_what_is_known_beside_the_numbers(client, tumour_response):
    arm = make_arm(make_study(design="registry"))
    make_result(arm, tumour_response)
    make_certainty(arm.therapy, tumour_response, level="low", reason="One series.")
    make_not_applicable(make_therapy("other"), tumour_response, reason="It has no lesion.")

    filled, empty = csv.DictReader(io.StringIO(client.get("/map.csv").content.decode()))

    assert (filled["gap"], filled["certainty"], filled["certainty_reason"]) == ("", "low", "One series.")
    assert (filled["n_retrospective"], filled["n_randomized"], filled["n_derived"]) == ("1", "0", "0")
    assert (empty["gap"], empty["gap_reason"]) == ("not-applicable", "It has no lesion.")
    assert (empty["last_search"], empty["n_waiting"]) == ("", "0")
