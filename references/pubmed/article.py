"""Reads a PubmedArticle, or the bare MedlineCitation of an older file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from lxml.etree import _Element

from references.pubmed import elements
from references.pubmed.codes import CORRECTION_TYPES
from references.pubmed.elements import by_tag, children_of, text_of, texts_of
from references.pubmed.identifiers import normal_doi, normal_pmcid, normal_pmid
from references.pubmed.pages import expand_pages, first_and_last
from references.pubmed.records import (
    ArticleId,
    Author,
    Chemical,
    CitedReference,
    CommentCorrection,
    DataBank,
    Journal,
    MeshHeading,
    MeshQualifier,
    OtherAbstract,
    PubmedRecord,
    SupplementaryMesh,
)
from references.pubmed.text import clean, plain

_NO_TITLE = frozenset({"", "[not available].", "[not available]", "not available."})


class Incomplete(ValueError):
    """A well-formed record lacks what makes it one; the message completes "The record …"."""


class RunTogether(Incomplete):
    """An element holds the parts of two records, as when the tags between them were lost."""

    def __init__(self) -> None:
        super().__init__("runs into another record")


@dataclass(slots=True)
class OwnIds:
    """The identifiers of a record itself, best source first; `others` keeps the rest as printed."""

    doi: str = ""
    pmcid: str = ""
    pii: str = ""
    others: list[ArticleId] = field(default_factory=list)

    def add_elocations(self, parent: _Element | None) -> None:
        """Take the ELocationIDs: the first valid DOI is the record's DOI, one marked invalid never is."""
        for child in () if parent is None else children_of(parent):
            if child.tag != "ELocationID":
                continue
            kind, value, is_valid = child.get("EIdType", ""), clean(child.text), child.get("ValidYN") != "N"
            if kind == "doi" and is_valid and not self.doi and normal_doi(value):
                self.doi = normal_doi(value)
            elif kind == "pii" and is_valid and not self.pii:
                self.pii = value
            elif value:
                self.others.append(ArticleId(kind, value, is_valid))

    def add(self, ids: Iterable[tuple[str, str]]) -> None:
        """Take the ids of the record's own ArticleIdList; its reference list's ids are never passed here."""
        for kind, value in ids:
            if kind == "doi" and (doi := normal_doi(value)):
                self.doi = self.doi or doi
                is_known = self.doi == doi
            elif kind in ("pmc", "pmcid") and (pmcid := normal_pmcid(value)):
                self.pmcid = self.pmcid or pmcid
                is_known = self.pmcid == pmcid
            else:
                is_known = kind == "pubmed"
            if not is_known and (article_id := ArticleId(kind, value)) not in self.others:
                self.others.append(article_id)


def read_pmid(element: _Element | None) -> tuple[int, int]:
    """Return a PMID and its version; raises Incomplete if it is missing or not a number."""
    pmid = None if element is None else normal_pmid(element.text)
    if element is None or pmid is None:
        raise Incomplete("has no readable PMID")
    version = element.get("Version", "1")
    return pmid, int(version) if version.isascii() and version.isdigit() and len(version) < 5 else 1


