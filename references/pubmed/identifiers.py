"""Publication and person identifiers in one normal form each, or nothing where what is printed is not one."""

from __future__ import annotations

import re
from functools import lru_cache

# A DOI is "10.", a registrant code and a suffix: https://www.doi.org/doi-handbook/HTML/doi-syntax.html
_DOI = re.compile(r"10\.[0-9]{4,9}(?:\.[0-9]+)*/\S*[^\s.,;]\Z")
_DOI_PREFIX = re.compile(r"\A(?:(?:https?://)?(?:dx\.|www\.)?doi\.org/|(?:info:)?doi[:/]?)\s*")
_PLAIN_PMCID = re.compile(r"PMC[1-9][0-9]{0,8}\Z")
_PMCID = re.compile(
    r"\s*(?:pmc-id:)?\s*(?:PMC)?\s*([0-9]{1,9})(?:\.[0-9]+)?\s*(?:;.*)?\Z", re.IGNORECASE | re.DOTALL
)
_ORCID = re.compile(
    r"(?<![0-9])([0-9]{4})[-‐‑‒–−]?([0-9]{4})[-‐‑‒–−]?([0-9]{4})[-‐‑‒–−]?([0-9]{3}[0-9Xx])(?![0-9A-Za-z])"
)


def normal_doi(printed: str) -> str:
    """Return a DOI in lower case without resolver, label or trailing punctuation, or `""` if it is none."""
    doi = printed.lower()
    if _DOI.match(doi):
        return doi
    doi = _DOI_PREFIX.sub("", doi.strip()).rstrip(".,; \t")
    return doi if _DOI.match(doi) else ""


def normal_pmcid(printed: str) -> str:
    """Return a PMCID as `PMC` and digits, without version, or `""` if it is none."""
    if _PLAIN_PMCID.match(printed):
        return printed
    match = _PMCID.match(printed)
    return f"PMC{int(match[1])}" if match and int(match[1]) else ""


def normal_pmid(printed: str | None) -> int | None:
    """Return a PMID as a number, or None if it is none (PubMed numbers have at most nine digits)."""
    digits = (printed or "").strip()
    if digits.isascii() and digits.isdigit() and len(digits) <= 9:
        return int(digits) or None
    return None


@lru_cache(maxsize=4096)
def normal_orcid(printed: str) -> str:
    """Return an ORCID iD as `0000-0000-0000-000X` from any printed form, or `""` if its check digit is wrong.

    Check digit: ISO 7064 MOD 11-2,
    https://support.orcid.org/hc/en-us/articles/360006897674-Structure-of-the-ORCID-Identifier
    """
    match = _ORCID.search(printed)
    if match is None:
        return ""
    orcid = "-".join(match.groups()).upper()
    total = 0
    for digit in orcid[:-1].replace("-", ""):
        total = (total + int(digit)) * 2
    check = (12 - total % 11) % 11
    return orcid if orcid[-1] == ("X" if check == 10 else str(check)) else ""
