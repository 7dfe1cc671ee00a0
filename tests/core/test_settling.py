"""Bringing rows to a wanted state: what is written, what is kept, and where newcomers stand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from nelm_review.core.history import recorded
from nelm_review.core.models import User
from nelm_review.core.settling import Settled, Wanted, changed_by_others, is_same, last_events, settle, spread
from tests import builders
from therapies.models import Cohort

SERVICE = "files.load"


def settled(*wanted: Wanted[Cohort], by: User, **options: Any) -> Settled[Cohort]:
    with recorded(by=by, service=SERVICE):
        return settle(Cohort, wanted, service=SERVICE, **options)


def cohort(code: str, name: str, row: Cohort | None = None) -> Wanted[Cohort]:
    return Wanted(f"cohort {code}", {"code": code, "name": name}, row)


@pytest.fixture
def loaded(editor_a: User) -> Cohort:
    """A cohort that the service wrote."""
    return settled(cohort("one", "One"), by=editor_a).new[0].row


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        (Decimal("26"), Decimal("26"), True),
        (Decimal("26"), Decimal("26.0"), False),
        (None, Decimal("26"), False),
        (None, None, True),
        (["a"], ["a"], True),
        ("", "a", False),
    ],
)
def test_is_same_down_to_printed_digits(old: Any, new: Any, same: bool) -> None:
    assert is_same(old, new) is same


def test_settle_creates_what_is_missing(editor_a: User) -> None:
    result = settled(Wanted("x", {"code": "one", "name": "One"}, None, {"note": "new"}), by=editor_a)

    assert [want.row for want in result.new] == [Cohort.objects.get(code="one", name="One", note="new")]


def test_settle_leaves_what_is_as_wanted(loaded: Cohort, editor_a: User) -> None:
    with CaptureQueriesContext(connection) as queries:
        result = settled(cohort("one", "One", loaded), by=editor_a)

    assert [want.row for want in result.unchanged] == [loaded]
    assert len(queries) == 0


def test_settle_updates_only_the_columns_that_differ(loaded: Cohort, editor_a: User) -> None:
    Cohort.objects.filter(pk=loaded.pk).update(note="written meanwhile")

    with recorded(by=editor_a, service=SERVICE):
        Cohort.objects.filter(pk=loaded.pk).update(note="written meanwhile too")
    result = settled(cohort("one", "Two", loaded), by=editor_a, touch={"code": "touched"})

    row = Cohort.objects.get()
    assert len(result.updated) == 1
    assert (row.name, row.note, row.code) == ("Two", "written meanwhile too", "touched")


def test_settle_keeps_what_another_service_wrote(loaded: Cohort, editor_a: User, editor_b: User) -> None:
    with recorded(by=editor_b, service="cohorts.rename"):
        Cohort.objects.update(name="Edited")

    result = settled(cohort("one", "Two", Cohort.objects.get()), by=editor_a)

    assert [want.differing() for want in result.kept] == [{"name"}]
    assert Cohort.objects.get().name == "Edited"


def test_settle_keeps_what_is_closed(loaded: Cohort, editor_a: User) -> None:
    result = settled(cohort("one", "Two", loaded), by=editor_a, is_closed=lambda row: row.code == "one")

    assert len(result.kept) == 1
    assert Cohort.objects.get().name == "One"


def test_settle_does_not_mention_a_closed_row_that_differs_in_a_free_column(
    loaded: Cohort, editor_a: User
) -> None:
    result = settled(cohort("one", "Two", loaded), by=editor_a, is_closed=lambda row: True, free={"name"})

    assert (len(result.kept), len(result.unchanged)) == (0, 1)
    assert Cohort.objects.get().name == "One"


def test_settle_writes_many_rows_in_few_statements(editor_a: User) -> None:
    rows = [want.row for want in settled(*(cohort(f"c{n}", "One") for n in range(20)), by=editor_a).new]

    with CaptureQueriesContext(connection) as queries:
        settled(*(cohort(row.code, "Two", row) for row in rows), by=editor_a)

    assert Cohort.objects.filter(name="Two").count() == 20
    assert len([query for query in queries if "UPDATE" in query["sql"]]) == 1


def test_changed_by_others_without_history(db: None) -> None:
    row = builders.make_cohort()

    assert changed_by_others(Cohort, [row.pk], service=SERVICE) == {row.pk}
    assert changed_by_others(Cohort, [], service=SERVICE) == set()


def test_last_events_of_one_service(loaded: Cohort, editor_b: User) -> None:
    with recorded(by=editor_b, service="cohorts.rename"):
        Cohort.objects.update(name="Edited")

    newest = last_events(Cohort, [loaded.pk])[loaded.pk]
    ours = last_events(Cohort, [loaded.pk], by_service=SERVICE)[loaded.pk]

    assert (newest["name"], newest["service"]) == ("Edited", "cohorts.rename")
    assert (ours["name"], ours["service"]) == ("One", SERVICE)


@pytest.mark.parametrize(
    ("known", "taken", "placed"),
    [
        ([], [], []),
        ([None, None, None], [], [10, 20, 30]),
        ([None, None], [10], [20, 30]),
        ([10, 20, 30], [], [10, 20, 30]),
        ([10, None, 20], [], [10, 15, 20]),
        ([None, 10], [], [5, 10]),
        ([10, None], [], [10, 20]),
        ([10, None, None, 20], [], [10, 15, 17, 20]),
        ([10, None, 20], [15], [10, 14, 20]),
        ([10, None, 11, 12], [], [10, 22, 32, 42]),
        ([20, 10, 30], [], [20, 25, 30]),
        ([30, 10, 20], [], [5, 10, 20]),
        ([1, 2, 3], [], [1, 2, 3]),
    ],
)
def test_spread_moves_as_few_as_possible(
    known: list[int | None], taken: list[int], placed: list[int]
) -> None:
    assert spread(known, taken) == placed


@pytest.mark.parametrize("seed", range(40))
def test_spread_always_rises_and_never_meets_another(seed: int) -> None:
    import random

    chance = random.Random(seed)
    known = [chance.choice([None, chance.randint(1, 60)]) for _ in range(chance.randint(1, 12))]
    known = [position if position not in known[:index] else None for index, position in enumerate(known)]
    taken = set(chance.sample(range(1, 60), 5)) - set(known)

    placed = spread(known, taken)

    assert placed == sorted(set(placed))
    assert not taken & set(placed)
    moved = {new for old, new in zip(known, placed, strict=True) if old != new}
    assert not moved & {position for position in known if position is not None}
