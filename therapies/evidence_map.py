"""The evidence map: published results counted by therapy and outcome, with the values they print.

Counting rule (the API uses it too): a study counts once per cell if it has at least one published result
whose arm's therapy is the row's therapy or below it. Reviews, meta-analyses and guidelines are counted
apart. Patients are the sum over studies of the `n` of those of its arms that lie in the row and have a
published result for the outcome; the study's own number where none of these arms states one, 0 where
neither is known; each cohort counts once, with the study that contributes most.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from therapies.charts.strip import Mark, Shape
from therapies.facts import CRITERIA_CODES, PER_CODES, UNKNOWN, published_facts
from therapies.models import Criteria, Outcome, Result, Therapy
from therapies.scope import Scope

# Criteria that are not named here are drawn as circles.
SHAPES = {
    Criteria.MRECIST: Shape.DIAMOND,
    Criteria.WHO: Shape.SQUARE,
    Criteria.EASL: Shape.TRIANGLE,
    Criteria.SEVERAL: Shape.TRIANGLE,
}
_SHAPES = {CRITERIA_CODES[criteria]: shape for criteria, shape in SHAPES.items()}
_PER_PATIENT = PER_CODES[Result.Per.PATIENT]


@dataclass(frozen=True)
class Row:
    """One therapy of the tree, in reading order (parents before children)."""

    therapy: Therapy
    parent: str | None
    depth: int
    has_children: bool


@dataclass(frozen=True)
class Column:
    """One outcome; a rate of survival is read at one time point, the most reported unless chosen."""

    outcome: Outcome
    timepoint: float | None = None
    timepoints: tuple[float, ...] = ()


@dataclass(frozen=True)
class Spread:
    """The usable values of a cell in the outcome's unit, ascending."""

    values: np.ndarray
    facts: np.ndarray

    @property
    def low(self) -> float:
        return float(self.values[0])

    @property
    def high(self) -> float:
        return float(self.values[-1])

    @property
    def middle(self) -> float:
        """The median of the reported values, unweighted: a place on the strip, not an estimate."""
        return float(np.median(self.values))

    @cached_property
    def n_studies(self) -> int:
        return len(np.unique(self.facts["study"]))

    def marks(self) -> list[Mark]:
        return [
            Mark(
                value=float(fact["value"]),
                n=next((int(n) for n in (fact["arm_n"], fact["total"]) if n != UNKNOWN), None),
                shape=_SHAPES.get(int(fact["criteria"]), Shape.CIRCLE),
                is_hollow=int(fact["per"]) != _PER_PATIENT,
            )
            for fact in self.facts
        ]


@dataclass(frozen=True)
class Cell:
    """What was found for one therapy and outcome."""

    therapy: str
    outcome: str
    n_studies: int = 0
    n_patients: int = 0
    n_results: int = 0
    n_reviews: int = 0
    spread: Spread | None = None

    @property
    def is_empty(self) -> bool:
        return not (self.n_studies or self.n_reviews)


@dataclass(frozen=True)
class Totals:
    """The whole map in four numbers, each study and result counted once."""

    n_studies: int
    n_results: int
    n_reviews: int


@dataclass(frozen=True)
class EvidenceMap:
    """Every therapy by every outcome; `cell` answers for each pair, the empty ones included."""

    rows: tuple[Row, ...]
    columns: tuple[Column, ...]
    totals: Totals
    cells: dict[tuple[str, str], Cell] = field(repr=False)

    def cell(self, therapy: str, outcome: str) -> Cell:
        return self.cells.get((therapy, outcome)) or Cell(therapy, outcome)


def build(scope: Scope, *, timepoints: dict[str, float] | None = None) -> EvidenceMap:
    """Count the published results inside the scope; three queries, whatever the size of the evidence.

    `timepoints` chooses the month at which a survival rate is read, by outcome code.
    """
    rows = tree(Therapy.objects.all())
    outcomes = list(Outcome.objects.all())
    facts = published_facts(scope)
    columns = tuple(_column(outcome, facts, (timepoints or {}).get(outcome.code)) for outcome in outcomes)
    cells = _Counting(rows, columns, facts).cells()
    return EvidenceMap(rows, columns, _totals(facts), cells)


