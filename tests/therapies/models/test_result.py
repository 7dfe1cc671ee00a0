"""What a number must never be, whoever writes it; and that rules told twice agree."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, InternalError, connection, transaction
from django.utils import timezone

from nelm_review.core.models import User
from tests import builders
from tests.constraints import WAYS, Case, broken, untried
from therapies.models import Comparison, ComparisonArm, Criteria, Result, SourcedNumber
from therapies.models.result import printed_percentage_agrees

pytestmark = pytest.mark.django_db

Build = Callable[..., SourcedNumber]
MAKE: dict[type[SourcedNumber], Build] = {
    Result: builders.make_result,
    Comparison: builders.make_comparison,
}
NOW = timezone.now()


def median() -> Result:
    return builders.make_result(outcome=builders.make_outcome(measure="median-time", unit="months"))


def result(constraint: str, **bad: Any) -> Case:
    return broken(Result, constraint, builders.make_result, **bad)


def comparison(constraint: str, **bad: Any) -> Case:
    return broken(Comparison, constraint, builders.make_comparison, **bad)


def signing_cases(model: type[SourcedNumber]) -> list[Case]:
    """The constraints on who and when, which results and comparisons share."""
    name, make = model._meta.model_name, MAKE[model]

    def is_verified_without_name() -> tuple[SourcedNumber, dict[str, Any]]:
        return make(), {"verification": "verified"}

    def is_verified_by_its_extractor() -> tuple[SourcedNumber, dict[str, Any]]:
        row = make()
        bad = {"verification": "verified", "verified_by_id": row.extracted_by_id, "verified_at": NOW}
        return row, bad

    return [
        broken(model, f"{name}_extracted_by_and_at_go_together", make, extracted_at=None),
        broken(
            model,
            f"{name}_verified_by_and_at_go_together",
            make,
            verified_at=NOW,
        ),
        broken(model, f"{name}_published_by_and_at_go_together", make, published_at=None),
        broken(
            model,
            f"{name}_withdrawn_by_and_at_go_together",
            make,
            withdrawn_at=NOW,
            withdrawal_reason="Wrong.",
        ),
        Case(model, f"{name}_is_verified_by_someone", is_verified_without_name),
        Case(model, f"{name}_is_verified_by_a_second_editor", is_verified_by_its_extractor),
        broken(model, f"{name}_withdrawal_says_why", make, withdrawal_reason="Of something in force."),
        broken(
            model,
            f"{name}_verification_is_known",
            make,
            named=f"{name}_is_verified_by_someone",
            verification="guessed",
        ),
    ]


CASES = [
    *signing_cases(Result),
    *signing_cases(Comparison),
    result("result_ci_contains_value", ci_low=Decimal(51)),
    result("result_ci_contains_value", ci_high=Decimal(49)),
    result("result_ci_contains_value", value=None, ci_low=Decimal(51), ci_high=Decimal(49)),
    result("result_range_contains_value", range_low=Decimal(51)),
    result("result_range_contains_value", range_high=Decimal(49)),
    result("result_range_contains_value", value=None, range_low=Decimal(51), range_high=Decimal(49)),
    result("result_ci_level_is_a_level", ci_level=Decimal(0)),
    result("result_ci_level_is_a_level", ci_level=Decimal(100)),
    result("result_total_is_positive", total=0),
    result("result_events_do_not_exceed_total", value=None, events=11, total=10),
    result("result_value_is_possible", value=Decimal(-1)),
    result("result_value_is_possible", value=Decimal("100.1")),
    broken(Result, "result_value_is_possible", median, value=Decimal(-1)),
    result("result_ci_low_is_possible", value=None, ci_low=Decimal(-1)),
    result("result_ci_high_is_possible", ci_high=Decimal(101)),
    result("result_range_low_is_possible", value=None, range_low=Decimal(-1)),
    result("result_range_high_is_possible", range_high=Decimal(101)),
    result("result_timepoint_is_not_negative", timepoint_months=Decimal(-1)),
    broken(Result, "result_not_reached_has_no_value", median, not_reached=True),
    result("result_percentage_agrees_with_events", events=9, total=20),
    result("result_criteria_is_known", criteria="my-own"),
    result("result_unit_is_known", unit="weeks"),
    result("result_per_is_known", per="organ"),
    comparison("comparison_value_has_a_measure", measure=""),
    comparison("comparison_ci_contains_value", ci_low=Decimal("0.9")),
    comparison("comparison_ci_contains_value", ci_high=Decimal("0.7")),
    comparison("comparison_ci_contains_value", value=None, ci_low=Decimal(2), ci_high=Decimal(1)),
    comparison("comparison_ratio_is_positive", value=Decimal(0)),
    comparison("comparison_ratio_is_positive", ci_low=Decimal(-1)),
    comparison("comparison_measure_is_known", measure="XX"),
    Case(Comparison, "comparison_position_is_taken_once", lambda: second_comparison("position")),
    Case(ComparisonArm, "comparison_names_an_arm_once", lambda: second_arm("arm_id")),
    Case(ComparisonArm, "comparison_arm_position_is_taken_once", lambda: second_arm("position")),
]


def second_comparison(column: str) -> tuple[Comparison, dict[str, Any]]:
    """Return a comparison beside another of its study, and that other one's value of the column."""
    first = builders.make_comparison()
    arms = [comparison_arm.arm for comparison_arm in first.comparison_arms.all()]
    return builders.make_comparison(*arms), {column: getattr(first, column)}


