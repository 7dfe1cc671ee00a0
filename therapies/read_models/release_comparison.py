"""Two states of the evidence set against each other: what entered, left, was corrected, and what that did."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import models

from therapies import evidence_map
from therapies.evidence_map import EvidenceMap
from therapies.models import Arm, Comparison, ComparisonArm, Outcome, Result, Study, Therapy
from therapies.read_models import effects, estimates, printed, row_changes
from therapies.read_models.row_changes import FieldChange
from therapies.scope import Scope
from therapies.services import cells
from therapies.services.releases import digests, frozen_scope, records, tables
from therapies.services.releases.frozen import Frozen

# Members of comparisons are told with these.
MODELS = tuple(model for model in records.TABLES if model is not ComparisonArm)


@dataclass(frozen=True)
class RowChange:
    """One row that entered, left or was corrected: what it is, what it says, and the fields that changed."""

    title: str
    words: str
    study: str = ""
    fields: tuple[FieldChange, ...] = ()


@dataclass(frozen=True)
class Changes:
    """The changes of one kind of row."""

    label: str
    entered: tuple[RowChange, ...]
    left: tuple[RowChange, ...]
    corrected: tuple[RowChange, ...]

    @property
    def n(self) -> int:
        return len(self.entered) + len(self.left) + len(self.corrected)


@dataclass(frozen=True)
class State:
    """What a cell says in the default filters: counts, range, the pooled estimate or why there is none."""

    n_studies: int
    n_patients: int
    n_results: int
    range: str
    estimate: str
    refusal: str


@dataclass(frozen=True)
class CellChange:
    """One cell whose evidence changed, then and now."""

    therapy: Therapy
    outcome: Outcome
    then: State
    now: State

    @property
    def is_same_number(self) -> bool:
        return self.then == self.now


@dataclass(frozen=True)
class ReleaseComparison:
    """Everything that differs, kind by kind, and cell by cell in the order of the map."""

    kinds: tuple[Changes, ...]
    cells: tuple[CellChange, ...]

    @property
    def is_same(self) -> bool:
        return not self.cells and not any(kind.n for kind in self.kinds)


def compare(then: Frozen, now: Frozen) -> ReleaseComparison:
    """Return what differs between two states of the evidence; rows are the same where their keys are."""
    return ReleaseComparison(
        kinds=tuple(_changes(model, then, now) for model in MODELS), cells=tuple(_cells(then, now))
    )


def _changes(model: type[models.Model], then: Frozen, now: Frozen) -> Changes:
    old, new = then.rows[model], now.rows[model]
    both = sorted(old.keys() & new.keys())
    corrected = ((new[pk], row_changes.changed(model, old[pk], new[pk])) for pk in both)
    return Changes(
        label=str(model._meta.verbose_name_plural).capitalize(),
        entered=tuple(_row(new[pk]) for pk in sorted(new.keys() - old.keys())),
        left=tuple(_row(old[pk]) for pk in sorted(old.keys() - new.keys())),
        corrected=tuple(_row(row, fields) for row, fields in corrected if fields),
    )


def _row(row: Any, fields: tuple[FieldChange, ...] = ()) -> RowChange:
    if isinstance(row, Result):
        reading = printed.read(row, row.outcome)
        words = ", ".join(filter(None, [reading.words, reading.interval, reading.counts]))
        return RowChange(str(row), words, row.arm.study.key, fields)
    if isinstance(row, Comparison):
        return RowChange(str(row), effects.in_words(row), row.study.key, fields)
    key = row.key if isinstance(row, Study) else row.study.key if isinstance(row, Arm) else ""
    return RowChange(str(row), "", key, fields)


def _cells(then: Frozen, now: Frozen) -> Iterable[CellChange]:
    old, new = digests.of_release(then), digests.of_release(now)
    touched = {key for key in old.keys() | new.keys() if old.get(key) != new.get(key)}
    if not touched:
        return
    counted = tables.count(then), tables.count(now)
    pooled = _pooled(then, touched), _pooled(now, touched)
    therapies, outcomes = _ordered(then, now, "therapies"), _ordered(then, now, "outcomes")
    for therapy in therapies:
        for outcome in outcomes:
            key = therapy.code, outcome.code
            if "/".join(key) in touched:
                states = (_state(*pair, key, outcome) for pair in zip(counted, pooled, strict=True))
                yield CellChange(therapy, outcome, *states)


def _ordered(then: Frozen, now: Frozen, name: str) -> list[Any]:
    """Return the rows of now, and after them those that are no more."""
    rows = getattr(now, name)
    known = {row.code for row in rows}
    return [*rows, *(row for row in getattr(then, name) if row.code not in known)]


def _pooled(found: Frozen, touched: set[str]) -> dict[cells.Key, cells.Estimate]:
    rows = evidence_map.tree(found.therapies)
    by_cell = cells.by_cell(rows, frozen_scope.results(found, Scope()))
    wanted = {key: results for key, results in by_cell.items() if "/".join(key) in touched}
    return cells.estimates(wanted, high_risk=found.studies_at_high_risk())


def _state(
    evidence: EvidenceMap, pooled: dict[cells.Key, cells.Estimate], key: cells.Key, outcome: Outcome
) -> State:
    cell, found = evidence.cell(*key), pooled.get(key, cells.Estimate())
    return State(
        n_studies=cell.n_studies,
        n_patients=cell.n_patients,
        n_results=cell.n_results,
        range=printed.span(cell.spread.low, cell.spread.high, outcome.unit) if cell.spread else "",
        estimate=estimates.words(found.estimate, found.ci_low, found.ci_high),
        refusal=found.refusal,
    )
