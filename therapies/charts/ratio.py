"""One line of a comparison: a ratio with its interval on a logarithmic axis, no effect in its middle."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import log

from therapies.charts.forest import CAP, HEIGHT, MIDDLE, WIDTH
from therapies.charts.strip import Shape, outline

POINT = 3.6
# Each set is evenly spaced on a logarithmic axis and ends at the same factor on both sides of 1.
TICKS = ((0.5, 1, 2), (0.25, 0.5, 1, 2, 4), (0.1, 1, 10), (0.01, 0.1, 1, 10, 100))


@dataclass(frozen=True)
class Ratio:
    """What one comparison gives to draw; an end that was not printed is None, one of 0 has no logarithm."""

    value: float
    ci_low: float | None = None
    ci_high: float | None = None


@dataclass(frozen=True)
class Axis:
    """A logarithmic axis from 1/`limit` to `limit`, drawn from 0 to WIDTH."""

    ticks: tuple[float, ...]

    @property
    def limit(self) -> float:
        return self.ticks[-1]

    @property
    def words(self) -> tuple[str, ...]:
        """Return the ticks as a reader prints them."""
        return tuple(f"{tick:g}" for tick in self.ticks)

    def x(self, value: float) -> float:
        """Return the position of a ratio; one beyond an end sits at that edge."""
        if value <= 1 / self.limit:
            return 0.0
        share = (log(value) / log(self.limit) + 1) / 2
        return min(share, 1.0) * WIDTH

    def holds(self, value: float) -> bool:
        """Say whether the ratio lies on the axis, its ends included."""
        return 1 / self.limit <= value <= self.limit


@dataclass(frozen=True)
class Mark:
    """Path data of one ratio; `beyond` holds the arrows of what lies past either edge."""

    point: str
    whisker: str
    beyond: str
    no_effect: str = f"M{WIDTH / 2:g} 0v{HEIGHT}"


def axis_for(ratios: Iterable[Ratio]) -> Axis:
    """Return the narrowest axis that holds all values and interval ends, the widest when none does."""
    ends = [end for ratio in ratios for end in _ends(ratio)]
    axes = [Axis(ticks) for ticks in TICKS]
    return next((axis for axis in axes if all(axis.holds(end) for end in ends)), axes[-1])


def draw(ratio: Ratio, axis: Axis) -> Mark:
    """Return the marks of one ratio: a square for the value, a line with caps for its interval."""
    ends = _ends(ratio)
    x = axis.x(ratio.value)
    left = _arrow(1, -6) if any(end < 1 / axis.limit for end in ends) else ""
    right = _arrow(WIDTH - 1, 6) if any(end > axis.limit for end in ends) else ""
    return Mark(
        point=outline(Shape.SQUARE, x, MIDDLE, POINT) if axis.holds(ratio.value) else "",
        whisker=_whisker(ratio, axis),
        beyond=left + right,
    )


def _ends(ratio: Ratio) -> list[float]:
    return [end for end in (ratio.value, ratio.ci_low, ratio.ci_high) if end is not None]


def _whisker(ratio: Ratio, axis: Axis) -> str:
    if ratio.ci_low is None and ratio.ci_high is None:
        return ""
    start = ratio.value if ratio.ci_low is None else ratio.ci_low
    stop = ratio.value if ratio.ci_high is None else ratio.ci_high
    line = f"M{axis.x(start):.1f} {MIDDLE:g}H{axis.x(stop):.1f}"
    # An end that was not printed, or lies past the edge, gets no cap: nobody may read a limit there.
    caps = [end for end in (ratio.ci_low, ratio.ci_high) if end is not None and axis.holds(end)]
    return line + "".join(f"M{axis.x(end):.1f} {MIDDLE - CAP:g}v{2 * CAP:g}" for end in caps)


def _arrow(x: float, length: float) -> str:
    return f"M{x:g} {MIDDLE - 4:g}l{length:g} 4 {-length:g} 4z"
