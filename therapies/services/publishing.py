"""What an extracted number goes through: signed, verified by a second editor, published, withdrawn.

Every function takes a Result or a Comparison, locks its row, and returns the row as saved.
"""

from __future__ import annotations

from typing import TypeVar

from django.db import transaction
from django.utils import timezone

from nelm_review.core.history import recorded
from nelm_review.core.models import User
from therapies.models import Comparison, Result
from therapies.services import summaries

Number = TypeVar("Number", Result, Comparison)


class PublishingError(Exception):
    """A step that this number cannot take now; the message is a sentence for the person who asked."""


class AlreadyPublished(PublishingError):
    pass


class NotPublished(PublishingError):
    pass


class AlreadyVerified(PublishingError):
    pass


class OwnExtraction(PublishingError):
    pass


class NotExtracted(PublishingError):
    pass


class Withdrawn(PublishingError):
    pass


class NotWithdrawn(PublishingError):
    pass


class ReasonMissing(PublishingError):
    pass


@transaction.atomic
def verify(number: Number, *, by: User) -> Number:
    """Record that a second editor found the number in its source.

    Raises Withdrawn, NotExtracted, AlreadyVerified or OwnExtraction.
    """
    locked = _locked(number)
    _refuse_withdrawn(locked)
    if locked.extracted_by_id is None:
        raise NotExtracted(f"“{locked}” is not signed by whoever extracted it, so nobody can be the second.")
    if locked.is_verified:
        raise AlreadyVerified(f"“{locked}” is verified already.")
    if locked.extracted_by_id == by.pk:
        raise OwnExtraction(f"You extracted “{locked}”; another editor has to verify it.")
    locked.verification = locked.Verification.VERIFIED
    locked.verified_by, locked.verified_at = by, timezone.now()
    return _saved(locked, by=by, service="publishing.verify")


@transaction.atomic
def publish(number: Number, *, by: User) -> Number:
    """Show the number to readers, with its state of verification. Raises Withdrawn or AlreadyPublished."""
    locked = _locked(number)
    _refuse_withdrawn(locked)
    if locked.is_published:
        raise AlreadyPublished(f"“{locked}” is published already.")
    locked.published_by, locked.published_at = by, timezone.now()
    return _saved(locked, by=by, service="publishing.publish")


@transaction.atomic
def withdraw(number: Number, *, by: User, reason: str) -> Number:
    """Take a published number from readers, for a reason. Raises ReasonMissing, Withdrawn or NotPublished."""
    if not reason.strip():
        raise ReasonMissing("A withdrawal says why.")
    locked = _locked(number)
    _refuse_withdrawn(locked)
    if not locked.is_published:
        raise NotPublished(f"“{locked}” is not published, so there is nothing to withdraw.")
    locked.withdrawn_by, locked.withdrawn_at = by, timezone.now()
    locked.withdrawal_reason = reason.strip()
    return _saved(locked, by=by, service="publishing.withdraw", reason=reason.strip())


@transaction.atomic
def reinstate(number: Number, *, by: User, reason: str) -> Number:
    """Undo a withdrawal, for a reason; history keeps both. Raises ReasonMissing or NotWithdrawn."""
    if not reason.strip():
        raise ReasonMissing("A number that comes back says why.")
    locked = _locked(number)
    if locked.withdrawn_at is None:
        raise NotWithdrawn(f"“{locked}” is not withdrawn.")
    locked.withdrawn_by = locked.withdrawn_at = None
    locked.withdrawal_reason = ""
    return _saved(locked, by=by, service="publishing.reinstate", reason=reason.strip())


def sign(number: Number, *, by: User) -> Number:
    """Name the account as extractor of a new or changed number, unsaved; an earlier verification lapses."""
    number.extracted_by, number.extracted_at = by, timezone.now()
    number.verification = number.Verification.EXTRACTED
    number.verified_by = number.verified_at = None
    return number


def _locked(number: Number) -> Number:
    # `of` names the row alone: the joined rows are only read, for the sentences of the errors.
    rows = type(number).objects.select_related("outcome").select_for_update(of=("self",))
    return rows.get(pk=number.pk)


def _refuse_withdrawn(number: Result | Comparison) -> None:
    if number.withdrawn_at is not None:
        raise Withdrawn(f"“{number}” was withdrawn: {number.withdrawal_reason}")


def _saved(number: Number, *, by: User, service: str, reason: str = "") -> Number:
    number.full_clean()
    with recorded(by=by, service=service, reason=reason):
        number.save()
    summaries.announce()
    return number
