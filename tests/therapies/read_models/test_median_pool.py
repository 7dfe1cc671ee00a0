"""Medians: as printed unless a reader asks, and then only where the rule holds."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.builders import make_arm, make_outcome, make_result, make_study
from therapies import cell_results
from therapies.analysis import Choices
from therapies.charts.scale import Scale
from therapies.models import Criteria, Outcome, Therapy
from therapies.read_models import median_pool, plot_items
from therapies.read_models.median_pool import MedianVerdict
from therapies.scope import Scope
from therapies.synthesis import medians
from therapies.synthesis.eligibility import Rules
from therapies.synthesis.medians import Median

pytestmark = pytest.mark.django_db


@pytest.fixture
def outcome() -> Outcome:
    return make_outcome(
        "os-median", domain=Outcome.Domain.SURVIVAL, measure=Outcome.Measure.MEDIAN_TIME, unit="months"
    )


def add(outcome: Outcome, value: int | None, **fields: Any) -> None:
    n = fields.pop("n", 80)
    study = make_study(n_patients=n, label=fields.pop("label", f"Synthetic {value}"))
    printed = {"ci_low": Decimal(value - 5), "ci_high": Decimal(value + 8)} if value else {}
    made = {
        "value": value and Decimal(value), "ci_level": Decimal(95), "criteria": Criteria.FROM_TREATMENT,
        **printed, **fields,
    }  # fmt: skip
    make_result(make_arm(study, n=n), outcome, **made)


def judge(outcome: Outcome, *, is_asked: bool = True, **rules: Any) -> MedianVerdict:
    every = Therapy.objects.values_list("pk", flat=True)
    rows, _mixed = cell_results.read(Scope(), outcome, every)
    items = plot_items.reported(rows, high_risk=frozenset())
    choices = Choices(Rules(**rules))
    return median_pool.judge(items, choices, Scale(120, 0, 200), "months", is_asked=is_asked)


def test_medians_are_pooled_where_the_rule_holds_and_a_reader_asks(outcome):
    for value in (24, 30, 41):
        add(outcome, value)

    found = judge(outcome)

    expected = medians.pool_medians(
        [Median("s", v, v - 5, v + 8, n=80, origin="From first treatment") for v in (24, 30, 41)]
    )
    assert found.reasons == ()
    assert found.pool.pool.natural.estimate == pytest.approx(expected.natural.estimate)
    assert sum(weight for _key, weight in found.weights) == pytest.approx(100)


def test_medians_are_not_pooled_unasked(outcome):
    for value in (24, 30, 41):
        add(outcome, value)

    found = judge(outcome, is_asked=False)

    assert (found.pool, found.reasons) == (None, ())
    assert found.middle.startswith("30\u00a0months is the middle of the 3 medians")


def test_medians_in_other_units_are_pooled_in_that_of_the_outcome(outcome):
    for value in (24, 30):
        add(outcome, value)
    add(outcome, 3, unit="years", ci_low=Decimal(2), ci_high=Decimal(4))

    assert 20 < judge(outcome).pool.pool.natural.estimate < 40


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"value": None, "not_reached": True}, "not reached"),
        ({"value": 30, "ci_high": None}, "both limits"),
        ({"value": 30, "ci_level": None}, "level of the interval is not stated"),
        ({"value": 30, "n": 40}, "50 patients or fewer"),
    ],
)
def test_one_study_that_breaks_the_rule_stops_the_pool_and_is_named(outcome, fields, words):
    for value in (24, 28, 41):
        add(outcome, value)
    add(outcome, fields.pop("value"), label="Odd 1999", **fields)

    found = judge(outcome)

    assert found.pool is None
    assert any(words in reason and "Odd 1999" in reason for reason in found.reasons)


def test_study_that_breaks_the_rule_can_be_left_out(outcome):
    for value in (24, 28, 41):
        add(outcome, value)
    add(outcome, None, not_reached=True, label="Odd 1999")
    odd = next(one.study for one in judge(outcome).verdict.kept if one.label == "Odd 1999")

    assert judge(outcome, without=(odd,)).pool


def test_medians_from_different_origins_are_refused_with_the_origins(outcome):
    for value in (24, 28, 41):
        add(outcome, value)
    add(outcome, 60, criteria=Criteria.FROM_DIAGNOSIS)

    (refusal,) = judge(outcome).refusals

    assert {kind.words for kind in refusal.alternatives} == {"From diagnosis", "From first treatment"}
