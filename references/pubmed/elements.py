"""Reads the elements that article and book records share; an absent element gives an absent value."""

from __future__ import annotations

from collections.abc import Iterator

from lxml.etree import _Element

from references.pubmed.dates import day_of, medline_date, month_of, number_up_to, year_of
from references.pubmed.identifiers import normal_doi, normal_orcid, normal_pmcid, normal_pmid
from references.pubmed.records import (
    AbstractSection,
    ArticleId,
    Author,
    CitedReference,
    Grant,
    HistoryDate,
    Identifier,
    Keyword,
    PartialDate,
    PublicationDate,
    PublicationType,
)
from references.pubmed.text import clean, plain

_PEOPLE = frozenset({"Author", "Investigator", "PersonalNameSubject"})


def by_tag(element: _Element | None) -> dict[str, _Element]:
    """Return the children of an element by name, of several with one name the first."""
    if element is None:
        return {}
    children: dict[str, _Element] = {}
    for child in element:
        children.setdefault(child.tag, child)
    return children


def text_of(element: _Element | None) -> str:
    """Return the plain text of an element that may be absent."""
    return "" if element is None else plain(element)


def texts_of(element: _Element | None, tag: str) -> tuple[str, ...]:
    """Return the plain texts of all children with this name that have any."""
    if element is None:
        return ()
    return tuple(text for child in element.iterchildren(tag) if (text := plain(child)))


def partial_date(element: _Element | None) -> PartialDate | None:
    """Read Year, Month and Day; None if none of them can be read."""
    if element is None:
        return None
    year, month, day, _, _ = _date_parts(element)
    return PartialDate(year, month, day) if year or month or day else None


def publication_date(element: _Element | None) -> PublicationDate:
    """Read a PubDate, BeginningDate or the like: Year with Month and Day or Season, or a MedlineDate."""
    if element is None:
        return PublicationDate()
    for child in element.iterchildren("MedlineDate"):
        return medline_date(plain(child))
    year, month, day, season, _ = _date_parts(element)
    return PublicationDate(year, month, day, season)


def history_dates(element: _Element | None) -> tuple[HistoryDate, ...]:
    """Read the PubMedPubDate steps of a History."""
    if element is None:
        return ()
    steps = []
    for child in element.iterchildren("PubMedPubDate"):
        year, month, day, _, clock = _date_parts(child)
        hour, minute = number_up_to(23, clock.get("Hour", "")), number_up_to(59, clock.get("Minute", ""))
        steps.append(HistoryDate(year, month, day, child.get("PubStatus", ""), hour, minute))
    return tuple(steps)


def _date_parts(element: _Element) -> tuple[int | None, int | None, int | None, str, dict[str, str]]:
    year = month = day = None
    season = ""
    clock: dict[str, str] = {}
    for child in element:
        tag, text = child.tag, (child.text or "").strip()
        if tag == "Year":
            year = year_of(text)
        elif tag == "Month":
            month = month_of(text)
        elif tag == "Day":
            day = day_of(text)
        elif tag == "Season":
            season = clean(text)
            month = month or month_of(season)
        else:
            clock[tag] = text
    return year, month, day, season, clock


def people(element: _Element | None) -> tuple[Author, ...]:
    """Read an AuthorList, InvestigatorList or PersonalNameSubjectList, positions counting from 1."""
    if element is None:
        return ()
    persons = [child for child in element if child.tag in _PEOPLE]
    return tuple(_person(person, position) for position, person in enumerate(persons, start=1))


def _person(element: _Element, position: int) -> Author:
    names = dict.fromkeys(("LastName", "ForeName", "Initials", "Suffix", "CollectiveName", "MiddleName"), "")
    affiliations: list[str] = []
    identifiers: list[Identifier] = []
    orcid = ""
    for child in element:
        tag = child.tag
        if tag in names:
            names[tag] = plain(child)
        elif tag == "AffiliationInfo":
            _add_affiliation(child, affiliations, identifiers)
        elif tag == "Identifier" or tag == "NameID":
            source, value = child.get("Source", ""), clean(child.text)
            found = normal_orcid(value) if source.upper() == "ORCID" and not orcid else ""
            if found:
                orcid = found
            elif value:
                identifiers.append(Identifier(source, value))
        elif tag == "FirstName":
            names["ForeName"] = plain(child)
        elif tag == "Affiliation" and (text := plain(child)):
            affiliations.append(text)
    fore_name = names["ForeName"]
    if names["MiddleName"]:
        fore_name = f"{fore_name} {names['MiddleName']}".strip()
    return Author(
        position,
        names["LastName"],
        fore_name,
        names["Initials"],
        names["Suffix"],
        names["CollectiveName"],
        orcid,
        tuple(affiliations),
        tuple(identifiers),
        element.get("ValidYN") != "N",
        element.get("EqualContrib") == "Y",
    )


