"""Recognises a pasted identifier: a PMID, DOI or PMCID, bare, labelled or inside an address."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote, unquote

from references.pubmed.identifiers import normal_doi, normal_pmcid, normal_pmid

Kind = Literal["pmid", "doi", "pmcid"]

# A bare number this short is a year, a dose or an isotope rather than a PMID.
SHORTEST_BARE_PMID = 5
NAMES: dict[Kind, str] = {"pmid": "PMID", "doi": "DOI", "pmcid": "PMCID"}
ADDRESSES: dict[Kind, str] = {
    "pmid": "https://pubmed.ncbi.nlm.nih.gov/{}/",
    "doi": "https://doi.org/{}",
    "pmcid": "https://pmc.ncbi.nlm.nih.gov/articles/{}/",
}

_BARE_NUMBER = re.compile(rf"\d{{{SHORTEST_BARE_PMID},9}}\Z", re.ASCII)
_LABELLED_PMID = re.compile(r"(?:pmid|pubmed)\s*(?:id)?\s*[:#]?\s*(\d{1,9})\Z", re.ASCII | re.IGNORECASE)
_PUBMED_ADDRESS = re.compile(
    r"(?:https?://)?(?:www\.|m\.)?(?:pubmed\.ncbi\.nlm\.nih\.gov|ncbi\.nlm\.nih\.gov/pubmed)/(\d{1,9})(?![\d.])",
    re.ASCII | re.IGNORECASE,
)
_PMCID = re.compile(r"(?:pmcid\s*:?\s*)?(PMC\s?\d{1,9})(?:\.\d+)?\Z", re.ASCII | re.IGNORECASE)
_PMC_ADDRESS = re.compile(
    r"https?://[^/\s]*(?:nih\.gov|europepmc\.org)/\S*?(PMC\d{1,9})\b", re.ASCII | re.IGNORECASE
)
_DOI_IN_ADDRESS = re.compile(r"https?://[^/\s]+/(?:\S*?/)?(10\.\d{4,9}/[^\s?#]+)\Z", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True)
class Identifier:
    """One identifier in its normal form; `kind` is also the name of its column."""

    kind: Kind
    value: int | str

    def __str__(self) -> str:
        return f"{NAMES[self.kind]} {self.value}"

    @property
    def address(self) -> str:
        """Return where the publication can be looked up outside."""
        return ADDRESSES[self.kind].format(quote(str(self.value), safe="/"))


def identifier_in(text: str) -> Identifier | None:
    """Return the identifier that the text consists of, or None if it is anything else."""
    text = text.strip()
    if match := _BARE_NUMBER.match(text) or _LABELLED_PMID.match(text) or _PUBMED_ADDRESS.match(text):
        pmid = normal_pmid(match[match.lastindex or 0])
        return Identifier("pmid", pmid) if pmid else None
    if match := _PMCID.match(text) or _PMC_ADDRESS.match(text):
        pmcid = normal_pmcid(match[1].replace(" ", ""))
        return Identifier("pmcid", pmcid) if pmcid else None
    doi = normal_doi(unquote(text)) or normal_doi(text)
    if not doi and (match := _DOI_IN_ADDRESS.match(unquote(text))):
        doi = normal_doi(match[1])
    return Identifier("doi", doi) if doi else None
