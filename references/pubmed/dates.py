"""Dates as PubMed prints them: month names or numbers, seasons, and free MedlineDate text."""

from __future__ import annotations

import re

from references.pubmed.records import PublicationDate

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH_NUMBER = {name: number for number, name in enumerate(_MONTHS, start=1)}
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


def year_of(printed: str) -> int | None:
    """Return the first four-digit year between 1500 and 2099, or None."""
    if len(printed) == 4 and printed.isascii() and printed.isdigit() and "1500" <= printed <= "2099":
        return int(printed)
    match = _YEAR.search(printed)
    return int(match[1]) if match else None


def month_of(printed: str) -> int | None:
    """Return the number of a month given by number or English name, of a range its first, or None."""
    number = _MONTH_NUMBER.get(printed.lower())
    if number is not None:
        return number
    if printed.isascii() and printed.isdigit():
        return int(printed) if len(printed) <= 2 and 1 <= int(printed) <= 12 else None
    match = _MONTH_NAME.search(printed)
    return _MONTH_NUMBER[match[1][:3].lower()] if match else None


def day_of(printed: str) -> int | None:
    """Return a day of the month, or None."""
    return number_up_to(31, printed) or None


def number_up_to(highest: int, printed: str) -> int | None:
    """Return a number of one or two digits not above `highest`, or None."""
    if 1 <= len(printed) <= 2 and printed.isascii() and printed.isdigit() and int(printed) <= highest:
        return int(printed)
    return None


def medline_date(printed: str) -> PublicationDate:
    """Read a MedlineDate such as `1998 Dec-1999 Jan`, `1999 Spring`, `2019 Sep/Oct` or `Winter 2001`.

    Year, month and day are the first ones named; a day is read only right after its month; the text is kept.
    """
    month = _MONTH_NAME.search(printed)
    season = _SEASON.search(printed)
    day = _DAY_AFTER_MONTH.match(printed, month.end()) if month else None
    return PublicationDate(
        year=year_of(printed),
        month=_MONTH_NUMBER[month[1][:3].lower()] if month else None,
        day=day_of(day[1]) if day else None,
        season=season[0] if season else "",
        medline_date=printed,
    )
