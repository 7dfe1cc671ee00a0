"""Reads the elements that article and book records share; an absent element gives an absent value."""

from __future__ import annotations

from collections.abc import Callable
from operator import methodcaller

from lxml.etree import _Element

from references.pubmed.dates import calendar_date, hour_of, medline_date, minute_of, month_of
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

# Iterating over an element takes twice as long, and there are two hundred elements in a record.
children_of: Callable[[_Element], list[_Element]] = methodcaller("getchildren")

_PEOPLE = frozenset({"Author", "Investigator", "PersonalNameSubject"})
_PMC_KINDS = frozenset({"pmc", "pmcid"})


def by_tag(element: _Element | None) -> dict[str, _Element]:
    """Return the children of an element by name, of several with one name the last."""
    return {} if element is None else {child.tag: child for child in children_of(element)}


def text_of(element: _Element | None) -> str:
    """Return the plain text of an element that may be absent."""
    return "" if element is None else plain(element)


def texts_of(element: _Element | None, tag: str) -> tuple[str, ...]:
    """Return the plain texts of all children with this name that have any."""
    if element is None:
        return ()
    return tuple([text for child in children_of(element) if child.tag == tag and (text := plain(child))])


def partial_date(element: _Element | None) -> PartialDate | None:
    """Read Year, Month and Day; None if none of them can be read."""
    if element is None:
        return None
    printed = {child.tag: child.text or "" for child in children_of(element)}
    year, month, day = calendar_date(printed)
    return PartialDate(year, month, day) if year or month or day else None


def publication_date(element: _Element | None) -> PublicationDate:
    """Read a PubDate, BeginningDate or the like: Year with Month and Day or Season, or a MedlineDate."""
    if element is None:
        return PublicationDate()
    printed = {child.tag: child.text or "" for child in children_of(element)}
    if "MedlineDate" in printed:
        return medline_date(clean(printed["MedlineDate"]))
    year, month, day = calendar_date(printed)
    season = clean(printed.get("Season"))
    return PublicationDate(year, month or month_of(season), day, season)


def history_dates(element: _Element | None) -> tuple[HistoryDate, ...]:
    """Read the PubMedPubDate steps of a History."""
    steps = []
    for child in () if element is None else children_of(element):
        printed = {part.tag: part.text or "" for part in children_of(child)}
        year, month, day = calendar_date(printed)
        hour = hour_of(printed["Hour"]) if "Hour" in printed else None
        minute = minute_of(printed["Minute"]) if "Minute" in printed else None
        steps.append(HistoryDate(year, month, day, child.get("PubStatus", ""), hour, minute))
    return tuple(steps)


def people(element: _Element | None) -> tuple[Author, ...]:
    """Read an AuthorList, InvestigatorList or PersonalNameSubjectList, positions counting from 1."""
    if element is None:
        return ()
    persons = [child for child in children_of(element) if child.tag in _PEOPLE]
    return tuple([_person(person, position) for position, person in enumerate(persons, start=1)])


def _person(element: _Element, position: int) -> Author:
    names: dict[str, str] = {}
    affiliations: list[str] = []
    identifiers: list[Identifier] = []
    for child in children_of(element):
        tag = child.tag
        if tag == "AffiliationInfo":
            _add_affiliation(child, affiliations, identifiers)
        elif tag == "Identifier" or tag == "NameID":
            identifiers.append(Identifier(child.get("Source", ""), clean(child.text)))
        elif tag == "Affiliation":
            affiliations.append(plain(child))
        else:
            names[tag] = plain(child)
    orcid, others = _orcid_and_others(identifiers) if identifiers else ("", ())
    name = names.get
    # Files before 2004 split the fore name in two.
    fore_name = name("ForeName") or f"{name('FirstName', '')} {name('MiddleName', '')}".strip()
    return Author(
        position,
        name("LastName", ""),
        fore_name,
        name("Initials", ""),
        name("Suffix", ""),
        name("CollectiveName", ""),
        orcid,
        tuple(affiliations),
        others,
        element.get("ValidYN") != "N",
        element.get("EqualContrib") == "Y",
    )


def _add_affiliation(element: _Element, affiliations: list[str], identifiers: list[Identifier]) -> None:
    for child in children_of(element):
        if child.tag == "Affiliation":
            affiliations.append(plain(child))
        else:
            identifiers.append(Identifier(child.get("Source", ""), clean(child.text), len(affiliations)))


def _orcid_and_others(identifiers: list[Identifier]) -> tuple[str, tuple[Identifier, ...]]:
    for identifier in identifiers:
        is_orcid = identifier.source.upper() == "ORCID" and not identifier.affiliation
        if is_orcid and (orcid := normal_orcid(identifier.value)):
            return orcid, tuple(other for other in identifiers if other is not identifier)
    return "", tuple(identifiers)


def abstract(element: _Element | None) -> tuple[tuple[AbstractSection, ...], str]:
    """Return the sections of an Abstract or OtherAbstract and its copyright notice."""
    sections: list[AbstractSection] = []
    copyright_notice = ""
    if element is None:
        return (), ""
    if text := clean(element.text):
        sections.append(AbstractSection("", "", text))
    for child in children_of(element):
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
        for child in children_of(element)
        if (text := plain(child))
    )


def publication_types(parent: _Element | None) -> tuple[PublicationType, ...]:
    """Read the PublicationType children of a list or of a book document."""
    if parent is None:
        return ()
    return tuple(
        PublicationType(child.get("UI", ""), plain(child))
        for child in children_of(parent)
        if child.tag == "PublicationType"
    )


def grants(element: _Element | None) -> tuple[Grant, ...]:
    """Read a GrantList."""
    if element is None:
        return ()
    found = []
    for child in children_of(element):
        printed = {part.tag: plain(part) for part in children_of(child)}
        read = printed.get
        found.append(Grant(read("GrantID", ""), read("Acronym", ""), read("Agency", ""), read("Country", "")))
    return tuple(found)


def article_ids(element: _Element | None) -> list[tuple[str, str]]:
    """Return the type and the printed text of each id of an ArticleIdList."""
    children = () if element is None else children_of(element)
    return [(child.get("IdType", "pubmed"), text) for child in children if (text := clean(child.text))]


def cited_references(parent: _Element | None) -> tuple[CitedReference, ...]:
    """Read all reference lists of a record, nested ones in their printed place."""
    found: list[CitedReference] = []
    for element in () if parent is None else children_of(parent):
        if element.tag == "ReferenceList":
            _add_references(element, "", found)
    return tuple(found)


def _add_references(element: _Element, section: str, found: list[CitedReference]) -> None:
    for child in children_of(element):
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
    for child in children_of(element):
        if child.tag == "Citation":
            citation = plain(child)
            continue
        for printed in children_of(child):
            kind, value = printed.get("IdType", "pubmed"), printed.text or ""
            if kind == "pubmed" and pmid is None and (number := normal_pmid(value)):
                pmid = number
            elif kind == "doi" and not doi and (normal := normal_doi(value)):
                doi = normal
            elif kind in _PMC_KINDS and not pmcid and (normal := normal_pmcid(value)):
                pmcid = normal
            elif (text := clean(value)) and text != "0":
                others.append(ArticleId(kind, text))
    return CitedReference(position, citation, pmid, doi, pmcid, section, tuple(others))
