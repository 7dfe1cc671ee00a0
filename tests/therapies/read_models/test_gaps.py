from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from references.models import SearchRun
from tests.builders import (
    make_arm,
    make_certainty,
    make_not_applicable,
    make_outcome,
    make_reference,
    make_report,
    make_result,
    make_search_hit,
    make_search_run,
    make_study,
    make_therapy,
)
from therapies import derivation, evidence_map
from therapies.models import Outcome, Therapy
from therapies.read_models import gaps
from therapies.read_models.gaps import Freshness, Gap
from therapies.scope import Scope

JUNE, JULY = datetime(2026, 6, 1, 12, tzinfo=UTC), datetime(2026, 7, 1, 12, tzinfo=UTC)


def tree(*specifications: tuple[str, str | None, dict]) -> tuple[evidence_map.Row, ...]:
    """Rows of unsaved therapies, given as (code, parent, fields)."""
    therapies: dict[str, Therapy] = {}
    for pk, (code, parent, fields) in enumerate(specifications, start=1):
        names = {"name": f"Name of {code}", "abbreviation": code.upper()}
        therapies[code] = Therapy(
            pk=pk, code=code, parent_id=therapies[parent].pk if parent else None, **{**names, **fields}
        )
    return evidence_map.tree(therapies.values())


def family() -> tuple[evidence_map.Row, ...]:
    return tree(
        ("family", None, {"synonyms": ["wide word"]}),
        ("branch", "family", {"mesh": ["Heading, Inverted"]}),
        ("leaf", "branch", {"synonyms": ["leafing"]}),
        ("sibling", "family", {}),
        ("elsewhere", None, {"abbreviation": "Other"}),
    )


# Which search covers which therapy


@pytest.mark.parametrize(
    ("query", "covered"),
    [
        ("wide word[tiab]", {"family", "branch", "leaf", "sibling"}),
        ('"Heading, Inverted"[MeSH Terms]', {"family", "branch", "leaf"}),
        ("LEAF[tiab] AND liver", {"family", "branch", "leaf"}),
        ("(Name of sibling)", {"family", "sibling"}),
        ("leafings", set()),
        ("leafi*", {"family", "branch", "leaf"}),
        ("lea*", set()),
        ("any other treatment", set()),
        ("neuroendocrine liver metastases", set()),
    ],
)
def test_search_covers_what_its_query_names_and_what_stands_above_and_below(query, covered):
    assert set(gaps.searches(family(), [(query, "", JUNE)])) == covered


def test_search_covers_what_only_its_translation_names():
    assert "sibling" in gaps.searches(family(), [("x", '"name of sibling"[All Fields]', JUNE)])


def test_search_keeps_the_day_of_the_last_run():
    found = gaps.searches(family(), [("SIBLING", "", JULY), ("SIBLING again", "", JUNE)])

    assert found["sibling"] == date(2026, 7, 1)


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("liver NOT leaf[tiab] AND sibling", "sibling"),
        ("liver NOT (leaf OR (leaf)) AND sibling", "sibling"),
        ('sibling NOT "leaf of grass"[Title]', "sibling"),
        ("sibling NOT leaf", "sibling"),
        ("sibling NOT (leaf", "sibling"),
    ],
)
def test_search_does_not_cover_what_its_query_excludes(query, kept):
    text = gaps.asked_for(query)

    assert "leaf" not in text
    assert kept in text


def test_a_word_that_only_contains_not_excludes_nothing():
    assert gaps.asked_for("leaf knot NOTED notes") == "leaf knot NOTED notes"


@pytest.mark.parametrize(
    ("text", "is_named"),
    [("a tae b", True), ("tae", True), ("tae-based", True), ("taenia", False), ("x_tae", False)],
)
def test_term_is_named_by_whole_words(text, is_named):
    assert gaps.is_named("tae", text) is is_named


# References that wait


def test_waiting_counts_each_reference_once_in_a_family():
    rows = family()
    keys = {row.therapy.code: row.therapy.pk for row in rows}

    found = gaps.waiting_by_therapy(rows, [([keys["leaf"], keys["sibling"]], 2), ([keys["branch"]], 1)])

    assert found == {"family": 3, "branch": 3, "leaf": 2, "sibling": 2}


@pytest.fixture
def outcome(db) -> Outcome:
    return make_outcome("rate")


def known(outcome: Outcome, scope: Scope | None = None) -> tuple[gaps.Knowledge, evidence_map.EvidenceMap]:
    scope = scope or Scope()
    evidence = evidence_map.build(scope, derived=derivation.derived(scope))
    return gaps.load(scope, evidence.rows, [outcome]), evidence


def find(title: str, **overrides):
    """A reference that a search found."""
    reference = make_reference(title, **overrides)
    make_search_hit(make_search_run(state=SearchRun.State.DONE, query="unrelated"), reference=reference)
    return reference


def n_waiting(outcome: Outcome, code: str) -> int:
    return known(outcome)[0].fresh(code).n_waiting


def test_waiting_are_references_a_search_found_that_name_the_therapy(outcome):
    make_therapy("leafing", parent=make_therapy("family"), synonyms=["green treatment"])
    find("Outcomes of green treatments")
    find("LEAFING once more")
    find("Something else")
    make_reference("A green treatment that no search found")

    assert n_waiting(outcome, "leafing") == 2
    assert n_waiting(outcome, "family") == 2


def test_waiting_leaves_out_what_a_study_uses(outcome):
    make_therapy("leafing")
    make_report(make_study(), find("On leafing"))

    assert n_waiting(outcome, "leafing") == 0


