"""The difference between two proportions of one study, with an interval."""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot

from therapies.synthesis.intervals import wilson


@dataclass(frozen=True)
class Difference:
    """The first proportion minus the second, and the limits of its interval, as fractions −1 to 1."""

    value: float
    low: float
    high: float


def newcombe(events: int, total: int, other_events: int, other_total: int, level: float = 0.95) -> Difference:
    """Return the difference of two independent proportions with its hybrid score interval.

    The square-and-add of two Wilson intervals, without continuity correction; raises CannotPool when the
    counts are not a proportion. Newcombe 1998, method 10,
    https://doi.org/10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I.
    """
    first, second = wilson(events, total, level), wilson(other_events, other_total, level)
    share, other_share = events / total, other_events / other_total
    value = share - other_share
    return Difference(
        value=value,
        low=value - hypot(share - first.low, second.high - other_share),
        high=value + hypot(first.high - share, other_share - second.low),
    )
