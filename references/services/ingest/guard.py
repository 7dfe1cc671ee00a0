"""Keeps what editors corrected, and what a row knew before PubMed, where PubMed must not replace it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from references.models import Author, Reference
from references.pubmed import records
from references.services.ingest import columns
from references.services.ingest.columns import PUBLISHED, Values
from references.services.ingest.json_text import Json
from references.services.ingest.plan import Entry

# Columns that follow others.
DERIVED = ("authors_text", "abstract_text", "index_text")
# What PubMed says by saying nothing.
SILENCE = (None, "", [], {}, Json("[]"), Json("{}"))


@dataclass(slots=True)
class Known:
    """What a guarded row holds before PubMed's record is written to it."""

    reference: Reference
    corresponding: set[tuple[str, str]] = field(default_factory=set)

    def is_curated(self, name: str) -> bool:
        return name.removesuffix("_id") in self.reference.curated_fields

    def keeps(self, name: str, stated: Any) -> bool:
        """Say whether the row keeps its own value: an editor set it, or PubMed says nothing about it."""
        if self.is_curated(name):
            return True
        return stated in SILENCE and self.reference.origin != Reference.Origin.PUBMED


def known_rows(entries: Iterable[Entry]) -> dict[int, Known]:
    """Return what the guarded rows among these hold, by primary key, in at most two queries."""
    ids = [entry.reference_id for entry in entries if entry.existing and entry.existing.is_guarded]
    if not ids:
        return {}
    corresponding: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for author in Author.objects.filter(reference__in=ids, is_corresponding=True):
        corresponding[author.reference_id].add(_same_person(author))
    return {
        reference.pk: Known(reference, corresponding[reference.pk])
        for reference in Reference.objects.defer("search_vector").filter(pk__in=ids)
    }


def guarded(values: Values, known: Known, record: records.PubmedRecord) -> Values:
    """Return the values with those that the row keeps put back, derived columns in step."""
    row = known.reference
    kept = dict(values)
    # The date is one thing: a month of ours must not be joined to a year of PubMed's.
    is_date_silent = known.keeps(PUBLISHED[0], record.year) and not known.is_curated(PUBLISHED[0])
    for name, stated in values.items():
        if name in PUBLISHED:
            if is_date_silent or known.is_curated(name):
                kept[name] = getattr(row, name)
        elif isinstance(stated, bool):
            if known.is_curated(name):
                kept[name] = getattr(row, name)
        elif name not in DERIVED and known.keeps(name, stated):
            kept[name] = getattr(row, name)
    if keeps_part("authors", known, record):
        kept |= {name: getattr(row, name) for name in ("authors_text", "has_more_authors")}
    if kept["abstract"] is not values["abstract"]:
        kept["abstract_text"] = row.abstract_text
    kept["index_text"] = columns.index_text(
        record, keywords=kept["keywords"], mesh=None if kept["mesh"] is values["mesh"] else row.mesh
    )
    return kept


def keeps_part(part: str, known: Known | None, record: records.PubmedRecord) -> bool:
    """Say whether the rows of a part stay as they are."""
    if known is None:
        return False
    stated: dict[str, Any] = {
        "authors": any(True for _ in columns.people(record)),
        "cited_references": record.cited_references,
        "corrections": record.comments_corrections,
    }
    is_silent = not stated[part] and known.reference.origin != Reference.Origin.PUBMED
    return known.is_curated(part) or is_silent


def is_corresponding(person: records.Author, *, known: Known) -> bool:
    """Say whether the row knew this person as its corresponding author, which PubMed never tells."""
    return _same_person(person) in known.corresponding


def _same_person(person: Author | records.Author) -> tuple[str, str]:
    given = person.initials or person.fore_name
    return person.last_name.casefold(), given[:1].casefold()