def count_by_therapy(scope: Scope) -> dict[str, Cell]:
    """Count as `build` does, but over all outcomes together: one cell a therapy, by its code."""
    rows = tree(Therapy.objects.all())
    facts = published_facts(scope)
    facts["outcome"] = 0
    counted = _Counting(rows, (Column(Outcome(pk=0, code="")),), facts).cells()
    cells = [counted.get((row.therapy.code, ""), Cell(row.therapy.code, "")) for row in rows]
    # Values of different outcomes make no spread.
    return {cell.therapy: replace(cell, spread=None) for cell in cells}


def _totals(facts: np.ndarray) -> Totals:
    is_review = facts["is_review"]
    return Totals(
        n_studies=len(np.unique(facts["study"][~is_review])),
        n_results=int((~is_review).sum()),
        n_reviews=len(np.unique(facts["study"][is_review])),
    )


def tree(therapies) -> tuple[Row, ...]:
    """Return the therapies as rows, each parent followed by what stands below it."""
    children: dict[int | None, list[Therapy]] = {}
    for therapy in therapies:
        children.setdefault(therapy.parent_id, []).append(therapy)

    def below(parent: Therapy | None, depth: int) -> list[Row]:
        found = []
        for therapy in children.get(parent.pk if parent else None, []):
            code = parent.code if parent else None
            found.append(Row(therapy, code, depth, therapy.pk in children))
            found.extend(below(therapy, depth + 1))
        return found

    return tuple(below(None, 0))


def reads_one_timepoint(outcome: Outcome) -> bool:
    """Say whether values at different times must not share a strip: rates of survival."""
    return outcome.domain == Outcome.Domain.SURVIVAL and outcome.measure == Outcome.Measure.PROPORTION


def _column(outcome: Outcome, facts: np.ndarray, chosen: float | None) -> Column:
    if not reads_one_timepoint(outcome):
        return Column(outcome)
    times = facts["timepoint"][(facts["outcome"] == outcome.pk) & ~facts["is_review"]]
    reported = Counter(times[~np.isnan(times)].tolist())
    if not reported:
        return Column(outcome, chosen)
    most = max(reported, key=lambda months: (reported[months], months))
    return Column(outcome, most if chosen is None else chosen, tuple(sorted(reported)))


