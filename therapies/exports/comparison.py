"""A comparison of therapies as a table."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpResponse

from therapies.exports.csv_file import csv_response
from therapies.read_models.comparison.direct import Direct
from therapies.read_models.comparison.page import ComparisonPage, OutcomeBlock, SingleArms
from therapies.read_models.comparison.per_hundred import Pair

COMPARISON_COLUMNS = (
    "evidence", "outcome", "outcome_name", "unit", "study", "design", "is_review", "arms", "therapies",
    "measure", "value", "ci_low", "ci_high", "p", "direction", "percentage", "events", "total",
    "other_percentage", "other_events", "other_total", "difference_per_100", "difference_low",
    "difference_high", "criteria", "timepoint_months", "n_studies", "n_patients", "n_reviews", "n_values",
    "lowest", "middle", "highest", "source_where", "state",
)  # fmt: skip


def comparison_csv(page: ComparisonPage | None) -> HttpResponse:
    """Return a comparison, a line a printed effect, a computed difference or a therapy's single arms."""
    rows = (
        [row.get(name) for name in COMPARISON_COLUMNS]
        for block in (page.blocks if page else ())
        for row in _compared(block)
    )
    return csv_response("nelm-comparison", COMPARISON_COLUMNS, rows)


def _compared(block: OutcomeBlock) -> Iterable[dict[str, object]]:
    outcome = block.outcome
    shared = {"outcome": outcome.code, "outcome_name": outcome.name, "unit": outcome.unit}
    for direct in block.direct:
        yield shared | _printed_effect(direct)
    for pair in block.pairs:
        yield shared | _computed_difference(pair)
    for single in block.single_arms:
        yield shared | _single_arms(single, block.column.column.timepoint)


def _printed_effect(direct: Direct) -> dict[str, object]:
    comparison, study = direct.effect.comparison, direct.effect.study
    sides = (member.side.therapy.code if member.side else "" for member in direct.members)
    return {
        "evidence": "direct, as printed",
        "study": study.key,
        "design": study.design,
        "is_review": study.is_review,
        "arms": " versus ".join(member.arm.label for member in direct.members),
        "therapies": " versus ".join(sides),
        "measure": comparison.measure,
        "value": comparison.value,
        "ci_low": comparison.ci_low,
        "ci_high": comparison.ci_high,
        "p": comparison.p_text,
        "direction": direct.direction,
        "source_where": comparison.source_where,
        "state": comparison.verification,
    }


def _computed_difference(pair: Pair) -> dict[str, object]:
    first, second, interval = pair.first, pair.second, pair.interval
    limits = (
        {"difference_low": 100 * interval.low, "difference_high": 100 * interval.high} if interval else {}
    )
    return {
        "evidence": "direct, difference computed",
        "study": pair.study.key,
        "design": pair.study.design,
        "is_review": False,
        "arms": f"{first.result.arm.label} versus {second.result.arm.label}",
        "therapies": f"{first.side.therapy.code} versus {second.side.therapy.code}",
        "percentage": first.percentage,
        "events": first.result.events,
        "total": first.result.total,
        "other_percentage": second.percentage,
        "other_events": second.result.events,
        "other_total": second.result.total,
        "difference_per_100": pair.per_100,
        **limits,
        "criteria": first.result.criteria,
        "timepoint_months": first.result.timepoint_months,
        "source_where": first.result.source_where,
    }


def _single_arms(single: SingleArms, timepoint: float | None) -> dict[str, object]:
    cell, spread = single.cell, single.cell.spread
    return {
        "evidence": "single arms, not a comparison",
        "therapies": single.side.therapy.code,
        "timepoint_months": timepoint,
        "n_studies": cell.n_studies,
        "n_patients": cell.n_patients,
        "n_reviews": cell.n_reviews,
        "n_values": single.n_values,
        **({"lowest": spread.low, "middle": spread.middle, "highest": spread.high} if spread else {}),
    }
