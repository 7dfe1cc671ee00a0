"""Rows → entries of the evidence files, keys in the order of the files."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

from references.models import CitedReference, Reference
from therapies.models import (
    Arm,
    ClaimCitation,
    ClaimSource,
    Comparison,
    Outcome,
    Result,
    SourcedNumber,
    Study,
    StudyReport,
    Therapy,
    TherapyClaim,
)
from therapies.services.evidence import cited, oddities, shapes


def therapy(row: Therapy) -> dict[str, Any]:
    return {
        "code": row.code,
        "name": row.name,
        "abbreviation": row.abbreviation,
        "parent": row.parent.code if row.parent else None,
        "kind": row.kind,
        "synonyms": row.synonyms,
        "mesh": row.mesh,
    }


def outcome(row: Outcome) -> dict[str, Any]:
    return {field.name: getattr(row, field.name) for field in fields(shapes.OutcomeEntry)}


def study(row: Study, reasons: Mapping[tuple, str]) -> dict[str, Any]:
    """Return a study whose parts are prefetched; accepted contradictions, by `reasons`, go without theirs."""
    places = {report.pk: place for place, report in enumerate(row.reports.all(), start=1)}
    arms = list(row.arms.all())
    results = sorted(
        ((arm, result) for arm in arms for result in arm.results.all()),
        key=lambda pair: (pair[1].position, pair[1].pk),
    )
    return {
        "key": row.key,
        "label": row.label,
        "design": row.design,
        "design_stated": row.design_is_stated,
        "centres": row.centres or None,
        "countries": row.countries,
        "enrolment": row.enrolment or None,
        "registry_id": row.registry_id or None,
        "n_patients": row.n_patients,
        "n_procedures": row.n_procedures,
        "n_lesions": row.n_lesions,
        "k_studies": row.k_studies,
        "population": row.population or None,
        "histology": row.histology,
        "cohort": row.cohort.code if row.cohort else None,
        "references": [_publication(report) for report in row.reports.all()],
        "arms": [
            {"id": arm.code, "label": arm.label, "therapy": arm.therapy.code, "n": arm.n} for arm in arms
        ],
        "results": [_result(row, arm, result, places, reasons) for arm, result in results],
        "comparisons": [_comparison(comparison, places) for comparison in row.comparisons.all()],
    }


def _arm(row: Arm) -> dict[str, Any]:
    return {"id": row.code, "label": row.label, "therapy": row.therapy.code, "n": row.n}


def _publication(report: StudyReport) -> dict[str, Any]:
    return {"role": report.role, **_cited_publication(report.reference)}


def _cited_publication(reference: Reference) -> dict[str, Any]:
    et_al = ["et al."] if reference.has_more_authors else []
    return {
        "pmid": str(reference.pmid) if reference.pmid else None,
        "pmcid": reference.pmcid,
        "doi": reference.doi,
        "title": reference.title or None,
        "authors": [str(author) for author in reference.authors.all()] + et_al,
        "journal": str(reference.journal) if reference.journal else None,
        "year": reference.published_year,
        "volume": reference.volume or None,
        "issue": reference.issue or None,
        "pages": reference.pages or None,
    }


def _result(
    study: Study, arm: Arm, row: Result, places: Mapping[int, int], reasons: Mapping[tuple, str]
) -> dict[str, Any]:
    entry = {
        "arm": arm.code,
        "outcome": row.outcome.code,
        "criteria": row.criteria_text or None,
        "timepoint_months": row.timepoint_months,
        "value": row.value,
        "unit": row.unit,
        "not_reached": row.not_reached,
        "ci_low": row.ci_low,
        "ci_high": row.ci_high,
        "ci_level": row.ci_level,
        "range_low": row.range_low,
        "range_high": row.range_high,
        "events": row.events,
        "total": row.total,
        "per": row.per,
        "composite": row.is_composite,
    }
    if row.override_reason and row.override_reason != reasons.get(oddities.line(study.key, entry)):
        entry["override_reason"] = row.override_reason
    return entry | {"source": _source(row, places)}


def _comparison(row: Comparison, places: Mapping[int, int]) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "arms": [member.arm.code for member in row.comparison_arms.all()],
        "outcome": row.outcome.code,
        "measure": row.measure or None,
        "value": row.value,
        "ci_low": row.ci_low,
        "ci_high": row.ci_high,
        "p": row.p_text or None,
    }
    if row.override_reason:
        entry["override_reason"] = row.override_reason
    return entry | {"source": _source(row, places)}


def _source(row: SourcedNumber, places: Mapping[int, int]) -> dict[str, Any]:
    source = {
        "reported_in": row.reported_in.key if row.reported_in else None,
        "where": row.source_where,
    }
    if row.source_report_id:
        source["reference"] = places[row.source_report_id]
    return source


def notes(
    sources: Iterable[ClaimSource],
    citations: Iterable[ClaimCitation],
    reported: Mapping[int, tuple[str, int]],
) -> dict[str, Any]:
    """Return the notes: sources by key, claims by therapy and section, from their citations in order.

    `reported` says of a reference by which study it is reported, and at which place.
    """
    cited: dict[TherapyClaim, list[str]] = {}
    for citation in citations:
        cited.setdefault(citation.claim, []).append(citation.source.code)
    sections = list(TherapyClaim.Section)
    # The claims of a therapy come in their order, which the sort keeps inside each section.
    ordered = sorted(
        cited,
        key=lambda row: (
            row.therapy.position,
            row.therapy_id,
            sections.index(TherapyClaim.Section(row.section)),
        ),
    )
    sections_of = itertools.groupby(ordered, key=lambda row: (row.therapy.code, row.section))
    return {
        "references": [_source_of_claims(row, reported) for row in sources],
        "notes": [
            {
                "therapy": therapy,
                "section": section,
                "claims": [{"text": row.text, "references": cited[row]} for row in rows],
            }
            for (therapy, section), rows in sections_of
        ],
    }


def _source_of_claims(row: ClaimSource, reported: Mapping[int, tuple[str, int]]) -> dict[str, Any]:
    entry: dict[str, Any] = {"key": row.code, "read_at": row.read_at}
    if row.reference_id not in reported:
        return entry | {"publication": _cited_publication(row.reference)}
    study, place = reported[row.reference_id]
    return entry | {"study": study} | ({"reference": place} if place > 1 else {})


def review(row: Reference, covers: Iterable[str]) -> dict[str, Any]:
    """Return the source review; `covers` are the codes of the therapies it has a section on."""
    identifiers = {"doi": row.doi, "pmid": str(row.pmid) if row.pmid else None, "pmcid": row.pmcid}
    return {
        **{key: value for key, value in identifiers.items() if value},
        "title": row.title,
        "authors": [_author(author) for author in row.authors.all()],
        "journal": row.journal.title or row.journal.iso_abbreviation,
        "iso_abbreviation": row.journal.iso_abbreviation or None,
        "published_on": _published_on(row),
        "volume": row.volume or None,
        "issue": row.issue or None,
        "pages": row.pages or None,
        "publication_types": row.publication_types,
        "keywords": row.keywords,
        "covers": list(covers),
        "references": [_cited(entry) for entry in row.cited_references.all()],
    }


def _author(author: Any) -> dict[str, Any]:
    entry = {
        "fore_name": author.fore_name or None,
        "last_name": author.last_name or author.collective_name,
        "affiliations": author.affiliations,
    }
    return entry | ({"corresponding": True} if author.is_corresponding else {})


def _published_on(row: Reference) -> str | None:
    if not row.published_year:
        return None
    month = f"-{row.published_month:02}" if row.published_month else ""
    day = f"-{row.published_day:02}" if month and row.published_day else ""
    return f"{row.published_year}{month}{day}"


def _cited(row: CitedReference) -> dict[str, Any]:
    parts = cited.read_citation(
        row.citation,
        shapes.CitedEntry(
            number=row.position,
            pmid=str(row.pmid) if row.pmid else None,
            pmcid=row.pmcid or None,
            doi=row.doi or None,
        ),
    )
    names = ("authors", "title", "journal", "year", "volume", "pages")
    printed = (
        {"citation": parts.citation} if parts.citation else {name: getattr(parts, name) for name in names}
    )
    identifiers = {"doi": parts.doi, "pmcid": parts.pmcid, "pmid": parts.pmid}
    return {"number": parts.number, **printed, **identifiers}
