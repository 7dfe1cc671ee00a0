"""From what a study prints to an effect with a sampling variance, and from a pooled effect back.

Definitions as in metafor's `escalc` and `transf`:
https://wviechtb.github.io/metafor/reference/escalc.html, https://wviechtb.github.io/metafor/reference/transf.html.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from scipy.stats import norm

from therapies.synthesis.errors import CannotPool
from therapies.synthesis.intervals import check_counts, check_level

Array: TypeAlias = NDArray[np.float64]


class Measure(StrEnum):
    """The scale on which studies are pooled."""

    PLO = "plo"
    PFT = "pft"
    LOG_RATIO = "log-ratio"


@dataclass(frozen=True)
class Counts:
    """Events among all patients of one study; raises CannotPool when they cannot be a proportion."""

    study: str
    events: int
    total: int

    def __post_init__(self) -> None:
        check_counts(self.events, self.total, of=named(self.study))


@dataclass(frozen=True)
class Estimate:
    """A positive quantity of one study (a ratio, a median) with its published interval.

    Raises CannotPool when a number is not positive and finite, when the interval does not contain the value
    or when it has no width.
    """

    study: str
    value: float
    ci_low: float
    ci_high: float
    level: float = 0.95

    def __post_init__(self) -> None:
        check_level(self.level)
        of = named(self.study)
        for name, number in (
            ("estimate", self.value),
            ("lower limit", self.ci_low),
            ("upper limit", self.ci_high),
        ):
            if not math.isfinite(number):
                raise CannotPool(f"{of}: the {name} is not a number ({number}).")
            if number <= 0:
                raise CannotPool(f"{of}: the {name} must be above 0 to have a logarithm ({number:g}).")
        if self.ci_low > self.ci_high:
            raise CannotPool(
                f"{of}: the lower limit {self.ci_low:g} is above the upper limit {self.ci_high:g}."
            )
        if not self.ci_low <= self.value <= self.ci_high:
            raise CannotPool(
                f"{of}: the interval {self.ci_low:g} to {self.ci_high:g} does not contain the estimate"
                f" {self.value:g}."
            )
        if not math.log(self.ci_high) > math.log(self.ci_low):
            raise CannotPool(f"{of}: the interval has no width, so the estimate has no weight.")


Study: TypeAlias = Counts | Estimate
Kind = TypeVar("Kind", Counts, Estimate)


@dataclass(frozen=True)
class Effects:
    """Effects `yi` and their sampling variances `vi`, each of shape (k,), on the scale of the measure."""

    yi: Array
    vi: Array


def named(study: str) -> str:
    """Return how a sentence calls the study."""
    return f"“{study}”" if study.strip() else "A study without a name"


def of_kind(data: Sequence[Study], kind: type[Kind], *, measure: Measure) -> list[Kind]:
    """Return the studies when all are what the measure needs; raises CannotPool otherwise, or for none."""
    if not data:
        raise CannotPool("There is no study to pool.")
    needed = "events and a total" if kind is Counts else "an estimate with its interval"
    for study in data:
        if not isinstance(study, kind):
            raise CannotPool(f"{named(study.study)}: the measure {measure} needs {needed}.")
    return [study for study in data if isinstance(study, kind)]


def effects(data: Sequence[Study], measure: Measure) -> Effects:
    """Return the effects of the studies, in the order given; raises CannotPool for data that do not fit."""
    if measure is Measure.LOG_RATIO:
        return _log_ratios(of_kind(data, Estimate, measure=measure))
    events, totals = count_arrays(of_kind(data, Counts, measure=measure))
    return logits(events, totals) if measure is Measure.PLO else _double_arcsines(events, totals)


def count_arrays(studies: Sequence[Counts]) -> tuple[Array, Array]:
    """Return events and totals, each of shape (k,)."""
    return (
        np.array([study.events for study in studies], dtype=np.float64),
        np.array([study.total for study in studies], dtype=np.float64),
    )


def logits(events: Array, totals: Array) -> Effects:
    """Return the logits of proportions; 0.5 is added to both cells of studies in which one is empty."""
    others = totals - events
    # Elsewhere the half would pull every logit inwards.
    add = np.where((events == 0) | (others == 0), 0.5, 0.0)
    events, others = events + add, others + add
    return Effects(np.log(events / others), 1 / events + 1 / others)


def _double_arcsines(events: Array, totals: Array) -> Effects:
    """Freeman & Tukey 1950, https://doi.org/10.1214/aoms/1177729756, halved as metafor does."""
    return Effects(_double_arcsine(events, totals), 1 / (4 * totals + 2))


def _double_arcsine(events: Array, totals: Array) -> Array:
    return 0.5 * (np.arcsin(np.sqrt(events / (totals + 1))) + np.arcsin(np.sqrt((events + 1) / (totals + 1))))


def _log_ratios(studies: Sequence[Estimate]) -> Effects:
    values, lows, highs, levels = (
        np.array([getattr(study, name) for study in studies], dtype=np.float64)
        for name in ("value", "ci_low", "ci_high", "level")
    )
    errors = (np.log(highs) - np.log(lows)) / (2 * norm.isf((1 - levels) / 2))
    return Effects(np.log(values), errors**2)


def natural(values: Sequence[float], data: Sequence[Study], measure: Measure) -> list[float]:
    """Return values on the scale of the measure as proportions 0–1, or as ratios."""
    scaled = np.asarray(values, dtype=np.float64)
    if measure is Measure.LOG_RATIO:
        with np.errstate(over="ignore"):
            back: Array = np.exp(scaled)
    elif measure is Measure.PLO:
        back = expit(scaled)
    else:
        _, totals = count_arrays(of_kind(data, Counts, measure=measure))
        back = _proportions(scaled, 1 / float(np.mean(1 / totals)))
    return [float(value) for value in back]


def _proportions(values: Array, total: float) -> Array:
    """Invert the double arcsine for the harmonic mean of the totals; beyond its range, 0 and 1.

    Miller 1978, https://doi.org/10.1080/00031305.1978.10479283.
    """
    low, high = (float(_double_arcsine(np.array(p * total), np.array(total))) for p in (0.0, 1.0))
    inside = np.clip(values, low, high)
    sine = np.sin(2 * inside)
    root = np.sqrt(np.clip(1 - (sine + (sine - 1 / sine) / total) ** 2, 0.0, None))
    back = 0.5 * (1 - np.sign(np.cos(2 * inside)) * root)
    return np.where(values > high, 1.0, np.where(values < low, 0.0, back))
