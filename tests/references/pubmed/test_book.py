"""Book chapters and whole books."""

from __future__ import annotations

from references.pubmed.records import ArticleId, BookSection, PartialDate, PublicationDate
from tests.references.pubmed.documents import DATA, read_articles


def test_book_chapter_has_its_own_fields() -> None:
    chapter, _ = read_articles(DATA / "book_chapter.xml")

    assert chapter.is_book
    assert chapter.title == "A Synthetic Chapter"
    assert chapter.doi == "10.99999/chapter.30"
    assert chapter.other_ids == (ArticleId("bookaccession", "NBK990030"),)
    assert [(author.name, author.affiliations) for author in chapter.authors] == [
        ("Fritz Fictus", ("University of Nowhere.",))
    ]
    assert chapter.publication_date == PublicationDate(1999)
    assert chapter.date_revised == PartialDate(2020, 9, 17)
    assert [kind.name for kind in chapter.publication_types] == ["Review"]
    assert [section.label for section in chapter.abstract] == ["SUMMARY"]
    assert chapter.cited_references[0].pmid == 99_600_030
    assert chapter.history[0].status == "pubmed"
    assert chapter.languages == ("eng",)


def test_book_chapter_describes_its_book() -> None:
    book = read_articles(DATA / "book_chapter.xml")[0].book

    assert book is not None
    assert book.title == "Synthetic Reviews®"
    assert (book.publisher, book.publisher_location) == ("Nowhere University Press", "Nowhere (NW)")
    assert [editor.name for editor in book.editors] == ["Noor Nobody"]
    assert book.isbns == ("9990000000001", "9990000000002")
    assert (book.volume, book.volume_title, book.edition) == ("7", "Seventh", "2nd")
    assert (book.collection_title, book.medium, book.report_number) == (
        "Synthetic Collection",
        "Internet",
        "SYN-7",
    )
    assert (book.beginning_date, book.ending_date) == (PublicationDate(1999), PublicationDate(2025, 3))
    assert book.contribution_date == PublicationDate(2001, 5, 6)
    assert book.location_labels == ("Chapter 3",)
    assert book.items == ("Invented Chapter",)
    assert book.sections == (
        BookSection("Summary"),
        BookSection("Details", "2"),
        BookSection("More details", depth=1),
    )


def test_book_without_chapter_takes_title_authors_and_doi_of_the_book() -> None:
    _, whole = read_articles(DATA / "book_chapter.xml")

    assert whole.title == "A Whole Synthetic Book"
    assert [author.name for author in whole.authors] == ["Synthetic Committee"]
    assert whole.doi == "10.99999/whole.31"
