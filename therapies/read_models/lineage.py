"""Places in the tree of therapies: what stands above a row of the map, and what below it."""

from __future__ import annotations

from collections.abc import Sequence

from therapies.evidence_map import Row
from therapies.models import Outcome, Therapy


def row_of(rows: Sequence[Row], code: str) -> Row:
    """Return the row of a therapy; Therapy.DoesNotExist says in words when there is none."""
    for row in rows:
        if row.therapy.code == code:
            return row
    raise Therapy.DoesNotExist(f"There is no therapy “{code}” on the map.")


def outcome_of(outcomes: Sequence[Outcome], code: str) -> Outcome:
    """Return the outcome of a code; Outcome.DoesNotExist says in words when there is none."""
    for outcome in outcomes:
        if outcome.code == code:
            return outcome
    raise Outcome.DoesNotExist(f"There is no outcome “{code}” on the map.")


def above(rows: Sequence[Row], row: Row) -> tuple[Row, ...]:
    """Return the rows above one, the root first."""
    if row.parent is None:
        return ()
    parent = row_of(rows, row.parent)
    return (*above(rows, parent), parent)


def within(rows: Sequence[Row], row: Row) -> tuple[Row, ...]:
    """Return the row and everything below it, in reading order."""
    start = rows.index(row)
    found = [row]
    for other in rows[start + 1 :]:
        if other.depth <= row.depth:
            break
        found.append(other)
    return tuple(found)


def directly_below(rows: Sequence[Row], row: Row) -> tuple[Row, ...]:
    """Return the children of a row."""
    return tuple(other for other in rows if other.parent == row.therapy.code)
