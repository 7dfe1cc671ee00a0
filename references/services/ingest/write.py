"""Writes a plan: a fixed number of statements, whatever the number of records."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from references.models import Reference, SearchRun
from references.services.ingest import columns, copying, guard, journals
from references.services.ingest.columns import Values
from references.services.ingest.copying import (
    array,
    as_json,
    escaped_binary,
    flag,
    line,
    moment,
    nullable,
    number,
)
from references.services.ingest.guard import Known
from references.services.ingest.plan import Entry, Plan

# Level 1 packs PubMed XML to about a quarter; the default packs a tenth more in nearly twice the time.
ZLIB_LEVEL = 1

# What PubMed governs, with how it is written for COPY.
GOVERNED: dict[str, Callable[[Any], str]] = {
    "pmid": number,
    "pmcid": nullable,
    "doi": nullable,
    "other_ids": as_json,
    "title": str,
    "vernacular_title": str,
    "abstract": as_json,
    "abstract_text": str,
    "other_abstracts": as_json,
    "authors_text": str,
    "has_more_authors": flag,
    "journal_id": number,
    "volume": str,
    "issue": str,
    "pages": str,
    "published_year": number,
    "published_month": number,
    "published_day": number,
    "published_text": str,
    "dates": as_json,
    "languages": array,
    "publication_types": array,
    "mesh": as_json,
    "keywords": array,
    "index_text": str,
    "trial_ids": array,
    "databanks": as_json,
    "grants": as_json,
    "coi_statement": str,
    "copyright": str,
    "book": copying.nullable_json,
    "pubmed_status": str,
    "is_retracted": flag,
    "has_expression_of_concern": flag,
    "deleted_from_pubmed_at": moment,
    "updated_at": moment,
}
# What a new row starts with besides.
INITIAL: dict[str, Callable[[Any], str]] = {
    "id": number,
    "origin": str,
    "curated_fields": array,
    "merged_into_id": number,
    "merged_by_id": number,
    "merged_at": moment,
    "created_at": moment,
}
AUTHOR = (
    "reference_id", "role", "position", "last_name", "fore_name", "initials", "suffix", "collective_name",
    "orcid", "affiliations", "is_corresponding",
)  # fmt: skip
CITED_REFERENCE = ("reference_id", "position", "citation", "pmid", "doi", "pmcid")
CORRECTION = ("reference_id", "position", "kind", "source", "pmid", "doi", "note")
RAW_RECORD = ("reference_id", "xml_zlib", "sha256", "fetched_at", "search_run_id")

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
    rows = _References(known, journal_ids)
    updated = [entry for entry in entries if entry.existing]
    with connection.cursor() as cursor:
        _release(cursor, plan.released)
        if updated:
            _update(cursor, rows, updated)
            _clear(cursor, updated, known, keep_raw=keep_raw)
        new = [entry for entry in entries if not entry.existing]
        if new:
            names = (*INITIAL, *GOVERNED)
            copying.copy(cursor, "references_reference", names, map(rows.new_line, new))
        _copy_parts(cursor, entries, known)
        if not keep_raw:
            copying.copy(cursor, "references_rawpubmedrecord", RAW_RECORD, _raw_lines(entries, run))


class _References:
    """Makes the lines of Reference rows."""

    def __init__(self, known: dict[int, Known], journal_ids: dict[journals.Key, int]) -> None:
        self._known = known
        self._journal_ids = journal_ids
        self._now = timezone.now()

    def new_line(self, entry: Entry) -> str:
        values = self._values(entry) | {
            "origin": Reference.Origin.PUBMED,
            "curated_fields": (),
            "merged_into_id": None,
            "merged_by_id": None,
            "merged_at": None,
            "created_at": self._now,
        }
        return line([encode(values[name]) for name, encode in (INITIAL | GOVERNED).items()])

    def updated_line(self, entry: Entry) -> str:
        values = self._values(entry)
        return line([str(entry.reference_id), *(encode(values[name]) for name, encode in GOVERNED.items())])

    def _values(self, entry: Entry) -> Values:
        record = entry.record
        values = columns.reference_values(record)
        key = journals.key_of(record.journal)
        values["journal_id"] = self._journal_ids[key] if key else None
        values["other_ids"] = entry.all_other_ids()
        known = self._known.get(entry.reference_id)
        if known:
            values = guard.guarded(values, known, record)
        else:
            values["index_text"] = columns.index_text(values["mesh"], values["keywords"], record)
        values |= {
            "id": entry.reference_id,
            "pmid": record.pmid,
            "doi": entry.doi,
            "pmcid": entry.pmcid,
            "deleted_from_pubmed_at": entry.deleted_from_pubmed_at,
            "updated_at": self._now,
        }
        return values


def _release(cursor: CursorWrapper, released: dict[str, list[int]]) -> None:
    """Take identifiers off rows that hand them to another row of this batch: each may stand only once."""
    for name, ids in released.items():
        if ids:
            cursor.execute(f"UPDATE references_reference SET {name} = NULL WHERE id = ANY(%s)", [ids])  # noqa: S608


def _update(cursor: CursorWrapper, rows: _References, entries: list[Entry]) -> None:
    cursor.execute(_MAKE_INCOMING)
    cursor.execute("TRUNCATE ingest_reference")
    copying.copy(cursor, "ingest_reference", ("id", *GOVERNED), map(rows.updated_line, entries))
    cursor.execute(_UPDATE)


def _clear(cursor: CursorWrapper, entries: list[Entry], known: dict[int, Known], *, keep_raw: bool) -> None:
    """Delete the parts that are about to be written anew."""
    for part, table in (
        ("authors", "references_author"),
        ("cited_references", "references_citedreference"),
        ("corrections", "references_correction"),
    ):
        ids = [
            e.reference_id for e in entries if not guard.keeps_part(part, known.get(e.reference_id), e.record)
        ]
        cursor.execute(f"DELETE FROM {table} WHERE reference_id = ANY(%s)", [ids])  # noqa: S608
    if not keep_raw:
        ids = [entry.reference_id for entry in entries]
        cursor.execute("DELETE FROM references_rawpubmedrecord WHERE reference_id = ANY(%s)", [ids])


def _copy_parts(cursor: CursorWrapper, entries: list[Entry], known: dict[int, Known]) -> None:
    for part, table, names, lines in (
        ("authors", "references_author", AUTHOR, _author_lines),
        ("cited_references", "references_citedreference", CITED_REFERENCE, _cited_reference_lines),
        ("corrections", "references_correction", CORRECTION, _correction_lines),
    ):
        rows = (
            row
            for entry in entries
            if not guard.keeps_part(part, known.get(entry.reference_id), entry.record)
            for row in lines(entry, known.get(entry.reference_id))
        )
        copying.copy(cursor, table, names, rows)


def _author_lines(entry: Entry, known: Known | None) -> Iterator[str]:
    reference_id = str(entry.reference_id)
    for role, position, person in columns.people(entry.record):
        yield line(
            (
                reference_id,
                role,
                str(position),
                person.last_name,
                person.fore_name,
                person.initials,
                person.suffix,
                person.collective_name,
                person.orcid,
                array(person.affiliations),
                flag(known is not None and guard.is_corresponding(person, known)),
            )
        )


def _cited_reference_lines(entry: Entry, known: Known | None) -> Iterator[str]:
    reference_id = str(entry.reference_id)
    for cited in entry.record.cited_references:
        yield line(
            (reference_id, str(cited.position), cited.citation, number(cited.pmid), cited.doi, cited.pmcid)
        )


def _correction_lines(entry: Entry, known: Known | None) -> Iterator[str]:
    reference_id = str(entry.reference_id)
    for position, notice in columns.corrections_of(entry.record):
        yield line(
            (
                reference_id,
                str(position),
                notice.ref_type,
                notice.source,
                number(notice.pmid),
                "",
                notice.note,
            )
        )


def _raw_lines(entries: list[Entry], run: SearchRun | None) -> Iterator[str]:
    fetched_at = moment(timezone.now())
    run_id = number(run.pk if run else None)
    for entry in entries:
        packed = escaped_binary(zlib.compress(entry.record.xml, ZLIB_LEVEL))
        digest = escaped_binary(entry.digest)
        yield f"{entry.reference_id}\t{packed}\t{digest}\t{fetched_at}\t{run_id}\n"
