"""Page ranges with their abbreviated ends spelt out."""

from __future__ import annotations

import re

_RANGE = re.compile(
    r"(?<![\w.\-‐‑–—])"
    r"(?P<prefix>(?:[0-9]{1,9}[.:])?[A-Za-z]{0,9})(?P<first>[0-9]{1,9})(?P<suffix>[A-Za-z]?)"
    r"(?P<dash>\s*[-‐‑–—]\s*)"
    r"(?P<last_prefix>(?:[0-9]{1,9}[.:])?[A-Za-z]{0,9})(?P<last>[0-9]{1,9})(?P<last_suffix>[A-Za-z]?)"
    r"(?![\w\-‐‑–—]|\.[0-9])"
)


def expand_pages(printed: str) -> str:
    """Return the printed pages with every shortened range end completed: `1637-44` becomes `1637-1644`.

    A letter shared by both ends is repeated (`e12-8` becomes `e12-e18`). Whatever is not a rising range of
    numbers (Roman numerals, article numbers, `98-2`) stays as printed.
    """
    return _RANGE.sub(_spelt_out, printed)


def first_and_last(start: str, end: str) -> str:
    """Return the range of a StartPage and an EndPage, of which the end may be missing or the same."""
    return expand_pages(f"{start}-{end}") if start and end and start != end else start or end


def _spelt_out(match: re.Match[str]) -> str:
    prefix, first, last = match["prefix"], match["first"], match["last"]
    last_prefix = match["last_prefix"]
    if last_prefix and last_prefix != prefix and last_prefix != prefix.lstrip("0123456789").lstrip(".:"):
        return match[0]
    if len(last) < len(first):
        last = first[: len(first) - len(last)] + last
    if int(last) < int(first):
        return match[0]
    last_suffix = match["last_suffix"]
    return f"{prefix}{first}{match['suffix']}{match['dash']}{prefix}{last}{last_suffix}"
