"""The tree of therapies: never a circle, by whichever way it is written."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection, transaction

from tests import builders
from tests.constraints import WAYS, Case, broken, twins, untried
from therapies.models import Therapy

pytestmark = pytest.mark.django_db


def own_parent() -> tuple[Therapy, dict[str, int]]:
    therapy = builders.make_therapy()
    return therapy, {"parent_id": therapy.pk}


CASES = [
    Case(Therapy, "therapy_is_not_its_own_parent", own_parent),
    broken(Therapy, "therapy_kind_is_known", builders.make_therapy, kind="herbal"),
    twins(Therapy, "unique code", builders.make_therapy, "code"),
    twins(Therapy, "unique name", builders.make_therapy, "name"),
]


@pytest.mark.parametrize("write", WAYS)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_therapy_is_refused(case: Case, write: Callable[[Case], None]) -> None:
    write(case)


def test_every_constraint_on_therapies_is_tried() -> None:
    assert untried(CASES, Therapy) == set()


@pytest.fixture
def line() -> list[Therapy]:
    """Three therapies, each below the one before it."""
    top = builders.make_therapy("top")
    middle = builders.make_therapy("middle", parent=top)
    return [top, middle, builders.make_therapy("bottom", parent=middle)]


@pytest.mark.parametrize("below", [1, 2])
def test_tree_refuses_a_circle_by_the_orm(line: list[Therapy], below: int) -> None:
    line[0].parent = line[below]

    with pytest.raises(IntegrityError, match="Therapy top cannot stand below itself"), transaction.atomic():
        line[0].save()


@pytest.mark.parametrize("below", [1, 2])
def test_tree_refuses_a_circle_by_raw_sql(line: list[Therapy], below: int) -> None:
    with (
        pytest.raises(IntegrityError, match="cannot stand below itself"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "UPDATE therapies_therapy SET parent_id = %s WHERE id = %s", [line[below].pk, line[0].pk]
        )


def test_tree_refuses_a_circle_made_by_one_statement(line: list[Therapy]) -> None:
    top, _middle, bottom = line
    with (
        pytest.raises(IntegrityError, match="cannot stand below itself"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "UPDATE therapies_therapy SET parent_id = CASE id WHEN %s THEN %s ELSE %s END"
            " WHERE id IN (%s, %s)",
            [top.pk, bottom.pk, top.pk, top.pk, bottom.pk],
        )


def test_tree_lets_a_branch_move(line: list[Therapy]) -> None:
    top, _middle, bottom = line
    bottom.parent = top

    bottom.save()

    assert set(top.children.values_list("code", flat=True)) == {"middle", "bottom"}


def test_therapies_by_kind() -> None:
    ours = builders.make_therapy(kind=Therapy.Kind.LOCOREGIONAL)
    beside = builders.make_therapy(kind=Therapy.Kind.COMPARATOR)

    assert list(Therapy.objects.locoregional()) == [ours]
    assert list(Therapy.objects.comparators()) == [beside]
