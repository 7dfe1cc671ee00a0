from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from tests.builders import make_arm, make_outcome, make_result, make_therapy
from therapies import evidence_map
from therapies.derivation import Derived
from therapies.evidence_map import Cell
from therapies.read_models import map_page
from therapies.read_models.gaps import Freshness, Gap, Judgement, Knowledge
from therapies.read_models.map_page import Beside, DrawnCell, Pooled
from therapies.scope import Scope

pytestmark = pytest.mark.django_db


@pytest.fixture
def arm():
    return make_arm(therapy=make_therapy("tace"), n=30)


@pytest.fixture
def outcome():
    return make_outcome("orr", short_name="ORR")


def derived(value: int, **overrides) -> Derived:
    fields = {
        "outcome_code": "orr",
        "arm": 1,
        "therapy": 1,
        "arm_n": 20,
        "criteria": "recist",
        "criteria_text": "",
        "timepoint_months": None,
        "per": "patient",
        "events": None,
        "total": None,
        "parts": (1, 2),
        "assumes_no_cr": False,
    }
    return Derived(value=Decimal(value), **{**fields, **overrides})


def drawn(beside: Beside | None, **overrides) -> DrawnCell:
    """The cell tace × orr of what the database holds; `overrides` change what was counted."""
    evidence = evidence_map.build(Scope())
    cell = replace(evidence.cell("tace", "orr"), **overrides)
    page = map_page.draw(replace(evidence, cells={("tace", "orr"): cell}), beside=beside)
    return page.rows[0].cells[0][1]


def test_cell_without_anything_beside_shows_what_is_reported(arm, outcome):
    make_result(arm, outcome, value=Decimal(40))

    cell = drawn(None)

    assert (cell.words, cell.gap, cell.details, cell.derived_words) == ("40%", None, "", "")


def test_cell_shows_a_pooled_estimate_in_words_and_as_a_diamond(arm, outcome):
    make_result(arm, outcome, value=Decimal(40))
    pooled = {("tace", "orr"): Pooled(k=7, estimate=45.2, low=38.4, high=51.6)}

    cell = drawn(Beside(pooled=pooled))

    assert cell.pooled_words == "45% (38–52)"
    assert cell.strip.pooled.startswith("M")
    assert cell.details.startswith("Pooled 45% (38–52), 7 studies\nReported 40%")


def test_cell_of_another_outcome_gets_no_diamond(arm, outcome):
    make_result(arm, outcome)

    assert drawn(Beside(pooled={("tace", "dcr"): Pooled(3, 1.0, 0.5, 2.0)})).strip.pooled == ""


def test_cell_counts_derived_results_and_draws_them_only_on_request(arm, outcome):
    make_result(arm, outcome, value=Decimal(40))
    found = (derived(60), derived(35))

    hidden, shown = drawn(Beside(), derived=found), drawn(Beside(with_derived=True), derived=found)

    assert (hidden.derived_words, hidden.strip.derived) == ("+ 2 derived", "")
    assert shown.derived_words == "2 derived 35–60%"
    assert shown.strip.derived.count("M") == 2
    assert shown.words == hidden.words == "40%"


def test_cell_with_nothing_but_derived_results_still_says_that_none_was_reported(arm, outcome):
    cell = drawn(Beside(with_derived=True), derived=(derived(60),))

    assert cell.gap == Gap.NOT_SEARCHED
    assert not cell.is_blank
    assert cell.strip.derived
    assert "1 derived: 60%, derived from parts that one arm prints\n" in cell.details


