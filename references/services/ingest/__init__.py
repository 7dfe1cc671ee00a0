"""PubMed records into references, in bulk: `ingest.store(records, by=user)`."""

from references.services.ingest.reparsing import CannotReparse, IngestError, reparse, reparse_all
from references.services.ingest.report import IngestReport, Outcome, State, counted
from references.services.ingest.storing import store, store_stream

__all__ = [
    "CannotReparse",
    "IngestError",
    "IngestReport",
    "Outcome",
    "State",
    "counted",
    "reparse",
    "reparse_all",
    "store",
    "store_stream",
]
