"""The evidence files as frozen dataclasses; field names are the keys of the files, None is their null.

Numbers with decimals are Decimals that keep the digits printed (26.0 is not 26).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class TherapyEntry:
    code: str
    name: str
    abbreviation: str
    parent: str | None
    kind: str
    synonyms: tuple[str, ...]
    mesh: tuple[str, ...]


@dataclass(frozen=True)
class OutcomeEntry:
    code: str
    name: str
    short_name: str
    domain: str
    measure: str
    unit: str
    better: str
    definition: str


@dataclass(frozen=True)
class PublicationEntry:
    """One of a study's publications; an unseen detail is None."""

    role: str
    pmid: str | None
    pmcid: str | None
    doi: str | None
    title: str | None
    authors: tuple[str, ...]
    journal: str | None
    year: int | None
    volume: str | None
    issue: str | None
    pages: str | None


@dataclass(frozen=True)
class ArmEntry:
    id: str
    label: str
    therapy: str
    n: int | None


@dataclass(frozen=True)
class SourceEntry:
    """Where a number stands; `reference` counts the study's publications from 1, the primary one if None."""

    reported_in: str | None
    where: str
    reference: int | None = None


@dataclass(frozen=True)
class ResultEntry:
    arm: str
    outcome: str
    criteria: str | None
    timepoint_months: Decimal | None
    value: Decimal | None
    unit: str
    not_reached: bool
    ci_low: Decimal | None
    ci_high: Decimal | None
    ci_level: Decimal | None
    range_low: Decimal | None
    range_high: Decimal | None
    events: int | None
    total: int | None
    per: str
    composite: bool
    source: SourceEntry
    override_reason: str | None = None


@dataclass(frozen=True)
class ComparisonEntry:
    arms: tuple[str, ...]
    outcome: str
    measure: str | None
    value: Decimal | None
    ci_low: Decimal | None
    ci_high: Decimal | None
    p: str | None
    source: SourceEntry
    override_reason: str | None = None


@dataclass(frozen=True)
class StudyEntry:
    key: str
    label: str
    design: str
    design_stated: bool
    centres: str | None
    countries: tuple[str, ...]
    enrolment: str | None
    registry_id: str | None
    n_patients: int | None
    n_procedures: int | None
    n_lesions: int | None
    k_studies: int | None
    population: str | None
    histology: str
    cohort: str | None
    references: tuple[PublicationEntry, ...]
    arms: tuple[ArmEntry, ...]
    results: tuple[ResultEntry, ...]
    comparisons: tuple[ComparisonEntry, ...]


@dataclass(frozen=True)
class AuthorEntry:
    fore_name: str | None
    last_name: str
    affiliations: tuple[str, ...]
    corresponding: bool = False


@dataclass(frozen=True)
class CitedEntry:
    """One numbered reference of the review: by its parts, or as one printed `citation`."""

    number: int
    pmid: str | None
    pmcid: str | None
    doi: str | None
    authors: tuple[str, ...] = ()
    title: str | None = None
    journal: str | None = None
    year: int | None = None
    volume: str | None = None
    pages: str | None = None
    citation: str | None = None


@dataclass(frozen=True)
class ReviewEntry:
    doi: str
    title: str
    authors: tuple[AuthorEntry, ...]
    journal: str
    iso_abbreviation: str | None
    published_on: str | None
    volume: str | None
    issue: str | None
    pages: str | None
    publication_types: tuple[str, ...]
    keywords: tuple[str, ...]
    covers: tuple[str, ...]
    references: tuple[CitedEntry, ...]
    pmid: str | None = None
    pmcid: str | None = None


@dataclass(frozen=True)
class NoteSourceEntry:
    """A publication that claims rest on: a study's, the first if no number says which, or its details."""

    key: str
    read_at: str
    study: str | None = None
    reference: int | None = None
    publication: PublicationEntry | None = None


@dataclass(frozen=True)
class ClaimEntry:
    """One sentence and the keys of its sources, at least one."""

    text: str
    references: tuple[str, ...]


@dataclass(frozen=True)
class NoteEntry:
    """One section about one therapy."""

    therapy: str
    section: str
    claims: tuple[ClaimEntry, ...]


@dataclass(frozen=True)
class NotesEntry:
    """What clinicians read about the therapies."""

    references: tuple[NoteSourceEntry, ...]
    notes: tuple[NoteEntry, ...]


@dataclass(frozen=True)
class PartEntry:
    """One value that a population states, and its share as printed."""

    value: str
    n: int | None = None
    percent: Decimal | None = None
    words: str | None = None


@dataclass(frozen=True)
class PopulationEntry:
    """What a text states about the patients of a study, or of one arm: criterion → values."""

    study: str
    arm: str | None
    stated: Mapping[str, tuple[PartEntry, ...]]
    ki67: str | None
    structured_by: str
    quotes: tuple[str, ...]


@dataclass(frozen=True)
class NotApplicableEntry:
    """One outcome that has no meaning for a therapy, and why."""

    therapy: str
    outcome: str
    reason: str


@dataclass(frozen=True)
class Evidence:
    """The files; where one is broken, the entries of it that could be read. No notes: no file of them."""

    therapies: tuple[TherapyEntry, ...]
    outcomes: tuple[OutcomeEntry, ...]
    studies: tuple[StudyEntry, ...]
    review: ReviewEntry | None
    notes: NotesEntry | None = None
    populations: tuple[PopulationEntry, ...] | None = None
    not_applicable: tuple[NotApplicableEntry, ...] | None = None


@dataclass(frozen=True)
class AcceptedContradiction:
    """A printed number that contradicts its own events and total, and why it stands."""

    study: str
    arm: str
    outcome: str
    criteria: str | None
    value: Decimal
    events: int
    total: int | None
    reason: str


@dataclass(frozen=True)
class CohortEntry:
    code: str
    name: str
    note: str | None


@dataclass(frozen=True)
class Oddities:
    """What the product knows about oddities of the evidence beside its files."""

    contradictions: tuple[AcceptedContradiction, ...]
    cohorts: tuple[CohortEntry, ...]
