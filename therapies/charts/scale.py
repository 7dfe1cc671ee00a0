"""A linear axis from zero to a round number, shared by every mark of a column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

PERCENT_TOPS = (5, 10, 20, 30, 50, 100)
TIME_TOPS = (6, 12, 24, 36, 48, 60, 84, 96, 120, 180, 240, 360, 480, 600)
# A few extreme series must not squeeze all others into a corner: they sit at the edge as arrows.
SHARE_INSIDE = 0.95


@dataclass(frozen=True)
class Scale:
    """An axis 0 … `top` (in the outcome's unit) drawn from `left` to `right`."""

    top: float
    left: float
    right: float

    def x(self, value: float) -> float:
        """Return the position of a value; one beyond the top sits at the right edge."""
        share = min(max(value / self.top, 0.0), 1.0)
        return self.left + share * (self.right - self.left)

    def exceeds(self, value: float) -> bool:
        """Say whether the value lies beyond the axis."""
        return value > self.top


def round_top(values: Sequence[float] | np.ndarray, *, tops: Sequence[int]) -> int:
    """Return the smallest round top that holds 95 % of the values (the largest one when none does)."""
    if not len(values):
        return tops[-1]
    rank = min(len(values) - 1, int(SHARE_INSIDE * len(values)))
    needed = np.partition(np.asarray(values), rank)[rank]
    return next((top for top in tops if top >= needed), tops[-1])
