"""Bring rows to a wanted state in a few statements, and never over what somebody else changed.

A service that writes the same rows again and again (from files, say) describes each row it wants. Rows that
differ and were last written by that service are updated; rows that a person, another service or raw SQL has
changed since are kept as they are. History (`nelm_review.core.history`) says who wrote last.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Generic, TypeVar

from django.db import models

Row = TypeVar("Row", bound=models.Model)
Key = TypeVar("Key", bound=Hashable)


@dataclass
class Wanted(Generic[Row]):
    """One row as it should be: its name for people, its columns by attribute, the row that is it already."""

    name: str
    fields: dict[str, Any]
    row: Row | None = None
    only_when_new: dict[str, Any] = field(default_factory=dict)

    def differing(self) -> set[str]:
        """Return the columns in which the existing row is not as wanted."""
        return {name for name, value in self.fields.items() if not is_same(getattr(self.row, name), value)}


@dataclass(frozen=True)
class Settled(Generic[Row]):
    """What became of the wanted rows."""

    new: Sequence[Wanted[Row]] = ()
    updated: Sequence[Wanted[Row]] = ()
    unchanged: Sequence[Wanted[Row]] = ()
    kept: Sequence[Wanted[Row]] = ()

    @property
    def all(self) -> list[Wanted[Row]]:
        return [*self.new, *self.updated, *self.unchanged, *self.kept]


def is_same(old: Any, new: Any) -> bool:
    """Say whether two column values are the same, decimals down to their printed digits."""
    if isinstance(old, Decimal) and isinstance(new, Decimal):
        return old.as_tuple() == new.as_tuple()
    return bool(old == new)


def settle(
    model: type[Row],
    wanted: Iterable[Wanted[Row]],
    *,
    service: str,
    is_closed: Callable[[Row], bool] = lambda row: False,
    free: Collection[str] = (),
    touch: dict[str, Any] | None = None,
) -> Settled[Row]:
    """Create what is missing and update what differs; rows that are closed or changed by others are kept.

    `free` names columns whose difference alone is no news (an order); `touch` is set on each updated row.
    """
    new, same, differ = [], [], []
    for want in wanted:
        if want.row is None:
            new.append(want)
        else:
            (differ if want.differing() else same).append(want)
    foreign = changed_by_others(model, [want.row.pk for want in differ], service=service)
    kept, updated = [], []
    for want in differ:
        if is_closed(want.row) or want.row.pk in foreign:
            (same if want.differing() <= set(free) else kept).append(want)
        else:
            updated.append(want)
    _create(model, new)
    _update(model, updated, touch or {})
    return Settled(new, updated, same, kept)


def _create(model: type[Row], wanted: list[Wanted[Row]]) -> None:
    for want in wanted:
        want.row = model(**want.fields, **want.only_when_new)
    model._default_manager.bulk_create([want.row for want in wanted])


def _update(model: type[Row], wanted: list[Wanted[Row]], touch: dict[str, Any]) -> None:
    columns = set(touch) if wanted else set()
    for want in wanted:
        differing = want.differing()
        for name, value in {**{name: want.fields[name] for name in differing}, **touch}.items():
            setattr(want.row, name, value)
        columns |= differing
    if columns:
        fields = {model._meta.get_field(name).name for name in columns}
        model._default_manager.bulk_update([want.row for want in wanted], sorted(fields), batch_size=500)


def changed_by_others(model: type[models.Model], pks: Collection[int], *, service: str) -> set[int]:
    """Return the primary keys whose last change was not written by the service."""
    if not pks:
        return set()
    ours = {pk for pk, event in last_events(model, pks).items() if event["service"] == service}
    return set(pks) - ours


def last_events(
    model: type[models.Model], pks: Collection[int], *, by_service: str | None = None
) -> dict[int, dict[str, Any]]:
    """Return the newest history row of each object, as columns and `service`; of one service if named."""
    events = model._meta.get_field("history").related_model.objects.filter(pgh_obj_id__in=pks)
    if by_service is not None:
        events = events.filter(pgh_context__metadata__service=by_service)
    events = events.order_by("pgh_obj_id", "-pgh_id").distinct("pgh_obj_id")
    service = models.F("pgh_context__metadata__service")
    return {event["pgh_obj_id"]: event for event in events.annotate(service=service).values()}


def spread(positions: Sequence[int | None], taken: Collection[int] = (), *, step: int = 10) -> list[int]:
    """Give each item of a list a position in the list's order, moving as few known positions as possible.

    `positions` are the known ones, None for a newcomer; `taken` are positions that others hold. Gaps are left
    so that a newcomer in the middle moves nobody; where a gap is full, everything from there on goes behind
    the highest position.
    """
    stay = _longest_rise(positions)
    occupied = {position for position in positions if position is not None} | set(taken)
    placed: list[int] = []
    low = 0
    for index in range(len(positions)):
        if index in stay and positions[index] > low:
            low = positions[index]
        else:
            high = min((positions[i] for i in stay if i > index and positions[i] > low), default=None)
            low = _between(low, high, occupied, step) or max(occupied | {low}) + step
            occupied.add(low)
        placed.append(low)
    return placed


def _between(low: int, high: int | None, occupied: set[int], step: int) -> int | None:
    """Return a free position above low, below high if there is one, the middle first."""
    if high is None:
        return next(
            place
            for place in range(low + step, low + step * (len(occupied) + 2), step)
            if place not in occupied
        )
    middle = (low + high) // 2
    free = [place for place in range(low + 1, high) if place not in occupied]
    return min(free, key=lambda place: (abs(place - middle), place), default=None)


def _longest_rise(positions: Sequence[int | None]) -> set[int]:
    """Return the indexes of a longest strictly rising run of known positions (not necessarily adjacent)."""
    best: dict[int, tuple[int, int | None]] = {}
    for index, position in enumerate(positions):
        if position is None or position < 1:
            continue
        before = [i for i in best if positions[i] < position]
        last = max(before, key=lambda i: best[i][0], default=None)
        best[index] = (1 + (best[last][0] if last is not None else 0), last)
    rise: set[int] = set()
    index = max(best, key=lambda i: best[i][0], default=None)
    while index is not None:
        rise.add(index)
        index = best[index][1]
    return rise
