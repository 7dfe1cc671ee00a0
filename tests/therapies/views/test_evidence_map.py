from __future__ import annotations

import csv
import gzip
import io

import pytest
from django.core.management import call_command
from django.urls import reverse

from tests.builders import make_arm, make_outcome, make_result, make_study, make_therapy

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


def test_map_says_that_nothing_was_found(client, tumour_response):
    make_result(make_arm(), tumour_response)
    make_therapy("unstudied")

    assert "none found" in client.get("/").content.decode()


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
