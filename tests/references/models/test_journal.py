"""What a journal must never be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from references.models import Journal
from tests import builders
from tests.constraints import WAYS, Case, broken, twins, untried

pytestmark = pytest.mark.django_db


def same_title_in_another_case() -> tuple[Journal, dict[str, Any]]:
    first = builders.make_journal("Annals of Nothing")
    return builders.make_journal(), {"title": first.title.upper()}


def identified() -> Callable[[], Journal]:
    numbers = iter(range(1, 100))
    return lambda: builders.make_journal(nlm_id=f"S{next(numbers)}")


CASES = [
    broken(Journal, "journal_has_a_name", builders.make_journal, title="", iso_abbreviation=""),
    broken(Journal, "journal_nlm_id_is_null_or_filled", builders.make_journal, nlm_id=""),
    Case(Journal, "journal_without_nlm_id_has_a_unique_title", same_title_in_another_case),
    twins(Journal, "unique nlm_id", identified(), "nlm_id"),
]


@pytest.mark.parametrize("write", WAYS)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_journal_is_refused(case: Case, write: Callable[[Case], None]) -> None:
    write(case)


def test_every_constraint_on_journals_is_tried() -> None:
    assert untried(CASES, Journal) == set()


def test_identified_journals_may_share_a_title() -> None:
    builders.make_journal("Void", nlm_id="S1")
    builders.make_journal("Void", nlm_id="S2")

    assert Journal.objects.filter(title="Void").count() == 2