@pytest.mark.parametrize("fields", [{"is_retracted": True}, {"doi": "10.3390/curroncol31040154"}])
def test_waiting_leaves_out_retracted_references_and_the_source_review(outcome, fields):
    make_therapy("leafing")
    find("On leafing", **fields)

    assert n_waiting(outcome, "leafing") == 0


def test_waiting_leaves_out_merged_references(outcome, admin):
    make_therapy("leafing")
    find("On leafing", merged_into=make_reference(), merged_by=admin, merged_at=JUNE)

    assert n_waiting(outcome, "leafing") == 0


# The kinds of empty cell


def gap(therapy: Therapy, outcome: Outcome, scope: Scope | None = None) -> Gap | None:
    knowledge, evidence = known(outcome, scope)
    return knowledge.gap(evidence.cell(therapy.code, outcome.code))


def test_gap_before_any_search_says_that_nobody_looked(outcome):
    assert gap(make_therapy(), outcome) == Gap.NOT_SEARCHED


@pytest.mark.parametrize(
    "state", [SearchRun.State.FAILED, SearchRun.State.CANCELLED, SearchRun.State.RUNNING]
)
def test_gap_after_a_search_that_did_not_succeed_says_that_nobody_looked(outcome, state, admin):
    cancelled = {"cancelled_by": admin, "cancelled_at": JUNE} if state == SearchRun.State.CANCELLED else {}
    make_search_run(state=state, query="leafing", **cancelled)

    assert gap(make_therapy("leafing"), outcome) == Gap.NOT_SEARCHED


def test_gap_after_a_search_that_covers_the_therapy_says_that_none_was_found(outcome):
    make_search_run(state=SearchRun.State.DONE, query="leafing", finished_at=JUNE)
    therapy = make_therapy("leafing")

    assert gap(therapy, outcome) == Gap.SEARCHED
    assert known(outcome)[0].fresh("leafing") == Freshness(date(2026, 6, 1), 0)


def test_gap_with_references_waiting_says_so(outcome):
    therapy = make_therapy("leafing")
    find("On leafing")

    assert gap(therapy, outcome) == Gap.WAITING


def test_gap_where_the_outcome_does_not_apply_holds_for_therapies_below(outcome):
    parent = make_therapy("family")
    child = make_therapy("child", parent=parent)
    make_not_applicable(parent, outcome, reason="It has no lesion.")

    assert gap(parent, outcome) == gap(child, outcome) == Gap.NOT_APPLICABLE
    assert known(outcome)[0].not_applicable["child", "rate"] == "It has no lesion."


def test_a_published_result_wins_over_not_applicable(outcome):
    arm = make_arm()
    make_not_applicable(arm.therapy, outcome)
    make_result(arm, outcome)

    assert gap(arm.therapy, outcome) is None


def test_gap_of_results_without_a_number(outcome):
    arm = make_arm()
    make_result(arm, outcome, is_composite=True)

    assert gap(arm.therapy, outcome) == Gap.NOT_EXTRACTABLE


def test_a_cell_with_one_usable_value_is_no_gap(outcome):
    arm = make_arm()
    make_result(arm, outcome, is_composite=True)
    make_result(arm, outcome)

    assert gap(arm.therapy, outcome) is None


def test_gap_of_mixed_tumour_types_is_not_called_empty(outcome):
    arm = make_arm(make_study(histology="mixed"))
    make_result(arm, outcome)

    assert gap(arm.therapy, outcome) == Gap.FILTERED
    assert gap(arm.therapy, outcome, Scope(with_mixed_histology=True)) is None


def test_gap_inside_filters_is_not_called_empty_in_the_family_either(outcome):
    parent = make_therapy("family")
    make_result(make_arm(therapy=make_therapy("child", parent=parent)), outcome)

    assert gap(parent, outcome, Scope(designs=("registry",))) == Gap.FILTERED


def test_knowledge_holds_the_certainty_of_a_cell(outcome):
    therapy = make_therapy("leafing")
    make_certainty(therapy, outcome, level="low", reason="Two small series.")

    judged = known(outcome)[0].certainties["leafing", "rate"]

    assert (judged.level, judged.words, judged.reason) == ("low", "low", "Two small series.")


def test_knowledge_takes_two_queries(outcome, django_assert_num_queries):
    make_result(make_arm(), outcome)
    rows = evidence_map.tree(Therapy.objects.all())

    with django_assert_num_queries(2):
        gaps.load(Scope(), rows, [outcome])


@pytest.mark.django_db(transaction=True)
def test_knowledge_of_the_literature_is_remembered_until_it_changes():
    outcome = make_outcome("rate")
    make_therapy("leafing")
    find("On leafing")
    assert n_waiting(outcome, "leafing") == 1

    find("Leafing again")
    assert n_waiting(outcome, "leafing") == 2

    make_report(make_study(), find("Leafing, and read"))
    assert n_waiting(outcome, "leafing") == 2

    make_search_run(state=SearchRun.State.DONE, query="leafing", finished_at=JUNE)
    assert known(outcome)[0].fresh("leafing").searched_on == date(2026, 6, 1)


@pytest.mark.django_db(transaction=True)
def test_knowledge_of_the_literature_is_asked_for_once(django_assert_num_queries):
    outcome = make_outcome("rate")
    make_result(make_arm(), outcome)
    rows = evidence_map.tree(Therapy.objects.all())
    gaps.load(Scope(), rows, [outcome])

    with django_assert_num_queries(2) as queries:
        gaps.load(Scope(), rows, [outcome])

    assert not any("references_searchrun" in query["sql"] for query in queries.captured_queries)