def second_arm(*columns: str) -> tuple[ComparisonArm, dict[str, Any]]:
    first, second = builders.make_comparison().comparison_arms.all()
    return second, {name: getattr(first, name) for name in columns}


@pytest.mark.parametrize("write", WAYS)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_number_is_refused(case: Case, write: Callable[[Case], None]) -> None:
    write(case)


def test_every_constraint_on_numbers_is_tried() -> None:
    assert untried(CASES, Result, Comparison, ComparisonArm) == set()


@pytest.mark.parametrize(
    "columns",
    [
        {"value": Decimal(0)},
        {"value": Decimal(100)},
        {"ci_low": Decimal(50), "ci_high": Decimal(50)},
        {"ci_low": Decimal(40)},
        {"value": None, "events": 9, "total": 20},
        {"events": 9, "total": 20, "override_reason": "Printed so."},
        {"events": 9},
        {"value": None, "not_reached": True},
    ],
)
def test_result_is_accepted(columns: dict[str, Any]) -> None:
    builders.make_result(**columns).full_clean()


def test_comparison_of_a_difference_may_be_negative() -> None:
    builders.make_comparison(measure="MD", value=Decimal(-3), ci_low=Decimal(-5)).full_clean()


# Triggers


def foreign_arm() -> tuple[Comparison, int]:
    return builders.make_comparison(), builders.make_arm().pk


def test_comparison_with_an_arm_of_another_study_is_refused_by_the_orm() -> None:
    comparison, arm = foreign_arm()

    with pytest.raises(IntegrityError, match="A comparison joins arms of its own study"):
        ComparisonArm.objects.create(comparison=comparison, arm_id=arm, position=3)


