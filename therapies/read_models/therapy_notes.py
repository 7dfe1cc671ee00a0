"""What a clinician reads about one therapy: claims by section, numbered to the references they rest on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from references.models import Reference
from references.read_models import citation_text
from references.services.names import read_authors
from therapies.models import ClaimCitation, ClaimSource, Therapy, TherapyClaim

LONG = 12  # claims; notes as long as this open with a table of contents


@dataclass(frozen=True)
class Cited:
    """One entry of the page's list of references."""

    number: int
    source: ClaimSource

    @property
    def reference(self) -> Reference:
        return self.source.reference

    @property
    def name(self) -> str:
        """Author and year as far as known: “Criss & Makary 2024”, “Lucatelli et al. 2021”, else the title."""
        return short_name(self.reference)

    @property
    def authors(self) -> str:
        return citation_text.sentence(citation_text.first_authors(self.reference))

    @property
    def journal_line(self) -> str:
        return citation_text.journal_line(self.reference)

    @property
    def is_identified(self) -> bool:
        """Say whether identifiers lead to the text; where none does, the address of the reading must."""
        return bool(self.reference.doi or self.reference.pmid or self.reference.pmcid)

    @property
    def host(self) -> str:
        """The site where the text was read."""
        return urlsplit(self.source.read_at).hostname or ""


@dataclass(frozen=True)
class Claim:
    text: str
    cited: tuple[Cited, ...]


@dataclass(frozen=True)
class Section:
    code: str
    label: str
    claims: tuple[Claim, ...]


@dataclass(frozen=True)
class Notes:
    """The sections that are written, those that are not, and the references in the order of their use."""

    sections: tuple[Section, ...]
    unwritten: tuple[str, ...]
    references: tuple[Cited, ...]

    @property
    def is_empty(self) -> bool:
        return not self.sections

    @property
    def is_long(self) -> bool:
        return sum(len(section.claims) for section in self.sections) >= LONG


def read(therapy: Therapy) -> Notes:
    """Return the notes of a therapy; a claim that is withdrawn or rests on nothing is not among them."""
    sources: dict[TherapyClaim, list[ClaimSource]] = {}
    for citation in ClaimCitation.objects.for_readers().filter(claim__therapy=therapy):
        sources.setdefault(citation.claim, []).append(citation.source)
    written = {claim.section for claim in sources}
    numbered: dict[int, Cited] = {}
    sections = tuple(
        Section(
            code,
            str(label),
            tuple(
                Claim(claim.text, tuple(dict.fromkeys(_cite(rests_on, numbered))))
                for claim, rests_on in sources.items()
                if claim.section == code
            ),
        )
        for code, label in TherapyClaim.Section.choices
        if code in written
    )
    unwritten = tuple(
        str(label).lower() for code, label in TherapyClaim.Section.choices if code not in written
    )
    return Notes(sections, unwritten, tuple(numbered.values()))


def short_name(reference: Reference) -> str:
    """Name a reference as running text does, by its authors' family names and the year."""
    printed = reference.authors_text.split(", ") if reference.authors_text else []
    people, _has_more = read_authors(printed)
    authors = [person.last_name or person.collective_name for person in people]
    if not authors:
        return " ".join(filter(None, (str(reference), _year(reference))))
    is_more = len(authors) > 2 or reference.has_more_authors
    names = f"{authors[0]} et al." if is_more else " & ".join(authors)
    return " ".join(filter(None, (names, _year(reference))))


def _year(reference: Reference) -> str:
    return str(reference.published_year or "")


def _cite(sources: Iterable[ClaimSource], numbered: dict[int, Cited]) -> Iterable[Cited]:
    """Number each reference by its first use; two sources of one reference share its number."""
    for source in sources:
        if source.reference_id not in numbered:
            numbered[source.reference_id] = Cited(len(numbered) + 1, source)
        yield numbered[source.reference_id]
