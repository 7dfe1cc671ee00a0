"""Median times of one cell: not pooled unless a reader asks, and then only where the rule allows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from therapies.analysis import Choices
from therapies.charts.scale import Scale
from therapies.models import Criteria
from therapies.read_models import pool_view, printed
from therapies.read_models.plot_items import Item
from therapies.read_models.pool_view import PoolView, Unit
from therapies.synthesis import eligibility, medians
from therapies.synthesis.eligibility import Eligibility, Refusal
from therapies.synthesis.errors import CannotPool
from therapies.synthesis.medians import Median


@dataclass(frozen=True)
class MedianVerdict:
    """Whether the medians may be pooled by the rule, and the pool where a reader asked for one.

    `verdict` says which results it is about; `reasons` are sentences, none where the rule holds. `middle` is
    the unweighted median of the medians with its interval, in words.
    """

    verdict: Eligibility
    reasons: tuple[str, ...]
    pool: PoolView | None = None
    weights: tuple[tuple[int, float], ...] = ()
    middle: str = ""
    rule: str = medians.RULE
    reference: str = medians.REFERENCE

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        return self.verdict.refusals


def judge(
    items: Sequence[Item], choices: Choices, scale: Scale, unit: str, *, is_asked: bool
) -> MedianVerdict:
    """Return the verdict on the medians of a cell; a median that is not reached stands against the rule.

    Numbers that cannot be weighed do not drop out silently here, as they would from a pool of proportions: a
    study whose median is not reached is one of the longest, and a pool without it would read too low.
    """
    by_key = {item.key: item for item in items}
    verdict = eligibility.judge([replace(item.candidate, problem="") for item in items], choices.rules)
    kept = [by_key[one.key] for one in verdict.kept]
    found = [_median(item) for item in kept]
    values = [median.value for median in found if median.value is not None]
    middle = _middle(values, unit) if values and not verdict.refusals else ""
    if verdict.refusals:
        return MedianVerdict(verdict, (), middle=middle)
    reasons = (*medians.reasons_against(found), *_without_level(kept))
    if reasons or not is_asked:
        return MedianVerdict(verdict, reasons, middle=middle)
    try:
        pool = medians.pool_medians(found, method=choices.method, test=choices.test)
    except CannotPool as problem:
        return MedianVerdict(verdict, (str(problem),), middle=middle)
    keys = [item.key for item in kept]
    return MedianVerdict(
        verdict,
        (),
        pool=pool_view.draw(
            pool,
            scale,
            Unit(1, unit),
            n_studies=verdict.n_studies,
            n=sum(item.candidate.size for item in kept),
        ),
        weights=tuple(zip(keys, pool.weights, strict=True)) if pool.weights else (),
        middle=middle,
    )


def _median(item: Item) -> Median:
    one, row = item.candidate, item.row
    return Median(
        study=one.label,
        value=item.value,
        ci_low=item.ci_low,
        ci_high=item.ci_high,
        # A level that is not stated stands against the rule by itself: see `_without_level`.
        level=float(row.ci_level) / 100 if row.ci_level is not None else 0.95,
        n=one.size or None,
        origin="" if row.criteria == Criteria.NOT_STATED else one.definition_words,
        is_not_reached=row.not_reached,
    )


def _without_level(kept: Sequence[Item]) -> tuple[str, ...]:
    silent = [
        item.candidate.label
        for item in kept
        if None not in (item.ci_low, item.ci_high) and item.row.ci_level is None
    ]
    return (f"The level of the interval is not stated in {', '.join(silent)}.",) if silent else ()


def _middle(values: Sequence[float], unit: str) -> str:
    """Return the median of medians in words, empty for fewer than two."""
    if len(values) < 2:
        return ""
    found = medians.median_of_medians(values)
    estimate = printed.with_unit(printed.rounded(found.estimate), unit)
    words = f"{estimate} is the middle of the {found.k} medians that were reached"
    if found.interval is None:
        return f"{words}, too few for an interval"
    interval = f"{printed.rounded(found.interval.low)}–{printed.rounded(found.interval.high)}"
    return f"{words} (95% interval {interval})"
