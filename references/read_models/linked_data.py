"""A reference in words of schema.org."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nelm_review.core import linked_data
from nelm_review.core.linked_data import JsonText
from references.models import Journal, Reference

MOST_AUTHORS = 50


def of_reference(reference: Reference, absolute: Callable[[str], str]) -> JsonText | None:
    """Return the article, None where its title is not known; needs no query if the journal is loaded."""
    if not reference.title:
        return None
    return linked_data.text(
        {
            "@type": "MedicalScholarlyArticle",
            "headline": reference.title,
            "url": absolute(reference.get_absolute_url()),
            "author": _authors(reference),
            "datePublished": _date(reference),
            "identifier": _identifiers(reference),
            "sameAs": _addresses(reference),
            "isPartOf": _journal(reference.journal) if reference.journal else None,
            "pagination": reference.pages,
            "inLanguage": reference.languages,
            "creativeWorkStatus": "Retracted" if reference.is_retracted else None,
        }
    )


def _authors(reference: Reference) -> list[dict[str, str]]:
    names = reference.authors_text.split(", ") if reference.authors_text else []
    return [{"@type": "Person", "name": name} for name in names[:MOST_AUTHORS]]


def _date(reference: Reference) -> str:
    """Return the date of issue as far as known (ISO 8601): “2024-04-05”, “2024-04”, “2024”."""
    parts = [reference.published_year, reference.published_month, reference.published_day]
    known = parts[: parts.index(None)] if None in parts else parts
    return "-".join(f"{part:02d}" for part in known)


def _identifiers(reference: Reference) -> list[dict[str, Any]]:
    found = (("DOI", reference.doi), ("PMID", reference.pmid), ("PMCID", reference.pmcid))
    return [
        {"@type": "PropertyValue", "propertyID": kind, "value": str(value)} for kind, value in found if value
    ]


def _addresses(reference: Reference) -> list[str]:
    found = []
    if reference.doi:
        found.append(f"https://doi.org/{reference.doi}")
    if reference.pmid:
        found.append(f"https://pubmed.ncbi.nlm.nih.gov/{reference.pmid}/")
    return found


def _journal(journal: Journal) -> dict[str, Any]:
    issns = (journal.issn_linking, journal.issn_print, journal.issn_electronic)
    return {
        "@type": "Periodical",
        "name": str(journal),
        "issn": list(dict.fromkeys(issn for issn in issns if issn)),
    }
