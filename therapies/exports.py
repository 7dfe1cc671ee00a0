"""Downloads: the same numbers as the pages, as CSV."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence

from django.http import HttpResponse

from therapies.evidence_map import EvidenceMap
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


def _inert(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value
