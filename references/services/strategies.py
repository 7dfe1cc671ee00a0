"""Saved queries: `strategies.create(name=…, query=…, by=user)`."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from nelm_review.core.history import recorded
from nelm_review.core.models import User
from references.models import SearchStrategy
from references.services.searches import BadRequest
from references.services.searches.requests import sendable


def create(*, name: str, query: str, description: str = "", by: User) -> SearchStrategy:
    """Save a query under a name; raises BadRequest for one that cannot be sent, or a name that is taken."""
    name = " ".join(name.split())
    slug = slugify(name)[:80].strip("-")
    if not slug:
        raise BadRequest("A strategy needs a name with letters or digits in it.")
    strategy = SearchStrategy(
        slug=slug, name=name, query=sendable(query), description=description.strip(), created_by=by
    )
    try:
        with transaction.atomic(), recorded(by=by, service="strategies.create"):
            strategy.save(force_insert=True)
    except IntegrityError as error:
        raise BadRequest(f"There is a strategy called “{name}” already.") from error
    return strategy
