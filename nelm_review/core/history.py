"""Who changed what, why and through which service: the words that every history row carries."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

import pghistory
import pgtrigger

if TYPE_CHECKING:
    from nelm_review.core.models import User


def tracked(**options: Any) -> Callable[[type], type]:
    """Record every insert, update and delete of the model's rows by database trigger, raw SQL included.

    Rows are compared as text: to PostgreSQL 26 and 26.0 are equal numbers, to us they are different prints.
    """
    changed = pgtrigger.Condition("OLD.*::text IS DISTINCT FROM NEW.*::text")
    return pghistory.track(
        pghistory.InsertEvent(),
        pghistory.UpdateEvent(condition=changed),
        pghistory.DeleteEvent(),
        **options,
    )


def recorded(*, by: User, service: str, reason: str = "") -> AbstractContextManager[Any]:
    """Label every history row written inside the block with the account, the service and the reason."""
    return pghistory.context(user=by.pk, service=service, reason=reason)
