"""What every form of the administration keeps to: reasons, signatures, conflicts, refusals as sentences."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client

from nelm_review.core.models import User
from tests.builders import make_arm, make_cohort, make_comparison, make_outcome, make_study, make_therapy
from tests.core.administration.forms import REASON, add, address_of, change, errors_of, shown
from therapies.models import Cohort, Comparison, ComparisonArm, Outcome, Therapy


@pytest.fixture
def administration(client: Client, admin: User) -> Client:
    client.force_login(admin)
    return client


def test_change_is_recorded_with_who_service_and_reason(administration: Client, admin: User) -> None:
    cohort = make_cohort()

    change(administration, cohort, name="Renamed")

    event = cohort.history.latest("pgh_id")
    assert event.name == "Renamed"
    metadata = event.pgh_context.metadata
    assert (metadata["user"], metadata["service"], metadata["reason"]) == (admin.pk, "admin", REASON)


def test_change_without_a_reason_is_refused(administration: Client) -> None:
    cohort = make_cohort(name="As it was")

    response = change(administration, cohort, name="Renamed", change_reason="  ")

    cohort.refresh_from_db()
    assert cohort.name == "As it was"
    assert "This field is required" in errors_of(response)


def test_add_is_recorded_and_asks_no_reason(administration: Client, admin: User) -> None:
    add(administration, Cohort, name="New", code="new-cohort")

    event = Cohort.objects.get(code="new-cohort").history.get()
    assert event.pgh_label == "insert"
    assert event.pgh_context.metadata["user"] == admin.pk


def test_change_is_refused_when_another_came_in_between(administration: Client) -> None:
    cohort = make_cohort()
    address = address_of(Cohort, "change", cohort.pk)
    opened = shown(administration, address, "cohort_form")
    change(administration, cohort, name="By the first")

    response = administration.post(address, {**opened, "name": "By the second", "change_reason": REASON})

    cohort.refresh_from_db()
    assert cohort.name == "By the first"
    assert "Somebody changed this row since you opened it" in errors_of(response)


def test_change_sees_raw_sql_that_came_in_between(administration: Client) -> None:
    cohort = make_cohort()
    address = address_of(Cohort, "change", cohort.pk)
    opened = shown(administration, address, "cohort_form")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE therapies_cohort SET note = 'by hand' WHERE id = %s", [cohort.pk])

    response = administration.post(address, {**opened, "name": "Lost update", "change_reason": REASON})

    assert "Somebody changed this row" in errors_of(response)


def test_refusal_of_a_trigger_becomes_a_form_error(administration: Client) -> None:
    above = make_therapy("above")
    below = make_therapy("below", parent=above)

    response = change(administration, above, parent=below.pk)

    above.refresh_from_db()
    assert above.parent is None
    assert response.status_code == 200
    assert "Therapy above cannot stand below itself." in errors_of(response)


def test_refusal_keeps_what_was_filled_in(administration: Client) -> None:
    above = make_therapy("above")
    below = make_therapy("below", parent=above)

    response = change(administration, above, parent=below.pk, abbreviation="TYPED")

    assert 'value="TYPED"' in response.content.decode()


def test_refusal_of_arms_of_another_study_becomes_a_form_error(administration: Client) -> None:
    study, stranger, outcome = make_study(), make_arm(), make_outcome()

    response = add(
        administration,
        Comparison,
        study=study.pk,
        outcome=outcome.pk,
        source_where="Table 2",
        **{
            "comparison_arms-TOTAL_FORMS": 1,
            "comparison_arms-0-arm": stranger.pk,
            "comparison_arms-0-position": "",
        },
    )

    assert not Comparison.objects.exists()
    assert "A comparison joins arms of its own study." in errors_of(response)


def test_comparison_page_offers_only_arms_of_its_study(administration: Client) -> None:
    comparison, stranger = make_comparison(), make_arm()
    part = comparison.comparison_arms.first()

    response = change(administration, comparison, **{"comparison_arms-0-arm": stranger.pk})

    part.refresh_from_db()
    assert part.arm.study_id == comparison.study_id
    assert "Select a valid choice" in errors_of(response)


def test_refusal_of_a_unique_constraint_names_what_is_taken(administration: Client) -> None:
    comparison = make_comparison()
    first, second = comparison.comparison_arms.order_by("position")

    response = change(
        administration,
        comparison,
        **{"comparison_arms-0-position": second.position, "comparison_arms-1-position": 9},
    )

    assert response.status_code == 200
    assert "already" in errors_of(response)
    assert list(ComparisonArm.objects.order_by("pk").values_list("position", flat=True)) == [1, 2]
    assert first.position == 1


def test_check_constraint_becomes_its_own_sentence(administration: Client) -> None:
    comparison = make_comparison()

    response = change(administration, comparison, ci_low="0.9", ci_high="1.2")

    assert "The confidence interval must contain the value." in errors_of(response)


def test_number_beyond_the_column_becomes_a_form_error(administration: Client) -> None:
    comparison = make_comparison()

    response = change(administration, comparison, measure="MD", value="1e200000", ci_low="", ci_high="")

    assert response.status_code == 200
    assert errors_of(response)


def test_keys_of_vocabularies_stay_as_they_are(administration: Client) -> None:
    outcome = make_outcome("orr")

    change(administration, outcome, code="renamed", name="Renamed")

    outcome.refresh_from_db()
    assert (outcome.code, outcome.name) == ("orr", "Renamed")


def test_lists_are_one_item_a_line_and_keep_commas(administration: Client) -> None:
    therapy = make_therapy(synonyms=["N,N-dimethyl, an invention"])

    change(administration, therapy, synonyms="N,N-dimethyl, an invention\r\n\r\n  Second  ")

    therapy.refresh_from_db()
    assert therapy.synonyms == ["N,N-dimethyl, an invention", "Second"]


def test_saving_a_page_unchanged_changes_nothing(administration: Client) -> None:
    for row in (
        make_therapy(synonyms=["a, b", "c"]),
        make_outcome(),
        make_study(countries=["Korea, Republic of"]),
    ):
        before = type(row).objects.filter(pk=row.pk).values().get()

        response = change(administration, row)

        assert response.status_code == 302, errors_of(response)
        assert type(row).objects.filter(pk=row.pk).values().get() == before
        assert row.history.filter(pgh_label="update").count() == 0


def test_a_row_that_is_gone_is_said_so(administration: Client, admin: User) -> None:
    response = administration.get(address_of(Therapy, "change", 99_999_999_999_999_999_999), follow=True)

    assert response.status_code == 200
    assert "doesn’t exist" in response.content.decode()
    assert Outcome.objects.count() == 0
