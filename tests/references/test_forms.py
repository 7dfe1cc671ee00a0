"""The search form: unreadable values are named and ignored, the rest stands."""

from __future__ import annotations

import pytest
from django.http import QueryDict

from references.forms import ReferenceSearchForm
from tests.builders import make_journal, make_reference

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("year_from=abc", "year_from"),
        ("year_from=99999999999999999999", "year_from"),
        ("year_to=-5", "year_to"),
        ("year_from=2020&year_to=1999", "year_to"),
        ("type=Nothing+of+the+kind", "type"),
        ("type=%00", "type"),
        ("journal=abc", "journal"),
        ("journal=%00", "journal"),
        ("journal=99999999999999999999999", "journal"),
        ("status=nope", "status"),
        ("used=maybe", "used"),
        ("origin=%00", "origin"),
        ("q=a%00b", "q"),
        ("q=" + "a" * 501, "q"),
    ],
)
def test_search_form_names_what_it_cannot_read(query, field):
    form = ReferenceSearchForm(QueryDict(query))

    assert list(form.errors) == [field]
    assert form.readable(field) is None


def test_search_form_keeps_what_it_can_read():
    form = ReferenceSearchForm(QueryDict("q=liver&year_from=abc&year_to=2020&used=yes"))

    assert form.pairs() == [("q", "liver"), ("year_to", "2020"), ("used", "yes")]


def test_search_form_pairs_round_trip():
    journal = make_journal()
    make_reference(publication_types=["Review", "Letter"])
    query = QueryDict(f"q=a%26b&type=Review&type=Letter&journal={journal.pk}&gap=title&sort=oldest")

    pairs = ReferenceSearchForm(query).pairs()

    assert pairs == [
        ("q", "a&b"),
        ("type", "Review"),
        ("type", "Letter"),
        ("journal", str(journal.pk)),
        ("gap", "title"),
        ("sort", "oldest"),
    ]
