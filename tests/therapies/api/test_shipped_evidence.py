"""The shipped evidence over the API: the recount of its files, the page's map, and every printed digit."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from tests import recount
from therapies import evidence_map
from therapies.scope import Scope

COUNTS = ("n_studies", "n_patients", "n_results", "n_reviews")
STUDIES = {
    study["key"]: study
    for study in json.loads((recount.DATA / "studies.json").read_text(), parse_float=Decimal)
}
PRINTED = ("value", "timepoint_months", "events", "total", "unit", "per", "composite", "not_reached")


def counts(answer):
    return {
        (cell["therapy"], cell["outcome"]): tuple(cell[name] for name in COUNTS) for cell in answer["cells"]
    }


def is_net(study):
    return study["histology"] == "net"


RECOUNTS = {
    "": {},
    "histology=all": {"studies": lambda study: True},
    "design=randomized-controlled-trial&design=prospective-single-arm": {
        "studies": lambda study: (
            is_net(study) and study["design"] in ("randomized-controlled-trial", "prospective-single-arm")
        )
    },
    "design=meta-analysis&histology=all": {"studies": lambda study: study["design"] == "meta-analysis"},
    "year_from=2005&year_to=2014": {
        "studies": lambda study: is_net(study) and 2005 <= (recount.primary_year(study) or 0) <= 2014
    },
    "year_to=2001": {
        "studies": lambda study: is_net(study) and (recount.primary_year(study) or 9999) <= 2001
    },
    "n_min=50": {"studies": lambda study: is_net(study) and (recount.known_size(study) or 0) >= 50},
    "criteria=recist-1.1&criteria=mrecist": {
        "results": lambda result: (result["criteria"] or "").startswith(("RECIST 1.1", "mRECIST"))
    },
    "design=retrospective-cohort&criteria=recist-1.1&year_from=2010&n_min=30&histology=all": {
        "studies": lambda study: (
            study["design"] == "retrospective-cohort"
            and (recount.primary_year(study) or 0) >= 2010
            and (recount.known_size(study) or 0) >= 30
        ),
        "results": lambda result: result["criteria"] == "RECIST 1.1",
    },
}


@pytest.mark.parametrize("query", RECOUNTS)
def test_map_equals_a_recount_of_the_shipped_files(shipped_evidence, ask, query):
    answer = ask(f"/evidence-map?{query}")

    expected = recount.cells(**RECOUNTS[query])
    assert counts(answer) == expected
    assert any(any(cell) for cell in expected.values())
    assert len(answer["cells"]) == len(expected)


def test_map_counts_the_derived_results_that_a_recount_of_the_files_counts(shipped_evidence, ask):
    found = {(cell["therapy"], cell["outcome"]): cell["n_derived"] for cell in ask("/evidence-map")["cells"]}

    assert found == recount.n_derived()
    assert sum(found.values()) > 50


@pytest.mark.parametrize(
    ("query", "scope"),
    [
        ("", Scope()),
        ("design=registry&histology=all", Scope(designs=("registry",), with_mixed_histology=True)),
        ("criteria=who&criteria=recist", Scope(criteria=("who", "recist"))),
        ("year_from=2012&n_min=40", Scope(year_from=2012, n_min=40)),
    ],
)
def test_map_equals_the_map_of_the_page(shipped_evidence, ask, query, scope):
    answer = ask(f"/evidence-map?{query}")

    shown = evidence_map.build(scope)
    assert [row["therapy"] for row in answer["rows"]] == [row.therapy.code for row in shown.rows]
    assert [column["outcome"] for column in answer["columns"]] == [
        column.outcome.code for column in shown.columns
    ]
    for pair, numbers in counts(answer).items():
        cell = shown.cell(*pair)
        assert numbers == tuple(getattr(cell, name) for name in COUNTS)


def test_map_has_every_therapy_every_outcome_and_every_cell(shipped_evidence, ask):
    answer = ask("/evidence-map")

    assert set(answer) == {"rows", "columns", "cells"}
    assert {row["therapy"]: row["parent"] for row in answer["rows"]} == recount.PARENTS
    assert [column["outcome"] for column in answer["columns"]] == recount.OUTCOMES
    assert [(cell["therapy"], cell["outcome"]) for cell in answer["cells"]] == [
        (row["therapy"], column["outcome"]) for row in answer["rows"] for column in answer["columns"]
    ]


def test_map_keeps_the_rows_of_the_families_asked_for(shipped_evidence, ask):
    answer = ask("/evidence-map?family=ablation&family=resection")

    roots = [row["therapy"] for row in answer["rows"] if row["parent"] is None]
    assert roots == ["ablation", "resection"]
    below = {code for code, parent in recount.PARENTS.items() if parent in roots}
    assert {row["therapy"] for row in answer["rows"]} == {*roots, *below}
    assert counts(answer).items() <= counts(ask("/evidence-map")).items()
    assert len(answer["cells"]) == len(answer["rows"]) * len(answer["columns"])


def test_map_keeps_the_columns_of_the_domains_asked_for(shipped_evidence, ask):
    answer = ask("/evidence-map?domain=safety&domain=survival")

    assert {column["domain"] for column in answer["columns"]} == {"safety", "survival"}
    assert counts(answer).items() <= counts(ask("/evidence-map")).items()
    assert len(answer["cells"]) == len(answer["rows"]) * len(answer["columns"])


def every(ask, address, query=""):
    """Return the whole list, part by part."""
    found, count = [], 1
    while len(found) < count:
        part = ask(f"{address}?limit=200&offset={len(found)}&{query}")
        count = part["count"]
        assert part["items"]
        found += part["items"]
    return found


def test_results_keep_every_printed_digit(shipped_evidence, ask):
    """Compare the digits, not the numbers: 26.0 equals 26, but does not say the same."""
    found = every(ask, "/results", "histology=all")

    printed = [(key, result) for key in STUDIES for result in STUDIES[key]["results"]]
    assert len(found) == len(printed)
    ours = sorted(
        repr(
            (
                result["study"]["key"],
                result["arm"]["code"],
                result["outcome"]["code"],
                *(str(result[name]) for name in PRINTED),
                *(str((result["interval"] or {}).get(end)) for end in ("low", "high", "level")),
                *(str((result["range"] or {}).get(end)) for end in ("low", "high")),
                result["criteria_text"],
                result["source"]["where"],
                (result["source"]["reported_in"] or {}).get("key"),
            )
        )
        for result in found
    )
    theirs = sorted(
        repr(
            (
                key,
                result["arm"],
                result["outcome"],
                *(str(result[name]) for name in PRINTED),
                *(str(result[f"ci_{end}"]) for end in ("low", "high", "level")),
                *(str(result[f"range_{end}"]) for end in ("low", "high")),
                result["criteria"],
                result["source"]["where"],
                result["source"]["reported_in"],
            )
        )
        for key, result in printed
    )
    assert ours == theirs


def test_results_come_once_each_in_one_order(shipped_evidence, ask):
    keys = [result["id"] for result in every(ask, "/results")]

    assert len(set(keys)) == len(keys)
    assert keys[:500] == [result["id"] for result in ask("/results?limit=500")["items"]]


def test_computed_values_stand_only_where_a_fraction_is_printed(shipped_evidence, ask):
    for result in every(ask, "/results", "histology=all"):
        is_fraction = (
            result["value"] is None
            and result["unit"] == "%"
            and result["events"] is not None
            and result["total"] is not None
        )
        if is_fraction:
            assert result["computed_value"] == pytest.approx(
                Decimal(100 * result["events"]) / result["total"], abs=Decimal("1e-9")
            )
        else:
            assert result["computed_value"] is None


def test_studies_hold_what_the_files_hold(shipped_evidence, ask):
    for key, study in STUDIES.items():
        answer = ask(f"/studies/{key}")

        assert [arm["code"] for arm in answer["arms"]] == [arm["id"] for arm in study["arms"]]
        assert [str(result["value"]) for result in answer["results"]] == [
            str(result["value"]) for result in study["results"]
        ]
        assert [
            (
                comparison["measure"],
                str(comparison["value"]),
                comparison["p"],
                [arm["code"] for arm in comparison["arms"]],
            )
            for comparison in answer["comparisons"]
        ] == [
            (comparison["measure"], str(comparison["value"]), comparison["p"], comparison["arms"])
            for comparison in study["comparisons"]
        ]
        assert [report["role"] for report in answer["reports"]] == [
            report["role"] for report in study["references"]
        ]


def test_overridden_percentages_say_why_they_stand(shipped_evidence, ask):
    (result,) = [
        result
        for result in ask("/studies/gillams-2005")["results"]
        if result["value"] == 69 and result["events"] == 9
    ]

    assert result["total"] == 14
    assert result["override_reason"]


@pytest.mark.parametrize("address", ["/therapies", "/outcomes", "/studies", "/references"])
def test_every_item_of_a_list_has_a_page_of_its_own(shipped_evidence, ask, address):
    for item in every(ask, address)[::3]:
        key = next(item[name] for name in ("code", "key", "id") if name in item)
        answer = ask(f"{address}/{key}")
        assert item.items() <= answer.items()


@pytest.mark.parametrize("address", ["/therapies/embolization", "/outcomes/orr"])
def test_evidence_of_one_is_its_part_of_the_map(shipped_evidence, ask, address):
    name, code = address.strip("/").split("/")
    kind = {"therapies": "therapy", "outcomes": "outcome"}[name]

    found = [
        cell
        for cell in ask("/evidence-map")["cells"]
        if cell[kind] == code and any(cell[n] for n in (*COUNTS, "n_derived"))
    ]

    assert ask(address)["evidence"] == found
    assert found
