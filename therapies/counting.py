"""Counts facts into cells by sorting arrays: the counting rule, without a database and without a page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from therapies.facts import UNKNOWN, DesignGroup, Facts, lookup


@dataclass(frozen=True)
class Counts:
    """Whole numbers a cell, indexed `row * n_columns + column`.

    `n_usable` are the results with a number for a chart, at whatever time; `designs` holds the studies by
    DesignGroup in a second dimension, and `newest` the year of the newest study, -1 where none is known.
    """

    n_studies: np.ndarray
    n_patients: np.ndarray
    n_results: np.ndarray
    n_usable: np.ndarray
    n_reviews: np.ndarray
    designs: np.ndarray
    newest: np.ndarray


class Grid:
    """Rows (therapies, each counting what stands below it) by columns (outcomes)."""

    def __init__(self, lineages: Mapping[int, Sequence[int]], columns: Sequence[int]) -> None:
        """`lineages` gives the rows in which a therapy counts, root first; `columns` the outcomes' keys."""
        self.columns = np.asarray(columns, dtype=np.int64)
        self.n_cells = len(lineages) * len(columns)
        self._therapies = np.array(list(lineages), dtype=np.int64)
        self._lineages = list(lineages.values())

    def counts(self, facts: Facts) -> Counts:
        """Count every fact in each row of its therapy's lineage."""
        review = np.flatnonzero(facts.is_review)
        primary = np.flatnonzero(~facts.is_review)
        review_cells, review_facts = self.place(facts, review)
        cells, chosen = self.place(facts, primary)
        study_cells, studies, patients = self._studies(cells, facts, chosen)
        in_review = starts_of(review_cells, facts.study[review_facts])
        n_groups = len(DesignGroup)
        by_design = np.bincount(
            study_cells * n_groups + facts.design[studies], minlength=self.n_cells * n_groups
        )
        usable = cells[~np.isnan(facts.value[chosen])]
        return Counts(
            n_studies=np.bincount(study_cells, minlength=self.n_cells),
            n_patients=self._each_cohort_once(study_cells, facts.cohort[studies], patients),
            n_results=np.bincount(cells, minlength=self.n_cells),
            n_usable=np.bincount(usable, minlength=self.n_cells),
            n_reviews=np.bincount(review_cells[in_review], minlength=self.n_cells),
            designs=by_design.reshape(self.n_cells, n_groups),
            newest=self._newest(study_cells, facts.year[studies]),
        )

    def place(self, facts: Facts, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the cells, ascending, and the facts in them; facts of one cell keep the order chosen."""
        column = lookup(facts.outcome[chosen], self.columns, np.arange(len(self.columns)))
        therapy = lookup(facts.therapy[chosen], self._therapies, np.arange(len(self._therapies)))
        cells, sources = [], []
        for depth in range(max(map(len, self._lineages), default=0)):
            row_at = np.array([line[depth] if depth < len(line) else UNKNOWN for line in self._lineages])
            row = row_at[therapy]
            here = np.flatnonzero(row != UNKNOWN)
            cells.append(row[here] * len(self.columns) + column[here])
            sources.append(chosen[here])
        if not cells:
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
        cell = np.concatenate(cells)
        # A small integer type lets numpy sort by radix: linear, and stable.
        order = np.argsort(cell.astype(np.min_scalar_type(max(self.n_cells, 1))), kind="stable")
        return cell[order], np.concatenate(sources)[order]

    def _studies(
        self, cells: np.ndarray, facts: Facts, chosen: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return cell, a fact and the patients of each study in each cell, arms summed as the rule says."""
        if not len(cells):
            return cells, chosen, np.empty(0)
        in_arm = starts_of(cells, facts.arm[chosen])
        cells, chosen = cells[in_arm], chosen[in_arm]
        in_study = starts_of(cells, facts.study[chosen])
        arm_n = facts.arm_n[chosen]
        of_arms = np.add.reduceat(np.maximum(arm_n, 0), in_study)
        states_n = np.maximum.reduceat(arm_n, in_study) != UNKNOWN
        cells, chosen = cells[in_study], chosen[in_study]
        return cells, chosen, np.where(states_n, of_arms, np.maximum(facts.study_n[chosen], 0))

    def _newest(self, cells: np.ndarray, years: np.ndarray) -> np.ndarray:
        newest = np.full(self.n_cells, UNKNOWN, dtype=np.int64)
        starts = starts_of(cells)
        if len(starts):
            newest[cells[starts]] = np.maximum.reduceat(years, starts)
        return newest

    def _each_cohort_once(self, cells: np.ndarray, cohort: np.ndarray, patients: np.ndarray) -> np.ndarray:
        alone = cohort == UNKNOWN
        total = np.zeros(self.n_cells)
        total += np.bincount(cells[alone], weights=patients[alone], minlength=self.n_cells)
        if not alone.all():
            cells, cohort, patients = cells[~alone], cohort[~alone], patients[~alone]
            order = np.lexsort((cohort, cells))
            starts = starts_of(cells[order], cohort[order])
            most = np.maximum.reduceat(patients[order], starts)
            total += np.bincount(cells[order][starts], weights=most, minlength=self.n_cells)
        return total.astype(np.int64)


def runs(keys: np.ndarray) -> Iterator[tuple[int, slice]]:
    """Yield each key of an ordered array with the slice in which it stands."""
    starts = starts_of(keys).tolist()
    for start, stop in pairwise([*starts, len(keys)]):
        yield int(keys[start]), slice(start, stop)


def starts_of(*keys: np.ndarray) -> np.ndarray:
    """Return where each run of equal keys begins, in arrays ordered by them."""
    if not len(keys[0]):
        return np.empty(0, dtype=np.int64)
    changes = np.ones(len(keys[0]), dtype=bool)
    changes[1:] = np.logical_or.reduce([key[1:] != key[:-1] for key in keys])
    return np.flatnonzero(changes)
