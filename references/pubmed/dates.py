"""Dates as PubMed prints them: month names or numbers, seasons, and free MedlineDate text."""

from __future__ import annotations

import re
from collections.abc import Mapping

from references.pubmed.records import PublicationDate

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NUMBERS = {text: number for number in range(60) for text in (str(number), f"{number:02d}")}
_MONTH_NUMBERS = {text: number for text, number in _NUMBERS.items() if 1 <= number <= 12} | {
    text: number for number, name in enumerate(_MONTHS, start=1) for text in (name, name.title())
}
_DAYS = {text: number for text, number in _NUMBERS.items() if 1 <= number <= 31}
_YEARS = {str(year): year for year in range(1500, 2100)}
_YEAR = re.compile(r"(?<!\d)(1[5-9]\d\d|20\d\d)(?!\d)")
_MONTH_NAME = re.compile(
    r"\b(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b",
    re.IGNORECASE,
)
_SEASON = re.compile(
    r"\b(?:spring|summer|autumn|fall|winter)(?:\s*[-–/]\s*(?:spring|summer|autumn|fall|winter))?\b",
    re.IGNORECASE,
)
_DAY_AFTER_MONTH = re.compile(r"[.\s]+([0-3]?\d)(?!\d)")


def calendar_date(printed: Mapping[str, str]) -> tuple[int | None, int | None, int | None]:
    """Return the year, month and day of a date given by the texts of its Year, Month and Day elements."""
    try:
        return _YEARS[printed["Year"]], _MONTH_NUMBERS[printed["Month"]], _DAYS[printed["Day"]]
    except KeyError:
        read = printed.get
        return year_of(read("Year", "")), month_of(read("Month", "")), day_of(read("Day", ""))


def year_of(printed: str) -> int | None:
    """Return the first four-digit year between 1500 and 2099, or None."""
    year = _YEARS.get(printed)
    if year is None and (found := _YEAR.search(printed)):
        return int(found[1])
    return year


def month_of(printed: str) -> int | None:
    """Return the number of a month given by number or English name, of a range its first, or None."""
    number = _MONTH_NUMBERS.get(printed.strip())
    if number is None and (found := _MONTH_NAME.search(printed)):
        return _MONTH_NUMBERS[found[1][:3].lower()]
    return number


def day_of(printed: str) -> int | None:
    """Return a day of the month, or None."""
    return _DAYS.get(printed.strip())


def hour_of(printed: str) -> int | None:
    """Return an hour from 0 to 23, or None."""
    number = _NUMBERS.get(printed.strip())
    return number if number is not None and number < 24 else None


def minute_of(printed: str) -> int | None:
    """Return a minute from 0 to 59, or None."""
    return _NUMBERS.get(printed.strip())


def medline_date(printed: str) -> PublicationDate:
    """Read a MedlineDate such as `1998 Dec-1999 Jan`, `1999 Spring`, `2019 Sep/Oct` or `Winter 2001`.

    Year, month and day are the first ones named; a day is read only right after its month; the text is kept.
    """
    month = _MONTH_NAME.search(printed)
    season = _SEASON.search(printed)
    day = _DAY_AFTER_MONTH.match(printed, month.end()) if month else None
    return PublicationDate(
        year=year_of(printed),
        month=_MONTH_NUMBERS[month[1][:3].lower()] if month else None,
        day=day_of(day[1]) if day else None,
        season=season[0] if season else "",
        medline_date=printed,
    )
