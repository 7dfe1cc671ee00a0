"""Reads stored PubMed records again, for references that an older parser read less well."""

from __future__ import annotations

import zlib
from collections.abc import Iterable

from django.db import transaction

from nelm_review.core.history import recorded
from nelm_review.core.models import User
from references.models import RawPubmedRecord, Reference
from references.pubmed.errors import Unreadable
from references.pubmed.parse import iter_records
from references.pubmed.records import PubmedRecord
from references.services.ingest.preparing import prepared
from references.services.ingest.report import IngestReport, Outcome, State
from references.services.ingest.storing import stored


class IngestError(Exception):
    """A PubMed record cannot be used as asked; the message is a sentence for whoever asked."""


class CannotReparse(IngestError):
    """The stored record of a reference cannot be read again, or not be written."""


def reparse(reference: Reference, *, by: User) -> Outcome:
    """Write the reference anew from its stored PubMed record; what an editor corrected stays.

    Raises CannotReparse where there is no stored record, or it cannot be read or stored.
    """
    outcome = reparse_all([reference], by=by).outcomes[0]
    if outcome.state == State.FAILED:
        raise CannotReparse(outcome.note)
    return outcome


def reparse_all(references: Iterable[Reference], *, by: User) -> IngestReport:
    """Write the references anew from their stored PubMed records, in one transaction; report each fate."""
    references = list(references)
    raw = RawPubmedRecord.objects.in_bulk([row.pk for row in references], field_name="reference_id")
    failed: list[Outcome] = []
    readable = []
    for reference in references:
        try:
            readable.append(prepared(_record_of(reference, raw.get(reference.pk))))
        except CannotReparse as error:
            failed.append(Outcome(reference.pmid, State.FAILED, reference.pk, str(error)))
    with transaction.atomic(), recorded(by=by, service="ingest.reparse"):
        return IngestReport((*stored(readable, is_forced=True), *failed))


def _record_of(reference: Reference, row: RawPubmedRecord | None) -> PubmedRecord:
    if row is None:
        raise CannotReparse(f"No PubMed record is stored for “{reference}”.")
    try:
        records = list(iter_records(zlib.decompress(row.xml_zlib)))
    except (Unreadable, zlib.error) as error:
        raise CannotReparse(f"The stored record of “{reference}” cannot be read: {error}") from error
    if len(records) != 1 or not isinstance(records[0], PubmedRecord) or records[0].pmid != reference.pmid:
        raise CannotReparse(f"What is stored for “{reference}” is not the record of PMID {reference.pmid}.")
    return records[0]
