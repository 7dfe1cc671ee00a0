"""The evidence map as a table: a line a cell, the empty ones included."""

from __future__ import annotations

from django.http import HttpResponse

from therapies.evidence_map import EvidenceMap
from therapies.exports.csv_file import csv_response


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
