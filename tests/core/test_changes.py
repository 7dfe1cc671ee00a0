from __future__ import annotations

import io
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from nelm_review.core import changes
from nelm_review.core.models import ChangeCounter
from references.models import Author, Reference, SearchRun
from tests.builders import (
    make_author,
    make_outcome,
    make_reference,
    make_result,
    make_search_run,
    make_study,
    make_therapy,
)
from therapies.models import Result, Study, Therapy

WAIT_SECONDS = 20
COPY_AUTHOR = (
    "COPY references_author (reference_id, role, position, last_name, fore_name, initials, suffix,"
    " collective_name, orcid, affiliations) FROM STDIN"
)


def raised(change: Callable[[], Any]) -> dict[str, int]:
    """Carry the change out in a transaction; return by how much it raised each version that it raised."""
    before = changes.versions()
    with transaction.atomic():
        change()
    after = changes.versions()
    return {name: after[name] - before[name] for name in changes.NAMES if after[name] != before[name]}


def sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def in_thread(work: Callable[[], Any]) -> threading.Thread:
    """Start the work on a connection of its own."""

    def connected() -> None:
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=connected, daemon=True)
    thread.start()
    return thread


def finished(thread: threading.Thread) -> bool:
    thread.join(WAIT_SECONDS)
    return not thread.is_alive()


def test_versions_are_read_by_one_query(db, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert set(changes.versions()) == {"evidence", "literature", "derived"}


def test_versions_are_zero_where_nothing_was_counted(db):
    ChangeCounter.objects.all().delete()

    assert changes.versions() == {"evidence": 0, "literature": 0, "derived": 0}


def test_counting_under_another_name_is_refused():
    with pytest.raises(ValueError, match="“weather” is not counted"):
        changes.counted("weather")


@pytest.mark.django_db(transaction=True)
def test_version_rises_with_every_kind_of_statement():
    result = make_result()

    assert raised(lambda: Result.objects.update(source_where="page 1")) == {"evidence": 1}
    assert raised(make_study) == {"evidence": 1}
    assert raised(result.delete) == {"evidence": 1}
    assert raised(lambda: sql("UPDATE therapies_study SET note = 'by hand'")) == {"evidence": 1}
    assert raised(lambda: sql("TRUNCATE therapies_result CASCADE")) == {"evidence": 1}


@pytest.mark.django_db(transaction=True)
def test_version_of_one_kind_leaves_the_other_alone():
    reference = make_reference()

    assert raised(lambda: make_author(reference)) == {"literature": 1}
    assert raised(lambda: Reference.objects.update(is_retracted=True)) == {"literature": 1}
    assert raised(make_outcome) == {"evidence": 1}


@pytest.mark.django_db(transaction=True)
def test_version_rises_with_copied_rows():
    reference = make_reference()

    def copy() -> None:
        with connection.cursor() as cursor:
            cursor.copy_expert(
                COPY_AUTHOR, io.StringIO(f"{reference.pk}\tauthor\t1\tSynthetic\t\t\t\t\t\t{{}}\n")
            )

    assert raised(copy) == {"literature": 1}
    assert Author.objects.get().reference == reference


@pytest.mark.django_db(transaction=True)
def test_version_is_raised_once_by_a_transaction():
    def change() -> None:
        for _ in range(3):
            make_therapy()

    assert raised(change) == {"evidence": 1}


@pytest.mark.django_db(transaction=True)
def test_version_is_raised_by_what_follows_a_savepoint_that_was_undone():
    def change() -> None:
        with transaction.atomic():
            make_therapy()
            transaction.set_rollback(True)
        make_therapy()

    assert raised(change) == {"evidence": 1}
    assert Therapy.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_version_stays_when_the_change_is_undone():
    def change() -> None:
        make_therapy()
        transaction.set_rollback(True)

    assert raised(change) == {}


@pytest.mark.django_db(transaction=True)
def test_progress_of_a_run_counts_only_when_its_state_changes():
    run = make_search_run(state=SearchRun.State.RUNNING)
    runs = SearchRun.objects.filter(pk=run.pk)

    assert raised(lambda: runs.update(n_fetched=5)) == {}
    assert raised(lambda: runs.update(state=SearchRun.State.QUEUED)) == {"literature": 1}


@pytest.mark.django_db(transaction=True)
def test_reader_sees_a_version_and_its_data_together():
    study = make_study(note="before")
    version = changes.versions()["evidence"]
    changed, may_commit = threading.Event(), threading.Event()

    def change() -> None:
        with transaction.atomic():
            Study.objects.update(note="after")
            changed.set()
            assert may_commit.wait(WAIT_SECONDS)

    writer = in_thread(change)
    assert changed.wait(WAIT_SECONDS)
    seen_meanwhile = changes.versions()["evidence"], Study.objects.get(pk=study.pk).note
    may_commit.set()
    assert finished(writer)

    assert seen_meanwhile == (version, "before")
    assert (changes.versions()["evidence"], Study.objects.get(pk=study.pk).note) == (version + 1, "after")


@pytest.mark.django_db(transaction=True)
def test_writers_of_the_same_rows_in_different_order_take_turns():
    one, two = make_study(note=""), make_study(note="")
    version = changes.versions()["evidence"]
    first_has_one, failures = threading.Event(), []

    def write(*studies: Study, after: threading.Event | None, then: threading.Event | None) -> None:
        try:
            assert after is None or after.wait(WAIT_SECONDS)
            with transaction.atomic():
                for place, study in enumerate(studies):
                    Study.objects.filter(pk=study.pk).update(note=f"{study.note}x")
                    if then and place == 0:
                        then.set()
                        _wait_until_somebody_waits_for_a_lock()
        except Exception as error:  # noqa: BLE001 - a deadlock, which the test reports
            failures.append(error)

    first = in_thread(lambda: write(one, two, after=None, then=first_has_one))
    second = in_thread(lambda: write(two, one, after=first_has_one, then=None))

    assert finished(first)
    assert finished(second)
    assert failures == []
    assert changes.versions()["evidence"] == version + 2


def _wait_until_somebody_waits_for_a_lock() -> None:
    waited_for = threading.Event()
    with connection.cursor() as cursor:
        for _ in range(WAIT_SECONDS * 20):
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT 1 FROM pg_stat_activity"
                " WHERE wait_event_type = 'Lock' AND datname = current_database()"
            )
            if cursor.fetchone():
                return
            waited_for.wait(0.05)
    raise AssertionError("The second writer never came to wait.")


@pytest.mark.django_db(transaction=True)
def test_stamp_tells_a_restored_copy_from_the_original():
    make_study()
    before = changes.stamp()
    ChangeCounter.objects.filter(name="evidence").update(changed_at="2020-01-01T00:00Z")

    assert changes.stamp() != before
