"""Which state of the data a page was made from: a version that changes whenever a public page might.

Triggers of the database raise it, so no path, raw SQL included, escapes. It is raised in the transaction that
changes the data, once, at its first change: who sees version n sees all the data of n, and nothing of n + 1.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

import pgtrigger
from django.db import models

from nelm_review.core.models import ChangeCounter

EVIDENCE = "evidence"
LITERATURE = "literature"
# Computed from the evidence and shown beside it (summaries of cells, releases): pages depend on it, the
# evidence does not.
DERIVED = "derived"
NAMES = (EVIDENCE, LITERATURE, DERIVED)

# One row a name, held from the first change of a transaction until its end. That is what makes the version
# right: a sequence would show a number before the data of it. So writers of one kind of data wait for each
# other, which they can afford: ingest takes turns anyway, and editors save single rows. A statement takes the
# counter *before* its rows, so two writers that touch the same rows in different order cannot wait for each
# other crosswise. Who writes both kinds in one transaction (load_evidence) is the only one to hold two.
_EVERY_CHANGE = pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete | pgtrigger.Truncate
_FEWER_CHANGES = pgtrigger.Insert | pgtrigger.Delete | pgtrigger.Truncate


def counted(name: str, *, only: Sequence[str] = ()) -> list[pgtrigger.Trigger]:
    """Return the triggers, for `Meta.triggers`, that count every change of the model's table under the name.

    With `only`, an update counts when one of these fields changes (for rows that are written all the time).
    """
    if name not in NAMES:
        raise ValueError(f"“{name}” is not counted; there are {', '.join(NAMES)}.")
    count = f"PERFORM core_count_change('{name}');"
    each_statement = pgtrigger.Trigger(
        name=f"counted_as_{name}",
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        operation=_FEWER_CHANGES if only else _EVERY_CHANGE,
        func=f"{count} RETURN NULL;",
    )
    if not only:
        return [each_statement]
    each_row = pgtrigger.Trigger(
        name=f"update_counted_as_{name}",
        when=pgtrigger.After,
        operation=pgtrigger.Update,
        condition=pgtrigger.AnyChange(*only),
        func=f"{count} RETURN NULL;",
    )
    return [each_statement, each_row]


def counters_of(model: type[models.Model]) -> set[str]:
    """Return the names under which changes of the model's table are counted."""
    triggers = getattr(model._meta, "triggers", ())
    return {name for name in NAMES for trigger in triggers if trigger.name == f"counted_as_{name}"}


def versions() -> dict[str, int]:
    """Return the version of each kind of data, 0 before the first change: one query."""
    return dict.fromkeys(NAMES, 0) | dict(ChangeCounter.objects.values_list("name", "version"))


# One request asks for the state once; what it reads later may be newer, never older.
_held: ContextVar[str] = ContextVar("held state of the data", default="")


@contextmanager
def held(state: str) -> Iterator[None]:
    """Let `stamp` answer with this state inside the block, without asking again."""
    token = _held.set(state)
    try:
        yield
    finally:
        _held.reset(token)


def stamp() -> str:
    """Return the state of all the data as one short text, never the same for two states: one query.

    It holds the time of the change too: a database restored from a copy counts the same numbers again.
    """
    if state := _held.get():
        return state
    counters = ChangeCounter.objects.order_by("name").values_list("name", "version", "changed_at")
    return " ".join(f"{name}:{version}:{moment.timestamp():.6f}" for name, version, moment in counters)


def last(name: str) -> tuple[int, datetime | None]:
    """Return the version of this kind of data and when it came: one query, none where the state is held."""
    for counter in stamp().split():
        found, version, moment = counter.split(":")
        if found == name:
            return int(version), datetime.fromtimestamp(float(moment), UTC)
    return 0, None
