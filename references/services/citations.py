"""Publications known by their citation: found in the library or added to it, never over what PubMed said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from nelm_review.core.settling import Settled, Wanted, changed_by_others, settle
from references.models import Author, CitedReference, Journal, Reference
from references.services import journal_names
from references.services.names import Person

IDS = ("pmid", "doi", "pmcid")


@dataclass(frozen=True)
class Citation:
    """One entry of a reference list."""

    text: str
    pmid: int | None = None
    doi: str = ""
    pmcid: str = ""


@dataclass(frozen=True)
class Publication:
    """What a source says about one publication; identifiers in normal form, unknown ones None.

    `details` are columns of Reference that only some sources know; `cited` is None where the source shows no
    reference list; `known_as` is the row that stood for the publication so far.
    """

    name: str
    title: str
    authors: tuple[Person, ...]
    has_more_authors: bool
    journal: str
    year: int | None
    pmid: int | None = None
    doi: str | None = None
    pmcid: str | None = None
    volume: str = ""
    issue: str = ""
    pages: str = ""
    journal_abbreviation: str = ""
    details: dict[str, Any] = field(default_factory=dict)
    cited: tuple[Citation, ...] | None = None
    known_as: Reference | None = None


@dataclass(frozen=True)
class Kept:
    """The rows in the order of the publications, what became of them, and what could not be written."""

    references: list[Reference]
    settled: Settled[Reference]
    notes: tuple[str, ...]


@transaction.atomic
def keep(publications: Sequence[Publication], *, origin: str, service: str) -> Kept:
    """Find or add a reference for each publication, and bring those of this origin up to date.

    A row is found by PMID, then DOI, then PMCID, then by `known_as` unless their identifiers contradict each
    other. Rows of another origin (PubMed's), rows that somebody else changed and fields that an editor
    corrected stay. Call it inside `history.recorded`, which names who and why.
    """
    library = _Library.holding(publications)
    journals = journal_names.keep(
        [(publication.journal, publication.journal_abbreviation) for publication in publications],
        current=[row.journal if row else None for row in map(library.find, publications)],
    )
    wanted = [
        library.wanted(publication, journal, origin)
        for publication, journal in zip(publications, journals, strict=True)
    ]
    settled = settle(
        Reference,
        wanted,
        service=service,
        is_closed=lambda row: row.origin != origin,
        touch={"updated_at": timezone.now()},
    )
    changed = _keep_parts(publications, wanted, settled, origin=origin, service=service)
    return Kept([want.row for want in wanted], _with_parts(settled, changed), tuple(library.notes))


class _Library:
    """The rows that the publications may already have, locked."""

    def __init__(self, rows: Iterable[Reference], merged: dict[int, Reference]) -> None:
        self.rows = {row.pk: row for row in rows}
        self.merged = merged
        self.by_id = {
            name: {getattr(row, name): row for row in self.rows.values() if getattr(row, name) is not None}
            for name in IDS
        }
        self.claimed: set[int] = set()
        self.notes: list[str] = []

    @classmethod
    def holding(cls, publications: Sequence[Publication]) -> _Library:
        named = Q(pk__in=[publication.known_as.pk for publication in publications if publication.known_as])
        for name in IDS:
            named |= Q(**{f"{name}__in": {getattr(p, name) for p in publications} - {None}})
        rows = list(cls._locked(named))
        merged: dict[int, Reference] = {}
        while missing := {row.merged_into_id for row in [*rows, *merged.values()]} - {None, *merged}:
            merged |= {row.pk: row for row in cls._locked(Q(pk__in=missing))}
        return cls(rows, merged)

    @staticmethod
    def _locked(condition: Q) -> models.QuerySet[Reference]:
        rows = Reference.objects.select_for_update(of=("self",)).select_related("journal")
        return rows.defer("search_vector").filter(condition).order_by("pk")

    def find(self, publication: Publication) -> Reference | None:
        """Return the row of a publication, or the one that it was merged into."""
        row = self._find_unmerged(publication)
        while row is not None and row.merged_into_id:
            row = self.merged[row.merged_into_id]
        return row

    def _find_unmerged(self, publication: Publication) -> Reference | None:
        for name in IDS:
            if row := self.by_id[name].get(getattr(publication, name)):
                return row
        row = self.rows[publication.known_as.pk] if publication.known_as else None
        is_another = row and any(
            None not in (getattr(row, name), getattr(publication, name))
            and getattr(row, name) != getattr(publication, name)
            for name in IDS
        )
        return None if is_another else row

    def wanted(self, publication: Publication, journal: Journal | None, origin: str) -> Wanted[Reference]:
        """Return the row as it should be; one reached by a merge, or claimed already, stays as it is."""
        row = self.find(publication)
        columns = _columns(publication, journal)
        if row is not None:
            if row.pk in self.claimed or row is not self._find_unmerged(publication):
                columns = {}
            self.claimed.add(row.pk)
            columns = {name: value for name, value in columns.items() if not _is_curated(row, name)}
            self._leave_taken_ids(publication, row, columns, origin)
        return Wanted(publication.name, columns, row, {"origin": origin})

    def _leave_taken_ids(
        self, publication: Publication, row: Reference, columns: dict[str, Any], origin: str
    ) -> None:
        for name in IDS:
            holder = self.by_id[name].get(columns.get(name))
            if holder is not None and holder.pk != row.pk:
                del columns[name]
                if row.origin == origin:
                    self.notes.append(
                        f"{publication.name}: {name.upper()} {getattr(publication, name)} belongs to another"
                        f" reference of the library (number {holder.pk}) and was not written."
                    )


def _is_curated(row: Reference, column: str) -> bool:
    part = "authors" if column in ("authors_text", "has_more_authors") else column.removesuffix("_id")
    return part in row.curated_fields


def _columns(publication: Publication, journal: Journal | None) -> dict[str, Any]:
    return {
        "pmid": publication.pmid,
        "doi": publication.doi,
        "pmcid": publication.pmcid,
        "title": publication.title,
        "authors_text": ", ".join(person.printed for person in publication.authors),
        "has_more_authors": publication.has_more_authors,
        "journal_id": journal.pk if journal else None,
        "published_year": publication.year,
        "volume": publication.volume,
        "issue": publication.issue,
        "pages": publication.pages,
        **publication.details,
    }


def _keep_parts(
    publications: Sequence[Publication],
    wanted: Sequence[Wanted[Reference]],
    settled: Settled[Reference],
    *,
    origin: str,
    service: str,
) -> set[int]:
    """Replace the authors and reference lists that differ; return the references they belong to."""
    kept = {want.row.pk for want in settled.kept}
    ours = {
        want.row.pk: publication
        for publication, want in reversed(list(zip(publications, wanted, strict=True)))
        if want.fields and want.row.origin == origin and want.row.pk not in kept
    }
    rows = {want.row.pk: want.row for want in wanted}
    authors = {pk: _authors(publication) for pk, publication in ours.items()}
    cited = {pk: _cited(publication) for pk, publication in ours.items() if publication.cited is not None}
    differing = {
        (Author, "authors"): _differing(Author, AUTHOR_COLUMNS, authors),
        (CitedReference, "cited_references"): _differing(CitedReference, CITED_COLUMNS, cited),
    }
    foreign = changed_by_others(Reference, set().union(*differing.values()), service=service)
    changed: set[int] = set()
    for (model, part), pks in differing.items():
        pks = {pk for pk in pks - foreign if part not in rows[pk].curated_fields}
        parts = authors if model is Author else cited
        model.objects.filter(reference__in=pks).delete()
        model.objects.bulk_create(
            model(reference_id=pk, **columns) for pk in sorted(pks) for columns in parts[pk]
        )
        changed |= pks
    return changed


AUTHOR_COLUMNS = (
    "role", "position", "last_name", "fore_name", "initials", "suffix",
    "collective_name", "orcid", "affiliations", "is_corresponding",
)  # fmt: skip
CITED_COLUMNS = ("position", "citation", "pmid", "doi", "pmcid")


def _differing(
    model: type[models.Model], columns: Sequence[str], parts: dict[int, list[dict[str, Any]]]
) -> set[int]:
    """Return the references whose stored parts are not these."""
    stored = defaultdict(list)
    rows = model.objects.filter(reference__in=parts).order_by("reference_id", "position")
    for row in rows.values("reference_id", *columns):
        stored[row.pop("reference_id")].append(row)
    return {pk for pk, wanted in parts.items() if stored[pk] != wanted}


def _authors(publication: Publication) -> list[dict[str, Any]]:
    return [
        {
            "role": Author.Role.AUTHOR,
            "position": position,
            "last_name": person.last_name,
            "fore_name": person.fore_name,
            "initials": person.initials,
            "suffix": "",
            "collective_name": person.collective_name,
            "orcid": "",
            "affiliations": list(person.affiliations),
            "is_corresponding": person.is_corresponding,
        }
        for position, person in enumerate(publication.authors, start=1)
    ]


def _cited(publication: Publication) -> list[dict[str, Any]]:
    return [
        {
            "position": position,
            "citation": citation.text,
            "pmid": citation.pmid,
            "doi": citation.doi,
            "pmcid": citation.pmcid,
        }
        for position, citation in enumerate(publication.cited or (), start=1)
    ]


def _with_parts(settled: Settled[Reference], changed: set[int]) -> Settled[Reference]:
    """Count a reference whose parts alone changed as updated."""
    moved = [want for want in settled.unchanged if want.row.pk in changed]
    unchanged = [want for want in settled.unchanged if want.row.pk not in changed]
    return Settled(settled.new, [*settled.updated, *moved], unchanged, settled.kept)