def _add_affiliation(element: _Element, affiliations: list[str], identifiers: list[Identifier]) -> None:
    for child in element:
        text = plain(child)
        if child.tag == "Affiliation" and text:
            affiliations.append(text)
        elif child.tag == "Identifier" and text:
            identifiers.append(Identifier(child.get("Source", ""), text, len(affiliations)))


def abstract(element: _Element | None) -> tuple[tuple[AbstractSection, ...], str]:
    """Return the sections of an Abstract or OtherAbstract and its copyright notice."""
    sections: list[AbstractSection] = []
    copyright_notice = ""
    if element is None:
        return (), ""
    if text := clean(element.text):
        sections.append(AbstractSection("", "", text))
    for child in element:
        text = plain(child)
        if child.tag == "CopyrightInformation":
            copyright_notice = text
        elif text:
            sections.append(AbstractSection(clean(child.get("Label")), child.get("NlmCategory", ""), text))
    return tuple(sections), copyright_notice


def keywords(parent: _Element) -> tuple[Keyword, ...]:
    """Read all KeywordLists of a record."""
    return tuple(
        Keyword(text, child.get("MajorTopicYN") == "Y", element.get("Owner", ""))
        for element in parent.iterchildren("KeywordList")
        for child in element.iterchildren("Keyword")
        if (text := plain(child))
    )


def publication_types(parent: _Element | None) -> tuple[PublicationType, ...]:
    """Read the PublicationType children of a list or of a book document."""
    if parent is None:
        return ()
    return tuple(
        PublicationType(child.get("UI", ""), plain(child)) for child in parent.iterchildren("PublicationType")
    )


def grants(element: _Element | None) -> tuple[Grant, ...]:
    """Read a GrantList."""
    if element is None:
        return ()
    found = []
    for child in element.iterchildren("Grant"):
        parts = {part.tag: plain(part) for part in child}
        found.append(
            Grant(
                parts.get("GrantID", ""),
                parts.get("Acronym", ""),
                parts.get("Agency", ""),
                parts.get("Country", ""),
            )
        )
    return tuple(found)


def article_ids(element: _Element | None) -> Iterator[ArticleId]:
    """Yield the ids of an ArticleIdList as printed."""
    if element is not None:
        for child in element.iterchildren("ArticleId"):
            if text := clean(child.text):
                yield ArticleId(child.get("IdType", "pubmed"), text)


def cited_references(parent: _Element | None) -> tuple[CitedReference, ...]:
    """Read all reference lists of a record, nested ones in their printed place."""
    found: list[CitedReference] = []
    if parent is not None:
        for element in parent.iterchildren("ReferenceList"):
            _add_references(element, "", found)
    return tuple(found)


def _add_references(element: _Element, section: str, found: list[CitedReference]) -> None:
    for child in element:
        tag = child.tag
        if tag == "Reference":
            found.append(_cited_reference(child, len(found) + 1, section))
        elif tag == "ReferenceList":
            _add_references(child, section, found)
        elif tag == "Title":
            section = plain(child) or section


def _cited_reference(element: _Element, position: int, section: str) -> CitedReference:
    citation = doi = pmcid = ""
    pmid = None
    others: list[ArticleId] = []
    for child in element:
        if child.tag == "Citation":
            citation = plain(child)
        elif child.tag == "ArticleIdList":
            for article_id in article_ids(child):
                kind, value = article_id.id_type, article_id.value
                if kind == "pubmed" and pmid is None and (number := normal_pmid(value)):
                    pmid = number
                elif kind == "doi" and not doi and (normal := normal_doi(value)):
                    doi = normal
                elif kind in ("pmc", "pmcid") and not pmcid and (normal := normal_pmcid(value)):
                    pmcid = normal
                else:
                    others.append(article_id)
    return CitedReference(position, citation, pmid, doi, pmcid, section, tuple(others))
