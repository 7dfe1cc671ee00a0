from __future__ import annotations

import pytest
from pydantic import ValidationError

from nelm_review.core.api import Paging
from nelm_review.core.models import User
from tests.builders import make_user

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
