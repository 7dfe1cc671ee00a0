"""Puts what a PubMed record says into the columns of our tables: pure, one row of plain values at a time."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from typing import Any

from references.pubmed.records import (
    Author,
    Book,
    OtherAbstract,
    PubmedRecord,
)
from references.services.ingest import json_text

Values = dict[str, Any]

# Derived columns, and the columns or parts they follow.
PUBLISHED = ("published_year", "published_month", "published_day", "published_text")


def reference_values(record: PubmedRecord) -> Values:
    """Return what the record says, by column of Reference; identifiers and journal are decided elsewhere."""
    date = record.publication_date
    if date.year is None and record.article_date is not None:
        month, day = record.article_date.month, record.article_date.day
    else:
        month, day = date.month, date.day
    keywords = [keyword.text for keyword in record.keywords]
    return {
        "title": record.title,
        "vernacular_title": record.vernacular_title,
        "abstract": json_text.sections(record.abstract),
        "abstract_text": " ".join(section.text for section in record.abstract),
        "other_abstracts": [_other_abstract(abstract) for abstract in record.other_abstracts],
        "authors_text": ", ".join(filter(None, map(_printed_name, record.authors))),
        "has_more_authors": not record.authors_complete,
        "volume": record.volume,
        "issue": record.issue,
        "pages": record.pages,
        "published_year": record.year,
        "published_month": month,
        "published_day": day,
        "published_text": date.medline_date or _season(record),
        "dates": json_text.dates(record),
        "languages": list(record.languages),
        "publication_types": [kind.name for kind in record.publication_types if kind.name],
        "mesh": json_text.headings(record.mesh_headings),
        "keywords": keywords,
        "index_text": index_text(record, keywords=keywords),
        "trial_ids": list(record.trial_ids),
        "databanks": [
            {"name": bank.name, "accession_numbers": list(bank.accession_numbers)}
            for bank in record.data_banks
        ],
        "grants": [
            {"id": grant.grant_id, "acronym": grant.acronym, "agency": grant.agency, "country": grant.country}
            for grant in record.grants
        ],
        "coi_statement": record.coi_statement,
        "copyright": record.copyright,
        "book": _book(record.book) if record.book else None,
        "pubmed_status": record.pubmed_status,
        "is_retracted": record.is_retracted,
        "has_expression_of_concern": record.has_expression_of_concern,
    }


def index_text(
    record: PubmedRecord, *, keywords: Iterable[str], mesh: Iterable[dict[str, Any]] | None = None
) -> str:
    """Return the words that find a reference besides title, abstract and authors, `; ` between them.

    `mesh` are headings that a row keeps instead of the record's.
    """
    words: dict[str, None] = {}
    if mesh is None:
        for heading in record.mesh_headings:
            words[heading.descriptor] = None
            for qualifier in heading.qualifiers:
                words[qualifier.name] = None
    else:
        for kept in mesh:
            words[kept["descriptor"]] = None
            words |= dict.fromkeys(qualifier["name"] for qualifier in kept.get("qualifiers", ()))
    words |= dict.fromkeys([concept.name for concept in record.supplementary_mesh])
    words |= dict.fromkeys([chemical.name for chemical in record.chemicals])
    words |= dict.fromkeys(keywords)
    words.pop("", None)
    return "; ".join(words)


def other_ids(record: PubmedRecord) -> dict[str, list[str]]:
    """Return every identifier besides PMID, DOI and PMCID by its type, as printed."""
    found: dict[str, list[str]] = {}
    if record.elocation_pii:
        found["pii"] = [record.elocation_pii]
    for article_id in record.other_ids:
        values = found.setdefault(article_id.id_type, [])
        if article_id.value not in values:
            values.append(article_id.value)
    return found


def people(record: PubmedRecord) -> Iterator[tuple[str, int, Author]]:
    """Yield role, position and person of everybody the record names as making it, unnamed ones left out."""
    groups = (
        ("author", record.authors),
        ("investigator", record.investigators),
        ("editor", record.book.editors if record.book else ()),
    )
    for role, persons in groups:
        for person in persons:
            if person.last_name or person.fore_name or person.collective_name:
                yield role, person.position, person


def _other_abstract(abstract: OtherAbstract) -> Values:
    return {
        "type": abstract.type,
        "language": abstract.language,
        "sections": [
            {"label": section.label, "category": section.nlm_category, "text": section.text}
            for section in abstract.sections
        ],
        "copyright": abstract.copyright,
    }


def _printed_name(author: Author) -> str:
    if author.collective_name:
        return author.collective_name
    parts = (author.last_name or author.fore_name, author.initials, author.suffix)
    return " ".join(part for part in parts if part)


def _season(record: PubmedRecord) -> str:
    date = record.publication_date
    return f"{date.year or ''} {date.season}".strip() if date.season else ""


def _book(book: Book) -> Values:
    return dataclasses.asdict(book)
