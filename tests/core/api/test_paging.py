from __future__ import annotations

import re

import pytest
from django.test import RequestFactory
from pydantic import ValidationError

from nelm_review.core.api import Paging
from nelm_review.core.api.paging import links
from nelm_review.core.models import User
from tests.builders import make_therapy, make_user

ROWS = list(range(10))


@pytest.mark.parametrize(
    ("limit", "offset", "items"),
    [(3, 0, [0, 1, 2]), (3, 9, [9]), (500, 0, ROWS), (3, 10, []), (3, 11, []), (1, 2**31 - 1, [])],
)
def test_page_holds_the_part_asked_for_and_counts_the_whole(limit, offset, items):
    page = Paging(limit=limit, offset=offset).page(ROWS, list)

    assert page == {"items": items, "count": 10, "limit": limit, "offset": offset}


@pytest.mark.parametrize(
    "asked", [{"limit": 0}, {"limit": 501}, {"limit": -1}, {"offset": -1}, {"offset": 2**31}]
)
def test_page_has_bounds(asked):
    with pytest.raises(ValidationError):
        Paging(**asked)


def test_page_of_rows_reads_only_its_part(db, django_assert_num_queries):
    for name in "cab":
        make_user(name)

    with django_assert_num_queries(2):
        page = Paging(limit=2, offset=1).page(
            User.objects.filter(username__in="abc").order_by("username"), list
        )

    assert [user.username for user in page["items"]] == ["b", "c"]
    assert page["count"] == 3


def test_page_after_the_end_only_counts(db, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert Paging(offset=99).page(User.objects.filter(username="nobody"), list)["items"] == []


@pytest.mark.parametrize(
    ("limit", "offset", "count", "places"),
    [
        (3, 0, 10, {"first": 0, "next": 3, "last": 9}),
        (3, 3, 10, {"first": 0, "prev": 0, "next": 6, "last": 9}),
        (3, 9, 10, {"first": 0, "prev": 6, "last": 9}),
        (5, 5, 10, {"first": 0, "prev": 0, "last": 5}),
        (5, 2, 10, {"first": 0, "prev": 0, "next": 7, "last": 5}),
        (3, 99, 10, {"first": 0, "prev": 9, "last": 9}),
        (3, 0, 0, {"first": 0, "last": 0}),
        (3, 0, 3, {"first": 0, "last": 0}),
    ],
)
def test_links_lead_to_the_neighbours_and_the_ends(limit, offset, count, places):
    request = RequestFactory().get("/api/v1/results?therapy=tace&therapy=tae&limit=3")
    header = links(request, {"items": [], "limit": limit, "offset": offset, "count": count})

    found = re.findall(r'<([^>]+)[&?]limit=(\d+)&offset=(\d+)>; rel="(\w+)"', header)
    assert {relation: int(place) for _address, _limit, place, relation in found} == places
    assert {int(shown) for _address, shown, _place, _relation in found} == {limit}
    assert {address for address, *_rest in found} == {
        "http://testserver/api/v1/results?therapy=tace&therapy=tae"
    }


def test_list_links_to_its_next_page(db, client):
    for name in ("one", "two", "three"):
        make_therapy(name)
    response = client.get("/api/v1/therapies?limit=2")

    address = re.search(r'<([^>]+)>; rel="next"', response["Link"])[1]
    assert [therapy["code"] for therapy in client.get(address).json()["items"]] == ["three"]
