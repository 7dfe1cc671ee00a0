"""Stores records: each batch whole or not at all, but a record that cannot be stored never costs another."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice

from django.apps import apps
from django.db import DataError, IntegrityError, OperationalError, connection, transaction
from django.utils import timezone

from nelm_review.core.history import recorded
from nelm_review.core.models import User
from references.models import Reference, SearchRun
from references.pubmed.records import BrokenRecord, DeletedRecord, PubmedRecord, Record
from references.services.ingest import plan as planning
from references.services.ingest.preparing import PreparedRecord, prepared
from references.services.ingest.report import IngestReport, Outcome, State
from references.services.ingest.write import write

BATCH_SIZE = 500
# Python looks for garbage after every 700 objects; a batch of records is some hundred thousand.
GARBAGE_THRESHOLDS = (50_000, 20, 100)

# One writer at a time: two batches with records in common would otherwise wait for each other crosswise.
_LOCK = 0x6E656C6D_00000001
_MAX_ATTEMPTS = 4
# https://www.postgresql.org/docs/current/errcodes-appendix.html: unique_violation, serialization_failure,
# deadlock_detected. Another program wrote between our look and our write; a second look sees what it wrote.
_WORTH_ANOTHER_LOOK = frozenset({"23505", "40001", "40P01"})
_COLUMN = re.compile(r"column (\w+)")

# A record ready to be stored, or what the source has in a record's place.
Item = PreparedRecord | DeletedRecord | BrokenRecord


def store(
    records: Iterable[Record], *, by: User, run: SearchRun | None = None, reason: str = ""
) -> IngestReport:
    """Add or update the references of these records, in one transaction, and report each PMID's fate.

    Of several records with one PMID the last counts (the highest version, where PubMed keeps several). A
    record whose XML is stored already is left alone. A reference without a PMID that bears the record's DOI
    or PMCID is adopted. What an editor corrected stays. A PMID that PubMed withdrew is marked, never deleted.
    A record that the database refuses is reported as failed, and the others are stored. Meant for at most
    some thousand records: for more there is `store_stream`.
    """
    return _store_batch(list(_prepared(records)), by=by, run=run, reason=reason)


def store_stream(
    records: Iterable[Record],
    *,
    by: User,
    run: SearchRun | None = None,
    reason: str = "",
    batch_size: int = BATCH_SIZE,
) -> Iterator[IngestReport]:
    """Store any number of records and yield the report of each batch as soon as it is committed.

    The next batch is read, in a thread, while the database works on this one. Where reading fails, what was
    read before is stored first.
    """
    iterator = _prepared(records)
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="ingest-reader") as reader, _unhurried():
        batch, error = _read(iterator, batch_size)
        while batch:
            upcoming = reader.submit(_read, iterator, batch_size) if error is None else None
            yield _store_batch(batch, by=by, run=run, reason=reason)
            batch, error = upcoming.result() if upcoming else ([], error)
        if error is not None:
            raise error


def _prepared(records: Iterable[Record]) -> Iterator[Item]:
    for record in records:
        yield prepared(record) if isinstance(record, PubmedRecord) else record


def _read(items: Iterator[Item], n: int) -> tuple[list[Item], Exception | None]:
    batch: list[Item] = []
    try:
        for item in islice(items, n):
            batch.append(item)
    except Exception as error:  # noqa: BLE001 - raised again by store_stream, once the batch is stored
        return batch, error
    return batch, None


@contextmanager
def _unhurried() -> Iterator[None]:
    """Look for garbage less often: records are many objects without a cycle, and looking takes its time."""
    usual = gc.get_threshold()
    gc.set_threshold(*GARBAGE_THRESHOLDS)
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def _store_batch(items: Iterable[Item], *, by: User, run: SearchRun | None, reason: str) -> IngestReport:
    latest, outcomes = _last_of_each(items)
    deleted = [item.pmid for item in latest.values() if isinstance(item, DeletedRecord)]
    kept = [item for item in latest.values() if isinstance(item, PreparedRecord)]
    with transaction.atomic(), recorded(by=by, service="ingest.store", reason=reason):
        fates = {fate.pmid: fate for fate in (*stored(kept, run=run), *_marked_deleted(deleted))}
    return IngestReport((*(fates[pmid] for pmid in latest), *outcomes))


def _last_of_each(
    items: Iterable[Item],
) -> tuple[dict[int, PreparedRecord | DeletedRecord], list[Outcome]]:
    latest: dict[int, PreparedRecord | DeletedRecord] = {}
    broken: list[BrokenRecord] = []
    for item in items:
        if isinstance(item, BrokenRecord):
            broken.append(item)
            continue
        before = latest.pop(item.pmid, None)
        is_older = (
            isinstance(before, PreparedRecord)
            and isinstance(item, PreparedRecord)
            and before.record.pmid_version > item.record.pmid_version
        )
        latest[item.pmid] = before if before is not None and is_older else item
    failed: dict[int | None, Outcome] = {}
    outcomes = []
    for record in broken:
        is_first = record.pmid is not None and record.pmid not in latest and record.pmid not in failed
        outcome = Outcome(record.pmid if is_first else None, State.FAILED, note=_sentence(record))
        failed[record.pmid] = outcome
        outcomes.append(outcome)
    return latest, outcomes


def _sentence(record: BrokenRecord) -> str:
    named = f" (PMID {record.pmid})" if record.pmid else ""
    return f"Record {record.position}{named} is broken: {record.error}"


def stored(
    records: Sequence[PreparedRecord], *, run: SearchRun | None = None, is_forced: bool = False
) -> list[Outcome]:
    """Store the records, each PMID once; where the database refuses them together, find those it refuses.

    Forced, records that are stored already are written again, from their stored XML.
    """
    if not records:
        return []
    try:
        return _stored_together(records, run, is_forced=is_forced)
    except (IntegrityError, DataError) as error:
        if len(records) == 1:
            return [Outcome(records[0].pmid, State.FAILED, note=_refusal(error))]
    middle = len(records) // 2
    halves = (records[:middle], records[middle:])
    return [outcome for half in halves for outcome in stored(half, run=run, is_forced=is_forced)]


def _stored_together(
    records: Sequence[PreparedRecord], run: SearchRun | None, *, is_forced: bool
) -> list[Outcome]:
    for attempt in range(1, _MAX_ATTEMPTS + 1):
        try:
            with transaction.atomic():
                return _written(records, run, is_forced=is_forced)
        except (IntegrityError, OperationalError) as error:
            code = getattr(error.__cause__, "pgcode", None)
            if code not in _WORTH_ANOTHER_LOOK or attempt == _MAX_ATTEMPTS:
                raise
    raise AssertionError("The last attempt either returns or raises.")


def _written(records: Sequence[PreparedRecord], run: SearchRun | None, *, is_forced: bool) -> list[Outcome]:
    _take_turn()
    plan = planning.make(records, is_forced=is_forced)
    write(plan, run=run, keep_raw=is_forced)
    return [_outcome(entry) for entry in plan.entries]


def _take_turn() -> None:
    """Wait until no other transaction is storing; the turn ends with the transaction.

    New words join the search index in larger lots meanwhile (the default is 4 MB), which is less work.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s), set_config('gin_pending_list_limit', '16MB', true)", [_LOCK]
        )


