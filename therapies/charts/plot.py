"""The forest plot of a cell as one drawing: a table with marks on a shared axis, and the pools below them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from therapies.charts.figure import Anchor, Figure, Item, Polygon, Stroke, Tone, Words, fitted, mark
from therapies.charts.forest import POINT_PER_STRIP, SMALLEST_POINT, Axis, Estimate
from therapies.charts.scale import Scale
from therapies.charts.strip import radius

WIDTH, ROW, MARGIN = 1200, 22, 16
LEFT, RIGHT = 520, 820
HEAD, AXIS_ROOM = 64, 34
CAP = 4.0
ARROW = 6.0
COMPUTED, PREDICTION = (3.0, 2.5), (2.0, 3.0)
# By column: left edge and width, or the right edge where numbers are set flush to it.
STUDY, DETAIL, COUNTS, VALUE, NOTE = (MARGIN, 196), (218, 206), 508, (836, 172), (1014, 172)


@dataclass(frozen=True)
class Heading:
    """The name of a group."""

    text: str


@dataclass(frozen=True)
class Result:
    """One result: its words by column, and what it gives to draw (nothing: the words say why)."""

    study: str
    detail: str
    counts: str
    value: str
    note: str
    estimate: Estimate | None = None
    is_faint: bool = False


@dataclass(frozen=True)
class Pooled:
    """A pooled estimate: its words, and its figures in the unit of the axis."""

    label: str
    value: str
    note: str
    estimate: float
    ci: tuple[float, float]
    prediction: tuple[float, float]


Row: TypeAlias = Heading | Result | Pooled


@dataclass(frozen=True)
class Plot:
    """What a drawing holds; `notes` stand below the axis, a line each."""

    title: str
    subtitle: str
    rows: Sequence[Row]
    axis: Axis
    unit: str
    notes: Sequence[str] = field(default_factory=tuple)


def draw(plot: Plot) -> Figure:
    """Return the drawing, its height that of its rows."""
    scale = Scale(plot.axis.scale.top, LEFT, RIGHT)
    bottom = HEAD + ROW * (len(plot.rows) + 1)
    items: list[Item] = [*_head(plot), *_grid(plot, scale, bottom)]
    for place, row in enumerate(plot.rows):
        items.extend(_row(row, HEAD + ROW * (place + 1.5), scale))
    for place, note in enumerate(plot.notes):
        at = (float(MARGIN), bottom + AXIS_ROOM + 16.0 * (place + 1))
        items.append(Words(at, fitted(note, WIDTH - 2 * MARGIN, 10), size=10, tone=Tone.SOFT))
    height = bottom + AXIS_ROOM + 16 * len(plot.notes) + MARGIN
    return Figure(WIDTH, height, plot.title, description(plot), tuple(items))


def description(plot: Plot) -> str:
    """Return the table of the drawing in words, a sentence a row."""
    sentences = [plot.subtitle]
    for row in plot.rows:
        match row:
            case Heading(text):
                sentences.append(text)
            case Result():
                parts = (row.study, row.detail, row.counts, row.value, row.note)
                sentences.append(", ".join(part for part in parts if part))
            case Pooled():
                sentences.append(f"{row.label}: {row.value}, {row.note}")
    return ". ".join(sentence.rstrip(".") for sentence in (*sentences, *plot.notes) if sentence) + "."


def _head(plot: Plot) -> Iterator[Item]:
    yield Words((MARGIN, 24), fitted(plot.title, WIDTH - 2 * MARGIN, 16), size=16, is_bold=True)
    yield Words((MARGIN, 44), fitted(plot.subtitle, WIDTH - 2 * MARGIN, 11), tone=Tone.SOFT)
    y = HEAD + ROW * 0.7
    headings: tuple[tuple[float, str, Anchor], ...] = (
        (STUDY[0], "Study", "start"),
        (DETAIL[0], "Arm, criteria, time", "start"),
        (COUNTS, "Events / N", "end"),
        (VALUE[0], "Value [95% interval]", "start"),
        (NOTE[0], "Weight, or why left out", "start"),
    )
    for x, text, anchor in headings:
        yield Words((x, y), text, anchor, is_bold=True, tone=Tone.SOFT)


def _grid(plot: Plot, scale: Scale, bottom: float) -> Iterator[Item]:
    yield Stroke((MARGIN, HEAD + ROW), (WIDTH - MARGIN, HEAD + ROW), tone=Tone.AXIS)
    for tick in plot.axis.ticks:
        x = scale.x(tick)
        yield Stroke((x, HEAD + ROW), (x, bottom + 4), tone=Tone.AXIS)
        unit = f" {plot.unit}" if tick == plot.axis.ticks[-1] and plot.unit != "%" else ""
        percent = "%" if plot.unit == "%" else ""
        yield Words((x, bottom + 18), f"{tick:g}{percent}{unit}", "middle", tone=Tone.SOFT)
    yield Stroke((LEFT, bottom + 4), (RIGHT, bottom + 4), tone=Tone.SOFT)


def _row(row: Row, middle: float, scale: Scale) -> Iterator[Item]:
    base = middle + 4
    match row:
        case Heading(text):
            yield Words((MARGIN, base), fitted(text, WIDTH - 2 * MARGIN, 12), size=12, is_bold=True)
        case Result():
            tone = Tone.SOFT if row.is_faint else Tone.INK
            yield Words((STUDY[0], base), fitted(row.study, STUDY[1], 11), tone=tone)
            yield Words((DETAIL[0], base), fitted(row.detail, DETAIL[1], 10), size=10, tone=Tone.SOFT)
            yield Words((COUNTS, base), row.counts, "end", tone=tone)
            yield Words((VALUE[0], base), fitted(row.value, VALUE[1], 11), tone=tone)
            yield Words((NOTE[0], base), fitted(row.note, NOTE[1], 10), size=10, tone=tone)
            if row.estimate:
                yield from _estimate(row.estimate, middle, scale)
        case Pooled():
            yield Words((STUDY[0], base), fitted(row.label, COUNTS - MARGIN, 11), is_bold=True)
            yield Words((VALUE[0], base), fitted(row.value, VALUE[1], 11), is_bold=True)
            yield Words((NOTE[0], base), fitted(row.note, NOTE[1], 10), size=10)
            yield from _diamond(row, middle, scale)


def _estimate(one: Estimate, y: float, scale: Scale) -> Iterator[Item]:
    low, high = one.ci_low, one.ci_high
    if low is not None or high is not None:
        dash = COMPUTED if one.is_computed else None
        start = one.value if low is None else low
        stop = one.value if high is None else high
        yield from _whisker(start, stop, y, scale, width=1.0 if one.is_computed else 1.6, dash=dash)
        # An end that was not printed, or lies past the edge, gets no cap: nobody may read a limit there.
        for end in (low, high):
            if end is not None and not scale.exceeds(end):
                yield Stroke((scale.x(end), y - CAP), (scale.x(end), y + CAP), 1.2, tone=Tone.MARK)
    if one.range_low is not None and one.range_high is not None:
        yield from _whisker(one.range_low, one.range_high, y, scale, width=1.0, dash=PREDICTION)
    if one.value is not None and not scale.exceeds(one.value):
        size = max(radius(one.n) * POINT_PER_STRIP, SMALLEST_POINT)
        yield mark(one.shape, scale.x(one.value), y, size, is_hollow=one.is_hollow)
    ends = (one.value, low, high, one.range_low, one.range_high)
    if any(scale.exceeds(end) for end in ends if end is not None):
        yield _arrow(y)


def _diamond(row: Pooled, y: float, scale: Scale) -> Iterator[Item]:
    middle = scale.x(row.estimate)
    left, right = min(scale.x(row.ci[0]), middle - 1), max(scale.x(row.ci[1]), middle + 1)
    yield from _whisker(*row.prediction, y, scale, width=1.2, dash=PREDICTION)
    for end in row.prediction:
        if not scale.exceeds(end):
            yield Stroke((scale.x(end), y - CAP), (scale.x(end), y + CAP), 1.2, tone=Tone.MARK)
    yield Polygon(((left, y), (middle, y - 7), (right, y), (middle, y + 7)))
    if scale.exceeds(row.prediction[1]):
        yield _arrow(y)


def _whisker(
    start: float | None,
    stop: float | None,
    y: float,
    scale: Scale,
    *,
    width: float,
    dash: tuple[float, float] | None,
) -> Iterator[Item]:
    if start is not None and stop is not None:
        yield Stroke((scale.x(start), y), (scale.x(stop), y), width, dash, Tone.MARK)


def _arrow(y: float) -> Item:
    return Polygon(((RIGHT, y - 4), (RIGHT + ARROW, y), (RIGHT, y + 4)), Tone.MARK)
