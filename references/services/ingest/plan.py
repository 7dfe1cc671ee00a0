"""Decides, before anything is written, which row each record belongs to and which identifiers it may hold."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from references.models import Reference
from references.pubmed.records import PubmedRecord
from references.services.ingest.columns import other_ids
from references.services.ingest.preparing import PreparedRecord

# A notice often bears the DOI of the article it is about; it must not be taken for that article.
NOTICE_TYPES = frozenset(
    {"Published Erratum", "Retraction Notice", "Retraction of Publication", "Expression of Concern"}
)
# Our two identifier columns, and the name each goes by in `other_ids`.
IDENTIFIERS = {"doi": "DOI", "pmcid": "PMCID"}

_NEXT_IDS = """
    SELECT nextval(pg_get_serial_sequence('references_reference', 'id')) FROM generate_series(1, %s)
"""
_FIND = """
    SELECT reference.id, pmid, doi, pmcid, origin, curated_fields, other_ids, deleted_from_pubmed_at,
        raw.sha256
    FROM references_reference AS reference
    LEFT JOIN references_rawpubmedrecord AS raw ON raw.reference_id = reference.id
    WHERE pmid = ANY(%s) OR doi = ANY(%s) OR pmcid = ANY(%s)
    ORDER BY reference.id
    FOR NO KEY UPDATE OF reference
