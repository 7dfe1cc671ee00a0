"""The evidence map as a table: a line a cell, the empty ones included."""

from __future__ import annotations

from django.http import HttpResponse

from therapies.evidence_map import Column, EvidenceMap
from therapies.exports.csv_file import csv_response
from therapies.models import Therapy
from therapies.read_models.cell_words import DESIGN_WORDS
from therapies.read_models.gaps import Gap, Knowledge

COLUMNS = (
    *("therapy", "therapy_name", "outcome", "outcome_name", "unit", "n_studies", "n_patients"),
    *("n_results", "n_reviews", "timepoint_months", "n_values", "lowest", "middle", "highest"),
    *("gap", "gap_reason", "n_derived", *(f"n_{group.name.lower()}" for group in DESIGN_WORDS)),
    *("certainty", "certainty_reason", "newest_study", "last_search", "n_waiting"),
)


def map_csv(evidence: EvidenceMap, known: Knowledge) -> HttpResponse:
    """Return every cell of the map, the empty ones included, with what is known beside its numbers."""
    pairs = ((row.therapy, column) for row in evidence.rows for column in evidence.columns)
    lines = (_line(therapy, column, evidence, known) for therapy, column in pairs)
    return csv_response("nelm-evidence-map", COLUMNS, lines)


def _line(therapy: Therapy, column: Column, evidence: EvidenceMap, known: Knowledge) -> tuple:
    outcome, pair = column.outcome, (therapy.code, column.outcome.code)
    cell, fresh, judged = evidence.cell(*pair), known.fresh(therapy.code), known.certainties.get(pair)
    spread, gap = cell.spread, known.gap(cell)
    return (
        *(therapy.code, therapy.name, outcome.code, outcome.name, outcome.unit),
        *(cell.n_studies, cell.n_patients, cell.n_results, cell.n_reviews, column.timepoint),
        len(spread.values) if spread else 0,
        *((spread.low, spread.middle, spread.high) if spread else (None, None, None)),
        gap,
        known.not_applicable[pair] if gap == Gap.NOT_APPLICABLE else None,
        cell.n_derived,
        *(cell.designs[group] for group in DESIGN_WORDS),
        *((judged.level, judged.reason) if judged else (None, None)),
        *(cell.newest_year, fresh.searched_on, fresh.n_waiting),
    )
