"""The evidence of a release as CSV: one table of results, comparisons, studies and cells of the map."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from dataclasses import astuple
from typing import Any

from nelm_review.core import csv_text
from therapies import evidence_map
from therapies.evidence_map import Cell, EvidenceMap
from therapies.models import Comparison, Result, Study
from therapies.scope import Scope
from therapies.services import cells
from therapies.services.cells import Estimate
from therapies.services.releases import frozen as freezing
from therapies.services.releases import frozen_scope
from therapies.services.releases.frozen import Frozen, primary_report

STUDY: dict[str, Callable[[Study], Any]] = {
    "study": lambda study: study.key,
    "label": lambda study: study.label,
    "year": lambda study: _reference(study, "published_year"),
    "pmid": lambda study: _reference(study, "pmid"),
    "doi": lambda study: _reference(study, "doi"),
    "is_retracted": lambda study: _reference(study, "is_retracted"),
    "design": lambda study: study.design,
    "design_is_stated": lambda study: study.design_is_stated,
    "histology": lambda study: study.histology,
    "cohort": lambda study: study.cohort.code if study.cohort else None,
    "n_patients": lambda study: study.n_patients,
    "centres": lambda study: study.centres,
    "countries": lambda study: "; ".join(study.countries),
    "enrolment": lambda study: study.enrolment,
    "registry_id": lambda study: study.registry_id,
    "population": lambda study: study.population,
    "note": lambda study: study.note,
}
RESULT: dict[str, Callable[[Result], Any]] = {
    "result": lambda row: row.pk,
    "study": lambda row: row.arm.study.key,
    "counted_as": lambda row: "review" if row.arm.study.is_review else "study",
    "arm": lambda row: row.arm.code,
    "arm_label": lambda row: row.arm.label,
    "therapy": lambda row: row.arm.therapy.code,
    "arm_n": lambda row: row.arm.n,
    "outcome": lambda row: row.outcome.code,
    **{
        name: lambda row, name=name: getattr(row, name)
        for name in (
            *("criteria", "criteria_text", "timepoint_months", "value", "unit", "not_reached"),
            *("ci_low", "ci_high", "ci_level", "range_low", "range_high", "events", "total", "per"),
            *("is_composite", "source_where", "verification", "override_reason"),
        )
    },
    "reported_in": lambda row: row.reported_in.key if row.reported_in else None,
}
COMPARISON: dict[str, Callable[[Comparison], Any]] = {
    "comparison": lambda row: row.pk,
    "study": lambda row: row.study.key,
    "arms": lambda row: " ".join(member.arm.code for member in row.comparison_arms.all()),
    "therapies": lambda row: " ".join(member.arm.therapy.code for member in row.comparison_arms.all()),
    "outcome": lambda row: row.outcome.code,
    **{
        name: lambda row, name=name: getattr(row, name)
        for name in (
            *("measure", "value", "ci_low", "ci_high", "p_text", "source_where", "verification"),
            "override_reason",
        )
    },
    "reported_in": lambda row: row.reported_in.key if row.reported_in else None,
}
MAP = (
    *("therapy", "outcome", "unit", "n_studies", "n_patients", "n_results", "n_reviews"),
    *("k_pooled", "estimate", "ci_low", "ci_high", "pi_low", "pi_high", "not_pooled_because"),
)


def write(frozen: Frozen) -> dict[str, str]:
    """Return the four tables by file name."""
    studies = sorted(frozen.all(Study), key=lambda study: study.key)
    comparisons = sorted(frozen.comparisons(), key=lambda row: (row.study.key, row.position))
    results = sorted(frozen.results, key=lambda row: (row.arm.study.key, row.position))
    return {
        "csv/results.csv": _table(RESULT, results),
        "csv/comparisons.csv": _table(COMPARISON, comparisons),
        "csv/studies.csv": _table(STUDY, studies),
        "csv/map.csv": _text(MAP, _map_lines(frozen)),
    }


def count(frozen: Frozen) -> EvidenceMap:
    """Return the map of a release, by the filters that apply where a reader chooses none."""
    found = freezing.facts(frozen_scope.results(frozen, Scope()))
    return evidence_map.build(Scope(), outcomes=frozen.outcomes, therapies=frozen.therapies, found=found)


def estimates(frozen: Frozen) -> dict[cells.Key, Estimate]:
    """Return what pooling every filled cell of a release gives, by the default filters and choices."""
    rows = evidence_map.tree(frozen.therapies)
    results = frozen_scope.results(frozen, Scope())
    return cells.estimates(cells.by_cell(rows, results), high_risk=frozen.studies_at_high_risk())


def _map_lines(frozen: Frozen) -> Iterable[list[Any]]:
    evidence, pooled = count(frozen), estimates(frozen)
    for row in evidence.rows:
        for column in evidence.columns:
            cell = evidence.cell(row.therapy.code, column.outcome.code)
            found = pooled.get((cell.therapy, cell.outcome), Estimate())
            yield [*_counts(cell, column.outcome.unit), *astuple(found)]


def _counts(cell: Cell, unit: str) -> list[Any]:
    return [
        *(cell.therapy, cell.outcome, unit),
        *(cell.n_studies, cell.n_patients, cell.n_results, cell.n_reviews),
    ]


def _table(columns: dict[str, Callable[[Any], Any]], rows: Iterable[Any]) -> str:
    return _text(tuple(columns), ([read(row) for read in columns.values()] for row in rows))


def _text(header: Iterable[str], rows: Iterable[list[Any]]) -> str:
    buffer = io.StringIO(newline="")
    csv_text.write(buffer, header, rows, line_end="\n")
    return buffer.getvalue()


def _reference(study: Study, name: str) -> Any:
    report = primary_report(study)
    return getattr(report.reference, name) if report else None
