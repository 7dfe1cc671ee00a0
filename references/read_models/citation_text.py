"""Says when and where a reference was published, in the order PubMed prints it; plain text, no markup."""

from __future__ import annotations

import re

from references.models import Reference

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_PAGE_RANGE = re.compile(r"(?<=\d)-(?=[A-Za-z]?\d)")


def published(reference: Reference) -> str:
    """Return the date of issue as far as known: “2024 Apr 5”, “1998 Dec-1999 Jan”, “2020” or nothing."""
    if reference.published_text:
        return reference.published_text
    return _words(reference.published_year, reference.published_month, reference.published_day)


def journal_line(reference: Reference) -> str:
    """Return journal, date, volume, issue and pages: “J Synth Rec. 2021 Feb 3;12(Suppl 1):1234–1242.”"""
    journal = str(reference.journal) if reference.journal else _book_title(reference)
    issue = f"({reference.issue})" if reference.issue else ""
    pages = f":{_PAGE_RANGE.sub('–', reference.pages)}" if reference.pages else ""
    place = f"{reference.volume}{issue}{pages}".lstrip(":")
    when = ";".join(filter(None, (published(reference), place)))
    return " ".join(sentence(part) for part in (journal, when) if part)


def electronic_date(reference: Reference) -> str:
    """Return when it appeared online, in words, if that is another day than its issue: “2020 Dec 31”."""
    online = _in_words((reference.dates or {}).get("electronic"))
    return "" if online == published(reference) else online


def milestones(reference: Reference) -> list[tuple[str, str]]:
    """Return received, revised, accepted and last changed by PubMed, each with its date in words."""
    dates = reference.dates or {}
    named = (
        ("Received", dates.get("received")),
        ("Revised", dates.get("revised")),
        ("Accepted", dates.get("accepted")),
        ("Record revised", dates.get("record_revised")),
    )
    return [(name, words) for name, found in named if (words := _in_words(found))]


def first_authors(reference: Reference, *, most: int = 6) -> str:
    """Return the names a short citation prints, with “et al.” for those it leaves out."""
    names = reference.authors_text.split(", ") if reference.authors_text else []
    is_shortened = len(names) > most
    shown = ", ".join(names[:most] if is_shortened else names)
    if shown and (is_shortened or reference.has_more_authors) and not shown.endswith("et al."):
        return f"{shown}, et al."
    return shown


def sentence(words: str) -> str:
    """Return the words with one full stop at their end, or nothing if there are none."""
    return words if not words or words.endswith(".") else f"{words}."


def _book_title(reference: Reference) -> str:
    return str((reference.book or {}).get("title") or "")


def _in_words(dates: list[str] | str | None) -> str:
    """Return the last of the ISO dates (`2020-12-31`, `2020-12`, `2020`) in words."""
    if not dates:
        return ""
    latest = dates if isinstance(dates, str) else max(dates)
    parts = [int(part) for part in latest.split("-")]
    return _words(*parts)


def _words(year: int | None, month: int | None = None, day: int | None = None) -> str:
    if year is None:
        return ""
    if not month:
        return str(year)
    return " ".join(filter(None, (str(year), MONTHS[month - 1], str(day or ""))))