def _outcome(entry: planning.Entry) -> Outcome:
    if entry.is_unchanged:
        state = State.UNCHANGED
    elif entry.existing is None:
        state = State.NEW
    else:
        state = State.UPDATED
    return Outcome(entry.record.pmid, state, entry.reference_id, " ".join(entry.notes))


def _marked_deleted(pmids: Sequence[int]) -> list[Outcome]:
    if not pmids:
        return []
    _take_turn()
    held = dict(
        Reference.objects.filter(pmid__in=pmids).order_by("pk").select_for_update().values_list("pmid", "pk")
    )
    now = timezone.now()
    Reference.objects.filter(pk__in=held.values(), deleted_from_pubmed_at__isnull=True).update(
        deleted_from_pubmed_at=now, updated_at=now
    )
    note = "PubMed withdrew this record."
    return [Outcome(pmid, State.DELETED, held.get(pmid), note) for pmid in pmids]


def _refusal(error: Exception) -> str:
    """Say why the database refuses a record, in the words of the rule where it is one of ours."""
    told = getattr(error.__cause__, "diag", None)
    if told is None:
        return f"The record could not be stored: {error}"
    if told.constraint_name:
        for model in apps.get_app_config("references").get_models():
            for constraint in model._meta.constraints:
                if constraint.name == told.constraint_name:
                    return f"The record could not be stored. {constraint.get_violation_error_message()}"
    column = _COLUMN.search(told.context or "")
    where = f" in {column[1]}" if column else ""
    return f"The record could not be stored: {told.message_primary}{where}."
