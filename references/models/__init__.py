"""The literature as rows; import models from here."""

from references.models.journal import Journal
from references.models.reference import (
    SOURCE_REVIEW_DOI,
    Author,
    CitedReference,
    Correction,
    RawPubmedRecord,
    Reference,
)
from references.models.search import SearchHit, SearchRun, SearchStrategy

__all__ = [
    "SOURCE_REVIEW_DOI",
    "Author",
    "CitedReference",
    "Correction",
    "Journal",
    "RawPubmedRecord",
    "Reference",
    "SearchHit",
    "SearchRun",
    "SearchStrategy",
]
