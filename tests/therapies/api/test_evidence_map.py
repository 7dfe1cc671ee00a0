"""The map over the API: exactly what it promises, and what it says to a filter it cannot read."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tests.builders import (
    make_arm,
    make_certainty,
    make_outcome,
    make_reference,
    make_report,
    make_result,
    make_search_run,
    make_study,
    make_therapy,
)
from therapies.forms import MapForm
from therapies.models import Outcome

pytestmark = pytest.mark.django_db

COUNTS = ("n_studies", "n_patients", "n_results", "n_reviews", "n_derived")
NO_DESIGNS = {"randomized": 0, "prospective": 0, "retrospective": 0, "series": 0}
# A cell of which nothing is known: no result, no search, no judgement.
UNKNOWN = {
    **dict.fromkeys(COUNTS, 0),
    "designs": NO_DESIGNS,
    "newest_study": None,
    "gap": "not-searched",
    "certainty": None,
    "last_search": None,
    "n_waiting": 0,
}


def test_map_says_exactly_what_it_promises(ask):
    family = make_therapy("family", name="A family")
    child = make_therapy("child", parent=family, name="A child")
    outcome = make_outcome("rate", name="A rate", domain="survival")
    study = make_study()
    make_report(study, make_reference(published_year=2021))
    make_result(make_arm(study, child, n=7), outcome)

    assert ask("/evidence-map") == {
        "rows": [
            {"therapy": "family", "name": "A family", "parent": None, "depth": 0},
            {"therapy": "child", "name": "A child", "parent": "family", "depth": 1},
        ],
        "columns": [{"outcome": "rate", "name": "A rate", "domain": "survival"}],
        "cells": [
            {
                **UNKNOWN,
                "therapy": code,
                "outcome": "rate",
                "n_studies": 1,
                "n_patients": 7,
                "n_results": 1,
                "designs": {**NO_DESIGNS, "retrospective": 1},
                "newest_study": 2021,
                "gap": None,
            }
            for code in ("family", "child")
        ],
    }


def test_map_says_zero_in_an_empty_cell(ask):
    make_therapy("unstudied")
    make_outcome("rate")

    (cell,) = ask("/evidence-map")["cells"]
    assert cell == {"therapy": "unstudied", "outcome": "rate"} | UNKNOWN


def test_map_says_what_is_known_beside_the_numbers(ask):
    therapy, outcome = make_therapy("searched", name="Searched treatment"), make_outcome("rate")
    make_certainty(therapy, outcome, level="low", reason="Two small series.")
    finished = datetime(2026, 6, 1, 12, tzinfo=UTC)
    make_search_run(state="done", query="searched treatment", finished_at=finished)

    (cell,) = ask("/evidence-map")["cells"]

    assert (cell["gap"], cell["last_search"], cell["n_waiting"]) == ("none-found", "2026-06-01", 0)
    assert cell["certainty"] == {"level": "low", "reason": "Two small series."}


def test_map_counts_derived_results_apart(ask):
    arm = make_arm()
    for code in ("orr", "dcr", "cr", "pr"):
        make_outcome(code)
    for code in ("cr", "pr"):
        make_result(arm, Outcome.objects.get(code=code), value=Decimal(10))

    cells = {cell["outcome"]: cell for cell in ask("/evidence-map")["cells"]}

    assert (cells["orr"]["n_derived"], cells["orr"]["n_results"]) == (1, 0)
    assert cells["dcr"]["n_derived"] == 0


def test_map_counts_published_results_only(ask):
    arm, outcome = make_arm(), make_outcome()
    make_result(arm, outcome, is_published=False)

    (cell,) = ask("/evidence-map")["cells"]
    assert cell["n_results"] == cell["n_studies"] == 0


@pytest.mark.parametrize(
    ("query", "parameter", "words"),
    [
        ("design=anecdote", "design", "“anecdote” cannot be used. Choose from randomized-controlled-trial,"),
        ("design=registry&design=anecdote", "design", "“anecdote” cannot be used."),
        ("criteria=RECIST 1.1", "criteria", "“RECIST 1.1” cannot be used. Choose from not-stated, recist,"),
        ("year_from=soon", "year_from", "“soon” cannot be used. Enter a whole number."),
        ("year_from=2001.5", "year_from", "“2001.5” cannot be used. Enter a whole number."),
        (
            "year_to=1066",
            "year_to",
            "“1066” cannot be used. Ensure this value is greater than or equal to 1900.",
        ),
        ("year_from=2010&year_to=2001", "year_to", "The years 2010 to 2001 run backwards."),
        ("n_min=-1", "n_min", "“-1” cannot be used. Ensure this value is greater than or equal to 0."),
        ("n_min=99999999999999999999", "n_min", "“99999999999999999999” cannot be used."),
        ("histology=some", "histology", "“some” cannot be used. Choose from net, all."),
        ("family=nowhere", "family", "“nowhere” cannot be used. Choose from family."),
        ("family=child", "family", "“child” cannot be used. Choose from family."),
        ("domain=joy", "domain", "“joy” cannot be used. Choose from tumour-response,"),
        ("histology=all&histology=net", "histology", "It takes one value and was given 2."),
        ("n_min=%00", "n_min", "A NUL character cannot be searched for."),
        ("designs=registry", "designs", "There is no such parameter here; known are design,"),
    ],
)
def test_map_refuses_a_filter_it_cannot_read(ask, query, parameter, words):
    make_therapy("child", parent=make_therapy("family"))

    answer = ask(f"/evidence-map?{query}", status=422)

    (error,) = answer["errors"]
    assert error["parameter"] == parameter
    assert error["message"].startswith(words)
    assert answer["detail"] == f"{parameter}: {error['message']}"


def test_map_names_every_filter_it_cannot_read(ask):
    answer = ask("/evidence-map?design=anecdote&year_from=soon&n_min=20", status=422)

    assert [error["parameter"] for error in answer["errors"]] == ["design", "year_from"]
    assert "design:" in answer["detail"]
    assert "year_from:" in answer["detail"]


def test_map_takes_an_address_copied_from_the_page(ask):
    make_result(make_arm(), make_outcome())
    form = "design=&criteria=&year_from=&year_to=&n_min=&histology="

    copied = ask(
        f"/evidence-map?{form}&comparators=on&columns=all&closed=family&months=12&level=family&view=table&derived=show"
    )

    assert copied == ask("/evidence-map")


def test_map_knows_every_filter_of_the_page(client):
    described = client.get("/api/v1/openapi.json").json()["paths"]["/api/v1/evidence-map"]["get"][
        "parameters"
    ]

    on_the_page_only = {"comparators", "columns", "closed", "level", "months", "derived", "view"}
    assert {parameter["name"] for parameter in described} == set(MapForm.base_fields) - on_the_page_only


def test_map_asks_few_queries_however_much_there_is(ask, django_assert_max_num_queries):
    for _ in range(5):
        make_result(make_arm(make_study()), make_outcome())

    with django_assert_max_num_queries(8):
        ask("/evidence-map?year_from=1990&n_min=1")
