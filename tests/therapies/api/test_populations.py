"""Whose patients, over the API: the fields of a study, and the filters of the map and of results."""

from __future__ import annotations

import pytest

from tests.builders import make_arm, make_outcome, make_population, make_result
from therapies.models import CRITERIA

pytestmark = pytest.mark.django_db


def test_study_says_what_its_text_states_in_fields(ask):
    arm = make_arm()
    make_population(
        arm.study, primary={"rest": {}, "pancreas": {"n": 7, "words": "islet cell"}}, quotes=["x"]
    )
    make_population(arm, ki67="< 3 %")

    found = ask(f"/studies/{arm.study.key}")["population_fields"]

    empty = {"n": None, "percent": None, "words": None}
    assert found == [
        {
            "arm": None,
            "fields": [
                {
                    "criterion": "primary",
                    "label": "Primary site",
                    "values": [
                        {**empty, "value": "pancreas", "label": "pancreas", "n": 7, "words": "islet cell"},
                        {**empty, "value": "rest", "label": "the others, not described"},
                    ],
                }
            ],
            "ki67": None,
            "structured_by": "hand",
            "quotes": ["x"],
        },
        {"arm": "a1", "fields": [], "ki67": "< 3 %", "structured_by": "hand", "quotes": []},
    ]


def test_study_whose_text_nobody_structured_has_no_fields(ask):
    assert ask(f"/studies/{make_arm().study.key}")["population_fields"] == []


@pytest.mark.parametrize(
    ("query", "n_studies"),
    [("primary=pancreas", 1), ("primary=pancreas&unreported=include", 2), ("primary=lung", 0)],
)
def test_map_and_results_are_narrowed_to_patients(ask, query, n_studies):
    arm, outcome = make_arm(), make_outcome("rate")
    make_population(arm.study, primary={"pancreas": {}})
    make_result(arm, outcome)
    make_result(make_arm(therapy=arm.therapy), outcome)

    (cell,) = ask(f"/evidence-map?{query}")["cells"]

    assert cell["n_studies"] == n_studies
    assert ask(f"/results?{query}")["count"] == n_studies


def test_every_criterion_is_described(client):
    map_of = client.get("/api/v1/openapi.json").json()["paths"]["/api/v1/evidence-map"]["get"]

    described = {parameter["name"] for parameter in map_of["parameters"] if parameter["description"]}
    assert described >= {*CRITERIA, "unreported"}
