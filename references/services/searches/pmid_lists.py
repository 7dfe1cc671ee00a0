"""Reads lists of PMIDs as people paste them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from references.services.searches.refusals import BadRequest

MAX_PMIDS = 100_000
_MAX_ERRORS_NAMED = 5

_SEPARATORS = re.compile(r"[\s,;]+")
_PMID = re.compile(
    r"(?:PMID:?)?0*([1-9][0-9]{0,8})|https?://(?:www\.)?(?:pubmed\.ncbi|ncbi)\.nlm\.nih\.gov/"
    r"(?:pubmed/)?([1-9][0-9]{0,8})/?",
    re.IGNORECASE,
)


def read_pmids(text: str) -> tuple[int, ...]:
    """Return the PMIDs of a text, each once, in order: one or several a line, also as `PMID: 1` or address.

    Raises BadRequest naming the lines that hold something else, or when there are none or above MAX_PMIDS.
    """
    pmids: dict[int, None] = {}
    errors = []
    for number, line in enumerate(text.splitlines(), start=1):
        words = _SEPARATORS.split(line.lstrip("\ufeff").strip())
        for word in words:
            if not word or word.upper() in ("PMID", "PMID:"):
                continue
            found = _PMID.fullmatch(word)
            if found is None:
                errors.append(f"Line {number}: “{_shown(word)}” is not a PMID.")
            else:
                pmids[int(found[1] or found[2])] = None
    if errors:
        more = f" … and {len(errors) - _MAX_ERRORS_NAMED:,} more." if len(errors) > _MAX_ERRORS_NAMED else ""
        raise BadRequest(" ".join(errors[:_MAX_ERRORS_NAMED]) + more)
    return checked(pmids)


def checked(pmids: Iterable[int]) -> tuple[int, ...]:
    """Return the PMIDs, each once, in order; raises BadRequest for what cannot be one, none, or too many."""
    distinct = tuple(dict.fromkeys(pmids))
    if not distinct:
        raise BadRequest("The list of PMIDs is empty.")
    for pmid in distinct:
        if not 0 < pmid < 1_000_000_000:
            raise BadRequest(f"“{_shown(str(pmid))}” is not a PMID.")
    if len(distinct) > MAX_PMIDS:
        raise BadRequest(f"A run takes at most {MAX_PMIDS:,} PMIDs; these are {len(distinct):,}.")
    return distinct


def _shown(word: str) -> str:
    printable = "".join(letter if letter.isprintable() else "�" for letter in word)
    return printable if len(printable) <= 40 else f"{printable[:40]}…"
