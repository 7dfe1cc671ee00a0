"""Reads a PubmedBookArticle (or its bare BookDocument): a book, or one chapter of it."""

from __future__ import annotations

from lxml.etree import _Element

from references.pubmed import elements
from references.pubmed.article import OwnIds, RunTogether, read_pmid, shown_title
from references.pubmed.elements import by_tag, text_of, texts_of
from references.pubmed.pages import expand_pages, first_and_last
from references.pubmed.records import Author, Book, BookSection, PublicationDate, PubmedRecord


def read_book(element: _Element, xml: bytes = b"") -> PubmedRecord:
    """Return the record of a PubmedBookArticle or BookDocument element; raises Incomplete.

    `xml` is stored as the record's own source.
    """
    parts = by_tag(element)
    document = parts.get("BookDocument", element)
    if document is not element and len(parts) < len(element):
        raise RunTogether
    own = by_tag(document)
    pmid, pmid_version = read_pmid(own.get("PMID"))
    data = by_tag(parts.get("PubmedBookData"))
    book_element = own.get("Book")
    book = _book(document, book_element)
    ids = OwnIds()
    ids.add_elocations(book_element)
    ids.add(elements.article_ids(own.get("ArticleIdList")))
    ids.add(elements.article_ids(data.get("ArticleIdList")))
    pagination = by_tag(own.get("Pagination"))
    medline_pgn = text_of(pagination.get("MedlinePgn"))
    start_to_end = first_and_last(text_of(pagination.get("StartPage")), text_of(pagination.get("EndPage")))
    vernacular_title = text_of(own.get("VernacularTitle"))
    abstract, copyright_notice = elements.abstract(own.get("Abstract"))
    return PubmedRecord(
        pmid=pmid,
        pmid_version=pmid_version,
        doi=ids.doi,
        pmcid=ids.pmcid,
        other_ids=tuple(ids.others),
        is_book=True,
        title=shown_title(text_of(own.get("ArticleTitle")), vernacular_title) or book.title,
        vernacular_title=vernacular_title,
        abstract=abstract,
        copyright=copyright_notice,
        authors=_listed_people(document, editors=False) or book.authors,
        authors_complete=all(child.get("CompleteYN") != "N" for child in document.iterchildren("AuthorList")),
        investigators=elements.people(own.get("InvestigatorList")),
        pages=expand_pages(medline_pgn) or start_to_end,
        medline_pgn=medline_pgn,
        elocation_pii=ids.pii,
        publication_date=elements.publication_date(by_tag(book_element).get("PubDate")),
        history=elements.history_dates(data.get("History")),
        date_revised=elements.partial_date(own.get("DateRevised")),
        languages=texts_of(document, "Language"),
        publication_types=elements.publication_types(document),
        keywords=elements.keywords(document),
        grants=elements.grants(own.get("GrantList")),
        cited_references=elements.cited_references(document),
        pubmed_status=text_of(data.get("PublicationStatus")),
        book=book,
        xml=xml,
    )


def _book(document: _Element, element: _Element | None) -> Book:
    parts = by_tag(element)
    publisher = by_tag(parts.get("Publisher"))
    return Book(
        title=text_of(parts.get("BookTitle")),
        publisher=text_of(publisher.get("PublisherName")),
        publisher_location=text_of(publisher.get("PublisherLocation")),
        editors=_listed_people(element, editors=True) or _listed_people(document, editors=True),
        authors=_listed_people(element, editors=False),
        isbns=texts_of(element, "Isbn"),
        collection_title=text_of(parts.get("CollectionTitle")),
        volume=text_of(parts.get("Volume")),
        volume_title=text_of(parts.get("VolumeTitle")),
        edition=text_of(parts.get("Edition")),
        medium=text_of(parts.get("Medium")),
        report_number=text_of(parts.get("ReportNumber")),
        beginning_date=_date(parts.get("BeginningDate")),
        ending_date=_date(parts.get("EndingDate")),
        contribution_date=_date(by_tag(document).get("ContributionDate")),
        location_labels=texts_of(document, "LocationLabel"),
        sections=_sections(by_tag(document).get("Sections"), depth=0),
        items=tuple(item for child in document.iterchildren("ItemList") for item in texts_of(child, "Item")),
    )


def _date(element: _Element | None) -> PublicationDate | None:
    return None if element is None else elements.publication_date(element)


def _listed_people(parent: _Element | None, *, editors: bool) -> tuple[Author, ...]:
    """Return the first list of authors or of editors; a list without a type is one of authors."""
    if parent is None:
        return ()
    for child in parent.iterchildren("AuthorList"):
        if (child.get("Type") == "editors") == editors:
            return elements.people(child)
    return ()


def _sections(element: _Element | None, *, depth: int) -> tuple[BookSection, ...]:
    if element is None:
        return ()
    found: list[BookSection] = []
    for child in element.iterchildren("Section"):
        parts = by_tag(child)
        title = text_of(parts.get("SectionTitle"))
        found.append(BookSection(title, text_of(parts.get("LocationLabel")), depth))
        found.extend(_sections(child, depth=depth + 1))
    return tuple(found)
