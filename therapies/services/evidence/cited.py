"""An entry of a reference list: its parts → the printed citation, and back where that loses nothing."""

from __future__ import annotations

import re
from dataclasses import replace

from therapies.services.evidence.shapes import CitedEntry

_PRINTED = re.compile(
    r"(?:(?P<authors>[^.]+)\. )?(?P<title>.+[.?!]) (?P<journal>[^.?!]+)\. "
    r"(?P<year>\d{4})(?:;(?P<volume>[^:;]+))?(?::(?P<pages>[^:;]+))?\."
)


def print_citation(entry: CitedEntry) -> str:
    """Return “Authors. Title. Journal. Year;volume:pages.”, parts that are not known left out."""
    title = entry.title or ""
    when = "".join(
        [
            str(entry.year or ""),
            f";{entry.volume}" if entry.volume else "",
            f":{entry.pages}" if entry.pages else "",
        ]
    )
    parts = (", ".join(entry.authors), title, entry.journal or "", when)
    return " ".join(part if part.endswith((".", "?", "!")) else f"{part}." for part in parts if part)


def read_citation(printed: str, entry: CitedEntry) -> CitedEntry:
    """Return the entry with the parts of the printed citation, or with the citation whole.

    Only a text that `print_citation` would make from its parts is taken apart.
    """
    match = _PRINTED.fullmatch(printed)
    if match:
        title = match["title"]
        parts = replace(
            entry,
            authors=tuple(match["authors"].split(", ")) if match["authors"] else (),
            title=title.removesuffix("."),
            journal=match["journal"],
            year=int(match["year"]),
            volume=match["volume"],
            pages=match["pages"],
        )
        if print_citation(parts) == printed:
            return parts
    return replace(entry, citation=printed)