def read_article(element: _Element, xml: bytes = b"") -> PubmedRecord:
    """Return the record of a PubmedArticle or MedlineCitation element; raises Incomplete.

    `xml` is stored as the record's own source.
    """
    parts = by_tag(element)
    citation = parts.get("MedlineCitation", parts.get("NCBIArticle", element))
    own = by_tag(citation)
    pmid, pmid_version = read_pmid(own.get("PMID"))
    article = own.get("Article")
    if article is None:
        raise Incomplete("has no Article element")
    has_two = citation is not element and len(parts) < len(element)
    if has_two or next(citation.iterchildren("Article")) is not article:
        raise RunTogether
    printed = by_tag(article)
    journal = by_tag(printed.get("Journal"))
    issue = by_tag(journal.get("JournalIssue"))
    data_element = parts.get("PubmedData")
    data = by_tag(data_element)
    ids = _own_ids(article, citation, data.get("ArticleIdList"))
    vernacular_title = text_of(printed.get("VernacularTitle"))
    abstract, copyright_notice = elements.abstract(printed.get("Abstract"))
    medline_pgn, pages = _pages(printed.get("Pagination"))
    corrections = _corrections(own)
    return PubmedRecord(
        pmid=pmid,
        pmid_version=pmid_version,
        doi=ids.doi,
        pmcid=ids.pmcid,
        other_ids=tuple(ids.others),
        title=shown_title(text_of(printed.get("ArticleTitle")), vernacular_title),
        vernacular_title=vernacular_title,
        abstract=abstract,
        other_abstracts=_other_abstracts(citation) if "OtherAbstract" in own else (),
        copyright=copyright_notice,
        authors=_authors(printed),
        authors_complete=_is_complete(printed.get("AuthorList")),
        investigators=_investigators(citation) if "InvestigatorList" in own else (),
        personal_name_subjects=elements.people(own.get("PersonalNameSubjectList")),
        journal=_journal(journal, by_tag(own.get("MedlineJournalInfo"))),
        volume=text_of(issue.get("Volume")),
        issue=text_of(issue.get("Issue")),
        pages=pages,
        medline_pgn=medline_pgn,
        elocation_pii=ids.pii,
        publication_date=elements.publication_date(issue.get("PubDate")),
        article_date=elements.partial_date(printed.get("ArticleDate")),
        history=elements.history_dates(data.get("History")),
        date_completed=elements.partial_date(own.get("DateCompleted")),
        date_revised=elements.partial_date(own.get("DateRevised")),
        languages=texts_of(article, "Language"),
        publication_types=elements.publication_types(printed.get("PublicationTypeList")),
        mesh_headings=_mesh_headings(own.get("MeshHeadingList")),
        supplementary_mesh=_supplementary_mesh(own.get("SupplMeshList")),
        chemicals=_chemicals(own.get("ChemicalList")),
        gene_symbols=texts_of(own.get("GeneSymbolList"), "GeneSymbol"),
        keywords=elements.keywords(citation) if "KeywordList" in own else (),
        data_banks=_data_banks(printed.get("DataBankList")),
        grants=elements.grants(printed.get("GrantList")),
        coi_statement=text_of(own.get("CoiStatement")),
        cited_references=elements.cited_references(data_element) or _cited_in(corrections),
        comments_corrections=corrections,
        citation_subsets=texts_of(citation, "CitationSubset") if "CitationSubset" in own else (),
        general_notes=texts_of(citation, "GeneralNote") if "GeneralNote" in own else (),
        pubmed_status=text_of(data.get("PublicationStatus")),
        medline_status=citation.get("Status", ""),
        pub_model=article.get("PubModel", ""),
        xml=xml,
    )


def shown_title(title: str, vernacular_title: str) -> str:
    """Return the title to show: the vernacular one where PubMed prints `[Not Available].` for its own."""
    return vernacular_title or title if title.lower() in _NO_TITLE else title


def _own_ids(article: _Element, citation: _Element, id_list: _Element | None) -> OwnIds:
    ids = OwnIds()
    ids.add_elocations(article)
    ids.add(elements.article_ids(id_list))
    for child in children_of(citation):
        if child.tag != "OtherID":
            continue
        # Before 2019 the baseline carried PMC ids here: "PMC99000001 [Available on 01/01/12]".
        source, value = child.get("Source", ""), clean(child.text)
        is_pmcid = source == "NLM" and value.upper().startswith("PMC")
        ids.add([("pmc", value.split()[0]) if is_pmcid else (source, value)])
    return ids


def _authors(printed: dict[str, _Element]) -> tuple[Author, ...]:
    authors = elements.people(printed.get("AuthorList"))
    # Files before 2014 give one affiliation, the first author's, beside the list.
    affiliation = text_of(printed.get("Affiliation"))
    if affiliation and authors and not authors[0].affiliations:
        return (replace(authors[0], affiliations=(affiliation,)), *authors[1:])
    return authors


def _is_complete(author_list: _Element | None) -> bool:
    return author_list is None or author_list.get("CompleteYN") != "N"


def _investigators(citation: _Element) -> tuple[Author, ...]:
    lists = [elements.people(child) for child in citation.iterchildren("InvestigatorList")]
    if len(lists) <= 1:
        return lists[0] if lists else ()
    everyone = (person for people in lists for person in people)
    return tuple(replace(person, position=position) for position, person in enumerate(everyone, start=1))


