"""A drawing that stands alone: marks and words at places, to be written as SVG or as PNG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, TypeAlias

from therapies.charts.strip import Shape

Anchor = Literal["start", "middle", "end"]
Point: TypeAlias = tuple[float, float]


class Tone(StrEnum):
    """The inks of a drawing, of falling darkness, so that they stay apart when printed in grey."""

    INK = "#16202a"
    MARK = "#0f6b68"
    SOFT = "#4d5862"
    AXIS = "#c9c5bc"
    PAPER = "#ffffff"


@dataclass(frozen=True)
class Stroke:
    """A straight line; `dash` gives the lengths of line and gap, none for a whole line."""

    start: Point
    stop: Point
    width: float = 1.0
    dash: tuple[float, float] | None = None
    tone: Tone = Tone.INK


@dataclass(frozen=True)
class Polygon:
    """A closed outline, filled or hollow."""

    points: tuple[Point, ...]
    tone: Tone = Tone.INK
    is_hollow: bool = False


@dataclass(frozen=True)
class Disc:
    """A circle, filled or hollow."""

    centre: Point
    radius: float
    tone: Tone = Tone.INK
    is_hollow: bool = False


@dataclass(frozen=True)
class Words:
    """One line of text; `at` is the place on its baseline that the anchor names."""

    at: Point
    text: str
    anchor: Anchor = "start"
    size: float = 11.0
    is_bold: bool = False
    tone: Tone = Tone.INK


Item: TypeAlias = Stroke | Polygon | Disc | Words


@dataclass(frozen=True)
class Figure:
    """Marks and words in a frame; `description` says in words what is drawn."""

    width: float
    height: float
    title: str
    description: str
    items: tuple[Item, ...]


def mark(shape: Shape, x: float, y: float, r: float, *, is_hollow: bool) -> Item:
    """Return a shape around (x, y) whose area is about that of a circle of radius r, as on a page."""
    match shape:
        case Shape.CIRCLE:
            return Disc((x, y), r, Tone.MARK, is_hollow)
        case Shape.SQUARE:
            half = r * 0.886
            corners: Sequence[Point] = ((-half, -half), (half, -half), (half, half), (-half, half))
        case Shape.DIAMOND:
            half = r * 1.253
            corners = ((0, -half), (half, 0), (0, half), (-half, 0))
        case Shape.TRIANGLE:
            half, height = r * 1.347, r * 2.333
            top = -height * 0.6
            corners = ((0, top), (half, top + height), (-half, top + height))
    return Polygon(tuple((x + dx, y + dy) for dx, dy in corners), Tone.MARK, is_hollow)


def fitted(text: str, width: float, size: float) -> str:
    """Return the text cut to a width, with “…” where it was cut; letters count as 0.56 of their size."""
    most = max(1, int(width / (0.56 * size)))
    text = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"
