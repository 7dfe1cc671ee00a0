"""Long lists, a part at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Generic, TypeVar

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Schema
from pydantic import BaseModel, Field

MOST_ITEMS = 500
# PostgreSQL counts further, but no list here is as long.
MOST_OFFSET = 2**31 - 1

Item = TypeVar("Item", bound=BaseModel)


class Page(BaseModel, Generic[Item]):
    """A part of a list; the order stays the same from part to part."""

    items: list[Item]
    count: int = Field(description="How many there are in all, inside the filters.")
    limit: int = Field(description="How many were asked for at most.")
    offset: int = Field(description="How many were left out before the first item.")


class Paging(Schema):
    """Which part of a list is asked for."""

    limit: int = Field(100, ge=1, le=MOST_ITEMS, description="How many items to return at most.")
    offset: int = Field(0, ge=0, le=MOST_OFFSET, description="How many items to leave out first.")

    def page(
        self, rows: QuerySet[Any] | Sequence[Any], read: Callable[[Iterable[Any]], Iterable[BaseModel]]
    ) -> dict[str, Any]:
        """Return the fields of a Page: the rows asked for, as `read` shows them, and how many there are."""
        count = rows.count() if isinstance(rows, QuerySet) else len(rows)
        shown = rows[self.offset : self.offset + self.limit] if self.offset < count else ()
        return {"items": list(read(shown)), "count": count, "limit": self.limit, "offset": self.offset}


def links(request: HttpRequest, page: dict[str, Any]) -> str:
    """Return the Link header of a Page: where its neighbours and both ends of the list are (RFC 8288)."""
    limit, offset = page["limit"], page["offset"]
    last = max(page["count"] - 1, 0) // limit * limit
    places = {"first": 0, "prev": min(offset - limit, last), "next": offset + limit, "last": last}
    if offset == 0:
        del places["prev"]
    if offset + limit >= page["count"]:
        del places["next"]
    found = []
    for relation, place in places.items():
        query = request.GET.copy()
        query["limit"], query["offset"] = limit, max(place, 0)
        found.append(f'<{request.build_absolute_uri(request.path)}?{query.urlencode()}>; rel="{relation}"')
    return ", ".join(found)