class _Counting:
    """Counts one array of facts into cells, by sorting instead of by row."""

    def __init__(self, rows: tuple[Row, ...], columns: tuple[Column, ...], facts: np.ndarray) -> None:
        self.rows, self.columns = rows, columns
        self.n_cells = len(rows) * len(columns)
        source, cell = self._spread_over_ancestors(facts)
        self.cell, self.facts = cell, facts[source]

    def cells(self) -> dict[tuple[str, str], Cell]:
        is_review = self.facts["is_review"]
        n_results = np.bincount(self.cell[~is_review], minlength=self.n_cells)
        n_reviews = self._count_studies(is_review)
        n_studies = self._count_studies(~is_review)
        n_patients = self._count_patients(~is_review)
        spreads = self._spreads(~is_review)
        found = {}
        for index in np.flatnonzero(n_results + n_reviews):
            row, column = divmod(int(index), len(self.columns))
            pair = self.rows[row].therapy.code, self.columns[column].outcome.code
            found[pair] = Cell(
                *pair,
                n_studies=int(n_studies[index]),
                n_patients=int(n_patients[index]),
                n_results=int(n_results[index]),
                n_reviews=int(n_reviews[index]),
                spread=spreads.get(int(index)),
            )
        return found

    def _spread_over_ancestors(self, facts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Repeat each fact for every row it counts in; return the facts' indexes and their cells."""
        row_of = {row.therapy.code: index for index, row in enumerate(self.rows)}
        lineage: dict[int, list[int]] = {}
        for index, row in enumerate(self.rows):
            above = lineage[self.rows[row_of[row.parent]].therapy.pk] if row.parent else []
            lineage[row.therapy.pk] = [*above, index]
        column_of = {column.outcome.pk: index for index, column in enumerate(self.columns)}
        outcome = _lookup(facts["outcome"], column_of)
        sources, cells = [], []
        for depth in range(max((len(line) for line in lineage.values()), default=0)):
            row = _lookup(
                facts["therapy"],
                {therapy: line[depth] for therapy, line in lineage.items() if depth < len(line)},
            )
            here = np.flatnonzero(row >= 0)
            sources.append(here)
            cells.append(row[here] * len(self.columns) + outcome[here])
        if not sources:
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
        return np.concatenate(sources), np.concatenate(cells)

    def _count_studies(self, chosen: np.ndarray) -> np.ndarray:
        cell, study = self.cell[chosen], self.facts["study"][chosen].astype(np.int64)
        pairs = np.unique(cell * _stride(study) + study)
        return np.bincount(pairs // _stride(study), minlength=self.n_cells)

    def _count_patients(self, chosen: np.ndarray) -> np.ndarray:
        """Sum as the counting rule says: arms into studies, studies into cohorts, cohorts into cells."""
        cell, facts = self.cell[chosen], self.facts[chosen]
        if not len(facts):
            return np.zeros(self.n_cells, dtype=np.int64)
        study, arm = facts["study"].astype(np.int64), facts["arm"].astype(np.int64)
        in_study = cell * _stride(study) + study
        _keys, first = np.unique(in_study * _stride(arm) + arm, return_index=True)
        in_study, arm_n = in_study[first], facts["arm_n"][first]

        starts = _starts(in_study)
        known = np.where(arm_n == UNKNOWN, 0, arm_n)
        of_arms = np.add.reduceat(known, starts)
        states_n = np.logical_or.reduceat(arm_n != UNKNOWN, starts)
        of_study = np.maximum(facts["study_n"][first][starts], 0)
        patients = np.where(states_n, of_arms, of_study)

        cell, cohort = cell[first][starts], facts["cohort"][first][starts].astype(np.int64)
        alone = cohort == UNKNOWN
        total = np.bincount(cell[alone], weights=patients[alone], minlength=self.n_cells)
        shared = ~alone
        if shared.any():
            in_cohort = cell[shared] * _stride(cohort) + cohort[shared]
            order = np.argsort(in_cohort, kind="stable")
            starts = _starts(in_cohort[order])
            most = np.maximum.reduceat(patients[shared][order], starts)
            cells = cell[shared][order][starts]
            total += np.bincount(cells, weights=most, minlength=self.n_cells)
        return total.astype(np.int64)

    def _spreads(self, chosen: np.ndarray) -> dict[int, Spread]:
        """Return the usable values by cell: printed, not composite, at the column's time point."""
        at = np.array([np.nan if c.timepoint is None else c.timepoint for c in self.columns])
        wanted = at[self.cell % len(self.columns)] if len(self.columns) else at
        usable = (
            chosen
            & ~np.isnan(self.facts["value"])
            & ~self.facts["is_composite"]
            & (np.isnan(wanted) | (self.facts["timepoint"] == wanted))
        )
        cell, facts = self.cell[usable], self.facts[usable]
        order = np.lexsort((facts["value"], cell))
        cell, facts = cell[order], facts[order]
        if not len(cell):
            return {}
        starts = _starts(cell)
        stops = np.append(starts[1:], len(cell))
        return {
            int(cell[start]): Spread(facts["value"][start:stop], facts[start:stop])
            for start, stop in zip(starts, stops, strict=True)
        }


def _lookup(keys: np.ndarray, table: dict[int, int]) -> np.ndarray:
    """Translate database keys by a small table; -1 where a key is not in it."""
    dense = np.full(max([*table, int(keys.max(initial=0))], default=0) + 1, -1, dtype=np.int64)
    dense[list(table)] = list(table.values())
    return dense[keys]


def _stride(keys: np.ndarray) -> int:
    return int(keys.max(initial=0)) + 1


def _starts(ordered: np.ndarray) -> np.ndarray:
    """Return where each run of equal keys begins."""
    return np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
