"""What the API says about references, with the meaning of every field."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from references.models import Author as AuthorRow
from references.models import Reference as ReferenceRow


class ReferenceName(BaseModel):
    """What identifies a publication; a null is not known yet."""

    id: int
    pmid: int | None
    pmcid: str | None
    doi: str | None
    title: str | None = Field(description="Plain text.")
    year: int | None


class ReportedStudy(BaseModel):
    """A study that the publication reports, and in which role: primary, companion, protocol, correction."""

    key: str
    label: str
    role: str


class Reference(ReferenceName):
    """One publication as a list shows it."""

    authors_text: str | None = Field(description="Names as a citation prints them.")
    has_more_authors: bool = Field(description="The source printed “et al.” or said the list is incomplete.")
    journal: str | None = Field(description="ISO abbreviation, else the title.")
    volume: str | None
    issue: str | None
    pages: str | None
    publication_types: list[str]
    origin: ReferenceRow.Origin
    is_retracted: bool
    has_expression_of_concern: bool
    studies: list[ReportedStudy]


class AbstractSection(BaseModel):
    label: str = Field("", description="The printed heading.")
    category: str = Field("", description="NLM's class of the section.")
    text: str


class OtherAbstract(BaseModel):
    """An abstract in another language or for other readers."""

    type: str = ""
    language: str = Field("", description="Three letters (MARC).")
    sections: list[AbstractSection]
    copyright: str = ""


class Author(BaseModel):
    """A person or a group, in the order printed."""

    role: AuthorRow.Role
    position: int = Field(description="1 is first.")
    last_name: str
    fore_name: str
    initials: str
    suffix: str
    collective_name: str
    orcid: str
    affiliations: list[str]
    is_corresponding: bool


class Journal(BaseModel):
    title: str
    iso_abbreviation: str
    nlm_id: str | None
    issn_print: str
    issn_electronic: str
    issn_linking: str


class Published(BaseModel):
    """The date of issue as far as it is known."""

    year: int | None
    month: int | None
    day: int | None
    text: str = Field(description="As printed where it is no plain date.")


class MeshQualifier(BaseModel):
    ui: str = ""
    name: str
    is_major: bool = False


class MeshHeading(BaseModel):
    ui: str = ""
    descriptor: str
    is_major: bool = False
    qualifiers: list[MeshQualifier] = []


class Grant(BaseModel):
    id: str = ""
    acronym: str = ""
    agency: str = ""
    country: str = ""


class DataBank(BaseModel):
    name: str
    accession_numbers: list[str] = []


class Correction(BaseModel):
    """A notice that PubMed ties to the publication: retraction, erratum, comment …"""

    kind: str = Field(description="RefType of the NLM DTD.")
    words: str = Field(description="The kind in words.")
    source: str = Field(description="The citation of the other publication.")
    pmid: int | None
    doi: str
    note: str
    reference: int | None = Field(description="The id of the other publication, where it is in this library.")


class CitedReference(BaseModel):
    """One entry of the publication's own reference list."""

    position: int = Field(description="1 is first.")
    citation: str
    pmid: int | None
    doi: str
    pmcid: str
    reference: int | None = Field(description="The id of the publication, where it is in this library.")


class ReferenceDetail(Reference):
    """One publication with everything its record says."""

    vernacular_title: str | None
    abstract: list[AbstractSection]
    other_abstracts: list[OtherAbstract]
    copyright: str | None = Field(description="Of the abstract.")
    authors: list[Author]
    journal_details: Journal | None
    published: Published
    dates: dict[str, list[str]] = Field(description="Electronic, received, accepted, PubMed …, as ISO dates.")
    languages: list[str] = Field(description="Three letters each (MARC).")
    keywords: list[str]
    mesh: list[MeshHeading]
    trial_ids: list[str]
    databanks: list[DataBank]
    grants: list[Grant]
    coi_statement: str | None = Field(description="Conflict of interest, as printed.")
    book: dict[str, Any] | None = Field(description="Details of a book record.")
    other_ids: dict[str, list[str]]
    corrections: list[Correction] = Field(description="The most serious first.")
    cited_references: list[CitedReference]
    cited_by: list[ReferenceName] = Field(description="The newest publications of this library that cite it.")
    has_more_citing: bool = Field(description="Whether more cite it than are listed.")
