"""Results and comparisons in the administration."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client

from nelm_review.core.models import User
from tests.builders import make_arm, make_comparison, make_outcome, make_report, make_result, make_study
from tests.core.administration.forms import act, add, change, errors_of, messages_of
from therapies.models import Comparison, Result, Study
from therapies.services import publishing


@pytest.fixture
def administration(client: Client, admin: User) -> Client:
    client.force_login(admin)
    return client


def test_added_result_is_signed_and_not_published(administration: Client, admin: User) -> None:
    arm, outcome = make_arm(), make_outcome()

    response = add(
        administration,
        Result,
        f"?arm={arm.pk}",
        outcome=outcome.pk,
        value="26.0",
        unit="%",
        source_where="Table 2",
    )

    assert response.status_code == 302, errors_of(response)
    result = Result.objects.get()
    assert (result.arm, result.extracted_by, result.position) == (arm, admin, 1)
    assert str(result.value) == "26.0"
    assert not result.is_published


def test_added_result_takes_the_next_position_of_its_study(administration: Client) -> None:
    first = make_result(position=7)
    arm = make_arm(first.arm.study)

    add(
        administration,
        Result,
        outcome=make_outcome().pk,
        arm=arm.pk,
        value="5",
        unit="%",
        source_where="Text",
    )

    assert Result.objects.get(arm=arm).position == 8


def test_changed_number_is_signed_anew_and_has_to_be_verified_again(
    administration: Client, admin: User, editor_a: User, editor_b: User
) -> None:
    result = publishing.verify(make_result(extracted_by=editor_a), by=editor_b)

    change(administration, result, value="51")

    result.refresh_from_db()
    assert result.value == Decimal(51)
    assert result.extracted_by == admin
    assert not result.is_verified


def test_changed_decimals_are_a_change_too(administration: Client, editor_a: User, editor_b: User) -> None:
    result = publishing.verify(make_result(extracted_by=editor_a, value=Decimal("26")), by=editor_b)

    change(administration, result, value="26.0")

    result.refresh_from_db()
    assert str(result.value) == "26.0"
    assert not result.is_verified


def test_unchanged_number_keeps_its_signatures(
    administration: Client, editor_a: User, editor_b: User
) -> None:
    result = publishing.verify(make_result(extracted_by=editor_a, value=Decimal("26.0")), by=editor_b)

    change(administration, result)

    result.refresh_from_db()
    assert result.is_verified
    assert (result.extracted_by, str(result.value)) == (editor_a, "26.0")


def test_states_cannot_be_forged(administration: Client, admin: User) -> None:
    result = make_result(is_published=False)

    change(administration, result, verification="verified", verified_by=admin.pk, published_at_0="2020-01-01")

    result.refresh_from_db()
    assert not result.is_verified
    assert not result.is_published


def test_percentage_that_contradicts_its_events_is_refused(administration: Client) -> None:
    result = make_result()

    response = change(administration, result, value="69", events="9", total="14")

    assert "does not agree with events / total" in errors_of(response)


def test_percentage_that_contradicts_its_events_stands_with_a_reason(administration: Client) -> None:
    result = make_result()

    change(
        administration, result, value="69", events="9", total="14", override_reason="The source prints both."
    )

    result.refresh_from_db()
    assert (str(result.value), result.events, result.total) == ("69", 9, 14)


def test_report_of_another_study_is_refused(administration: Client) -> None:
    result, stranger = make_result(), make_report(make_study())

    response = change(administration, result, source_report=stranger.pk)

    assert "This report belongs to another study." in errors_of(response)


def test_reported_in_has_to_be_a_review(administration: Client) -> None:
    result, study = make_result(), make_study(label="A cohort")

    response = change(administration, result, reported_in=study.pk)

    assert "“A cohort” is no review." in errors_of(response)


def test_reported_in_takes_a_review(administration: Client) -> None:
    result, review = make_result(), make_study(design=Study.Design.META_ANALYSIS)

    change(administration, result, reported_in=review.pk)

    result.refresh_from_db()
    assert result.reported_in == review


def test_comparison_is_added_with_its_arms(administration: Client, admin: User) -> None:
    study = make_study()
    arms = [make_arm(study), make_arm(study)]

    response = add(
        administration,
        Comparison,
        f"?study={study.pk}",
        outcome=make_outcome().pk,
        measure="HR",
        value="0.80",
        source_where="Table 3",
        **{
            "comparison_arms-TOTAL_FORMS": 2,
            "comparison_arms-0-arm": arms[0].pk,
            "comparison_arms-1-arm": arms[1].pk,
        },
    )

    assert response.status_code == 302, errors_of(response)
    comparison = Comparison.objects.get()
    assert list(comparison.comparison_arms.values_list("arm", "position")) == [
        (arms[0].pk, 1),
        (arms[1].pk, 2),
    ]
    assert comparison.extracted_by == admin


def test_comparison_stays_in_its_study(administration: Client) -> None:
    comparison, other = make_comparison(), make_study()

    change(administration, comparison, study=other.pk)

    assert Comparison.objects.get().study_id == comparison.study_id


@pytest.mark.parametrize("make", [make_result, make_comparison])
def test_publish_action_publishes_and_says_what_was_published_before(
    make: object, administration: Client, admin: User
) -> None:
    draft, public = make(is_published=False), make()

    response = act(administration, "publish_selected", draft, public)

    draft.refresh_from_db()
    assert draft.published_by == admin
    name = draft._meta.verbose_name
    assert messages_of(response) == [f"Published: 1 {name}.", f"“{public}” is published already."]


def test_verify_action_refuses_own_extractions(administration: Client, admin: User) -> None:
    own, other = make_result(extracted_by=admin), make_result()

    response = act(administration, "verify_selected", own, other)

    own.refresh_from_db()
    other.refresh_from_db()
    assert (own.is_verified, other.is_verified) == (False, True)
    assert any("another editor has to verify it" in message for message in messages_of(response))


def test_withdraw_action_asks_for_the_reason_first(administration: Client) -> None:
    result = make_result()

    response = act(administration, "withdraw_selected", result)

    result.refresh_from_db()
    assert result.is_published
    assert 'name="reason"' in response.content.decode()


def test_withdraw_action_with_a_reason_withdraws(administration: Client) -> None:
    result = make_result()

    act(administration, "withdraw_selected", result, reason="Counted twice.")

    result.refresh_from_db()
    assert result.withdrawal_reason == "Counted twice."
    assert result.history.latest("pgh_id").pgh_context.metadata["reason"] == "Counted twice."


def test_withdraw_action_insists_on_a_reason(administration: Client) -> None:
    result = make_result()

    response = act(administration, "withdraw_selected", result, reason="   ")

    result.refresh_from_db()
    assert result.is_published
    assert "Say why." in response.content.decode()


def test_reinstate_action_shows_the_number_again(administration: Client, admin: User) -> None:
    result = publishing.withdraw(make_result(), by=admin, reason="Counted twice.")

    act(administration, "reinstate_selected", result, reason="It was right.")

    result.refresh_from_db()
    assert result.is_published


@pytest.mark.parametrize(("state", "found"), [("published", "PPP"), ("draft", "DDD"), ("withdrawn", "WWW")])
def test_list_filters_by_what_readers_see(
    state: str, found: str, administration: Client, admin: User
) -> None:
    make_result(make_arm(label="PPP"))
    make_result(make_arm(label="DDD"), is_published=False)
    publishing.withdraw(make_result(make_arm(label="WWW")), by=admin, reason="Wrong.")

    page = administration.get("/admin/therapies/result/", {"readers": state}).content.decode()

    assert [label for label in ("PPP", "DDD", "WWW") if label in page] == [found]
