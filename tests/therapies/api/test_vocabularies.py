"""Therapies and outcomes over the API."""

from __future__ import annotations

import pytest

from tests.builders import (
    make_arm,
    make_claim,
    make_claim_source,
    make_outcome,
    make_reference,
    make_result,
    make_study,
    make_therapy,
)
from tests.therapies.api.test_evidence_map import NO_DESIGNS, UNKNOWN

pytestmark = pytest.mark.django_db


def test_therapies_stand_in_the_order_of_the_tree(ask):
    family = make_therapy("family")
    make_therapy("comparator", kind="comparator")
    child = make_therapy("child", parent=family)
    make_therapy("grandchild", parent=child)

    answer = ask("/therapies")

    assert [(item["code"], item["parent"], item["depth"]) for item in answer["items"]] == [
        ("family", None, 0),
        ("child", "family", 1),
        ("grandchild", "child", 2),
        ("comparator", None, 0),
    ]
    assert [item["kind"] for item in answer["items"]][-1] == "comparator"
    assert [item["code"] for item in ask("/therapies?limit=2&offset=1")["items"]] == ["child", "grandchild"]


def test_therapy_says_what_stands_below_it_and_what_was_found(ask):
    family = make_therapy(
        "family",
        name="A family",
        abbreviation="FAM",
        synonyms=["kin"],
        mesh=["Kin"],
        covered_by_source_review=True,
    )
    child = make_therapy("child", name="A child", parent=family)
    make_therapy("grandchild", parent=child)
    make_outcome("unseen")
    make_result(make_arm(therapy=child, n=7), make_outcome("rate"))

    assert ask("/therapies/family") == {
        "code": "family",
        "name": "A family",
        "abbreviation": "FAM",
        "kind": "locoregional",
        "parent": None,
        "depth": 0,
        "synonyms": ["kin"],
        "mesh": ["Kin"],
        "is_covered_by_source_review": True,
        "children": [{"code": "child", "name": "A child"}],
        "notes": [],
        "evidence": [
            UNKNOWN
            | {
                "therapy": "family",
                "outcome": "rate",
                "n_studies": 1,
                "n_patients": 7,
                "n_results": 1,
                "designs": NO_DESIGNS | {"retrospective": 1},
                "gap": None,
            }
        ],
    }


def test_therapy_leaves_mixed_tumour_types_out_as_the_map_does(ask):
    arm = make_arm(make_study(histology="mixed"))
    make_result(arm)

    assert ask(f"/therapies/{arm.therapy.code}")["evidence"] == []


def test_outcome_says_what_it_means_and_what_was_found(ask):
    therapy = make_therapy("tace")
    make_therapy("unseen")
    outcome = make_outcome("rate", name="A rate", short_name="R", better="lower", definition="How often.")
    make_result(make_arm(make_study(design="meta-analysis"), therapy), outcome)

    assert ask("/outcomes/rate") == {
        "code": "rate",
        "name": "A rate",
        "short_name": "R",
        "domain": "tumour-response",
        "measure": "proportion",
        "unit": "%",
        "better": "lower",
        "definition": "How often.",
        "evidence": [UNKNOWN | {"therapy": "tace", "outcome": "rate", "n_reviews": 1}],
    }


def test_outcomes_stand_in_the_order_of_the_map(ask):
    make_outcome("second", position=2)
    make_outcome("first", position=1)

    answer = ask("/outcomes")

    assert [item["code"] for item in answer["items"]] == ["first", "second"]
    assert answer["count"] == 2


@pytest.mark.parametrize(
    ("address", "detail"),
    [
        ("/therapies/prayer", "There is no therapy “prayer” on the map."),
        ("/outcomes/joy", "There is no outcome “joy” on the map."),
    ],
)
def test_code_that_is_not_there_is_denied_in_words(ask, address, detail):
    assert ask(address, status=404) == {"detail": detail}


@pytest.mark.parametrize("address", ["/therapies", "/outcomes"])
def test_lists_without_filters_refuse_one(ask, address):
    (error,) = ask(f"{address}?q=tace", status=422)["errors"]

    assert error == {"parameter": "q", "message": "There is no such parameter here; known are limit, offset."}


def test_therapy_says_what_clinicians_read_and_what_it_rests_on(ask):
    reference = make_reference("On alpha", pmid=99000001, published_year=2020)
    source = make_claim_source("on-alpha", reference=reference)
    make_claim(make_therapy("alpha"), source, text="One.", section="for-whom")

    assert ask("/therapies/alpha")["notes"] == [
        {
            "section": "for-whom",
            "claims": [
                {
                    "text": "One.",
                    "sources": [
                        {
                            "reference": {
                                "id": reference.pk,
                                "pmid": 99000001,
                                "pmcid": None,
                                "doi": None,
                                "title": "On alpha",
                                "year": 2020,
                            },
                            "read_at": "https://example.org/on-alpha",
                        }
                    ],
                }
            ],
        }
    ]


@pytest.mark.parametrize("n", [1, 15])
def test_vocabularies_need_few_queries_however_long(ask, django_assert_max_num_queries, n):
    parent = make_therapy("family")
    for _ in range(n):
        make_result(make_arm(therapy=make_therapy(parent=parent)), make_outcome())
    outcome = make_outcome("rate")

    for address, queries in (
        ("/therapies", 1),
        ("/outcomes", 2),
        ("/therapies/family", 8),
        (f"/outcomes/{outcome.code}", 7),
    ):
        with django_assert_max_num_queries(queries):
            ask(address)
