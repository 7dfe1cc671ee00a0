"""Reads the small look-ups beside search and fetch: citation matching, links between records, summaries."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from references.pubmed.errors import Unreadable
from references.pubmed.replies import xml_root

# https://www.ncbi.nlm.nih.gov/books/NBK25499/#chapter4.ECitMatch
CITATIONS_A_REQUEST = 100
# ELink answers one set a PMID; EDirect asks for 100 at a time.
LINKS_A_REQUEST = 100
# "Maximum number of UIDs is 500 for JSON format output."
SUMMARIES_A_REQUEST = 500


@dataclass(frozen=True, kw_only=True)
class Citation:
    """What is known of a publication whose PMID is wanted; leave out what is not known."""

    journal: str = ""
    year: int | None = None
    volume: str = ""
    first_page: str = ""
    author: str = ""


@dataclass(frozen=True)
class CitationMatch:
    """What PubMed made of one citation.

    One PMID when matched, the candidates (perhaps none) when ambiguous. PubMed may accept a wrong author:
    compare the fetched record. "unanswered" means that PubMed left the citation out of its answer.
    """

    outcome: Literal["matched", "ambiguous", "not found", "unanswered"]
    pmids: tuple[str, ...] = ()


def citation_lines(citations: Sequence[Citation]) -> str:
    """Return the citations as ECitMatch wants them, each under its position as key."""
    lines = []
    for position, citation in enumerate(citations):
        fields = (
            citation.journal,
            "" if citation.year is None else str(citation.year),
            citation.volume,
            citation.first_page,
            citation.author,
        )
        lines.append("|".join((*(_plain(field) for field in fields), _key(position), "")))
    return "\r".join(lines)


def citation_matches(body: bytes, n_citations: int) -> tuple[CitationMatch, ...]:
    """Read an ECitMatch reply; one match for each citation, in the order they were asked."""
    answers: dict[str, str] = {}
    for line in body.decode("utf-8", "replace").splitlines():
        fields = line.strip().split("|")
        if len(fields) >= 7:
            answers[fields[-2]] = fields[-1].strip()
    return tuple(_match(answers.get(_key(position), "")) for position in range(n_citations))


def _match(answer: str) -> CitationMatch:
    if not answer:
        return CitationMatch("unanswered")
    if answer.isdigit():
        return CitationMatch("matched", (answer,))
    if answer.startswith("AMBIGUOUS"):
        # Beyond a handful of candidates it states their number in parentheses instead.
        candidates = re.fullmatch(r"AMBIGUOUS\s+(\d+(?:\s*,\s*\d+)*)", answer)
        return CitationMatch("ambiguous", tuple(re.split(r"\s*,\s*", candidates[1])) if candidates else ())
    return CitationMatch("not found")


def _key(position: int) -> str:
    return f"citation{position}"


def _plain(text: str) -> str:
    # A bar or a line end inside a field would shift every field after it.
    return " ".join(text.replace("|", " ").split())


def links(body: bytes, link_name: str) -> dict[str, tuple[str, ...]]:
    """Read an ELink reply: PMID asked → PMIDs linked, an empty tuple where there are none."""
    root = xml_root(body, "eLinkResult")
    found: dict[str, tuple[str, ...]] = {}
    for link_set in root.iterfind("LinkSet"):
        for pmid in link_set.iterfind("IdList/Id"):
            found[pmid.text or ""] = tuple(
                target.text or ""
                for database in link_set.iterfind("LinkSetDb")
                if database.findtext("LinkName") == link_name
                for target in database.iterfind("Link/Id")
            )
    return found


def summaries(body: bytes) -> dict[str, dict[str, Any]]:
    """Read an ESummary reply in JSON: PMID → summary; PMIDs unknown to PubMed are left out."""
    try:
        result = json.loads(body)["result"]
        return {pmid: result[pmid] for pmid in result["uids"] if "error" not in result[pmid]}
    except (ValueError, KeyError, TypeError):
        raise Unreadable("PubMed's summaries are not the JSON they should be.") from None
