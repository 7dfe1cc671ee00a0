"""The evidence map: published results counted by therapy and outcome, with the values they print.

Counting rule (the API uses it too): a study counts once per cell if it has at least one published result
whose arm's therapy is the row's therapy or below it. Reviews, meta-analyses and guidelines are counted
apart. Patients are the sum over studies of the `n` of those of its arms that lie in the row and have a
published result for the outcome; the study's own number where none of these arms states one, 0 where
neither is known; each cohort counts once, with the study that contributes most. Derived results are counted
apart too, as results of the cell in which they would stand.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np
from django.urls import reverse

from therapies import facts
from therapies.counting import Counts, Grid, runs, starts_of
from therapies.derivation import Derived
from therapies.facts import UNKNOWN, DesignGroup, Facts
from therapies.models import DAYS_PER_MONTH, Outcome, Therapy
from therapies.scope import Scope


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
    """The usable values of a cell in the outcome's unit, ascending, and the results that print them."""

    values: np.ndarray
    results: np.ndarray

    @property
    def low(self) -> float:
        return float(self.values[0])

    @property
    def high(self) -> float:
        return float(self.values[-1])

    @property
    def middle(self) -> float:
        """The median of the reported values, unweighted: a place on the strip, not an estimate."""
        middle = len(self.values) // 2
        return float(self.values[middle] + self.values[-middle - 1]) / 2


