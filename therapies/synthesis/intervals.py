"""Intervals of one proportion, for studies that print a count and no interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincinv, ndtri
from scipy.stats import binomtest

from therapies.synthesis.errors import CannotPool

# More patients than a study can have; beyond it, a likelihood of counts also loses its last digits.
MOST_PATIENTS = 10**9


@dataclass(frozen=True)
class Interval:
    """Two limits, in the unit of the value between them."""

    low: float
    high: float


def clopper_pearson(events: int, total: int, level: float = 0.95) -> Interval:
    """Return the exact interval of a proportion, as fractions 0–1; raises CannotPool.

    Clopper & Pearson 1934, https://doi.org/10.1093/biomet/26.4.404.
    """
    return _interval(events, total, level, "exact")


def wilson(events: int, total: int, level: float = 0.95) -> Interval:
    """Return the score interval of a proportion without continuity correction, as fractions 0–1.

    Raises CannotPool. Wilson 1927, https://doi.org/10.1080/01621459.1927.10502953.
    """
    return _interval(events, total, level, "wilson")


def limits(
    events: ArrayLike, totals: ArrayLike, *, method: Literal["exact", "wilson"], level: float = 0.95
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the lower and the upper limits, as fractions, of many proportions at once (all of shape (k,)).

    The intervals of `clopper_pearson` (exact) and `wilson`, for pages that show a hundred; the counts must be
    proportions: 0 ≤ events ≤ total, total > 0. The exact limits are quantiles of beta distributions, see
    Clopper & Pearson 1934, https://doi.org/10.1093/biomet/26.4.404.
    """
    check_level(level)
    x, n = np.asarray(events, dtype=np.float64), np.asarray(totals, dtype=np.float64)
    tail = (1 - level) / 2
    if method == "exact":
        low = np.where(x > 0, betaincinv(np.maximum(x, 1), n - x + 1, tail), 0.0)
        high = np.where(x < n, betaincinv(x + 1, np.maximum(n - x, 1), 1 - tail), 1.0)
        return low, high
    z = -float(ndtri(tail))
    share, width = x / n, z**2 / n
    middle = (share + width / 2) / (1 + width)
    half = np.sqrt(share * (1 - share) * width + width**2 / 4) / (1 + width)
    # At the ends the limit is the end itself, which rounding must not miss.
    low = np.where(x > 0, np.maximum(middle - half, 0.0), 0.0)
    high = np.where(x < n, np.minimum(middle + half, 1.0), 1.0)
    return low, high


def check_level(level: float) -> None:
    """Raise CannotPool unless the level is a fraction between 0 and 1."""
    if not 0 < level < 1:
        raise CannotPool(f"A confidence level lies between 0 and 1, such as 0.95; {level} does not.")


def check_counts(events: int, total: int, *, of: str = "The proportion") -> None:
    """Raise CannotPool, naming whose counts they are, unless 0 ≤ events ≤ total and total > 0, both whole."""
    for name, number in (("events", events), ("total", total)):
        if isinstance(number, bool) or not isinstance(number, int):
            raise CannotPool(f"{of}: {name} must be a whole number, not {number!r}.")
        if number < 0:
            raise CannotPool(f"{of}: {name} cannot be negative ({number}).")
        if number > MOST_PATIENTS:
            raise CannotPool(f"{of}: {name} is more than anybody can have counted (above {MOST_PATIENTS:,}).")
    if total == 0:
        raise CannotPool(f"{of}: the total is 0, so there is no proportion.")
    if events > total:
        raise CannotPool(f"{of}: {events} events are more than the total of {total}.")


def _interval(events: int, total: int, level: float, method: Literal["exact", "wilson"]) -> Interval:
    check_level(level)
    check_counts(events, total)
    limits = binomtest(events, total).proportion_ci(confidence_level=level, method=method)
    return Interval(float(limits.low), float(limits.high))
