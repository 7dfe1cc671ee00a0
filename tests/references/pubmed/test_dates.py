"""Dates as PubMed prints them."""

from __future__ import annotations

import pytest

from references.pubmed.dates import calendar_date, day_of, hour_of, medline_date, minute_of, month_of, year_of
from references.pubmed.elements import partial_date, publication_date
from references.pubmed.records import PublicationDate
from tests.references.pubmed.documents import element


@pytest.mark.parametrize(
    ("printed", "year", "month", "day", "season"),
    [
        ("1998 Dec-1999 Jan", 1998, 12, None, ""),
        ("1999 Spring", 1999, None, None, "Spring"),
        ("2019 Sep/Oct", 2019, 9, None, ""),
        ("1944-1945", 1944, None, None, ""),
        ("Winter 2001", 2001, None, None, "Winter"),
        ("2000 Spring-Summer", 2000, None, None, "Spring-Summer"),
        ("1976-1977 Winter", 1976, None, None, "Winter"),
        ("1998 Dec 5-12", 1998, 12, 5, ""),
        ("2012 Nov 15-Dec 15", 2012, 11, 15, ""),
        ("1983-84", 1983, None, None, ""),
        ("Maybe 2001", 2001, None, None, ""),
        ("March 1999", 1999, 3, None, ""),
        ("undated", None, None, None, ""),
    ],
)
def test_medline_date_reads_the_first_of_everything(
    printed: str, year: int | None, month: int | None, day: int | None, season: str
) -> None:
    assert medline_date(printed) == PublicationDate(year, month, day, season, printed)


@pytest.mark.parametrize(
    ("xml", "expected"),
    [
        ("<Year>2019</Year><Month>Mar</Month><Day>07</Day>", PublicationDate(2019, 3, 7)),
        ("<Year>2019</Year><Month>03</Month>", PublicationDate(2019, 3)),
        ("<Year>2019</Year><Month>March</Month>", PublicationDate(2019, 3)),
        ("<Year> 2019 </Year><Month> 3 </Month><Day> 7 </Day>", PublicationDate(2019, 3, 7)),
        ("<Year>2019</Year><Season>Winter</Season>", PublicationDate(2019, season="Winter")),
        ("<Year>2019</Year><Season>Jul-Aug</Season>", PublicationDate(2019, 7, season="Jul-Aug")),
        ("<Year>2019</Year><Month>13</Month><Day>32</Day>", PublicationDate(2019)),
        ("<Year/>", PublicationDate()),
        ("", PublicationDate()),
    ],
)
def test_publication_date_reads_elements(xml: str, expected: PublicationDate) -> None:
    assert publication_date(element(f"<PubDate>{xml}</PubDate>")) == expected


def test_partial_date_of_nothing_readable_is_none() -> None:
    assert partial_date(element("<DateRevised><Year>soon</Year></DateRevised>")) is None
    assert partial_date(None) is None


def test_number_readers_refuse_what_is_no_such_number() -> None:
    assert (year_of("20199"), year_of("0999"), month_of("0"), day_of("0"), day_of("32")) == (None,) * 5
    assert (hour_of("24"), hour_of("23"), minute_of("60"), minute_of("00")) == (None, 23, None, 0)


def test_calendar_date_reads_what_is_there() -> None:
    assert calendar_date({"Year": "2001", "Day": "9"}) == (2001, None, 9)
