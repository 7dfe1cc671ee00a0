"""Downloads: the same numbers as the pages, as CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence

from django.http import HttpResponse

from therapies.evidence_map import EvidenceMap

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


def _inert(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value
