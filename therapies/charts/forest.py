"""One line of a forest-style column: a value with its interval on an axis that the whole table shares."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from therapies.charts.scale import PERCENT_TOPS, TIME_TOPS, Scale, round_top
from therapies.charts.strip import Shape, outline, radius

WIDTH, HEIGHT = 200, 18
MIDDLE = HEIGHT / 2
CAP = 3.5
DIAMOND = 6
# A line has more room than a strip, and a small study must still be seen.
POINT_PER_STRIP, SMALLEST_POINT = 1.4, 2.6
# Steps a reader counts in; months prefer parts of a year.
STEPS = (1, 2, 3, 5, 6, 10, 12, 24, 25, 60, 120)
PARTS = (4, 3, 5, 7)


@dataclass(frozen=True)
class Estimate:
    """What one result gives to draw, in the unit of the axis; an end that was not printed is None."""

    value: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    range_low: float | None = None
    range_high: float | None = None
    n: int | None = None
    shape: Shape = Shape.CIRCLE
    is_hollow: bool = False
    is_computed: bool = False


@dataclass(frozen=True)
class Line:
    """Path data of one line; `beyond` is the arrow of what lies past the right edge.

    `is_computed` says that the whisker is an interval which the source does not print.
    """

    point: str
    whisker: str
    span: str
    beyond: str
    is_hollow: bool
    is_computed: bool = False


@dataclass(frozen=True)
class Pooled:
    """Path data of a pooled estimate: its interval as a diamond, and where a new study is expected."""

    diamond: str
    prediction: str
    middle: str
    beyond: str


@dataclass(frozen=True)
class Axis:
    """The shared axis of a table: its scale and evenly spaced ticks, the two ends included."""

    scale: Scale
    ticks: tuple[float, ...]

    @property
    def n_parts(self) -> int:
        return len(self.ticks) - 1


def axis_for(estimates: Iterable[Estimate], *, is_percentage: bool) -> Axis:
    """Return an axis from zero to the round top that holds (nearly) all values and intervals."""
    ends = [end for estimate in estimates for end in _ends(estimate)]
    top = round_top(ends, tops=PERCENT_TOPS if is_percentage else TIME_TOPS)
    parts = next((parts for parts in PARTS if top % parts == 0 and top // parts in STEPS), 1)
    ticks = tuple(top * index / parts for index in range(parts + 1))
    return Axis(Scale(top, 0, WIDTH), ticks)


def draw(estimate: Estimate, scale: Scale) -> Line | None:
    """Return the marks of one result, or None where it gives nothing to draw."""
    ends = _ends(estimate)
    if not ends:
        return None
    point = ""
    if estimate.value is not None and not scale.exceeds(estimate.value):
        size = max(radius(estimate.n) * POINT_PER_STRIP, SMALLEST_POINT)
        point = outline(estimate.shape, scale.x(estimate.value), MIDDLE, size)
    known = [estimate.value, estimate.range_low, estimate.range_high]
    return Line(
        point=point,
        whisker=_whisker(estimate, scale),
        span=_segment(estimate.range_low, estimate.range_high, scale),
        beyond=_arrow() if any(scale.exceeds(end) for end in [*ends, *known] if end is not None) else "",
        is_hollow=estimate.is_hollow,
        is_computed=estimate.is_computed,
    )


def draw_pooled(
    value: float, ci: tuple[float, float], prediction: tuple[float, float], scale: Scale
) -> Pooled:
    """Return the marks of a pooled estimate, in the unit of the axis."""
    low, high = (scale.x(end) for end in ci)
    middle = scale.x(value)
    # A diamond narrower than its outline would not be seen.
    low, high = min(low, middle - 1), max(high, middle + 1)
    left, right = prediction
    caps = [end for end in prediction if not scale.exceeds(end)]
    return Pooled(
        diamond=(
            f"M{low:.1f} {MIDDLE:g}L{middle:.1f} {MIDDLE - DIAMOND:g}"
            f"L{high:.1f} {MIDDLE:g}L{middle:.1f} {MIDDLE + DIAMOND:g}z"
        ),
        prediction=_segment(left, right, scale)
        + "".join(f"M{scale.x(end):.1f} {MIDDLE - CAP}v{2 * CAP}" for end in caps),
        middle=f"{middle:.1f}",
        beyond=_arrow() if scale.exceeds(right) else "",
    )


def _ends(estimate: Estimate) -> list[float]:
    """Return what must lie on the axis; the range of single patients may run past it."""
    ends = [estimate.value, estimate.ci_low, estimate.ci_high]
    if estimate.value is None:
        ends += [estimate.range_low, estimate.range_high]
    return [end for end in ends if end is not None]


def _whisker(estimate: Estimate, scale: Scale) -> str:
    low, high = estimate.ci_low, estimate.ci_high
    if low is None and high is None:
        return ""
    start = estimate.value if low is None else low
    stop = estimate.value if high is None else high
    line = _segment(start, stop, scale)
    # An end that was not printed gets no cap: nobody may read a limit there.
    caps = [end for end in (low, high) if end is not None and not scale.exceeds(end)]
    return line + "".join(f"M{scale.x(end):.1f} {MIDDLE - CAP}v{2 * CAP}" for end in caps)


def _segment(start: float | None, stop: float | None, scale: Scale) -> str:
    if start is None or stop is None:
        return ""
    return f"M{scale.x(start):.1f} {MIDDLE:g}H{scale.x(stop):.1f}"


def _arrow() -> str:
    return f"M{WIDTH - 1} {MIDDLE - 4:g}l6 4-6 4z"
