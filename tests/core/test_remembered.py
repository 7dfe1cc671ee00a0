"""What is remembered until the data change: asked for once, and never shown when it is no longer so."""

from __future__ import annotations

import pytest
from django.db import transaction

from nelm_review.core.remembered import remembered
from references.models import Reference
from tests.builders import make_reference


class Reader:
    """A function that counts how often it reads, remembering its last two answers."""

    def __init__(self) -> None:
        self.n_read = 0

        @remembered(most=2)
        def titled(start: str) -> int:
            self.n_read += 1
            return Reference.objects.filter(title__startswith=start).count()

        self.titled = titled


@pytest.mark.django_db(transaction=True)
def test_remembered_reads_once_while_nothing_changes():
    reader = Reader()

    assert [reader.titled("a"), reader.titled("a"), reader.titled("b")] == [0, 0, 0]
    assert reader.n_read == 2


@pytest.mark.django_db(transaction=True)
def test_remembered_asks_one_query_again(django_assert_num_queries):
    reader = Reader()
    reader.titled("a")

    with django_assert_num_queries(1):
        reader.titled("a")


@pytest.mark.django_db(transaction=True)
def test_remembered_forgets_at_a_change():
    reader = Reader()
    reader.titled("a")

    make_reference("a title")

    assert reader.titled("a") == 1


@pytest.mark.django_db(transaction=True)
def test_remembered_keeps_the_last_answers_only():
    reader = Reader()
    for start in ("a", "b", "c", "a"):
        reader.titled(start)

    assert reader.n_read == 4


@pytest.mark.django_db(transaction=True)
def test_remembered_never_keeps_what_is_not_committed():
    reader = Reader()

    with transaction.atomic():
        make_reference("a title")
        assert reader.titled("a") == 1
        transaction.set_rollback(True)

    assert reader.titled("a") == 0
