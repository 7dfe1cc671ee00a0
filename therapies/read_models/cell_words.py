"""What a cell of the map says in words: its range, why it is empty, and everything a strip cannot show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from therapies.derivation import Derived
from therapies.evidence_map import Cell, Column, Spread
from therapies.facts import DesignGroup
from therapies.models import Outcome
from therapies.read_models.gaps import Freshness, Gap, Judgement, Knowledge

UNIT_WORDS = {"%": "%", "months": " mo", "days": " d"}
DESIGN_WORDS = {
    DesignGroup.RANDOMIZED: "randomised",
    DesignGroup.PROSPECTIVE: "prospective",
    DesignGroup.RETROSPECTIVE: "retrospective",
    DesignGroup.SERIES: "case series",
}
GAP_WORDS = {
    Gap.NOT_SEARCHED: "not searched",
    Gap.SEARCHED: "none found",
    Gap.NOT_EXTRACTABLE: "no usable value",
    Gap.NOT_APPLICABLE: "does not apply",
    Gap.FILTERED: "left out",
}
MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)


@dataclass(frozen=True)
class Pooled:
    """An estimate from `k` studies and its 95 % interval, in the outcome's unit."""

    k: int
    estimate: float
    low: float
    high: float


def span(spread: Spread, outcome: Outcome) -> str:
    """Return the reported range: “2–94%”, or the one value there is."""
    return range_of(spread.low, spread.high, outcome)


def range_of(low: float, high: float, outcome: Outcome) -> str:
    """Return two values and their unit, once where they read the same."""
    first, last = number(low), number(high)
    return f"{first if first == last else f'{first}–{last}'}{unit(outcome)}"


def number(value: float) -> str:
    """Return a value short enough for a cell, never rounded onto 0 or 100; its own page prints it in full."""
    decimals = 0 if 10 <= value <= 99 or value > 100 else 1
    rounded = f"{value:.{decimals}f}".removesuffix(".0")
    return f"{value:.1g}" if rounded == "0" and value else rounded


def unit(outcome: Outcome) -> str:
    return UNIT_WORDS.get(outcome.unit, f" {outcome.unit}")


def pooled(found: Pooled, outcome: Outcome) -> str:
    """Return the estimate with its interval: “45% (38–52)”."""
    return f"{number(found.estimate)}{unit(outcome)} ({number(found.low)}–{number(found.high)})"


def gap(kind: Gap, fresh: Freshness) -> str:
    """Return why a cell is empty, short enough for the cell."""
    return f"{fresh.n_waiting:,} waiting" if kind == Gap.WAITING else GAP_WORDS[kind]


def count(cell: Cell) -> str:
    """Return how many studies and patients, as short as the legend explains it."""
    patients = f"{cell.n_patients:,}" if cell.n_patients else "n ?"
    return f"{cell.n_studies:,} st · {patients}"


def designs(counts: Sequence[int]) -> str:
    """Return the mix of designs: “1 randomised · 9 retrospective”; empty where no study is."""
    return " · ".join(f"{counts[group]:,} {name}" for group, name in DESIGN_WORDS.items() if counts[group])


def derived_range(found: Sequence[Derived], outcome: Outcome) -> str:
    values = [float(each.value) for each in found]
    return range_of(min(values), max(values), outcome)


def derived_count(found: Sequence[Derived]) -> str:
    return f"{len(found):,} derived"


def grade(judged: Judgement | None) -> str:
    return f"GRADE {judged.words}" if judged else "GRADE: not judged yet"


def details(
    cell: Cell, column: Column, known: Knowledge, pool: Pooled | None = None, *, is_filtered: bool = False
) -> str:
    """Return everything known about a cell, a line each: what a reader hears, and sees on hover and focus."""
    lines = [*_found(cell, column, pool), *_missing(cell, known, is_filtered=is_filtered)]
    if cell.derived:
        how = "derived from parts that one arm prints" + (", not counted" if cell.n_studies else "")
        lines.append(f"{derived_count(cell.derived)}: {derived_range(cell.derived, column.outcome)}, {how}")
    judged = known.certainties.get((cell.therapy, cell.outcome))
    if judged:
        whole = ", of the whole evidence" if is_filtered else ""
        lines.append(f"{grade(judged)}{whole}: {judged.reason}")
    elif cell.n_studies:
        lines.append(grade(None))
    return "\n".join([*lines, freshness(known.fresh(cell.therapy))])


def freshness(fresh: Freshness) -> str:
    """Return when the therapy was last searched for, and what waits of it."""
    if fresh.searched_on is None:
        searched = "No search covers this therapy yet"
    else:
        day = fresh.searched_on
        searched = f"Last searched {day.day} {MONTHS[day.month - 1]} {day.year}"
    if not fresh.n_waiting:
        return f"{searched}; no reference waiting"
    return f"{searched}; {fresh.n_waiting:,} reference{'s' * (fresh.n_waiting != 1)} waiting"


def _found(cell: Cell, column: Column, pool: Pooled | None) -> list[str]:
    lines = []
    if pool:
        lines.append(f"Pooled {pooled(pool, column.outcome)}, {pool.k} studies")
    if cell.spread:
        lines.append(f"{'Reported ' if pool else ''}{span(cell.spread, column.outcome)}")
    elif cell.n_usable:
        lines.append("Reported at other times only")
    if cell.n_studies:
        lines.append(
            f"{cell.studies}, {cell.patients}, {cell.n_results:,} result{'s' * (cell.n_results != 1)}"
        )
        lines.append(designs(cell.designs))
    if cell.n_reviews:
        lines.append(f"{cell.reviews}, counted apart")
    if cell.newest_year:
        lines.append(f"Newest study {cell.newest_year}")
    return lines


def _missing(cell: Cell, known: Knowledge, *, is_filtered: bool) -> list[str]:
    kind = known.gap(cell)
    if kind is None:
        return []
    if kind == Gap.NOT_APPLICABLE:
        return [f"Does not apply: {known.not_applicable[cell.therapy, cell.outcome]}"]
    left_out = "Reported, but outside your filters" if is_filtered else "Reported in mixed tumour types only"
    sentences = {
        Gap.FILTERED: left_out,
        Gap.NOT_EXTRACTABLE: "Reported, but without a number that can be extracted",
        Gap.SEARCHED: "Searched, none found",
        Gap.WAITING: "None found yet; references wait to be read, and may not be about this outcome",
        Gap.NOT_SEARCHED: "Not searched yet: nothing here says that there is no evidence",
    }
    return [sentences[kind]]
