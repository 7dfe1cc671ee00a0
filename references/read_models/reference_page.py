"""What the page of one reference shows, gathered in a handful of queries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet

from references.models import CitedReference, Correction, Reference
from references.pubmed.codes import CORRECTION_TYPES
from references.read_models import citation_text
from references.read_models.languages import Language, language
from references.read_models.reference_authors import People, people

MOST_CITING = 50
# What the badges beside the title of another reference need.
STATE = ("is_retracted", "has_expression_of_concern", "deleted_from_pubmed_at")
ENGLISH = "eng"

NOTICE = (
    "ErratumIn", "CorrectedandRepublishedIn", "RepublishedIn", "UpdateIn",
    "RetractionOf", "PartialRetractionOf", "ExpressionOfConcernFor", "ErratumFor",
    "CorrectedandRepublishedFrom", "RetractedandRepublishedFrom",
)  # fmt: skip
RETRACTIONS = ("RetractionIn", "RetractedandRepublishedIn", "PartialRetractionIn")
# What a reader must not miss is said as a sentence; all other notices by their name.
ALARMS = {
    "RetractionIn": "This article has been retracted",
    "RetractedandRepublishedIn": "This article has been retracted, and published again",
    "PartialRetractionIn": "Parts of this article have been retracted",
    "ExpressionOfConcernIn": "The journal has expressed concern about this article",
}
# PublicationStatus of the PubMed DTD.
STATUSES = {
    "ppublish": "published in print",
    "epublish": "published online",
    "aheadofprint": "online ahead of print",
    "received": "received",
    "accepted": "accepted",
}
# Types of OtherAbstract that say who wrote it; any other type names the agency that did.
ABSTRACT_KINDS = {
    "Publisher": "Publisher’s abstract",
    "plain-language-summary": "Plain-language summary",
    "": "Another abstract",
}
# Types of ArticleId and ELocationID; a DOI or PMCID here is one that the record must not be found by.
OTHER_IDS = {
    "doi": "Another DOI",
    "pmcid": "Another PMCID",
    "pmc": "Another PMCID",
    "pii": "Publisher’s id",
    "bookaccession": "NCBI Bookshelf",
}


@dataclass(frozen=True)
class Notice:
    """A notice tied to the reference: what it is in words, and the other publication if it is here."""

    words: str
    correction: Correction
    reference: Reference | None
    is_danger: bool = False


@dataclass(frozen=True)
class CitedEntry:
    """One entry of the reference list, and the reference of this library that it names."""

    cited: CitedReference
    reference: Reference | None


@dataclass(frozen=True)
class Abstract:
    """An abstract by sections; `language` is None for the record's own."""

    sections: Sequence[dict[str, str]]
    kind: str = ""
    language: Language | None = None
    copyright: str = ""


@dataclass(frozen=True)
class Trial:
    """A registration number, with the registry's page where it is known."""

    number: str
    address: str = ""


@dataclass(frozen=True)
class ReferencePage:
    """One reference, ready for its template."""

    reference: Reference
    people: People
    journal_line: str
    published: str
    electronic_date: str
    milestones: list[tuple[str, str]]
    fetched_at: datetime | None
    status: str
    other_ids: tuple[tuple[str, str], ...]
    languages: tuple[Language, ...]
    title_language: Language | None
    abstract: Abstract
    other_abstracts: tuple[Abstract, ...]
    banners: tuple[Notice, ...]
    related: tuple[Notice, ...]
    trials: tuple[Trial, ...]
    cited: tuple[CitedEntry, ...]
    cited_by: tuple[Reference, ...]
    has_more_citing: bool
    study_reports: tuple[Any, ...]
    reported_in: tuple[tuple[str, str], ...]

    @property
    def is_retracted_without_notice(self) -> bool:
        """Whether PubMed calls it retracted but names no notice."""
        return self.reference.is_retracted and not any(
            banner.correction.kind in RETRACTIONS for banner in self.banners
        )


def build(reference: Reference) -> ReferencePage:
    """Gather the page; the reference comes from `Reference.objects.for_reading()`."""
    corrections = list(reference.corrections.all())
    cited = list(reference.cited_references.all())
    library = _in_library([*corrections, *cited], besides=reference)
    citing = list(_citing(reference)[: MOST_CITING + 1])
    reports = tuple(reference.study_reports.select_related("study").order_by("study__label"))
    raw_record = getattr(reference, "raw_record", None)
    return ReferencePage(
        reference=reference,
        people=people(reference.authors.all()),
        journal_line=citation_text.journal_line(reference),
        published=citation_text.published(reference),
        electronic_date=citation_text.electronic_date(reference),
        milestones=citation_text.milestones(reference),
        fetched_at=raw_record.fetched_at if raw_record else None,
        status=STATUSES.get(reference.pubmed_status, reference.pubmed_status),
        other_ids=tuple(_other_ids(reference)),
        languages=tuple(language(code) for code in reference.languages),
        title_language=_title_language(reference),
        abstract=Abstract(reference.abstract, copyright=reference.copyright),
        other_abstracts=tuple(_other_abstract(found) for found in reference.other_abstracts),
        banners=tuple(_notices(corrections, library, is_banner=True)),
        related=tuple(_notices(corrections, library, is_banner=False)),
        trials=tuple(_trial(number) for number in reference.trial_ids),
        cited=tuple(CitedEntry(entry, library.find(entry)) for entry in cited),
        cited_by=tuple(citing[:MOST_CITING]),
        has_more_citing=len(citing) > MOST_CITING,
        study_reports=reports,
        reported_in=() if reference.title or not reports else _reviews_naming(reference),
    )


