"""Intervals of one proportion, for studies that print a count and no interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from scipy.stats import binomtest

from therapies.synthesis.errors import CannotPool

# More patients than there can be; beyond it, counts would also lose their last digits as floats.
MOST_PATIENTS = 10**12


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
