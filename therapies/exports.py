"""Downloads: the same numbers as the pages, as CSV."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence

from django.http import HttpResponse

from therapies.evidence_map import EvidenceMap
from therapies.read_models.comparison.direct import Direct
from therapies.read_models.comparison.page import ComparisonPage, OutcomeBlock, SingleArms
from therapies.read_models.comparison.per_hundred import Pair
from therapies.read_models.evidence_cell import EvidenceCell
from therapies.read_models.lines import Line
from therapies.read_models.printed import Kind

# A spreadsheet runs a cell that begins with one of these as a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def csv_response(name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> HttpResponse:
    """Return the rows as a CSV download; text that a spreadsheet would run as a formula is quoted."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    writer = csv.writer(response)
    writer.writerow(header)
    writer.writerows([_inert(value) for value in row] for row in rows)
    return response


def map_csv(evidence: EvidenceMap) -> HttpResponse:
    """Return every cell of the map, the empty ones included."""
    header = ("therapy", "therapy_name", "outcome", "outcome_name", "unit", "n_studies", "n_patients")
    header += ("n_results", "n_reviews", "timepoint_months", "n_values", "lowest", "middle", "highest")

    def line(row, column):
        cell = evidence.cell(row.therapy.code, column.outcome.code)
        spread = cell.spread
        return (
            row.therapy.code,
            row.therapy.name,
            column.outcome.code,
            column.outcome.name,
            column.outcome.unit,
            cell.n_studies,
            cell.n_patients,
            cell.n_results,
            cell.n_reviews,
            column.timepoint,
            len(spread.values) if spread else 0,
            *((spread.low, spread.middle, spread.high) if spread else (None, None, None)),
        )

    lines = (line(row, column) for row in evidence.rows for column in evidence.columns)
    return csv_response("nelm-evidence-map", header, lines)


# One column a name: printed numbers keep their digits and unit, the last five are about the outcome's unit.
RESULT_COLUMNS: dict[str, Callable[[Line], object]] = {
    "result": lambda line: line.result.pk,
    "counted_as": lambda line: "review" if line.study.is_review else "study",
    "study": lambda line: line.study.key,
    "study_label": lambda line: line.study.label,
    "year": lambda line: line.year,
    "design": lambda line: line.study.design,
    "design_is_stated": lambda line: line.study.design_is_stated,
    "histology": lambda line: line.study.histology,
    "cohort": lambda line: line.study.cohort.code if line.study.cohort else None,
    "study_n_patients": lambda line: line.study.n_patients,
    "arm": lambda line: line.arm.code,
    "arm_label": lambda line: line.arm.label,
    "arm_therapy": lambda line: line.arm.therapy.code,
    "arm_n": lambda line: line.arm.n,
    "outcome": lambda line: line.result.outcome.code,
    "criteria": lambda line: line.result.criteria,
    "criteria_text": lambda line: line.result.criteria_text,
    "timepoint_months": lambda line: line.result.timepoint_months,
    "value": lambda line: line.result.value,
    "unit": lambda line: line.result.unit,
    "not_reached": lambda line: line.result.not_reached,
    "ci_low": lambda line: line.result.ci_low,
    "ci_high": lambda line: line.result.ci_high,
    "ci_level": lambda line: line.result.ci_level,
    "range_low": lambda line: line.result.range_low,
    "range_high": lambda line: line.result.range_high,
    "events": lambda line: line.result.events,
    "total": lambda line: line.result.total,
    "per": lambda line: line.result.per,
    "is_composite": lambda line: line.result.is_composite,
    "source_where": lambda line: line.result.source_where,
    "reported_in": lambda line: line.result.reported_in.key if line.result.reported_in else None,
    "reference": lambda line: line.report.reference_id if line.report else None,
    "pmid": lambda line: line.report.reference.pmid if line.report else None,
    "doi": lambda line: line.report.reference.doi if line.report else None,
    "state": lambda line: line.result.verification,
    "override_reason": lambda line: line.result.override_reason,
    "outcome_unit": lambda line: line.result.outcome.unit,
    "is_computed": lambda line: line.reading.kind == Kind.COMPUTED,
    "value_in_outcome_unit": lambda line: line.reading.value,
    "ci_low_in_outcome_unit": lambda line: line.reading.ci_low,
    "ci_high_in_outcome_unit": lambda line: line.reading.ci_high,
}


def evidence_csv(cell: EvidenceCell) -> HttpResponse:
    """Return every published result of one cell, those of reviews too, printed and converted."""
    lines = ([column(line) for column in RESULT_COLUMNS.values()] for line in cell.all_lines())
    return csv_response(f"nelm-{cell.therapy.code}-{cell.outcome.code}", tuple(RESULT_COLUMNS), lines)


COMPARISON_COLUMNS = (
    "evidence", "outcome", "outcome_name", "unit", "study", "design", "is_review", "arms", "therapies",
    "measure", "value", "ci_low", "ci_high", "p", "direction", "events", "total",
    "other_events", "other_total", "difference_per_100", "difference_low", "difference_high",
    "criteria", "timepoint_months", "n_studies", "n_patients", "n_reviews", "n_values",
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
    first, second, found = pair.first, pair.second, pair.difference
    return {
        "evidence": "direct, difference computed from counts (Newcombe hybrid score, 95 %)",
        "study": pair.study.key,
        "design": pair.study.design,
        "is_review": False,
        "arms": f"{first.result.arm.label} versus {second.result.arm.label}",
        "therapies": f"{first.side.therapy.code} versus {second.side.therapy.code}",
        "events": first.result.events,
        "total": first.result.total,
        "other_events": second.result.events,
        "other_total": second.result.total,
        "difference_per_100": 100 * found.value,
        "difference_low": 100 * found.low,
        "difference_high": 100 * found.high,
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


def _inert(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value
