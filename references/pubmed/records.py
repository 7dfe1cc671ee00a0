"""The shapes a PubMed record is read into: frozen, pure Python, text already plain.

Absent text is `""`, an absent number or date is `None`, an absent list is `()`. Fields follow the PubMed DTD
(https://dtd.nlm.nih.gov/ncbi/pubmed/doc/out/250101/index.html) and NLM's element descriptions
(https://www.nlm.nih.gov/bsd/licensee/elements_descriptions.html).
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

from references.pubmed.codes import RETRACTED_PUBLICATION_UI, RETRACTION_REF_TYPES, TRIAL_REGISTRIES


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A calendar date of which only the year may be known."""

    year: int | None = None
    month: int | None = None
    day: int | None = None

    @property
    def iso(self) -> str:
        """Return `2019-03-07`, `2019-03` or `2019`, as far as known, else an empty string."""
        if self.year is None:
            return ""
        if self.month is None:
            return f"{self.year:04d}"
        return f"{self.year:04d}-{self.month:02d}" + (f"-{self.day:02d}" if self.day is not None else "")


@dataclass(frozen=True, slots=True)
class PublicationDate(PartialDate):
    """The issue's date: `season` and `medline_date` as printed, `year` and `month` the first they name."""

    season: str = ""
    medline_date: str = ""


@dataclass(frozen=True, slots=True)
class HistoryDate(PartialDate):
    """One step of a record's life (received, accepted, pubmed, medline, entrez …)."""

    status: str = ""
    hour: int | None = None
    minute: int | None = None


@dataclass(frozen=True, slots=True)
class ArticleId:
    """An identifier as printed; `is_valid` is False where PubMed itself marks it so (ELocationID ValidYN)."""

    id_type: str
    value: str
    is_valid: bool = True


@dataclass(frozen=True, slots=True)
class AbstractSection:
    """One paragraph of an abstract; `label` is the printed heading, `nlm_category` NLM's class of it."""

    label: str
    nlm_category: str
    text: str


@dataclass(frozen=True, slots=True)
class OtherAbstract:
    """An abstract in another language or from another source; `language` is a three-letter MARC code."""

    type: str
    language: str
    sections: tuple[AbstractSection, ...]
    copyright: str = ""


@dataclass(frozen=True, slots=True)
class Identifier:
    """A person's or institution's identifier; `affiliation` is the 1-based one it names, 0 for the person."""

    source: str
    value: str
    affiliation: int = 0


@dataclass(frozen=True, slots=True)
class Author:
    """One person or group; `position` counts from 1, `orcid` is set only if its check digit is right.

    `identifiers` keeps every other identifier as printed, a wrong ORCID included.
    """

    position: int
    last_name: str = ""
    fore_name: str = ""
    initials: str = ""
    suffix: str = ""
    collective_name: str = ""
    orcid: str = ""
    affiliations: tuple[str, ...] = ()
    identifiers: tuple[Identifier, ...] = ()
    is_valid: bool = True
    equal_contrib: bool = False

    @property
    def name(self) -> str:
        """Return the name in reading order, or the group's name."""
        words = (self.fore_name or self.initials, self.last_name, self.suffix)
        return self.collective_name or " ".join(word for word in words if word)


@dataclass(frozen=True, slots=True)
class Journal:
    """The journal an article appeared in; an ISSN without a type counts as print."""

    title: str = ""
    iso_abbreviation: str = ""
    medline_ta: str = ""
    nlm_id: str = ""
    issn_print: str = ""
    issn_electronic: str = ""
    issn_linking: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class PublicationType:
    """A MeSH publication type."""

    ui: str
    name: str


@dataclass(frozen=True, slots=True)
class MeshQualifier:
    """A MeSH subheading of one heading."""

    ui: str
    name: str
    is_major: bool


@dataclass(frozen=True, slots=True)
class MeshHeading:
    """One MeSH heading; `is_major` is the descriptor's own flag, `type` is `Geographic` or empty."""

    ui: str
    descriptor: str
    is_major: bool
    qualifiers: tuple[MeshQualifier, ...] = ()
    type: str = ""

    @property
    def is_major_topic(self) -> bool:
        """Whether the heading, alone or through a qualifier, is a main point of the article."""
        return self.is_major or any(qualifier.is_major for qualifier in self.qualifiers)


@dataclass(frozen=True, slots=True)
class SupplementaryMesh:
    """A supplementary concept (disease, protocol, organism …)."""

    ui: str
    name: str
    type: str


@dataclass(frozen=True, slots=True)
class Chemical:
    """A substance the article is about; `registry_number` is a CAS, UNII or EC number, or `0`."""

    ui: str
    name: str
    registry_number: str


@dataclass(frozen=True, slots=True)
class Keyword:
    """A keyword; `owner` is NOTNLM for the authors' own."""

    text: str
    is_major: bool
    owner: str


@dataclass(frozen=True, slots=True)
class DataBank:
    """A registry or database named by the article, with its accession numbers there."""

    name: str
    accession_numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grant:
    """One funding statement."""

    grant_id: str
    acronym: str
    agency: str
    country: str


@dataclass(frozen=True, slots=True)
class CitedReference:
    """One entry of the reference list; `position` runs from 1 through all lists, `section` titles one."""

    position: int
    citation: str
    pmid: int | None = None
    doi: str = ""
    pmcid: str = ""
    section: str = ""
    other_ids: tuple[ArticleId, ...] = ()


