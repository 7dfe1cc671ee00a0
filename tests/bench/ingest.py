"""Storing PubMed records: from XML bytes to committed rows, everything that belongs to a record included.

Run with `python -m tests.bench.ingest`. The floor beside it is PostgreSQL alone, copying the same Reference
rows (without authors, cited references, notices and raw records, and without reading any XML) into the same
table with the same indexes.
"""

from __future__ import annotations

import io
import statistics
import sys
import time
from collections.abc import Callable

from tests.bench import scratch
from tests.pubmed_corpus import article_set

N_RECORDS = 10_000
ROUNDS = 3
N_COUNTED = 2_000
FLOOR_BATCH_BYTES = 4 * 1024 * 1024


def empty() -> None:
    """Take every reference out of the scratch database."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE references_reference CASCADE")


def store(xml: bytes) -> None:
    """Do what is measured."""
    from nelm_review.core.models import User
    from references.pubmed.parse import iter_records
    from references.services import ingest

    reports = ingest.store_stream(iter_records(xml), by=User.objects.shell())
    counted = ingest.counted(reports)
    if counted[ingest.State.FAILED]:
        raise AssertionError(f"{counted[ingest.State.FAILED]} records were refused.")


def copied_out() -> tuple[str, bytes]:
    """Return the stored Reference rows as COPY text, and the names of their columns."""
    from django.db import connection

    from references.models import Reference

    names = ", ".join(field.column for field in Reference._meta.concrete_fields if not field.generated)
    rows = io.BytesIO()
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY references_reference ({names}) TO STDOUT", rows)
    return names, rows.getvalue()


def copy_in(names: str, rows: bytes) -> None:
    """Copy the rows in, in a few transactions: the floor."""
    from django.db import connection

    source = io.BytesIO(rows)
    while batch := source.read(FLOOR_BATCH_BYTES):
        batch += source.readline()
        with connection.cursor() as cursor:
            cursor.copy_expert(f"COPY references_reference ({names}) FROM STDIN", io.BytesIO(batch))


def seconds_of(subject: Callable[[], None], before: Callable[[], None]) -> float:
    before()
    start = time.perf_counter()
    subject()
    return time.perf_counter() - start


def statements_a_record() -> float:
    """Return how many statements are sent for each record, COPY and commit included."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    empty()
    with CaptureQueriesContext(connection) as queries:
        store(article_set(N_COUNTED))
    return len(queries) / N_COUNTED


def show(name: str, seconds: list[float]) -> float:
    rates = sorted(N_RECORDS / each for each in seconds)
    median = statistics.median(rates)
    sys.stdout.write(f"{name:<44} {median:7,.0f} records/s  (from {rates[0]:,.0f} to {rates[-1]:,.0f})\n")
    return median


def measure() -> None:
    new, changed = article_set(N_RECORDS), article_set(N_RECORDS, seed=2)
    empty()
    store(new)
    names, rows = copied_out()
    results: dict[str, list[float]] = {"new": [], "unchanged": [], "changed": [], "floor": []}
    for _ in range(ROUNDS):
        results["new"].append(seconds_of(lambda: store(new), empty))
        results["unchanged"].append(seconds_of(lambda: store(new), lambda: None))
        results["changed"].append(seconds_of(lambda: store(changed), lambda: None))
        results["floor"].append(seconds_of(lambda: copy_in(names, rows), empty))
    sys.stdout.write(
        f"{N_RECORDS:,} records, {len(new) / N_RECORDS / 1000:.1f} kB of XML each, {ROUNDS} rounds\n"
    )
    stored = show("stored, all new", results["new"])
    show("stored again, unchanged", results["unchanged"])
    show("stored again, every one changed", results["changed"])
    floor = show("floor: COPY of the Reference rows alone", results["floor"])
    sys.stdout.write(f"{'share of the floor':<44} {stored / floor:7.0%}\n")
    sys.stdout.write(f"{'statements a record':<44} {statements_a_record():7.3f}\n")


def main() -> None:
    """Print the rates (median, slowest and fastest round), the floor, and the statements a record."""
    with scratch.database():
        measure()


if __name__ == "__main__":
    main()
