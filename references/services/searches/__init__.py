"""Pulling from PubMed: asking for it, carrying it out, and making sure that what was asked is carried out."""

from references.services.searches.execution import execute
from references.services.searches.pmid_lists import MAX_PMIDS, read_pmids
from references.services.searches.queue import requeue_stale
from references.services.searches.refusals import AlreadyFinished, BadRequest, NotInUse, SearchError
from references.services.searches.requests import MAX_QUERY_CHARACTERS, cancel, repeat, start

__all__ = [
    "MAX_PMIDS",
    "MAX_QUERY_CHARACTERS",
    "AlreadyFinished",
    "BadRequest",
    "NotInUse",
    "SearchError",
    "cancel",
    "execute",
    "read_pmids",
    "repeat",
    "requeue_stale",
    "start",
]
