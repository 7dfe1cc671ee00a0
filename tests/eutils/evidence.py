"""Turns the references of the shipped evidence into PubMed records that say no more than the evidence."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.eutils.xml import element, wrapped

SHIPPED = Path(__file__).resolve().parents[2] / "therapies" / "data"

# The evidence does not know the PMID of its source review, so this server lends it one of its own.
REVIEW_PMID = 99_900_001

_NO_ABSTRACT = (
    "[Offline test server] This copy of the record was made from the evidence files of this project and has "
    "no abstract. Read the abstract at PubMed."
)
_LENT_PMID = f" The PMID {REVIEW_PMID} is lent by this server; at PubMed the review has another."
_TYPE_CODES = {"Journal Article": "D016428", "Review": "D016454"}
_INITIALS = re.compile(r"(?P<last_name>.+) (?P<initials>[A-Z]{1,5})")


def articles(folder: Path = SHIPPED) -> Iterator[str]:
    """Yield one PubmedArticle for each reference with a PMID, and one for the source review.

    Raises FileNotFoundError when the folder holds no evidence.
    """
    studies = json.loads((folder / "studies.json").read_text(encoding="utf-8"))
    review = json.loads((folder / "review.json").read_text(encoding="utf-8"))
    seen = set()
    for reference in (*(each for study in studies for each in study["references"]), *review["references"]):
        if reference["pmid"] and reference["pmid"] not in seen:
            seen.add(reference["pmid"])
            yield _article(reference)
    yield _review(review)


def _article(reference: Mapping[str, Any]) -> str:
    pmid = reference["pmid"]
    known = {
        "issue": None,
        **reference,
        "title": reference["title"] or f"[Offline test server] Title not known here, see PubMed {pmid}",
        "iso_abbreviation": reference["journal"],
        "kind": "Journal Article",
    }
    return _record(
        known,
        abstract=_NO_ABSTRACT,
        date=element("Year", reference["year"]) or element("MedlineDate", "not known here"),
        authors=_authors(reference["authors"]),
    )


def _review(review: Mapping[str, Any]) -> str:
    year, month, day = review["published_on"].split("-")
    date = element("Year", year) + element("Month", month) + element("Day", day)
    keywords = "".join(element("Keyword", word, MajorTopicYN="N") for word in review["keywords"])
    known = {**review, "pmid": str(REVIEW_PMID), "pmcid": None, "kind": review["publication_types"][0]}
    return _record(
        known,
        abstract=_NO_ABSTRACT + _LENT_PMID,
        date=date,
        authors=f'<AuthorList CompleteYN="Y">{"".join(map(_full_author, review["authors"]))}</AuthorList>',
        article_date=f'<ArticleDate DateType="Electronic">{date}</ArticleDate>',
        keywords=f'<KeywordList Owner="NOTNLM">{keywords}</KeywordList>',
        references=wrapped("ReferenceList", *map(_cited, review["references"])),
    )


def _record(
    known: Mapping[str, Any],
    *,
    abstract: str,
    date: str,
    authors: str,
    article_date: str = "",
    keywords: str = "",
    references: str = "",
) -> str:
    issue = element("Volume", known["volume"]) + element("Issue", known["issue"]) + wrapped("PubDate", date)
    return (
        '<PubmedArticle><MedlineCitation Status="PubMed-not-MEDLINE" Owner="NLM">'
        + element("PMID", known["pmid"], Version="1")
        + f'<Article PubModel="Print"><Journal><JournalIssue CitedMedium="Print">{issue}</JournalIssue>'
        + element("Title", known["journal"])
        + element("ISOAbbreviation", known["iso_abbreviation"])
        + "</Journal>"
        + element("ArticleTitle", known["title"])
        + wrapped("Pagination", element("MedlinePgn", known["pages"]))
        + element("ELocationID", known["doi"], EIdType="doi", ValidYN="Y")
        + wrapped("Abstract", element("AbstractText", abstract))
        + authors
        + "<Language>und</Language><PublicationTypeList>"
        + element("PublicationType", known["kind"], UI=_TYPE_CODES[known["kind"]])
        + f"</PublicationTypeList>{article_date}</Article>"
        + wrapped("MedlineJournalInfo", element("MedlineTA", known["iso_abbreviation"]))
        + f"{keywords}</MedlineCitation><PubmedData><PublicationStatus>ppublish</PublicationStatus>"
        + f"{_article_ids(known)}{references}</PubmedData></PubmedArticle>"
    )


def _article_ids(known: Mapping[str, Any]) -> str:
    return wrapped(
        "ArticleIdList",
        element("ArticleId", known["pmid"], IdType="pubmed"),
        element("ArticleId", known["pmcid"], IdType="pmc"),
        element("ArticleId", known["doi"], IdType="doi"),
    )


def _authors(names: Sequence[str]) -> str:
    """Return an AuthorList from names such as "Lee SY", "de Baere" and "et al."."""
    known = [name for name in (re.sub(r"\s*\bet al\.?$", "", name) for name in names) if name]
    if not known:
        return ""
    is_complete = "N" if any("et al" in name for name in names) else "Y"
    return f'<AuthorList CompleteYN="{is_complete}">{"".join(map(_author, known))}</AuthorList>'


def _author(name: str) -> str:
    found = _INITIALS.fullmatch(name)
    if not found:
        return f'<Author ValidYN="Y">{element("LastName", name)}</Author>'
    initials = found["initials"]
    return (
        f'<Author ValidYN="Y">{element("LastName", found["last_name"])}'
        f"{element('ForeName', ' '.join(initials))}{element('Initials', initials)}</Author>"
    )


def _full_author(author: Mapping[str, Any]) -> str:
    initials = "".join(part[0] for part in author["fore_name"].split())
    affiliations = (element("Affiliation", address) for address in author["affiliations"])
    return (
        '<Author ValidYN="Y">'
        + element("LastName", author["last_name"])
        + element("ForeName", author["fore_name"])
        + element("Initials", initials)
        + "".join(wrapped("AffiliationInfo", affiliation) for affiliation in affiliations)
        + "</Author>"
    )


def _cited(reference: Mapping[str, Any]) -> str:
    citation = (
        f"{', '.join(reference['authors'])}. {reference['title']}. {reference['journal']}. "
        f"{reference['year']};{reference['volume']}:{reference['pages']}"
    )
    return f"<Reference>{element('Citation', citation)}{_article_ids(reference)}</Reference>"
