"""The strip of one map cell: every reported value on the outcome's own axis.

Marks are grouped into one path a style, so that a cell costs a few hundred bytes however many it shows;
above MOST_MARKS values the strip becomes a histogram of fixed size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from math import sqrt

import numpy as np

from therapies.charts.scale import Scale

WIDTH, HEIGHT = 80, 22
MARGIN = 4
BASELINE = HEIGHT / 2
SMALLEST_RADIUS, LARGEST_RADIUS = 1.4, 5.0
RADIUS_PER_ROOT_PATIENT = 0.36
MOST_MARKS = 40
N_BINS = 24
SMALLEST_HALF_DIAMOND, HALF_DIAMOND_HEIGHT = 2.0, 6.0
MIX_LINE = 25


class Shape(StrEnum):
    """What tells response criteria apart without colour."""

    CIRCLE = "circle"
    DIAMOND = "diamond"
    SQUARE = "square"
    TRIANGLE = "triangle"


@dataclass(frozen=True)
class Mark:
    """One reported value; `n` (patients, procedures or lesions) sets its area, None draws the smallest."""

    value: float
    n: int | None = None
    shape: Shape = Shape.CIRCLE
    is_hollow: bool = False


class PathData(str):
    """SVG path data: letters and numbers of our own making, which a template need not escape."""

    __slots__ = ()

    def __html__(self) -> str:
        return self


class SvgShapes(PathData):
    """SVG elements of path data and class names of our own making."""

    __slots__ = ()


NO_PATH = PathData()


@dataclass(frozen=True)
class Strip:
    """Path data of one cell: filled marks, hollow marks, histogram bars, and the middle value's position.

    `derived` are the outlines of values that no study prints, `pooled` is the diamond of an estimate, `mix`
    the bar of designs, one path a design.
    """

    filled: PathData = NO_PATH
    hollow: PathData = NO_PATH
    bars: PathData = NO_PATH
    beyond: PathData = NO_PATH
    middle: PathData = NO_PATH
    derived: PathData = NO_PATH
    pooled: PathData = NO_PATH
    mix: tuple[PathData, ...] = ()

    def shapes(self, *, with_middle: bool) -> SvgShapes:
        """Return every part as SVG elements on the axis; the middle gives way to a pooled estimate."""
        middle = f"M{self.middle} 2v18" if with_middle and self.middle and not self.pooled else ""
        parts = [
            ("strip-axis", f"M{MARGIN} {BASELINE:g}h{WIDTH - 2 * MARGIN}"),
            ("strip-bars", self.bars + self.beyond),
            ("strip-marks", self.filled),
            ("strip-hollow", self.hollow),
            ("strip-derived", self.derived),
            ("strip-pooled", self.pooled),
            ("strip-middle", middle),
            *((f"mix-{place}", piece) for place, piece in enumerate(self.mix)),
        ]
        return SvgShapes("".join(f'<path class="{kind}" d="{path}"/>' for kind, path in parts if path))


def draw(marks: Sequence[Mark], *, middle: float, scale: Scale) -> Strip:
    """Return the strip of at most MOST_MARKS marks, which are in ascending order of value."""
    filled: list[str] = []
    hollow: list[str] = []
    positions = [scale.x(mark.value) for mark in marks]
    for mark, x, lane in zip(marks, positions, _lanes(positions), strict=True):
        path = outline(mark.shape, x, BASELINE + lane, radius(mark.n))
        (hollow if mark.is_hollow else filled).append(path)
    return Strip(
        filled=PathData("".join(filled)),
        hollow=PathData("".join(hollow)),
        beyond=_arrow(is_needed=bool(marks) and scale.exceeds(marks[-1].value)),
        middle=PathData(f"{scale.x(middle):.1f}"),
    )


def draw_many(values: Sequence[float], *, middle: float, scale: Scale) -> Strip:
    """Return a histogram of the values, which are in ascending order."""
    return Strip(
        bars=_histogram(values, scale),
        beyond=_arrow(is_needed=bool(len(values)) and scale.exceeds(values[-1])),
        middle=PathData(f"{scale.x(middle):.1f}"),
    )


def with_derived(drawing: Strip, marks: Sequence[Mark], *, scale: Scale) -> Strip:
    """Add the outlines of derived values, which are in ascending order."""
    positions = [scale.x(mark.value) for mark in marks]
    drawn = zip(marks, positions, _lanes(positions), strict=True)
    outlines = [outline(mark.shape, x, BASELINE + lane, radius(mark.n)) for mark, x, lane in drawn]
    beyond = drawing.beyond or _arrow(is_needed=bool(marks) and scale.exceeds(marks[-1].value))
    return replace(drawing, derived=PathData("".join(outlines)), beyond=beyond)


def with_pooled(drawing: Strip, *, low: float, estimate: float, high: float, scale: Scale) -> Strip:
    """Add the diamond of a pooled estimate, as wide as its interval and never too narrow to see."""
    x = scale.x(estimate)
    left, right = min(scale.x(low), x - SMALLEST_HALF_DIAMOND), max(scale.x(high), x + SMALLEST_HALF_DIAMOND)
    top, bottom = BASELINE - HALF_DIAMOND_HEIGHT, BASELINE + HALF_DIAMOND_HEIGHT
    path = f"M{left:.1f} {BASELINE:g}L{x:.1f} {top:g} {right:.1f} {BASELINE:g} {x:.1f} {bottom:g}z"
    return replace(drawing, pooled=PathData(path))


def with_mix(drawing: Strip, counts: Sequence[int]) -> Strip:
    """Add the bar of designs: one piece a count, in its order, as long as its share."""
    total, left, pieces = sum(counts), float(MARGIN), []
    for count in counts:
        width = (WIDTH - 2 * MARGIN) * count / total if total else 0.0
        pieces.append(PathData(f"M{left:.1f} {MIX_LINE}h{width:.1f}" if count else ""))
        left += width
    return replace(drawing, mix=tuple(pieces))


def radius(n: int | None) -> float:
    """Return a radius whose area grows with the number of patients, between two bounds."""
    if not n:
        return SMALLEST_RADIUS
    return min(max(RADIUS_PER_ROOT_PATIENT * sqrt(n), SMALLEST_RADIUS), LARGEST_RADIUS)


def outline(shape: Shape, x: float, y: float, r: float) -> str:
    """Return the path of a shape around (x, y) whose area is about that of a circle of radius r."""
    match shape:
        case Shape.CIRCLE:
            # Rounded once: a chord longer or shorter than the diameter would bend the circle.
            r = round(r, 1)
            half_turn = f"a{r:.1f} {r:.1f} 0 1 0"
            return f"M{x - r:.1f} {y:.1f}{half_turn} {2 * r:.1f} 0{half_turn}-{2 * r:.1f} 0z"
        case Shape.SQUARE:
            half = r * 0.886
            return f"M{x - half:.1f} {y - half:.1f}h{2 * half:.1f}v{2 * half:.1f}h-{2 * half:.1f}z"
        case Shape.DIAMOND:
            half = r * 1.253
            return (
                f"M{x:.1f} {y - half:.1f}l{half:.1f} {half:.1f}-{half:.1f} {half:.1f}-{half:.1f}-{half:.1f}z"
            )
        case Shape.TRIANGLE:
            half, height = r * 1.347, r * 2.333
            top = y - height * 0.6
            return f"M{x:.1f} {top:.1f}l{half:.1f} {height:.1f}h-{2 * half:.1f}z"


def _lanes(positions: Sequence[float]) -> list[float]:
    """Return vertical offsets that fan out values standing on nearly the same spot."""
    offsets = (0.0, -2.6, 2.6, -4.6, 4.6)
    lanes: list[float] = []
    run = 0
    for index, x in enumerate(positions):
        run = run + 1 if index and x - positions[index - 1] < 1.5 else 0
        lanes.append(offsets[run % len(offsets)])
    return lanes


@lru_cache(maxsize=64)
def _bins(scale: Scale) -> tuple[np.ndarray, tuple[str, ...], str]:
    """Return the inner edges of the bins, the path to the foot of each, and the step across one."""
    width = (scale.right - scale.left) / N_BINS
    feet = tuple(f"M{scale.left + index * width:.1f} {HEIGHT - 1}v-" for index in range(N_BINS))
    return np.linspace(0, scale.top, N_BINS + 1)[1:-1], feet, f"h{width - 0.4:.1f}v"


def _histogram(values: Sequence[float], scale: Scale) -> PathData:
    edges, feet, across = _bins(scale)
    places = [0, *np.searchsorted(values, edges).tolist(), len(values)]
    counts = [stop - start for start, stop in pairwise(places)]
    tallest = max(counts)
    bars = []
    for foot, count in zip(feet, counts, strict=True):
        if count:
            height = f"{max(1.0, (HEIGHT - 2) * count / tallest):.1f}"
            bars.append(f"{foot}{height}{across}{height}z")
    return PathData("".join(bars))


def _arrow(*, is_needed: bool) -> PathData:
    return PathData(f"M{WIDTH - 4} {BASELINE - 3}l3.5 3-3.5 3z" if is_needed else "")
