"""Writes a plan: a fixed number of statements, whatever the number of records."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from references.models import Reference, SearchRun
from references.services.ingest import columns, copying, guard, journals, preparing
from references.services.ingest.columns import Values
from references.services.ingest.copying import array, joined, moment, nullable, number
from references.services.ingest.guard import Known
from references.services.ingest.json_text import as_json
from references.services.ingest.plan import Entry, Plan

# What the plan decides about a row, with how each is written for COPY; what the record states follows it.
DECIDED: dict[str, Callable[[Any], str]] = {
    "id": number,
    "pmid": number,
    "pmcid": nullable,
    "doi": nullable,
    "other_ids": as_json,
    "journal_id": number,
    "deleted_from_pubmed_at": moment,
    "updated_at": moment,
}
# What only a new row needs besides.
INITIAL = ("origin", "created_at", "curated_fields", "merged_into_id", "merged_by_id", "merged_at")
GOVERNED = tuple(name for name in (*DECIDED, *preparing.STATED) if name != "id")
PARTS = {
    "authors": ("references_author", preparing.AUTHOR),
    "cited_references": ("references_citedreference", preparing.CITED_REFERENCE),
    "corrections": ("references_correction", preparing.CORRECTION),
}

# The columns alone, without a constraint: rows are checked where they go.
_MAKE_INCOMING = (
    "CREATE TEMPORARY TABLE IF NOT EXISTS ingest_reference ON COMMIT DELETE ROWS AS "  # noqa: S608 - our own columns
    f"SELECT id, {', '.join(GOVERNED)} FROM references_reference WITH NO DATA"
)
_UPDATE = (
    "UPDATE references_reference AS reference "  # noqa: S608 - our own columns
    f"SET {', '.join(f'{name} = incoming.{name}' for name in GOVERNED)} "
    "FROM ingest_reference AS incoming WHERE reference.id = incoming.id"
)


def write(plan: Plan, *, run: SearchRun | None, keep_raw: bool = False) -> None:
    """Write every changed entry of the plan; `keep_raw` leaves the stored XML alone.

    To be called in the transaction in which the plan was made.
    """
    entries = plan.changed()
    if not entries:
        return
    known = guard.known_rows(entries)
    journal_ids = journals.store(entry.record.journal for entry in entries if entry.record.journal)
    rows = _ReferenceRows(known, journal_ids)
    with connection.cursor() as cursor:
        _release(cursor, plan.released)
        if updated := [entry for entry in entries if entry.existing]:
            _update(cursor, rows, updated)
            _clear(cursor, updated, known, keep_raw=keep_raw)
        if new := [entry for entry in entries if not entry.existing]:
            names = (*INITIAL, *DECIDED, *preparing.STATED)
            copying.copy(cursor, "references_reference", names, map(rows.new_line, new))
        for part, (table, names) in PARTS.items():
            copying.copy(cursor, table, ("reference_id", *names), _part_lines(part, entries, known))
        if not keep_raw:
            _copy_raw_records(cursor, entries, run)


class _ReferenceRows:
    """Makes the lines of Reference rows: what is decided, then what the record states."""

    def __init__(self, known: dict[int, Known], journal_ids: dict[journals.Key, int]) -> None:
        self._known = known
        self._journal_ids = journal_ids
        self._now = timezone.now()
        nothing = copying.NULL
        initial = (Reference.Origin.PUBMED, moment(self._now), array(()), nothing, nothing, nothing)
        self._initial = joined([str(field) for field in initial])

    def new_line(self, entry: Entry) -> str:
        return f"{self._initial}\t{self.line(entry)}"

    def line(self, entry: Entry) -> str:
        key = journals.key_of(entry.record.journal)
        decided: Values = {
            "id": entry.reference_id,
            "pmid": entry.record.pmid,
            "pmcid": entry.pmcid,
            "doi": entry.doi,
            "other_ids": entry.all_other_ids(),
            "journal_id": self._journal_ids[key] if key else None,
            "deleted_from_pubmed_at": entry.deleted_from_pubmed_at,
            "updated_at": self._now,
        }
        stated = entry.prepared.stated
        if known := self._known.get(entry.reference_id):
            values = columns.reference_values(entry.record)
            values |= {name: decided[name] for name in ("other_ids", "journal_id")}
            values = guard.guarded(values, known, entry.record)
            decided |= {name: values[name] for name in ("other_ids", "journal_id")}
            stated = preparing.stated(values)
        return f"{joined([encode(decided[name]) for name, encode in DECIDED.items()])}\t{stated}\n"


def _release(cursor: CursorWrapper, released: dict[str, list[int]]) -> None:
    """Take identifiers off rows that hand them to another row of this batch: each may stand only once."""
    for name, ids in released.items():
        if ids:
            cursor.execute(f"UPDATE references_reference SET {name} = NULL WHERE id = ANY(%s)", [ids])  # noqa: S608


def _update(cursor: CursorWrapper, rows: _ReferenceRows, entries: list[Entry]) -> None:
    cursor.execute(_MAKE_INCOMING)
    cursor.execute("TRUNCATE ingest_reference")
    copying.copy(cursor, "ingest_reference", (*DECIDED, *preparing.STATED), map(rows.line, entries))
    cursor.execute(_UPDATE)


def _clear(cursor: CursorWrapper, entries: list[Entry], known: dict[int, Known], *, keep_raw: bool) -> None:
    """Delete the parts that are about to be written anew."""
    for part, (table, _names) in PARTS.items():
        ids = [entry.reference_id for entry in entries if not _is_kept(part, entry, known)]
        cursor.execute(f"DELETE FROM {table} WHERE reference_id = ANY(%s)", [ids])  # noqa: S608
    if not keep_raw:
        ids = [entry.reference_id for entry in entries]
        cursor.execute("DELETE FROM references_rawpubmedrecord WHERE reference_id = ANY(%s)", [ids])


def _is_kept(part: str, entry: Entry, known: dict[int, Known]) -> bool:
    return guard.keeps_part(part, known.get(entry.reference_id), entry.record)


def _part_lines(part: str, entries: list[Entry], known: dict[int, Known]) -> Iterator[str]:
    for entry in entries:
        if _is_kept(part, entry, known):
            continue
        ends = getattr(entry.prepared, part)
        if part == "authors" and (row := known.get(entry.reference_id)):
            ends = preparing.authors(
                entry.record, is_corresponding=partial(guard.is_corresponding, known=row)
            )
        for end in ends:
            yield f"{entry.reference_id}\t{end}\n"


def _copy_raw_records(cursor: CursorWrapper, entries: list[Entry], run: SearchRun | None) -> None:
    names = ("reference_id", "fetched_at", "search_run_id", *preparing.RAW_RECORD)
    middle = f"{moment(timezone.now())}\t{number(run.pk if run else None)}"
    rows = (f"{entry.reference_id}\t{middle}\t{entry.prepared.raw_record}\n" for entry in entries)
    copying.copy(cursor, "references_rawpubmedrecord", names, rows)