def test_cell_says_why_it_is_empty(arm, outcome):
    searched = Freshness(date(2026, 6, 1))
    cases = {
        Gap.NOT_SEARCHED: (Knowledge(), "not searched", "Not searched yet"),
        Gap.SEARCHED: (Knowledge({"tace": searched}), "none found", "Searched, none found"),
        Gap.WAITING: (Knowledge({"tace": Freshness(None, 1200)}), "1,200 waiting", "references wait"),
        Gap.NOT_APPLICABLE: (
            Knowledge(not_applicable={("tace", "orr"): "No lesion."}),
            "does not apply",
            "Does not apply: No lesion.",
        ),
        Gap.FILTERED: (
            Knowledge(left_out=frozenset({("tace", "orr")})),
            "left out",
            "Reported in mixed tumour types only",
        ),
    }
    for kind, (known, words, sentence) in cases.items():
        cell = drawn(Beside(known))
        assert (cell.gap, cell.gap_words) == (kind, words)
        assert sentence in cell.details


def test_cell_inside_filters_says_that_they_hide_what_there_is(arm, outcome):
    known = Knowledge(left_out=frozenset({("tace", "orr")}))

    assert "outside your filters" in drawn(Beside(known, is_filtered=True)).details


def test_details_say_everything_known(arm, outcome):
    make_result(arm, outcome, value=Decimal(40))
    known = Knowledge(
        {"tace": Freshness(date(2026, 6, 1), 3)},
        {("tace", "orr"): Judgement("low", "low", "One series.")},
    )

    cell = drawn(Beside(known), newest_year=2019, n_reviews=2)

    assert cell.details.split("\n") == [
        "40%",
        "1 study, 30 patients, 1 result",
        "1 retrospective",
        "2 reviews, counted apart",
        "Newest study 2019",
        "GRADE low: One series.",
        "Last searched 1 June 2026; 3 references waiting",
    ]


def test_details_inside_filters_say_that_the_certainty_is_of_everything(arm, outcome):
    make_result(arm, outcome)
    known = Knowledge(certainties={("tace", "orr"): Judgement("low", "low", "One series.")})

    assert "GRADE low, of the whole evidence: One series." in drawn(Beside(known, is_filtered=True)).details


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (Cell("t", "o", n_studies=24, n_patients=1037), "24 st · 1,037"),
        (Cell("t", "o", n_studies=1), "1 st · n ?"),
    ],
)
def test_count_is_short(cell, words):
    assert DrawnCell(cell).count == words


def test_designs_are_named_in_the_order_of_their_strength():
    assert DrawnCell(Cell("t", "o", designs=(1, 3, 0, 2, 0))).designs == (
        "1 randomised · 3 prospective · 2 case series"
    )


def visible(**choices) -> tuple[list[str], str]:
    page = map_page.draw(evidence_map.build(Scope()), **choices)
    return [row.row.therapy.code for row in page.rows], page.level


@pytest.fixture
def families(outcome):
    family = make_therapy("family")
    make_therapy("leaf", parent=make_therapy("branch", parent=family))
    make_therapy("second")
    make_therapy("surgery", kind="comparator")


def test_level_opens_families_or_techniques(families):
    assert visible() == (["family", "branch", "leaf", "second"], "technique")
    assert visible(level="family") == (["family", "second"], "family")
    assert visible(closed=["family"]) == (["family", "second"], "family")
    assert visible(closed=["branch"]) == (["family", "branch", "second"], "")


def test_level_of_families_unfolds_one_by_one(families):
    page = map_page.draw(evidence_map.build(Scope()), level="family")

    assert [(row.is_closed, row.closed_next) for row in page.rows] == [
        (True, ()),
        (False, ("family", "second")),
    ]


def test_map_zooms_into_the_families_chosen(families):
    assert visible(families=["second"])[0] == ["second"]
    assert visible(families=["surgery"])[0] == ["surgery"]
    assert visible(with_comparators=True)[0][-1] == "surgery"


def test_row_gathers_its_gaps_by_kind(families):
    make_outcome("dcr", short_name="DCR")
    known = Knowledge(not_applicable={("second", "orr"): "No lesion."})

    page = map_page.draw(evidence_map.build(Scope()), families=["second"], beside=Beside(known))

    assert page.rows[0].gaps == {
        (Gap.NOT_APPLICABLE, "does not apply"): ["ORR"],
        (Gap.NOT_SEARCHED, "not searched"): ["DCR"],
    }
