"""One cell as a table: every result as printed, converted, and as it stands in the analysis of the page."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponse

from therapies.exports.csv_file import csv_response
from therapies.read_models import plot_rows
from therapies.read_models.evidence_cell import Evidence
from therapies.read_models.lines import Line
from therapies.read_models.plot_rows import PlotRow
from therapies.read_models.printed import Kind

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

# What the analysis makes of a result: the interval drawn is in the outcome's unit, the weight in percent.
ANALYSIS_COLUMNS: dict[str, Callable[[PlotRow], object]] = {
    "interval": lambda row: _interval(row),
    "interval_low": lambda row: row.item.ci_low,
    "interval_high": lambda row: row.item.ci_high,
    "in_pool": lambda row: row.standing.is_in,
    "weight": lambda row: row.standing.weight,
    "left_out_reason": lambda row: row.standing.left_out,
    "pooled_events": lambda row: row.item.candidate.events,
    "pooled_total": lambda row: row.item.candidate.total,
    "reconstructed": lambda row: row.item.candidate.is_reconstructed,
    "risk_of_bias": lambda row: "; ".join(judged.text for judged in row.judged),
    "derived_from": lambda row: " ".join(str(part.result.pk) for part in row.parts),
}
# Of a derived result, what its first part prints of itself would be mistaken for the sum.
OF_THE_PART_ALONE = (
    "result", "value", "ci_low", "ci_high", "ci_level", "range_low", "range_high", "source_where", "state",
    "override_reason", "value_in_outcome_unit", "ci_low_in_outcome_unit", "ci_high_in_outcome_unit",
)  # fmt: skip


def evidence_csv(evidence: Evidence) -> HttpResponse:
    """Return every result of one cell, derived ones and those of reviews too, printed and analysed."""
    page, reviews = plot_rows.load(evidence, size=None)
    header = (*RESULT_COLUMNS, *ANALYSIS_COLUMNS)
    lines = (list(_values(row, evidence).values()) for row in (*page.rows, *reviews))
    return csv_response(file_name(evidence), header, lines)


def file_name(evidence: Evidence) -> str:
    """Return what the downloads of a cell are called, without an ending."""
    return f"nelm-{evidence.therapy.code}-{evidence.outcome.code}"


def _values(row: PlotRow, evidence: Evidence) -> dict[str, object]:
    values = {name: column(row.line) for name, column in RESULT_COLUMNS.items()}
    derived = row.item.derived
    if derived:
        values |= dict.fromkeys(OF_THE_PART_ALONE)
        values |= {
            "counted_as": "derived",
            "outcome": evidence.outcome.code,
            "outcome_unit": evidence.outcome.unit,
            "events": derived.events,
            "total": derived.total,
            "is_computed": True,
            "value_in_outcome_unit": row.item.value,
        }
    return values | {name: column(row) for name, column in ANALYSIS_COLUMNS.items()}


def _interval(row: PlotRow) -> str:
    if row.item.is_computed:
        return f"computed, {row.interval_method}"
    return "printed" if row.item.ci_low is not None or row.item.ci_high is not None else ""