@dataclass(frozen=True, slots=True)
class CommentCorrection:
    """A link to another publication: its role (a key of `codes.CORRECTION_TYPES`) and printed citation."""

    ref_type: str
    source: str
    pmid: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class BookSection:
    """A section title of a book record; `depth` is 0 for the outermost."""

    title: str
    label: str = ""
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Book:
    """The book that a book record or chapter belongs to."""

    title: str = ""
    publisher: str = ""
    publisher_location: str = ""
    editors: tuple[Author, ...] = ()
    authors: tuple[Author, ...] = ()
    isbns: tuple[str, ...] = ()
    collection_title: str = ""
    volume: str = ""
    volume_title: str = ""
    edition: str = ""
    medium: str = ""
    report_number: str = ""
    beginning_date: PublicationDate | None = None
    ending_date: PublicationDate | None = None
    contribution_date: PublicationDate | None = None
    location_labels: tuple[str, ...] = ()
    sections: tuple[BookSection, ...] = ()
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PubmedRecord:
    """One article, or one book or chapter (`is_book`), as PubMed describes it.

    `title` is what to show: the vernacular title where PubMed has no other, the book's own where a book
    record names no chapter. `pages` has abbreviated ranges spelt out, `medline_pgn` is as printed. `xml` is
    the record's own element in UTF-8, readable by `iter_records` again; empty if it was not asked for.
    """

    pmid: int
    pmid_version: int = 1
    doi: str = ""
    pmcid: str = ""
    other_ids: tuple[ArticleId, ...] = ()
    is_book: bool = False
    title: str = ""
    vernacular_title: str = ""
    abstract: tuple[AbstractSection, ...] = ()
    other_abstracts: tuple[OtherAbstract, ...] = ()
    copyright: str = ""
    authors: tuple[Author, ...] = ()
    authors_complete: bool = True
    investigators: tuple[Author, ...] = ()
    personal_name_subjects: tuple[Author, ...] = ()
    journal: Journal | None = None
    volume: str = ""
    issue: str = ""
    pages: str = ""
    medline_pgn: str = ""
    elocation_pii: str = ""
    publication_date: PublicationDate = field(default_factory=PublicationDate)
    article_date: PartialDate | None = None
    history: tuple[HistoryDate, ...] = ()
    date_completed: PartialDate | None = None
    date_revised: PartialDate | None = None
    languages: tuple[str, ...] = ()
    publication_types: tuple[PublicationType, ...] = ()
    mesh_headings: tuple[MeshHeading, ...] = ()
    supplementary_mesh: tuple[SupplementaryMesh, ...] = ()
    chemicals: tuple[Chemical, ...] = ()
    gene_symbols: tuple[str, ...] = ()
    keywords: tuple[Keyword, ...] = ()
    data_banks: tuple[DataBank, ...] = ()
    grants: tuple[Grant, ...] = ()
    coi_statement: str = ""
    cited_references: tuple[CitedReference, ...] = ()
    comments_corrections: tuple[CommentCorrection, ...] = ()
    citation_subsets: tuple[str, ...] = ()
    general_notes: tuple[str, ...] = ()
    pubmed_status: str = ""
    medline_status: str = ""
    pub_model: str = ""
    book: Book | None = None
    xml: bytes = field(default=b"", repr=False, compare=False)

    @property
    def year(self) -> int | None:
        """Return the year of the issue, else of the electronic article."""
        if self.publication_date.year is None and self.article_date is not None:
            return self.article_date.year
        return self.publication_date.year

    @property
    def trial_ids(self) -> tuple[str, ...]:
        """Return the accession numbers given by trial registries, each once, in printed order."""
        numbers = (
            number
            for bank in self.data_banks
            if bank.name.casefold() in TRIAL_REGISTRIES
            for number in bank.accession_numbers
        )
        return tuple(dict.fromkeys(numbers))

    @property
    def is_retracted(self) -> bool:
        """Whether PubMed calls this publication retracted, by its type or by a notice, with a PMID or not."""
        return any(link.ref_type in RETRACTION_REF_TYPES for link in self.comments_corrections) or any(
            kind.ui == RETRACTED_PUBLICATION_UI or kind.name.casefold() == "retracted publication"
            for kind in self.publication_types
        )

    @property
    def has_expression_of_concern(self) -> bool:
        """Whether an editor published an expression of concern about this publication."""
        return any(link.ref_type == "ExpressionOfConcernIn" for link in self.comments_corrections)


@dataclass(frozen=True, slots=True)
class DeletedRecord:
    """A PMID that PubMed withdrew; `position` is its 1-based place among everything read from the source."""

    pmid: int
    position: int


@dataclass(frozen=True, slots=True)
class BrokenRecord:
    """A record that could not be read, why in one sentence, and its PMID where one could be made out."""

    error: str
    pmid: int | None
    position: int


Record = PubmedRecord | DeletedRecord | BrokenRecord

_DERIVED: dict[type, tuple[str, ...]] = {
    PubmedRecord: ("year", "trial_ids", "is_retracted", "has_expression_of_concern"),
}


def as_json(record: Record) -> dict[str, object]:
    """Return the record as JSON-ready dicts and lists keyed by field name, without its XML.

    Articles also carry `year`, `trial_ids`, `is_retracted` and `has_expression_of_concern`; a withdrawn PMID
    is `{"pmid", "position", "is_deleted": true}`, a broken record just `{"error", "pmid", "position"}`.
    """
    plain = _plain(record)
    assert isinstance(plain, dict)
    if isinstance(record, DeletedRecord):
        plain["is_deleted"] = True
    return plain


def _plain(value: Any) -> object:
    if value is None or isinstance(value, str | int | bool):
        return value
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    names = (*(f.name for f in fields(value) if f.name != "xml"), *_DERIVED.get(type(value), ()))
    return {name: _plain(getattr(value, name)) for name in names}
