"""What a page without two therapies offers to compare."""

from __future__ import annotations

import pytest
from django.http import QueryDict

from tests.builders import make_arm, make_comparison, make_study, make_therapy
from therapies import evidence_map
from therapies.forms import CompareForm
from therapies.models import Study, Therapy
from therapies.read_models.comparison import starts

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def therapies():
    return [make_therapy(code) for code in ("tae", "tace", "tare")]


def read(query: str = "") -> starts.Starts:
    rows = evidence_map.tree(Therapy.objects.all())
    return starts.read(CompareForm(QueryDict(query), therapies=[row.therapy.code for row in rows]), rows)


def compare(*therapies, **study) -> None:
    of = make_study(**study)
    make_comparison(*(make_arm(of, therapy) for therapy in therapies))


def test_pairs_that_most_studies_compare_come_first(therapies):
    tae, tace, tare = therapies
    compare(tace, tare)
    compare(tace, tae)
    compare(tae, tace)

    found = read().compared

    assert [([therapy.code for therapy in start.therapies], start.n_studies) for start in found] == [
        (["tae", "tace"], 2),
        (["tace", "tare"], 1),
    ]
    assert found[0].address == "?t=tae&t=tace"


def test_three_arms_are_three_pairs(therapies):
    compare(*therapies)

    assert len(read().compared) == 3


def test_reviews_and_strata_of_one_therapy_are_no_pairs(therapies):
    compare(therapies[0], therapies[1], design=Study.Design.META_ANALYSIS)
    compare(therapies[0], therapies[0])

    assert read().compared == ()


def test_therapy_chosen_is_offered_with_its_pairs_and_with_all_others(therapies):
    tae, tace, tare = therapies
    compare(tace, tare)
    compare(tae, tare)

    found = read("t=tace&n_min=5")

    assert found.chosen == tace
    assert [start.address for start in found.compared] == ["?t=tace&t=tare&n_min=5"]
    assert [address for _row, address in found.others] == ["?t=tace&t=tae&n_min=5", "?t=tace&t=tare&n_min=5"]