"""


@dataclass(frozen=True, slots=True)
class Existing:
    """What planning needs to know of a reference that is here already."""

    id: int
    pmid: int | None
    doi: str | None
    pmcid: str | None
    origin: str
    curated_fields: list[str]
    other_ids: dict[str, Any]
    deleted_from_pubmed_at: datetime | None
    digest: bytes | None

    @property
    def is_guarded(self) -> bool:
        """Whether it holds values that PubMed must not simply replace."""
        return bool(self.curated_fields) or self.origin != Reference.Origin.PUBMED


@dataclass(slots=True)
class Entry:
    """One record, the row it goes to, and the identifiers it holds there."""

    prepared: PreparedRecord
    existing: Existing | None = None
    reference_id: int = 0
    is_unchanged: bool = False
    doi: str | None = None
    pmcid: str | None = None
    deleted_from_pubmed_at: datetime | None = None
    held_elsewhere: dict[str, list[str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def record(self) -> PubmedRecord:
        return self.prepared.record

    def claim(self, name: str) -> str | None:
        """Return the identifier that the row should hold: an editor's, else PubMed's.

        Where PubMed names none, a row that did not come from PubMed keeps its own.
        """
        stated = getattr(self.record, name) or None
        if self.existing is None:
            return stated
        own: str | None = getattr(self.existing, name)
        if name in self.existing.curated_fields:
            return own
        return stated or (own if self.existing.origin != Reference.Origin.PUBMED else None)

    def all_other_ids(self) -> dict[str, list[str]]:
        """Return the identifiers for `other_ids`, those that the row held before included."""
        found = other_ids(self.record)
        if self.existing is None and not self.held_elsewhere and not IDENTIFIERS.keys() & found.keys():
            return found
        before = self.existing.other_ids if self.existing else {}
        is_guarded = self.existing is not None and self.existing.is_guarded
        additions = [
            (kind, _listed(values))
            for kind, values in before.items()
            if is_guarded or kind in IDENTIFIERS or kind not in found
        ]
        additions += self.held_elsewhere.items()
        if is_guarded:
            additions += [(name, [own]) for name in IDENTIFIERS if (own := getattr(self.existing, name))]
        for kind, values in additions:
            kept = found.setdefault(kind, [])
            kept += [value for value in values if value not in kept]
        for name in IDENTIFIERS:
            found[name] = [value for value in found.get(name, ()) if value != getattr(self, name)]
        return {kind: values for kind, values in found.items() if values}


@dataclass(slots=True)
class Plan:
    """All entries in the order of their records; `released` lists rows whose identifier moves to another."""

    entries: list[Entry]
    released: dict[str, list[int]]

    def changed(self) -> list[Entry]:
        return [entry for entry in self.entries if not entry.is_unchanged]


def make(records: Sequence[PreparedRecord], *, is_forced: bool = False) -> Plan:
    """Plan the records (each PMID once) and lock the rows they touch.

    A forced plan takes no record for unchanged, and none for a sign that PubMed still has it. To be called in
    a transaction.
    """
    entries = [Entry(record) for record in records]
    found = _find(entries)
    _assign_rows(entries, found)
    for entry in entries:
        existing = entry.existing
        if is_forced and existing:
            entry.deleted_from_pubmed_at = existing.deleted_from_pubmed_at
        entry.is_unchanged = (
            not is_forced
            and existing is not None
            and existing.pmid == entry.record.pmid
            and existing.digest == entry.prepared.digest
            and existing.deleted_from_pubmed_at is None
        )
    plan = Plan(entries, released={})
    for name in IDENTIFIERS:
        plan.released[name] = _settle(name, plan.changed(), found)
    return plan


def _find(entries: Iterable[Entry]) -> list[Existing]:
    records = [entry.record for entry in entries]
    wanted = (
        [record.pmid for record in records],
        [record.doi for record in records if record.doi],
        [record.pmcid for record in records if record.pmcid],
    )
    with connection.cursor() as cursor:
        cursor.execute(_FIND, wanted)
        return [
            Existing(*row[:6], json.loads(row[6]), row[7], digest=None if row[8] is None else bytes(row[8]))
            for row in cursor.fetchall()
        ]


def _assign_rows(entries: list[Entry], found: list[Existing]) -> None:
    """Give each entry the row with its PMID, else one without a PMID that bears its DOI or PMCID."""
    by_pmid = {row.pmid: row for row in found if row.pmid}
    adoptable = {name: {getattr(row, name): row for row in found if row.pmid is None} for name in IDENTIFIERS}
    adopted: set[int] = set()
    for entry in entries:
        entry.existing = by_pmid.get(entry.record.pmid)
        if entry.existing is None and not _is_notice(entry.record):
            for name in IDENTIFIERS:
                row = adoptable[name].get(getattr(entry.record, name) or "")
                if row and row.id not in adopted:
                    entry.existing = row
                    adopted.add(row.id)
                    break
    ids = _next_ids(sum(entry.existing is None for entry in entries))
    for entry in entries:
        entry.reference_id = entry.existing.id if entry.existing else next(ids)


def _settle(name: str, entries: list[Entry], found: list[Existing]) -> list[int]:
    """Give each entry the identifier it claims unless another row keeps it; return rows that let one go."""
    holders = {getattr(row, name): row for row in found if getattr(row, name)}
    claims = {entry.reference_id: entry.claim(name) for entry in entries}
    let_go = {
        entry.existing.id
        for entry in entries
        if entry.existing and getattr(entry.existing, name) not in (None, claims[entry.reference_id])
    }
    taken: dict[str, Entry] = {}
    released: list[int] = []
    # Whoever holds an identifier already comes before a newcomer of the same batch.
    for entry in sorted(entries, key=lambda entry: getattr(entry.existing, name, None) is None):
        value = claims[entry.reference_id]
        if value is None:
            continue
        holder = holders.get(value)
        is_held = holder is not None and holder.id != entry.reference_id and holder.id not in let_go
        if is_held or value in taken:
            other = f"PMID {taken[value].record.pmid}" if value in taken else _called(holder)
            entry.held_elsewhere.setdefault(name, []).append(value)
            entry.notes.append(f"{IDENTIFIERS[name]} {value} is already held by {other}.")
            continue
        taken[value] = entry
        setattr(entry, name, value)
        if holder is not None and holder.id != entry.reference_id:
            released.append(holder.id)
    return released


def _called(row: Existing | None) -> str:
    assert row is not None
    return f"PMID {row.pmid}" if row.pmid else f"reference {row.id}"


def _is_notice(record: PubmedRecord) -> bool:
    return any(kind.name in NOTICE_TYPES for kind in record.publication_types)


def _next_ids(n: int) -> Iterator[int]:
    if not n:
        return iter(())
    with connection.cursor() as cursor:
        cursor.execute(_NEXT_IDS, [n])
        return iter([row[0] for row in cursor.fetchall()])


def _listed(values: Any) -> list[str]:
    return [str(value) for value in values] if isinstance(values, list) else [str(values)]