@lru_cache(maxsize=4096)
def _address(therapy: str, outcome: str) -> str:
    """Return the address of a cell; kept, because a map asks for hundreds."""
    return reverse("evidence", args=[therapy, outcome])


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
    n_usable: int = 0
    newest_year: int | None = None
    designs: tuple[int, ...] = (0,) * len(DesignGroup)
    derived: tuple[Derived, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Say whether nothing was reported; something may still be derived."""
        return not (self.n_studies or self.n_reviews)

    @property
    def n_derived(self) -> int:
        return len(self.derived)

    def get_absolute_url(self) -> str:
        return _address(self.therapy, self.outcome)

    @property
    def studies(self) -> str:
        return f"{self.n_studies:,} {'study' if self.n_studies == 1 else 'studies'}"

    @property
    def patients(self) -> str:
        if not self.n_patients:
            return "patients not stated"
        return f"{self.n_patients:,} {'patient' if self.n_patients == 1 else 'patients'}"

    @property
    def reviews(self) -> str:
        return f"{self.n_reviews:,} {'review' if self.n_reviews == 1 else 'reviews'}"


@dataclass(frozen=True)
class Totals:
    """The whole map in three numbers, each study and result counted once."""

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


def build(
    scope: Scope,
    *,
    outcomes: Sequence[Outcome] | None = None,
    timepoints: dict[str, float] | None = None,
    found: Facts | None = None,
    therapies: Iterable[Therapy] | None = None,
    derived: Iterable[Derived] = (),
) -> EvidenceMap:
    """Count the published results inside the scope; at most four queries, whatever their number.

    `outcomes` are the columns wanted, all where none are given; `timepoints` chooses the month at which a
    survival rate is read, by outcome code; `found` are the facts and `therapies` the whole tree, for a
    caller that has them, and `derived` the derived results to count too.
    """
    rows = tree(Therapy.objects.all() if therapies is None else therapies)
    found = facts.published(scope, outcomes) if found is None else found
    outcomes = list(Outcome.objects.all()) if outcomes is None else outcomes
    columns = tuple(_column(outcome, found, (timepoints or {}).get(outcome.code)) for outcome in outcomes)
    lineages = _lineages(rows)
    grid = Grid(lineages, [outcome.pk for outcome in outcomes])
    spreads = _spreads(grid, columns, found)
    codes = [outcome.code for outcome in outcomes]
    cells = _cells(rows, codes, grid.counts(found), spreads, _placed(derived, lineages, codes))
    return EvidenceMap(rows, columns, _totals(found), cells)


def count_by_therapy(
    scope: Scope, *, therapies: Iterable[Therapy] | None = None, found: Facts | None = None
) -> dict[str, Cell]:
    """Count as `build` does, but over all outcomes together: one cell a therapy, by its code.

    `therapies` is the whole tree and `found` the facts of the scope, for a caller that has loaded them.
    """
    rows = tree(Therapy.objects.all() if therapies is None else therapies)
    found = facts.published(scope) if found is None else found
    found = replace(found, outcome=np.zeros_like(found.outcome))
    cells = _cells(rows, [""], Grid(_lineages(rows), [0]).counts(found), {}, {})
    return {row.therapy.code: cells.get((row.therapy.code, ""), Cell(row.therapy.code, "")) for row in rows}


def tree(therapies: Iterable[Therapy]) -> tuple[Row, ...]:
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


def _column(outcome: Outcome, found: Facts, chosen: float | None) -> Column:
    if not outcome.is_rate_over_time:
        return Column(outcome)
    times = found.timepoint[(found.outcome == outcome.pk) & ~found.is_review]
    reported = Counter(times[~np.isnan(times)].tolist())
    if not reported:
        return Column(outcome, chosen)
    most = max(reported, key=lambda months: (reported[months], months))
    return Column(outcome, most if chosen is None else chosen, tuple(sorted(reported)))


def _lineages(rows: tuple[Row, ...]) -> dict[int, list[int]]:
    """Return the places of the rows in which each therapy counts, by its key, root first."""
    by_code: dict[str | None, list[int]] = {None: []}
    for place, row in enumerate(rows):
        by_code[row.therapy.code] = [*by_code[row.parent], place]
    return {row.therapy.pk: by_code[row.therapy.code] for row in rows}


def _placed(
    derived: Iterable[Derived], lineages: Mapping[int, Sequence[int]], outcomes: Sequence[str]
) -> dict[int, list[Derived]]:
    """Return the derived results by cell, each in every row in which its therapy counts."""
    columns = {code: place for place, code in enumerate(outcomes)}
    placed: dict[int, list[Derived]] = defaultdict(list)
    for one in derived:
        if one.outcome_code in columns:
            for row in lineages[one.therapy]:
                placed[row * len(columns) + columns[one.outcome_code]].append(one)
    return placed


def _cells(
    rows: tuple[Row, ...],
    outcomes: Sequence[str],
    counts: Counts,
    spreads: dict[int, Spread],
    derived: Mapping[int, Sequence[Derived]],
) -> dict[tuple[str, str], Cell]:
    found = {}
    for index in sorted({*np.flatnonzero(counts.n_results + counts.n_reviews).tolist(), *derived}):
        row, column = divmod(index, len(outcomes))
        pair = rows[row].therapy.code, outcomes[column]
        newest = int(counts.newest[index])
        found[pair] = Cell(
            *pair,
            n_studies=int(counts.n_studies[index]),
            n_patients=int(counts.n_patients[index]),
            n_results=int(counts.n_results[index]),
            n_reviews=int(counts.n_reviews[index]),
            spread=spreads.get(index),
            n_usable=int(counts.n_usable[index]),
            newest_year=None if newest == UNKNOWN else newest,
            designs=tuple(counts.designs[index].tolist()),
            derived=tuple(derived.get(index, ())),
        )
    return found


def _spreads(grid: Grid, columns: tuple[Column, ...], found: Facts) -> dict[int, Spread]:
    """Return the usable values by cell: with a number for the axis, at the column's time point."""
    usable = ~(found.is_review | np.isnan(found.value))
    for column in columns:
        if column.timepoint is not None:
            usable &= (found.outcome != column.outcome.pk) | (found.timepoint == column.timepoint)
    chosen = np.flatnonzero(usable)
    chosen = chosen[np.argsort(found.value[chosen], kind="stable")]
    cells, chosen = grid.place(found, chosen)
    values, results = found.value[chosen], found.result[chosen]
    in_days = [column.outcome.unit == "days" for column in columns]
    spreads = {}
    for cell, here in runs(cells):
        shown = np.round(values[here] * DAYS_PER_MONTH, 6) if in_days[cell % len(columns)] else values[here]
        spreads[cell] = Spread(shown, results[here])
    return spreads


def _totals(found: Facts) -> Totals:
    studies = starts_of(found.study)
    is_review = found.is_review[studies]
    return Totals(
        n_studies=int((~is_review).sum()),
        n_results=int((~found.is_review).sum()),
        n_reviews=int(is_review.sum()),
    )
