"""Populations: what must never be stored, and what they say of themselves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from tests import builders
from tests.constraints import WAYS, Case, broken, untried
from therapies.models import CRITERIA, Population

pytestmark = pytest.mark.django_db


def two_of_one_study() -> tuple[Population, dict[str, Any]]:
    arm = builders.make_arm()
    builders.make_population(arm.study)
    return builders.make_population(arm), {"arm_id": None}


CASES = [
    *(
        broken(Population, f"population_{code}_is_known", builders.make_population, **{code: {"x": {}}})
        for code in CRITERIA
    ),
    broken(Population, "population_structured_by_is_known", builders.make_population, structured_by="x"),
    Case(Population, "study_has_one_population", two_of_one_study),
]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_database_refuses(case: Case, way: Callable[[Case], None]) -> None:
    way(case)


def test_every_constraint_is_tried() -> None:
    assert untried(CASES, Population) == set()


def test_population_is_of_an_arm_of_its_study() -> None:
    arm, other = builders.make_arm(), builders.make_study()

    with pytest.raises(IntegrityError, match="one of its own arms"), transaction.atomic():
        Population.objects.create(study=other, arm=arm)


@pytest.mark.parametrize(
    "stated",
    [
        ["pancreas"],
        {"pancreas": 7},
        {"pancreas": {"count": 7}},
        {"pancreas": {"n": 0}},
        {"pancreas": {"n": True}},
        {"pancreas": {"n": "7"}},
        {"pancreas": {"percent": 101}},
        {"pancreas": {"words": " "}},
        {"pancreas": {"words": "x" * 201}},
        {"kidney": {}},
    ],
)
def test_form_refuses_what_is_no_share(stated: Any) -> None:
    row = builders.make_population()
    row.primary = stated

    with pytest.raises(ValidationError) as refusal:
        row.clean_fields()
    assert set(refusal.value.message_dict) == {"primary"}


def test_parts_come_in_the_order_of_the_vocabulary() -> None:
    row = builders.make_population(
        primary={"rest": {}, "pancreas": {"n": 7, "percent": 27}, "small-bowel": {"words": "midgut"}}
    )

    row.refresh_from_db()
    parts = [(part.value, part.n, part.percent, part.words) for part in row.parts(CRITERIA["primary"])]
    assert parts == [
        ("small-bowel", None, None, "midgut"),
        ("pancreas", 7, 27, ""),
        ("rest", None, None, ""),
    ]


def test_population_names_what_it_states() -> None:
    assert builders.make_population().stated_words == "nothing"
    row = builders.make_population(grade={"g1": {}}, extrahepatic={"absent": {}}, ki67="< 3 %")
    assert row.stated_words == "Grade, Disease outside the liver, Ki-67"
