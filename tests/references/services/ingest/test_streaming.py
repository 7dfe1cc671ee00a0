"""Storing more than one batch: what is committed when, and two at the same time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from django.db import connection, connections

from nelm_review.core.models import User
from references.models import Author, RawPubmedRecord, Reference
from references.pubmed.errors import Unreadable
from references.pubmed.records import Record
from references.services import ingest
from references.services.ingest import plan
from tests.builders import make_user
from tests.references.services.ingest.records import make_record

PMID = 99_000_001


def in_thread(work: Callable[[], None]) -> threading.Thread:
    def run() -> None:
        try:
            work()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.mark.django_db
def test_store_stream_reports_each_batch(editor_a: User) -> None:
    records = (make_record(PMID + number) for number in range(25))

    reports = list(ingest.store_stream(records, by=editor_a, batch_size=10))

    assert [report.new for report in reports] == [10, 10, 5]
    assert ingest.counted(reports) == {ingest.State.NEW: 25}
    assert Reference.objects.count() == 25


@pytest.mark.django_db
def test_store_stream_of_nothing(editor_a: User) -> None:
    assert list(ingest.store_stream([], by=editor_a)) == []


@pytest.mark.django_db
def test_store_stream_keeps_what_was_read_before_an_error(editor_a: User) -> None:
    def records() -> Iterator[Record]:
        for number in range(15):
            yield make_record(PMID + number)
        raise Unreadable("The XML stops early.")

    reports = ingest.store_stream(records(), by=editor_a, batch_size=10)

    assert [next(reports).new, next(reports).new] == [10, 5]
    with pytest.raises(Unreadable, match="stops early"):
        next(reports)


@pytest.mark.django_db(transaction=True)
def test_store_same_records_from_two_sides_at_once() -> None:
    user = make_user()
    pmids = list(range(PMID, PMID + 120))
    outcomes: list[ingest.Outcome] = []
    start = threading.Barrier(2)

    def store(order: list[int]) -> None:
        start.wait()
        for place in range(0, len(order), 20):
            batch = [make_record(pmid) for pmid in order[place : place + 20]]
            outcomes.extend(ingest.store(batch, by=user).outcomes)

    threads = [in_thread(lambda: store(pmids)), in_thread(lambda: store(pmids[::-1]))]
    for thread in threads:
        thread.join()

    states = [outcome.state for outcome in outcomes]
    assert (states.count(ingest.State.NEW), states.count(ingest.State.UPDATED)) == (120, 120)
    assert (Reference.objects.count(), RawPubmedRecord.objects.count()) == (120, 120)
    assert Author.objects.count() == 240


@pytest.mark.django_db(transaction=True)
def test_store_looks_again_when_another_program_was_quicker(monkeypatch: pytest.MonkeyPatch) -> None:
    user = make_user()
    make = plan.make
    n_looks = []

    def make_late(*args: object, **kwargs: object) -> plan.Plan:
        made = make(*args, **kwargs)
        n_looks.append(1)
        if len(n_looks) == 1:
            in_thread(
                lambda: Reference.objects.create(origin="manual", title="Quicker", pmid=PMID) and None
            ).join()
        return made

    monkeypatch.setattr(plan, "make", make_late)

    report = ingest.store([make_record(PMID), make_record(PMID + 1)], by=user)

    assert (len(n_looks), report.updated, report.new) == (2, 1, 1)
    assert Reference.objects.get(pmid=PMID).title == f"Synthetic title {PMID}"


@pytest.mark.django_db(transaction=True)
def test_store_is_whole_or_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    user = make_user()
    ingest.store([make_record(PMID, title="Before")], by=user)

    def fail(*args: object) -> None:
        raise RuntimeError("The lights go out.")

    monkeypatch.setattr("references.services.ingest.write._copy_raw_records", fail)
    with pytest.raises(RuntimeError):
        ingest.store([make_record(PMID, title="After"), make_record(PMID + 1)], by=user)

    assert [reference.title for reference in Reference.objects.all()] == ["Before"]
    assert Author.objects.count() == 2
    assert connection.in_atomic_block is False
