"""Which therapies stand side by side, and to which of them an arm belongs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations

from therapies.evidence_map import Row
from therapies.forms import CompareForm
from therapies.models import Therapy
from therapies.read_models import lineage


@dataclass(frozen=True)
class Side:
    """One chosen therapy; `without` and `earlier` are query strings: removed, and moved one place forward."""

    row: Row
    within: frozenset[int]
    without: str
    earlier: str

    @property
    def therapy(self) -> Therapy:
        return self.row.therapy


@dataclass(frozen=True)
class Nesting:
    """A chosen therapy that lies below another chosen one."""

    outer: Therapy
    inner: Therapy


@dataclass(frozen=True)
class Sides:
    """The chosen therapies in the order of the page."""

    members: tuple[Side, ...]

    @property
    def nestings(self) -> tuple[Nesting, ...]:
        pairs = permutations(self.members, 2)
        return tuple(Nesting(outer.therapy, inner.therapy) for outer, inner in pairs if holds(outer, inner))

    @property
    def therapies(self) -> set[int]:
        """Return the keys of the chosen therapies and of everything below them."""
        return set().union(*(side.within for side in self.members))

    @property
    def opposites(self) -> list[tuple[frozenset[int], set[int]]]:
        """Return what lies within each side and what lies within others only: a comparison needs both."""
        return [(side.within, self.therapies - side.within) for side in self.members]

    def of(self, therapy: int) -> Side | None:
        """Return the side that a therapy belongs to, the narrowest of nested ones, or None."""
        around = [side for side in self.members if therapy in side.within]
        return min(around, key=lambda side: len(side.within), default=None)


def holds(outer: Side, inner: Side) -> bool:
    """Say whether the first therapy contains the second."""
    return inner.within < outer.within


def choose(form: CompareForm, rows: Sequence[Row]) -> Sides:
    """Return the sides that the form chose, all of which are among the rows."""
    codes = list(form.codes)
    return Sides(tuple(_side(form, rows, codes, place) for place in range(len(codes))))


def _side(form: CompareForm, rows: Sequence[Row], codes: list[str], place: int) -> Side:
    row = lineage.row_of(rows, codes[place])
    moved = [*codes]
    if place:
        moved[place - 1 : place + 1] = [codes[place], codes[place - 1]]
    return Side(
        row=row,
        within=frozenset(below.therapy.pk for below in lineage.within(rows, row)),
        without=form.address(codes[:place] + codes[place + 1 :]),
        earlier=form.address(moved) if place else "",
    )
