"""Every filled cell of a map analysed by the default choices: for its summary, and for a release."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from therapies import analysis
from therapies.evidence_map import Row
from therapies.models import Outcome, Result
from therapies.synthesis.errors import CannotPool

Key = tuple[str, str]
NOT_POOLED = "Only proportions are pooled; other measures are shown as they are printed."


@dataclass(frozen=True)
class Estimate:
    """What pooling a cell gives, in percent: `k` results, the estimate, its interval and the prediction.

    Numbers are rounded to ten decimals: another machine's last bit is no change of the evidence. Where
    nothing is pooled `k` is 0, the numbers are None and `refusal` says why.
    """

    k: int = 0
    estimate: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    pi_low: float | None = None
    pi_high: float | None = None
    refusal: str = ""


def by_cell(rows: Iterable[Row], results: Iterable[Result]) -> dict[Key, list[Result]]:
    """Return the results of each cell (therapy, outcome by code), those of therapies below it included.

    `rows` is the whole tree; the results come with arm, study, cohort, outcome and reviews loaded.
    """
    above: dict[str | None, tuple[str, ...]] = {None: ()}
    for row in rows:
        above[row.therapy.code] = (*above[row.parent], row.therapy.code)
    found: dict[Key, list[Result]] = defaultdict(list)
    for result in results:
        for therapy in above[result.arm.therapy.code]:
            found[therapy, result.outcome.code].append(result)
    return dict(found)


def estimates(
    cells: Mapping[Key, Sequence[Result]], *, high_risk: Collection[int] = ()
) -> dict[Key, Estimate]:
    """Return what pooling each cell by the default choices gives."""
    return {key: estimate(results[0].outcome, results, high_risk) for key, results in cells.items()}


def estimate(outcome: Outcome, results: Sequence[Result], high_risk: Collection[int] = ()) -> Estimate:
    """Return what pooling results of one outcome by the default choices gives."""
    candidates = analysis.candidates(results, high_risk=frozenset(high_risk))
    try:
        return of(analysis.analyse(outcome, candidates, with_sensitivity=False))
    except CannotPool as problem:
        return Estimate(refusal=str(problem))


def of(found: analysis.Analysis) -> Estimate:
    """Return the pool of an analysis in percent, or why there is none."""
    if found.pool is None:
        words = " ".join(refusal.words for refusal in found.eligibility.refusals)
        return Estimate(refusal=words or NOT_POOLED)
    natural = found.pool.natural
    return Estimate(
        found.pool.k,
        *map(_percent, (natural.estimate, natural.ci_low, natural.ci_high, natural.pi_low, natural.pi_high)),
    )


def _percent(share: float | None) -> float | None:
    return None if share is None else round(100 * share, 10)