def _other_abstracts(citation: _Element) -> tuple[OtherAbstract, ...]:
    found = []
    for child in citation.iterchildren("OtherAbstract"):
        sections, copyright_notice = elements.abstract(child)
        language = child.get("Language", "eng")
        found.append(OtherAbstract(child.get("Type", ""), language, sections, copyright_notice))
    return tuple(found)


def _journal(journal: dict[str, _Element], info: dict[str, _Element]) -> Journal:
    issn = journal.get("ISSN")
    printed, is_electronic = text_of(issn), issn is not None and issn.get("IssnType") == "Electronic"
    return Journal(
        title=text_of(journal.get("Title")),
        iso_abbreviation=text_of(journal.get("ISOAbbreviation")),
        medline_ta=text_of(info.get("MedlineTA")),
        nlm_id=text_of(info.get("NlmUniqueID")),
        issn_print="" if is_electronic else printed,
        issn_electronic=printed if is_electronic else "",
        issn_linking=text_of(info.get("ISSNLinking")),
        country=text_of(info.get("Country")),
    )


def _pages(pagination: _Element | None) -> tuple[str, str]:
    parts = by_tag(pagination)
    medline_pgn = text_of(parts.get("MedlinePgn"))
    start_to_end = first_and_last(text_of(parts.get("StartPage")), text_of(parts.get("EndPage")))
    return medline_pgn, expand_pages(medline_pgn) if medline_pgn else start_to_end


def _mesh_headings(element: _Element | None) -> tuple[MeshHeading, ...]:
    if element is None:
        return ()
    headings = []
    for heading in children_of(element):
        ui = name = kind = ""
        is_major = False
        qualifiers = []
        for child in children_of(heading):
            if child.tag == "QualifierName" or child.tag == "SubHeading":
                flag = child.get("MajorTopicYN") == "Y"
                qualifiers.append(MeshQualifier(child.get("UI", ""), plain(child), flag))
            else:
                ui, name, kind = child.get("UI", ""), plain(child), child.get("Type", "")
                is_major = child.get("MajorTopicYN") == "Y"
        headings.append(MeshHeading(ui, name, is_major, tuple(qualifiers), kind))
    return tuple(headings)


def _supplementary_mesh(element: _Element | None) -> tuple[SupplementaryMesh, ...]:
    if element is None:
        return ()
    return tuple(
        SupplementaryMesh(child.get("UI", ""), plain(child), child.get("Type", ""))
        for child in element.iterchildren("SupplMeshName")
    )


def _chemicals(element: _Element | None) -> tuple[Chemical, ...]:
    if element is None:
        return ()
    found = []
    for child in element.iterchildren("Chemical"):
        parts = by_tag(child)
        name = parts.get("NameOfSubstance")
        ui = "" if name is None else name.get("UI", "")
        found.append(Chemical(ui, text_of(name), text_of(parts.get("RegistryNumber"))))
    return tuple(found)


def _data_banks(element: _Element | None) -> tuple[DataBank, ...]:
    if element is None:
        return ()
    found = []
    for child in element.iterchildren("DataBank"):
        parts = by_tag(child)
        numbers = texts_of(parts.get("AccessionNumberList"), "AccessionNumber")
        found.append(DataBank(text_of(parts.get("DataBankName")), numbers))
    return tuple(found)


def _corrections(own: dict[str, _Element]) -> tuple[CommentCorrection, ...]:
    # Files before 2010 name the role by the element (<ErratumIn>) instead of by a RefType attribute.
    links = [*own.get("CommentsCorrectionsList", ()), *own.get("CommentsCorrections", ())]
    found = []
    for link in links:
        parts = by_tag(link)
        pmid = parts.get("PMID")
        found.append(
            CommentCorrection(
                ref_type=link.get("RefType") or (link.tag if link.tag in CORRECTION_TYPES else ""),
                source=text_of(parts.get("RefSource")),
                pmid=None if pmid is None else normal_pmid(pmid.text),
                note=text_of(parts.get("Note")),
            )
        )
    return tuple(found)


def _cited_in(corrections: tuple[CommentCorrection, ...]) -> tuple[CitedReference, ...]:
    """Return the citations that records without a reference list carry among their corrections."""
    cited = (link for link in corrections if link.ref_type == "Cites")
    return tuple(
        CitedReference(position, link.source, link.pmid) for position, link in enumerate(cited, start=1)
    )
