"""Which row is which entry of the files, though either may have changed since the last load."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, TypeVar

from django.db import models

from nelm_review.core.settling import Wanted, is_same, last_events
from therapies.services.evidence.ledger import SERVICE

Row = TypeVar("Row", bound=models.Model)


def pair(wanted: Sequence[Wanted[Row]], rows: Sequence[Row], *columns: str) -> list[Row]:
    """Pair wanted and stored rows that agree in the columns, and return the stored rows left over."""

    def as_loaded(left: Sequence[Row]) -> dict[int, Hashable]:
        events = last_events(type(left[0]), [row.pk for row in left], by_service=SERVICE)
        return {pk: tuple(event[name] for name in columns) for pk, event in events.items()}

    return pair_by(
        wanted,
        rows,
        key_wanted=lambda want: tuple(want.fields[name] for name in columns),
        key_stored=lambda row: tuple(getattr(row, name) for name in columns),
        keys_as_loaded=as_loaded,
    )


def pair_by(
    wanted: Sequence[Wanted[Row]],
    rows: Sequence[Row],
    *,
    key_wanted: Callable[[Wanted[Row]], Hashable],
    key_stored: Callable[[Row], Hashable],
    keys_as_loaded: Callable[[Sequence[Row]], dict[int, Hashable]],
) -> list[Row]:
    """Give each wanted row the stored row with the same key, and return the stored rows left over.

    Among rows of one key an exact copy goes first, then their order counts. A row whose key somebody changed
    since is recognised by the key that the last load wrote, which history remembers.
    """
    left = _pair(wanted, rows, key_wanted, key_stored)
    missing = [want for want in wanted if want.row is None]
    if not missing or not left:
        return left
    keys = keys_as_loaded(left)
    remembered = [row for row in left if row.pk in keys]
    still_left = _pair(missing, remembered, key_wanted, lambda row: keys[row.pk])
    return [row for row in left if row.pk not in keys or row in still_left]


def pair_with_parts(
    wanted: Sequence[Wanted[Row]],
    parts: Mapping[int, tuple[int, ...]],
    rows: Sequence[Row],
    *columns: str,
    link: type[models.Model],
    part: str,
) -> list[Row]:
    """Pair rows that agree in the columns and in their parts, in order, and return the stored rows left over.

    `link` ties a row to its parts (its first foreign key leads to the row), `part` is its column of them;
    `parts` are the wanted ones by the id() of the wanted row. The loader writes the links of a row once,
    when it makes the row.
    """
    owner = (
        next(field.name for field in link._meta.fields if field.related_model is type(rows[0]))
        if rows
        else ""
    )

    def parts_of(links: models.QuerySet[Any]) -> dict[int, tuple[int, ...]]:
        found: dict[int, tuple[int, ...]] = defaultdict(tuple)
        for row, one in links.values_list(f"{owner}_id", part):
            found[row] += (one,)
        return found

    stored = (
        parts_of(link._default_manager.filter(**{f"{owner}__in": rows}).order_by("position")) if rows else {}
    )

    def as_loaded(left: Sequence[Row]) -> dict[int, Hashable]:
        pks = [row.pk for row in left]
        written = link._meta.get_field("history").related_model.objects.filter(
            **{f"{owner}__in": pks}, pgh_label="insert", pgh_context__metadata__service=SERVICE
        )
        loaded = parts_of(written.order_by("pgh_id"))
        events = last_events(type(left[0]), pks, by_service=SERVICE)
        return {pk: (loaded[pk], *(event[name] for name in columns)) for pk, event in events.items()}

    return pair_by(
        wanted,
        rows,
        key_wanted=lambda want: (parts[id(want)], *(want.fields[name] for name in columns)),
        key_stored=lambda row: (stored[row.pk], *(getattr(row, name) for name in columns)),
        keys_as_loaded=as_loaded,
    )


def _pair(
    wanted: Sequence[Wanted[Row]],
    rows: Sequence[Row],
    key_wanted: Callable[[Wanted[Row]], Hashable],
    key_stored: Callable[[Row], Hashable],
) -> list[Row]:
    waiting: dict[Hashable, list[Row]] = defaultdict(list)
    for row in rows:
        waiting[key_stored(row)].append(row)
    for is_match in (_is_copy, _is_next):
        for want in wanted:
            candidates = waiting.get(key_wanted(want), []) if want.row is None else []
            match = next((row for row in candidates if is_match(want, row)), None)
            if match is not None:
                want.row = match
                candidates.remove(match)
    return [row for row in rows if row in waiting[key_stored(row)]]


def _is_copy(want: Wanted[Row], row: Row) -> bool:
    return all(is_same(getattr(row, name), value) for name, value in want.fields.items())


def _is_next(want: Wanted[Row], row: Row) -> bool:
    return True
