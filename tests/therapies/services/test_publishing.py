"""The steps of an extracted number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from nelm_review.core.models import User
from tests.builders import make_comparison, make_result
from therapies.models import Result
from therapies.services import publishing

NUMBERS = [make_result, make_comparison]
Make = Callable[..., Any]


@pytest.mark.parametrize("make", NUMBERS)
def test_publish_shows_the_number_to_readers(make: Make, senior_editor: User) -> None:
    number = publishing.publish(make(is_published=False), by=senior_editor)

    number.refresh_from_db()
    assert number.is_published
    assert number.published_by == senior_editor


def test_publish_refuses_what_is_published(senior_editor: User) -> None:
    result = make_result()

    with pytest.raises(publishing.AlreadyPublished, match="is published already"):
        publishing.publish(result, by=senior_editor)


def test_publish_refuses_what_was_withdrawn(senior_editor: User) -> None:
    result = publishing.withdraw(make_result(), by=senior_editor, reason="Counted twice.")

    with pytest.raises(publishing.Withdrawn, match="Counted twice"):
        publishing.publish(result, by=senior_editor)


def test_publish_goes_by_the_stored_row(senior_editor: User) -> None:
    stale = make_result(is_published=False)
    publishing.publish(Result.objects.get(pk=stale.pk), by=senior_editor)

    with pytest.raises(publishing.AlreadyPublished):
        publishing.publish(stale, by=senior_editor)


@pytest.mark.parametrize("make", NUMBERS)
def test_verify_names_the_second_editor(make: Make, editor_a: User, editor_b: User) -> None:
    number = publishing.verify(make(extracted_by=editor_a), by=editor_b)

    number.refresh_from_db()
    assert number.is_verified
    assert number.verified_by == editor_b
    assert number.verified_at is not None


def test_verify_refuses_the_extractor(editor_a: User) -> None:
    with pytest.raises(publishing.OwnExtraction, match="another editor"):
        publishing.verify(make_result(extracted_by=editor_a), by=editor_a)


def test_verify_refuses_what_is_verified(editor_a: User) -> None:
    result = publishing.verify(make_result(), by=editor_a)

    with pytest.raises(publishing.AlreadyVerified):
        publishing.verify(result, by=editor_a)


def test_verify_refuses_what_nobody_extracted(editor_a: User) -> None:
    with pytest.raises(publishing.NotExtracted):
        publishing.verify(make_result(extracted_by=None, extracted_at=None), by=editor_a)


def test_verify_refuses_what_was_withdrawn(editor_a: User, senior_editor: User) -> None:
    result = publishing.withdraw(make_result(), by=senior_editor, reason="Counted twice.")

    with pytest.raises(publishing.Withdrawn):
        publishing.verify(result, by=editor_a)


@pytest.mark.parametrize("make", NUMBERS)
def test_withdraw_takes_the_number_from_readers(make: Make, senior_editor: User) -> None:
    number = publishing.withdraw(make(), by=senior_editor, reason=" Counted twice. ")

    number.refresh_from_db()
    assert not number.is_published
    assert number.withdrawal_reason == "Counted twice."
    assert number.withdrawn_by == senior_editor


def test_withdraw_refuses_without_a_reason(senior_editor: User) -> None:
    with pytest.raises(publishing.ReasonMissing):
        publishing.withdraw(make_result(), by=senior_editor, reason="  ")


def test_withdraw_refuses_a_draft(senior_editor: User) -> None:
    with pytest.raises(publishing.NotPublished):
        publishing.withdraw(make_result(is_published=False), by=senior_editor, reason="Wrong.")


def test_withdraw_refuses_what_was_withdrawn(senior_editor: User) -> None:
    result = publishing.withdraw(make_result(), by=senior_editor, reason="Wrong.")

    with pytest.raises(publishing.Withdrawn):
        publishing.withdraw(result, by=senior_editor, reason="Wrong again.")


@pytest.mark.parametrize("make", NUMBERS)
def test_reinstate_shows_the_number_again(make: Make, senior_editor: User) -> None:
    number = publishing.withdraw(make(), by=senior_editor, reason="Wrong.")

    number = publishing.reinstate(number, by=senior_editor, reason="It was right.")

    number.refresh_from_db()
    assert number.is_published
    assert number.withdrawal_reason == ""


def test_reinstate_refuses_what_was_not_withdrawn(senior_editor: User) -> None:
    with pytest.raises(publishing.NotWithdrawn):
        publishing.reinstate(make_result(), by=senior_editor, reason="It was right.")


def test_reinstate_refuses_without_a_reason(senior_editor: User) -> None:
    result = publishing.withdraw(make_result(), by=senior_editor, reason="Wrong.")

    with pytest.raises(publishing.ReasonMissing):
        publishing.reinstate(result, by=senior_editor, reason="")


def test_withdraw_is_in_history_with_who_service_and_reason(senior_editor: User) -> None:
    result = publishing.withdraw(make_result(), by=senior_editor, reason="Counted twice.")

    event = result.history.latest("pgh_id")
    assert event.pgh_label == "update"
    assert event.pgh_context.metadata == {
        "user": senior_editor.pk,
        "service": "publishing.withdraw",
        "reason": "Counted twice.",
    }


def test_sign_lets_a_verification_lapse(editor_a: User, editor_b: User) -> None:
    result = publishing.verify(make_result(extracted_by=editor_a), by=editor_b)

    signed = publishing.sign(result, by=editor_b)
    signed.save()

    result.refresh_from_db()
    assert not result.is_verified
    assert (result.extracted_by, result.verified_by, result.verified_at) == (editor_b, None, None)


def test_publish_refuses_a_row_that_breaks_a_rule(senior_editor: User) -> None:
    result = make_result(is_published=False)
    broken = Result.objects.get(pk=result.pk)
    broken.source_where = ""
    broken.save()

    with pytest.raises(ValidationError):
        publishing.publish(broken, by=senior_editor)
    result.refresh_from_db()
    assert not result.is_published
