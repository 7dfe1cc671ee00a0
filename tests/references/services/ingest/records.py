"""Builds PubMed records for tests without XML: each differs from the next in what it says."""

from __future__ import annotations

import itertools
from typing import Any

from references.pubmed.records import (
    AbstractSection,
    Author,
    CitedReference,
    CommentCorrection,
    Journal,
    Keyword,
    MeshHeading,
    MeshQualifier,
    PublicationDate,
    PublicationType,
    PubmedRecord,
)

JOURNAL = Journal(
    title="Journal of Synthetic Records",
    iso_abbreviation="J Synth Rec",
    nlm_id="9900001",
    issn_print="9901-0001",
)

_numbers = itertools.count(1)


def make_record(pmid: int, **overrides: Any) -> PubmedRecord:
    """Return a record whose XML is new each time, so that storing it again counts as a change."""
    fields: dict[str, Any] = {
        "title": f"Synthetic title {pmid}",
        "abstract": (AbstractSection("AIM", "OBJECTIVE", "To be read by a test."),),
        "authors": (Author(1, "Writer", "Ada", "A"), Author(2, collective_name="Synthetic Group")),
        "journal": JOURNAL,
        "volume": "7",
        "publication_date": PublicationDate(2021, 3, 4),
        "languages": ("eng",),
        "publication_types": (PublicationType("D016428", "Journal Article"),),
        "mesh_headings": (
            MeshHeading("D000001", "Synthetic Heading", True, (MeshQualifier("Q000001", "therapy", False),)),
        ),
        "keywords": (Keyword("placeholder", False, "NOTNLM"),),
        "cited_references": (CitedReference(1, "Cited A. 2019.", 99_600_001, "10.99999/cited.1", "PMC1"),),
        "comments_corrections": (
            CommentCorrection("ErratumIn", "J Synth Rec. 2022;8:1", 99_500_001, "note"),
        ),
        "pubmed_status": "ppublish",
        "xml": f"<PubmedArticle><!-- {pmid} {next(_numbers)} --></PubmedArticle>".encode(),
    }
    return PubmedRecord(pmid, **{**fields, **overrides})
