"""References and their parts: what must never be, and rules told twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from nelm_review.core.models import User
from references.models import SOURCE_REVIEW_DOI, Author, CitedReference, Correction, Reference
from tests import builders
from tests.constraints import WAYS, Case, broken, twins, untried

pytestmark = pytest.mark.django_db

MERGED = "reference_is_merged_into_another_by_someone"


def reference(constraint: str, **bad: Any) -> Case:
    return broken(Reference, constraint, builders.make_reference, **bad)


def merged_into_itself() -> tuple[Reference, dict[str, Any]]:
    row = builders.make_reference()
    by = builders.make_user()
    return row, {"merged_into_id": row.pk, "merged_by_id": by.pk, "merged_at": timezone.now()}


def merged_by_nobody() -> tuple[Reference, dict[str, Any]]:
    return builders.make_reference(), {"merged_into_id": builders.make_reference().pk}


def second_part(make: Callable[[Reference], Any]) -> Callable[[], tuple[Any, dict[str, Any]]]:
    def setup() -> tuple[Any, dict[str, Any]]:
        first = make(builders.make_reference())
        return make(first.reference), {"position": first.position}

    return setup


def make_author() -> Author:
    return builders.make_author(builders.make_reference())


def numbered(name: str, form: str) -> Callable[[], Reference]:
    """Return a builder of references whose identifier differs each time."""
    numbers = iter(range(99_000_001, 99_000_100))

    def build() -> Reference:
        value: Any = form.format(next(numbers))
        return builders.make_reference(**{name: int(value) if name == "pmid" else value})

    return build


CASES = [
    reference("reference_merged_by_and_at_go_together", merged_at=timezone.now()),
    reference("reference_doi_is_normalised", doi="10.9999/UPPER"),
    reference("reference_doi_is_normalised", doi="https://doi.org/10.9999/x"),
    reference("reference_doi_is_normalised", doi="10.9999"),
    reference("reference_doi_is_normalised", doi=""),
    reference("reference_pmcid_is_normalised", pmcid="99000001"),
    reference("reference_pmcid_is_normalised", pmcid="PMC099"),
    reference("reference_pmcid_is_normalised", pmcid=""),
    reference("reference_pmid_is_positive", pmid=0),
    reference("reference_month_is_a_month", published_month=13),
    reference("reference_day_is_a_day", published_day=32),
    reference("reference_origin_is_known", origin="hearsay"),
    Case(Reference, MERGED, merged_into_itself),
    Case(Reference, MERGED, merged_by_nobody),
    twins(Reference, "unique pmid", numbered("pmid", "{}"), "pmid"),
    twins(Reference, "unique pmcid", numbered("pmcid", "PMC{}"), "pmcid"),
    twins(Reference, "unique doi", numbered("doi", "10.9999/{}"), "doi"),
    Case(Author, "author_position_is_taken_once", second_part(builders.make_author)),
    broken(Author, "author_has_a_name", make_author, last_name=""),
    broken(Author, "author_role_is_known", make_author, role="reader"),
    Case(
        CitedReference, "cited_reference_position_is_taken_once", second_part(builders.make_cited_reference)
    ),
    Case(Correction, "correction_position_is_taken_once", second_part(builders.make_correction)),
]


@pytest.mark.parametrize("write", WAYS)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_reference_is_refused(case: Case, write: Callable[[Case], None]) -> None:
    write(case)


def test_every_constraint_on_references_is_tried() -> None:
    assert untried(CASES, Reference, Author, CitedReference, Correction) == set()


def test_references_without_identifiers_are_many() -> None:
    builders.make_reference()
    builders.make_reference()

    assert Reference.objects.filter(pmid=None, doi=None, pmcid=None).count() == 2


@pytest.mark.parametrize("is_retracted", [True, False])
def test_reference_says_of_itself_whether_it_is_retracted(is_retracted: bool) -> None:
    row = builders.make_reference(is_retracted=is_retracted)

    assert row.is_retracted == Reference.objects.retracted().exists()


def test_current_leaves_out_what_was_merged(editor_a: User) -> None:
    target = builders.make_reference()
    builders.make_reference(merged_into=target, merged_by=editor_a, merged_at=timezone.now())

    assert list(Reference.objects.current()) == [target]


def test_source_review_is_found_by_its_doi() -> None:
    review = builders.make_reference(doi=SOURCE_REVIEW_DOI)
    builders.make_reference(doi="10.9999/other")

    assert Reference.objects.source_review().get() == review


def test_author_reads_as_a_citation_prints_it() -> None:
    row = builders.make_reference()

    person = builders.make_author(row, "van Writer", initials="AB", suffix="Jr")
    group = builders.make_author(row, "", initials="", collective_name="Synthetic Group")

    assert (str(person), str(group)) == ("van Writer AB Jr", "Synthetic Group")