class _Library:
    """References of this library by every identifier."""

    def __init__(self, references: Iterable[Reference]) -> None:
        self._by_identifier: dict[tuple[str, Any], Reference] = {}
        for reference in references:
            for name in ("pmid", "doi", "pmcid"):
                if value := getattr(reference, name):
                    self._by_identifier[name, value] = reference

    def find(self, named: CitedReference | Correction) -> Reference | None:
        """Return the reference that bears one of the identifiers, PMID first."""
        keys = (("pmid", named.pmid), ("doi", named.doi.lower()), ("pmcid", getattr(named, "pmcid", "")))
        return next((self._by_identifier[key] for key in keys if key in self._by_identifier), None)


def _in_library(named: Sequence[CitedReference | Correction], *, besides: Reference) -> _Library:
    pmids = {entry.pmid for entry in named if entry.pmid}
    dois = {entry.doi.lower() for entry in named if entry.doi}
    pmcids = {entry.pmcid for entry in named if isinstance(entry, CitedReference) and entry.pmcid}
    if not (pmids or dois or pmcids):
        return _Library(())
    bears = Q(pmid__in=pmids) | Q(doi__in=dois) | Q(pmcid__in=pmcids)
    found = Reference.objects.filter(bears).exclude(pk=besides.pk)
    return _Library(found.only("pmid", "doi", "pmcid", "title", *STATE))


def _citing(reference: Reference) -> QuerySet[Reference]:
    ids = Reference.objects.current().cited_in_library(reference).order_by().values("pk")
    named = ("title", "authors_text", "published_year", "pmid", "pmcid", "doi")
    citing = Reference.objects.filter(pk__in=ids).only(*named, *STATE)
    return citing.order_by(F("published_year").desc(nulls_last=True), "-pk")


def _notices(corrections: Sequence[Correction], library: _Library, *, is_banner: bool) -> Iterable[Notice]:
    """Yield the notices that change how the reference is to be read, or all the others; retractions first."""
    ranks = {kind: rank for rank, kind in enumerate((*ALARMS, *NOTICE))}
    wanted = [correction for correction in corrections if (correction.kind in ranks) == is_banner]
    for correction in sorted(wanted, key=lambda correction: ranks.get(correction.kind, 0)):
        yield Notice(
            words=ALARMS.get(correction.kind) or CORRECTION_TYPES.get(correction.kind, correction.kind),
            correction=correction,
            reference=library.find(correction),
            is_danger=correction.kind in ALARMS,
        )


def _other_abstract(found: dict[str, Any]) -> Abstract:
    kind = found.get("type", "")
    return Abstract(
        sections=found.get("sections", ()),
        kind=ABSTRACT_KINDS.get(kind, f"{kind} abstract"),
        language=language(found.get("language", "")),
        copyright=found.get("copyright", ""),
    )


def _other_ids(reference: Reference) -> Iterable[tuple[str, str]]:
    for kind, values in (reference.other_ids or {}).items():
        listed = values if isinstance(values, list) else [values]
        yield OTHER_IDS.get(kind, kind), ", ".join(map(str, listed))


def _title_language(reference: Reference) -> Language | None:
    """Return the language of the vernacular title, where the record leaves no doubt about it."""
    others = [code for code in reference.languages if code != ENGLISH]
    return language(others[0]) if len(others) == 1 else None


def _trial(number: str) -> Trial:
    """Link the two registries whose pages are addressed by the number alone."""
    if number.upper().startswith("NCT"):
        return Trial(number, f"https://clinicaltrials.gov/study/{number}")
    if number.upper().startswith("ISRCTN"):
        return Trial(number, f"https://www.isrctn.com/{number}")
    return Trial(number)


def _reviews_naming(reference: Reference) -> tuple[tuple[str, str], ...]:
    """Return key and label of the reviews whose tables gave the numbers of this reference's studies."""
    review = "study__arms__results__reported_in"
    rows = reference.study_reports.filter(**{f"{review}__isnull": False})
    return tuple(
        rows.order_by(f"{review}__label").values_list(f"{review}__key", f"{review}__label").distinct()
    )
