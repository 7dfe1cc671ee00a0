"""Which events of the history changed what readers see: a number entered, left, was corrected; a retraction.

One SQL query over the tables that the triggers of the database fill, so that no path of a change escapes it.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from django.db import connection, models

from references.models import Reference
from therapies.models import Arm, Comparison, Result, Study, StudyReport
from therapies.read_models.row_changes import correctable


class Kind(StrEnum):
    """What happened to a row in the eyes of a reader."""

    ENTERED = "entered"
    LEFT = "left"
    CORRECTED = "corrected"
    RETRACTED = "retracted"
    REINSTATED = "reinstated"


KIND_LABELS = {
    Kind.ENTERED: "Entered",
    Kind.LEFT: "Left",
    Kind.CORRECTED: "Corrected",
    Kind.RETRACTED: "Retracted",
    Kind.REINSTATED: "No longer retracted",
}
ROWS: dict[str, type[models.Model]] = {
    model._meta.model_name: model for model in (Result, Comparison, Study, Arm, Reference)
}


@dataclass(frozen=True)
class Event:
    """One change: the event that wrote it, the one before it, and what it belongs to."""

    row: str
    kind: Kind
    event: int
    before: int | None
    obj: int
    at: datetime
    context: uuid.UUID | None
    day: date
    study: int | None
    n_in_group: int


@dataclass(frozen=True)
class Group:
    """The changes of one transaction or one deed on one day; those without a context by day alone."""

    context: uuid.UUID | None
    day: date
    first_at: datetime
    last_at: datetime
    counts: dict[tuple[str, Kind], int]


@dataclass(frozen=True)
class Filter:
    """Which changes: of these arms or studies (None: all), of one outcome, of these kinds, after a moment."""

    arms: Sequence[int] | None = None
    studies: Sequence[int] | None = None
    outcome: int | None = None
    kinds: tuple[Kind, ...] = ()
    since: datetime | None = None

    def parameters(self) -> dict[str, Any]:
        return {
            "arms": None if self.arms is None else list(self.arms),
            "studies": None if self.studies is None else list(self.studies),
            "outcome": self.outcome,
            "kinds": [str(kind) for kind in self.kinds] or None,
            "since": self.since,
        }


def groups(wanted: Filter, *, offset: int = 0, limit: int = 20) -> list[Group]:
    """Return the groups of changes, the newest first; one query."""
    sql = f"""
        SELECT context, day, min(first_at), max(last_at), json_agg(json_build_array("row", kind, n))
        FROM (
            SELECT context, day, "row", kind, count(*) AS n, min(at) AS first_at, max(at) AS last_at
            FROM ({_CHANGES}) AS changes WHERE {_WHERE}
            GROUP BY context, day, "row", kind
        ) AS counted
        GROUP BY context, day ORDER BY max(last_at) DESC, context LIMIT %(limit)s OFFSET %(offset)s
    """  # noqa: S608 - made of the names of our own tables
    rows = _rows(sql, wanted.parameters() | {"limit": limit, "offset": offset})
    return [
        Group(
            context,
            day,
            first,
            last,
            {(row, Kind(kind)): n for row, kind, n in counts},
        )
        for context, day, first, last, counts in rows
    ]


def count_groups(wanted: Filter) -> int:
    """Return how many groups of changes there are; one query."""
    sql = f"""
        SELECT count(*) FROM (
            SELECT DISTINCT context, day FROM ({_CHANGES}) AS changes WHERE {_WHERE}
        ) AS found
    """  # noqa: S608
    return _rows(sql, wanted.parameters())[0][0]


def count(wanted: Filter) -> int:
    """Return how many changes there are; one query."""
    sql = f"SELECT count(*) FROM ({_CHANGES}) AS changes WHERE {_WHERE}"  # noqa: S608
    return _rows(sql, wanted.parameters())[0][0]


def events(wanted: Filter, found: Sequence[Group], *, most: int) -> list[Event]:
    """Return the first changes of each of the groups, at most so many a group; one query."""
    if not found:
        return []
    sql = f"""
        SELECT "row", kind, event, before, obj, at, context, day, study, n FROM (
            SELECT *, row_number() OVER part AS place, count(*) OVER (PARTITION BY context, day) AS n
            FROM ({_CHANGES}) AS changes
            WHERE {_WHERE} AND day >= %(oldest)s AND day <= %(newest)s
            WINDOW part AS (PARTITION BY context, day ORDER BY at, "row" DESC, event)
        ) AS placed
        WHERE place <= %(most)s AND (
            (context, day) IN (SELECT * FROM unnest(%(contexts)s::uuid[], %(days)s::date[]))
            OR context IS NULL AND day = ANY(%(bare)s::date[])
        )
        ORDER BY day DESC, at, "row" DESC, event
    """  # noqa: S608
    days = [group.day for group in found]
    with_context = [group for group in found if group.context]
    parameters = wanted.parameters() | {
        "most": most,
        "oldest": min(days),
        "newest": max(days),
        "contexts": [group.context for group in with_context],
        "days": [group.day for group in with_context],
        "bare": [group.day for group in found if not group.context],
    }
    return [Event(row[0], Kind(row[1]), *row[2:]) for row in _rows(sql, parameters)]


def _rows(sql: str, parameters: dict[str, Any]) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


def _table(model: type[models.Model]) -> str:
    return model.pgh_event_model._meta.db_table


def _said(model: type[models.Model], alias: str) -> str:
    """Return what a row says, as one text: printed digits count."""
    columns = (model._meta.get_field(name).column for name in correctable(model))
    return f"ROW({', '.join(f'{alias}.{column}' for column in columns)})::text"


def _chain(model: type[models.Model], where: str = "true") -> str:
    """Return the events of a model as `now`, each beside the one before it of the same row as `past`."""
    table = _table(model)
    return f"""
        (SELECT pgh_id AS event, lag(pgh_id) OVER (PARTITION BY pgh_obj_id ORDER BY pgh_id) AS before
            FROM {table} WHERE {where}) AS chain
        JOIN {table} AS now ON now.pgh_id = chain.event
        LEFT JOIN {table} AS past ON past.pgh_id = chain.before
    """  # noqa: S608 - made of the names of our own tables


_NO_ARM, _NO_OUTCOME, _NO_STUDY = (f"NULL::bigint AS {name}" for name in ("arm", "outcome", "study"))
_STAMPS = "event, before, now.pgh_obj_id AS obj, now.pgh_created_at AS at, now.pgh_context_id AS context"


def _of_numbers(model: type[models.Model], places: str) -> str:
    """Results and comparisons: shown to readers or not, and what they say while they are shown."""

    def shown(alias: str) -> str:
        is_public = f"{alias}.published_at IS NOT NULL AND {alias}.withdrawn_at IS NULL"
        return f"(COALESCE({alias}.pgh_label, 'delete') <> 'delete' AND {is_public})"

    now, past = shown("now"), shown("past")
    return f"""
        SELECT '{model._meta.model_name}' AS "row", CASE WHEN NOT {past} THEN 'entered'
                WHEN NOT {now} THEN 'left' ELSE 'corrected' END AS kind, {_STAMPS}, {places}
        FROM {_chain(model)}
        WHERE CASE WHEN {now} AND {past} THEN {_said(model, "now")} <> {_said(model, "past")}
            ELSE {now} <> {past} END
    """  # noqa: S608


def _of_rows(model: type[models.Model], places: str) -> str:
    """Studies and arms: they enter and leave by their numbers, so only what is corrected is told."""
    return f"""
        SELECT '{model._meta.model_name}' AS "row", 'corrected' AS kind, {_STAMPS}, {places}
        FROM {_chain(model)}
        WHERE now.pgh_label = 'update' AND past.pgh_id IS NOT NULL
            AND {_said(model, "now")} <> {_said(model, "past")}
    """  # noqa: S608


def _of_retractions() -> str:
    """Studies whose primary report was retracted, or is no longer."""
    reports = StudyReport._meta.db_table
    reported = f"pgh_obj_id IN (SELECT reference_id FROM {reports} WHERE role = 'primary')"  # noqa: S608
    return f"""
        SELECT 'reference' AS "row",
            CASE WHEN now.is_retracted THEN 'retracted' ELSE 'reinstated' END AS kind, {_STAMPS},
            {_NO_ARM}, {_NO_OUTCOME}, report.study_id AS study
        FROM {_chain(Reference, reported)}
        JOIN {reports} AS report ON report.role = 'primary' AND report.reference_id = now.pgh_obj_id
        WHERE now.pgh_label = 'update' AND now.is_retracted <> past.is_retracted
    """  # noqa: S608


_SOURCES = (
    _of_numbers(Result, f"now.arm_id AS arm, now.outcome_id AS outcome, {_NO_STUDY}"),
    _of_numbers(Comparison, f"{_NO_ARM}, now.outcome_id AS outcome, now.study_id AS study"),
    _of_rows(Study, f"{_NO_ARM}, {_NO_OUTCOME}, now.pgh_obj_id AS study"),
    _of_rows(Arm, f"now.pgh_obj_id AS arm, {_NO_OUTCOME}, now.study_id AS study"),
    _of_retractions(),
)
_CHANGES = f"""
    SELECT *, (at AT TIME ZONE 'UTC')::date AS day FROM ({" UNION ALL ".join(_SOURCES)}) AS sources
"""  # noqa: S608
# A change of an arm counts where the arm does, one of a study where any of its arms does.
_WHERE = """
    (%(arms)s::bigint[] IS NULL OR CASE WHEN arm IS NULL THEN study = ANY(%(studies)s::bigint[])
        ELSE arm = ANY(%(arms)s::bigint[]) END)
    AND (%(outcome)s::bigint IS NULL OR outcome = %(outcome)s OR outcome IS NULL)
    AND (%(kinds)s::text[] IS NULL OR kind = ANY(%(kinds)s::text[]))
    AND (%(since)s::timestamptz IS NULL OR at > %(since)s)
"""
