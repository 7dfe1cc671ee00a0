"""Identifiers of publications: in their normal form, and one publication for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import astuple, dataclass, replace
from typing import Any

from references.models import SOURCE_REVIEW_DOI
from references.pubmed.identifiers import normal_doi, normal_pmcid, normal_pmid
from therapies.services.evidence.problems import Place, Problems
from therapies.services.evidence.reading import REVIEW, STUDIES
from therapies.services.evidence.shapes import Evidence, PublicationEntry

IDS = ("pmid", "doi", "pmcid")


@dataclass(frozen=True)
class Identity:
    """The identifiers of one publication in normal form; None where not known."""

    pmid: int | None
    doi: str | None
    pmcid: str | None

    @classmethod
    def of(cls, entry: Any) -> Identity:
        """Read the identifiers of an entry that passed the rules."""
        return cls(
            pmid=normal_pmid(entry.pmid),
            doi=normal_doi(entry.doi) if entry.doi else None,
            pmcid=normal_pmcid(entry.pmcid) if entry.pmcid else None,
        )

    @property
    def is_empty(self) -> bool:
        return astuple(self) == (None, None, None)


def check_publications(evidence: Evidence, problems: Problems) -> None:
    """Note identifiers that are none, and identifiers that two different publications claim."""
    seen: dict[tuple[str, Any], tuple[PublicationEntry, str]] = {}
    for study, index, entry in _publications(evidence):
        place = problems.at(STUDIES, f"study “{study}”", f"references[{index}]")
        check_form(entry, place)
        check_author_list(entry, place)
        identity = Identity.of(entry)
        for key in IDS:
            value = getattr(identity, key)
            if value is None or identity.doi == SOURCE_REVIEW_DOI:
                continue
            first, owner = seen.setdefault((key, value), (entry, f"{study}, references[{index}]"))
            difference = _difference(first, entry)
            if difference:
                place.key(key).note(
                    f"“{getattr(entry, key)}” is also that of {owner}, but their {difference} differs:"
                    " one identifier is wrong, or the details are."
                )
                break
    if evidence.review:
        check_form(evidence.review, problems.at(REVIEW))
        for index, cited in enumerate(evidence.review.references):
            check_form(cited, problems.at(REVIEW, "", f"references[{index}]"))


def _publications(evidence: Evidence) -> Iterator[tuple[str, int, PublicationEntry]]:
    for study in evidence.studies:
        for index, entry in enumerate(study.references):
            yield study.key, index, entry


def check_form(entry: Any, place: Place) -> None:
    """Note identifiers that are not in the form in which the files write them."""
    rules: dict[str, tuple[Callable[[str], Any], str]] = {
        "pmid": (_plain_pmid, "no PMID (digits only)"),
        "doi": (_bare_doi, "no DOI (it starts with “10.” and holds a “/”, without resolver)"),
        "pmcid": (_plain_pmcid, "no PMCID (PMC and digits)"),
    }
    for key, (is_valid, rule) in rules.items():
        printed = getattr(entry, key)
        if printed is not None and not is_valid(printed):
            place.key(key).note(f"“{printed}” is {rule}.")


def _plain_pmid(printed: str) -> bool:
    return str(normal_pmid(printed)) == printed


def _bare_doi(printed: str) -> bool:
    return normal_doi(printed) == printed.lower()


def _plain_pmcid(printed: str) -> bool:
    return normal_pmcid(printed) == printed


def check_author_list(entry: PublicationEntry, place: Place) -> None:
    """Note an “et al.” that does not end the list."""
    for index, author in enumerate(entry.authors[:-1]):
        if author.endswith("et al."):
            place.key("authors").item(index).note("“et al.” ends a list of authors; more names follow here.")


def _difference(one: PublicationEntry, other: PublicationEntry) -> str:
    """Name the first detail in which two entries differ, the role aside; empty when none does."""
    if replace(one, role=other.role, doi=None) == replace(other, doi=None) and _same_doi(one, other):
        return ""
    keys = ("pmid", "pmcid", "doi", "title", "authors", "journal", "year", "volume", "issue", "pages")
    return next(key for key in keys if getattr(one, key) != getattr(other, key))


def _same_doi(one: PublicationEntry, other: PublicationEntry) -> bool:
    return (one.doi or "").lower() == (other.doi or "").lower()
