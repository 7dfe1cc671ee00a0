"""Results in sections: groups, what stands apart, and how each result stands to the pool."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.builders import make_arm, make_outcome, make_result, make_study, make_therapy
from therapies import cell_results
from therapies.analysis import Choices
from therapies.models import Criteria, Outcome, Result, Study, Therapy
from therapies.read_models import plot_items, plot_sections
from therapies.read_models.plot_items import Item
from therapies.read_models.plot_sections import Plot
from therapies.scope import Scope
from therapies.synthesis import intervals
from therapies.synthesis.eligibility import Rules

pytestmark = pytest.mark.django_db


@pytest.fixture
def outcome() -> Outcome:
    return make_outcome("mortality-30d", domain=Outcome.Domain.SAFETY)


def add(
    outcome: Outcome, events: int | None, total: int, therapy: Therapy | None = None, **fields: Any
) -> Result:
    study = make_study(n_patients=total, **fields.pop("study", {}))
    values = {"value": None, "events": events, "total": total, **fields}
    return make_result(make_arm(study, therapy, n=total), outcome, **values)


def items_of(outcome: Outcome, method: str = "exact") -> list[Item]:
    every = Therapy.objects.values_list("pk", flat=True)
    rows, _mixed = cell_results.read(Scope(), outcome, every)
    return plot_items.with_intervals(plot_items.reported(rows, high_risk=frozenset()), outcome, method)


def arrange(outcome: Outcome, group: str = "none", sort: str = "study", **rules: Any) -> Plot:
    therapies = {pk: (pk, name) for pk, name in Therapy.objects.values_list("pk", "name")}
    return plot_sections.arrange(
        items_of(outcome), outcome, Choices(Rules(**rules)), group=group, sort=sort, therapies=therapies
    )


def test_interval_is_computed_from_the_printed_fraction(outcome):
    add(outcome, 16, 17)

    (exact,), (wilson,) = items_of(outcome), items_of(outcome, "wilson")

    assert exact.is_computed
    assert (exact.ci_low, exact.ci_high) == (pytest.approx(71.31, abs=0.01), pytest.approx(99.85, abs=0.01))
    assert wilson.ci_low == pytest.approx(100 * intervals.wilson(16, 17).low)


def test_interval_is_computed_from_reconstructed_events(outcome):
    add(outcome, None, 20, value=Decimal(35))

    (item,) = items_of(outcome)

    assert item.candidate.is_reconstructed
    assert item.ci_low == pytest.approx(100 * intervals.clopper_pearson(7, 20).low)


@pytest.mark.parametrize(
    "fields",
    [
        {"value": Decimal(80), "ci_low": Decimal(70), "ci_high": Decimal(90)},
        {"value": Decimal(80), "ci_low": Decimal(70)},
        {"value": Decimal("33.3"), "events": None},
        {"study": {"design": Study.Design.META_ANALYSIS}},
    ],
)
def test_interval_is_not_computed_where_the_source_prints_one_or_nothing_allows_it(outcome, fields):
    add(outcome, **{"events": 16, "total": 20, **fields})

    (item,) = items_of(outcome)

    assert not item.is_computed


def test_interval_of_survival_at_a_time_needs_the_number_at_risk():
    outcome = make_outcome("os-rate", domain=Outcome.Domain.SURVIVAL)
    make_result(make_arm(), outcome, value=Decimal(50), timepoint_months=12)
    add(outcome, 9, 18, timepoint_months=12)

    assert sorted(item.is_computed for item in items_of(outcome)) == [False, True]


def test_sections_keep_composite_results_apart_and_unusable_ones_in_their_place(outcome):
    for label, fields in (("A", {}), ("B", {"events": None}), ("C", {}), ("D", {"is_composite": True})):
        add(outcome, **{"events": 5, "total": 20, "study": {"label": label}, **fields})

    main, composite = arrange(outcome).sections

    assert [item.row.study.label for item in main.items] == ["A", "B", "C"]
    assert [item.row.study.label for item in composite.items] == ["D"]
    assert (main.title, main.is_one_range, composite.is_one_range) == ("Results", True, False)


def test_standing_is_a_weight_or_the_reason_to_be_left_out(outcome):
    for n in (20, 30, 40):
        add(outcome, 5, n)
    silent = add(outcome, None, 20)
    mixed = add(outcome, 5, 20, is_composite=True)

    plot = arrange(outcome)

    weights = [one.weight for one in plot.standings.values() if one.is_in]
    assert sum(weights) == pytest.approx(100)
    assert plot.standings[silent.pk].left_out == "no percentage and no fraction"
    assert "mixes imaging" in plot.standings[mixed.pk].left_out


def test_standing_of_a_kind_not_chosen_is_said(outcome):
    for n in (20, 30, 40):
        add(outcome, 5, n, criteria=Criteria.CTCAE)
    other = add(outcome, 5, 20)

    plot = arrange(outcome, definition="ctcae:")

    assert plot.overall.pool
    assert plot.standings[other.pk].left_out == plot_sections.OTHER_KIND


def test_dropped_study_leaves_the_pool_and_stays_on_the_plot(outcome):
    results = [add(outcome, events, 20) for events in (2, 5, 8, 9)]
    key = results[0].arm.study.key

    whole, without = arrange(outcome), arrange(outcome, without=(key,))

    assert without.standings[results[0].pk].is_dropped
    assert (whole.overall.pool.k, without.overall.pool.k) == (4, 3)
    assert len(without.sections[0].items) == 4
    assert without.overall.pool.natural.estimate > whole.overall.pool.natural.estimate


@pytest.mark.parametrize(
    ("group", "titles"),
    [
        ("criteria", ["CTCAE", "Not stated"]),
        ("design", ["Prospective single-arm", "Retrospective cohort"]),
        ("technique", ["First", "Second"]),
        ("time", ["At 1 month", "Time point not reported"]),
    ],
)
def test_groups_have_a_verdict_each(outcome, group, titles):
    first, second = make_therapy(name="First"), make_therapy(name="Second")
    for events in (2, 3, 4):
        add(
            outcome, events, 20, first, criteria=Criteria.CTCAE, timepoint_months=1,
            study={"design": Study.Design.PROSPECTIVE_SINGLE_ARM},
        )  # fmt: skip
    add(outcome, 9, 20, second)

    sections = arrange(outcome, group).sections

    assert [section.title.replace("\u00a0", " ") for section in sections] == titles
    assert [bool(section.analysis.pool) for section in sections] == [True, False]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("study", ["alpha", "Beta", "gamma"]), ("-study", ["gamma", "Beta", "alpha"]),
        ("value", ["gamma", "Beta", "alpha"]), ("-value", ["alpha", "Beta", "gamma"]),
        ("n", ["gamma", "alpha", "Beta"]), ("-n", ["Beta", "alpha", "gamma"]),
        ("-weight", ["Beta", "alpha", "gamma"]), ("weight", ["gamma", "alpha", "Beta"]),
    ],
)  # fmt: skip
def test_results_are_sorted(outcome, sort, order):
    for label, events, total in (("Beta", 30, 60), ("gamma", 3, 10), ("alpha", 24, 40)):
        add(outcome, events, total, study={"label": label})

    (section,) = arrange(outcome, sort=sort).sections

    assert [item.row.study.label for item in section.items] == order
