"""Which therapies stand side by side, and to which an arm belongs."""

from __future__ import annotations

import pytest
from django.http import QueryDict

from tests.builders import make_therapy
from therapies import evidence_map
from therapies.forms import CompareForm
from therapies.models import Therapy
from therapies.read_models.comparison import sides

pytestmark = pytest.mark.django_db


def choose(query: str) -> sides.Sides:
    rows = evidence_map.tree(Therapy.objects.all())
    return sides.choose(CompareForm(QueryDict(query), therapies=[row.therapy.code for row in rows]), rows)


def test_side_holds_what_stands_below_its_therapy():
    tace = make_therapy("tace")
    ctace = make_therapy("ctace", parent=tace)

    (side,) = choose("t=tace").members

    assert side.within == {tace.pk, ctace.pk}


def test_arm_belongs_to_the_narrowest_of_nested_sides():
    tace = make_therapy("tace")
    ctace, deb = make_therapy("ctace", parent=tace), make_therapy("deb", parent=tace)

    chosen = choose("t=tace&t=ctace")

    assert chosen.of(ctace.pk).therapy == ctace
    assert chosen.of(deb.pk).therapy == tace


def test_arm_of_another_therapy_belongs_to_no_side():
    make_therapy("tace")

    assert choose("t=tace").of(make_therapy("prrt").pk) is None


def test_nesting_is_named_once_from_the_outside_in():
    make_therapy("ctace", parent=make_therapy("tace"))

    (nesting,) = choose("t=ctace&t=tace").nestings

    assert (nesting.outer.code, nesting.inner.code) == ("tace", "ctace")


def test_sides_apart_have_no_nesting():
    make_therapy("tace")
    make_therapy("tare")

    assert choose("t=tace&t=tare").nestings == ()


def test_side_links_to_the_page_without_it_and_to_an_earlier_place_inside_the_filters():
    for code in ("tace", "tare", "tae"):
        make_therapy(code)

    first, second, third = choose("t=tace&t=tare&t=tae&n_min=10").members

    assert first.earlier == ""
    assert second.earlier == "?t=tare&t=tace&t=tae&n_min=10"
    assert third.earlier == "?t=tace&t=tae&t=tare&n_min=10"
    assert second.without == "?t=tace&t=tae&n_min=10"
