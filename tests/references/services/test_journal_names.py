"""Journals found by the names that citations print."""

from __future__ import annotations

import pytest

from references.models import Journal
from references.services import journal_names
from tests.builders import make_journal

pytestmark = pytest.mark.django_db


def keep(*names: str, current: Journal | None = None) -> list[Journal | None]:
    return journal_names.keep([(name, "") for name in names], current=[current] * len(names))


def test_keep_adds_each_journal_once() -> None:
    first, second, none, third = keep("Annals of Nothing", "annals of nothing", "", "J. Void")

    assert first == second == Journal.objects.get(title="Annals of Nothing")
    assert none is None
    assert third.title == "J. Void"
    assert Journal.objects.count() == 2


@pytest.mark.parametrize("name", ["Annals of Nothing", "ANNALS OF NOTHING", "Ann Noth", "ann. noth."])
def test_keep_finds_a_journal_by_either_name(name: str) -> None:
    journal = make_journal("Annals of Nothing", iso_abbreviation="Ann Noth")

    assert keep(name) == [journal]


def test_keep_prefers_the_journal_that_pubmed_identified() -> None:
    make_journal("Void")
    identified = make_journal("Void (Nowhere)", iso_abbreviation="Void", nlm_id="S1")
    same_title = make_journal("Void", nlm_id="S2")

    assert keep("Void") == [same_title]
    assert keep("Void (Nowhere)") == [identified]


def test_keep_stays_with_the_current_journal_while_it_bears_the_name() -> None:
    current = make_journal("Void")
    make_journal("Void", nlm_id="S1")

    assert keep("void", current=current) == [current]


def test_keep_leaves_the_current_journal_when_it_bears_another_name() -> None:
    current, other = make_journal("Void"), make_journal("Nothing")

    assert keep("Nothing", current=current) == [other]


def test_keep_knows_the_abbreviation_of_a_journal_added_in_the_same_call() -> None:
    long, short = journal_names.keep(
        [("Annals of Nothing", "Ann Noth"), ("Ann Noth", "")], current=[None, None]
    )

    assert long == short