def test_comparison_with_an_arm_of_another_study_is_refused_by_raw_sql() -> None:
    comparison, arm = foreign_arm()

    with (
        pytest.raises(IntegrityError, match="A comparison joins arms of its own study"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "UPDATE therapies_comparisonarm SET arm_id = %s WHERE comparison_id = %s AND position = 1",
            [arm, comparison.pk],
        )


# The field that keeps printed digits


@pytest.mark.parametrize("printed", ["26", "26.0", "0.10", "419", "1E+2"])
def test_printed_decimal_keeps_its_digits(printed: str) -> None:
    row = median()
    Result.objects.filter(pk=row.pk).update(value=Decimal(printed))

    row.refresh_from_db()

    assert str(row.value) == format(Decimal(printed), "f")


@pytest.mark.parametrize("value", ["NaN", "Infinity", "many"])
def test_printed_decimal_refuses_what_is_no_number(value: str) -> None:
    with pytest.raises(ValidationError, match="is not a"):
        median().__class__._meta.get_field("value").to_python(value)


# Rules told twice


def grid() -> list[tuple[Decimal, int, int]]:
    """Percentages near and far from events/total, printed with 0 to 2 decimals."""
    cases = []
    for total in [*range(1, 31), 37, 94, 151, 336]:
        for events in {0, 1, total // 3, total // 2, total - 1, total}:
            share = Decimal(100 * events) / total
            for decimals in (0, 1, 2):
                unit = Decimal(1).scaleb(-decimals)
                near = share.quantize(unit)
                cases += [(near + step * unit, events, total) for step in (-2, -1, 0, 1, 2)]
    return cases


def test_printed_percentage_agrees_in_sql_as_in_python() -> None:
    cases = grid()
    values, events, totals = (list(column) for column in zip(*cases, strict=True))

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT printed_percentage_agrees(value, events, total)"
            " FROM unnest(%s::numeric[], %s::integer[], %s::integer[]) AS grid(value, events, total)",
            [values, events, totals],
        )
        in_sql = [agrees for (agrees,) in cursor.fetchall()]

    in_python = [printed_percentage_agrees(*case) for case in cases]
    assert len(cases) > 2_000
    assert {True, False} == set(in_python)
    assert [case for case, sql, python in zip(cases, in_sql, in_python, strict=True) if sql != python] == []


@pytest.mark.parametrize(
    ("value", "events", "total", "agrees"),
    [
        ("64", 9, 14, True),
        ("64.2", 9, 14, True),
        ("64.3", 9, 14, True),
        ("64.4", 9, 14, False),
        ("69", 9, 14, False),
        ("67", 2, 3, True),
        ("66", 2, 3, True),
        ("65", 2, 3, False),
        ("12.5", 1, 8, True),
        ("13", 1, 8, True),
        ("12", 1, 8, True),
        ("0", 0, 7, True),
        ("100", 7, 7, True),
    ],
)
def test_printed_percentage_agrees(value: str, events: int, total: int, agrees: bool) -> None:
    assert printed_percentage_agrees(Decimal(value), events, total) is agrees


def states(model: type[SourcedNumber], editor: User) -> list[SourcedNumber]:
    """Return a number in each state of being published, withdrawn and verified."""
    make = MAKE[model]
    by_editor = {"verification": "verified", "verified_by": editor, "verified_at": NOW}
    withdrawn = {"withdrawn_by": editor, "withdrawn_at": NOW, "withdrawal_reason": "Wrong."}
    return [
        make(is_published=is_published, **columns)
        for is_published in (True, False)
        for columns in ({}, withdrawn, by_editor, {**withdrawn, **by_editor})
    ]


@pytest.mark.parametrize("model", MAKE)
@pytest.mark.parametrize(("query", "question"), [("published", "is_published"), ("verified", "is_verified")])
def test_number_says_of_itself_what_the_query_says(
    editor_a: User, model: type[SourcedNumber], query: str, question: str
) -> None:
    rows = states(model, editor_a)
    found = set(getattr(model.objects, query)())

    assert {row: row in found for row in rows} == {row: getattr(row, question) for row in rows}
    assert 0 < len(found) < len(rows)


def test_criteria_have_a_name_each() -> None:
    assert len(set(Criteria.labels)) == len(Criteria.values)


@pytest.mark.django_db
def test_history_records_a_change_of_printed_decimals_alone():
    result = builders.make_result(value=Decimal("26"))

    Result.objects.filter(pk=result.pk).update(value=Decimal("26.0"))
    Result.objects.filter(pk=result.pk).update(value=Decimal("26.0"))

    assert [str(event.value) for event in result.history.order_by("pgh_id")] == ["26", "26.0"]


@pytest.mark.django_db
@pytest.mark.parametrize("make", [builders.make_comparison, builders.make_arm])
def test_arms_and_comparisons_stay_in_their_study(make):
    row = make()

    with pytest.raises(InternalError, match="Cannot update"):
        type(row).objects.filter(pk=row.pk).update(study=builders.make_study())
