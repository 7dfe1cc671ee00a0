"""The results of one cell as they are analysed, ordered and drawn, before any is loaded to be printed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from therapies import analysis
from therapies.cell_results import ResultRow
from therapies.charts import forest
from therapies.derivation import Derived
from therapies.models import Criteria, Outcome, Study
from therapies.read_models import printed
from therapies.read_models.marks import SHAPES
from therapies.synthesis import intervals
from therapies.synthesis.eligibility import Candidate

PERCENT = 100


@dataclass(frozen=True)
class Item:
    """One reported or derived result: for the pool, for the axis (in the outcome's unit), and its row.

    `row` of a derived one is that of its first part, `parts` are the rows it is the sum of. `is_computed`
    says that the interval is ours and not the source's.
    """

    candidate: Candidate
    row: ResultRow
    value: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    range_low: float | None = None
    range_high: float | None = None
    is_computed: bool = False
    derived: Derived | None = None
    parts: tuple[ResultRow, ...] = ()

    @property
    def key(self) -> int:
        return self.candidate.key

    @property
    def is_usable(self) -> bool:
        """Say whether there is a single number for the axis."""
        return self.value is not None

    @property
    def estimate(self) -> forest.Estimate:
        """Return what the axis shows of it."""
        row = self.row
        return forest.Estimate(
            value=self.value,
            ci_low=self.ci_low,
            ci_high=self.ci_high,
            range_low=self.range_low,
            range_high=self.range_high,
            n=row.total if row.arm.n is None else row.arm.n,
            shape=SHAPES.get(Criteria(row.criteria), forest.Shape.CIRCLE),
            is_hollow=row.per != "patient",
            is_computed=self.is_computed,
        )


def reported(rows: Iterable[ResultRow], *, high_risk: frozenset[int]) -> list[Item]:
    """Return the reported results in the order given."""
    return [
        Item(
            candidate=analysis.candidate(row, is_at_high_risk=row.study.pk in high_risk),
            row=row,
            **printed.numbers(row, row.outcome),
        )
        for row in rows
    ]


def derived(
    found: Iterable[tuple[Derived, tuple[ResultRow, ...]]], *, high_risk: frozenset[int]
) -> list[Item]:
    """Return the derived results in the order given."""
    return [
        Item(
            candidate=analysis.derived_candidate(parts, is_at_high_risk=parts[0].study.pk in high_risk),
            row=parts[0],
            value=float(one.value),
            derived=one,
            parts=parts,
        )
        for one, parts in found
    ]


def with_intervals(items: Sequence[Item], outcome: Outcome, method: str) -> list[Item]:
    """Return the items, those without a printed interval with a computed one where counts allow it.

    `method` is “exact” (Clopper–Pearson) or “wilson”. Nothing is computed for a review's own number, nor
    where events or total are not known: of a rate of survival, that means without a number at risk.
    """
    lacking = [place for place, item in enumerate(items) if _may_be_computed(item, outcome)]
    counts = [(items[place].candidate.events, items[place].candidate.total) for place in lacking]
    lows, highs = intervals.limits(
        [events for events, _total in counts], [total for _events, total in counts], method=method
    )
    found = list(items)
    for place, low, high in zip(lacking, (PERCENT * lows).tolist(), (PERCENT * highs).tolist(), strict=True):
        found[place] = replace(items[place], ci_low=low, ci_high=high, is_computed=True)
    return found


def _may_be_computed(item: Item, outcome: Outcome) -> bool:
    one = item.candidate
    return (
        outcome.measure == Outcome.Measure.PROPORTION
        and not one.is_review
        and item.ci_low is None
        and item.ci_high is None
        and one.events is not None
        and bool(one.total)
    )


def ordered(items: Iterable[Item], sort: str, weights: Mapping[int, float]) -> list[Item]:
    """Sort by year, value, n, study or weight (“-” first for descending); what is not known comes last."""
    keys: dict[str, Callable[[Item], Any]] = {
        "year": lambda item: item.row.study.year,
        "value": lambda item: item.value,
        "n": lambda item: item.row.arm.n,
        "study": lambda item: (item.row.study.label.casefold(), item.row.study.pk),
        "weight": lambda item: weights.get(item.key),
    }
    key, backwards = keys[sort.removeprefix("-")], sort.startswith("-")
    known: list[Item] = []
    unknown: list[Item] = []
    for item in items:
        (unknown if key(item) is None else known).append(item)
    # Python's sort is stable, so that results of one study stay together.
    return [*sorted(known, key=key, reverse=backwards), *unknown]


@dataclass(frozen=True)
class Trait:
    """What the results of one group have in common; traits sort in the order in which a page shows them."""

    order: tuple[Any, ...]
    title: str


def traits(items: Sequence[Item], group: str, therapies: Mapping[int, tuple[int, str]]) -> dict[int, Trait]:
    """Return the group of each item, by key; `therapies` gives place in the tree and name by key.

    The groups are by criteria, design, technique or time; the largest criteria come first.
    """
    studies: dict[str, set[str]] = {}
    for item in items:
        studies.setdefault(item.candidate.definition, set()).add(item.candidate.study)
    designs = list(Study.Design)

    def criteria(item: Item) -> Trait:
        one = item.candidate
        return Trait((-len(studies[one.definition]), one.definition), one.definition_words)

    def design(item: Item) -> Trait:
        found = Study.Design(item.row.study.design)
        return Trait((designs.index(found),), str(found.label))

    def technique(item: Item) -> Trait:
        place, name = therapies[item.row.arm.therapy_id]
        return Trait((place,), name)

    def time(item: Item) -> Trait:
        months = item.row.timepoint_months
        title = "Time point not reported" if months is None else f"At {printed.time_point(months)}"
        return Trait((months is None, months or 0), title)

    of = {"criteria": criteria, "design": design, "technique": technique, "time": time}[group]
    return {item.key: of(item) for item in items}
