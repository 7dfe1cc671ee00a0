"""History by trigger: every change of every curated row, raw SQL included, with who and why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.db import InternalError, connection, models, transaction
from pghistory.models import Event

from nelm_review.core.history import recorded
from nelm_review.core.models import User
from references.models import Reference, SearchStrategy
from tests import builders
from therapies.models import (
    Appraisal,
    Arm,
    CellSummary,
    Certainty,
    ClaimCitation,
    ClaimSource,
    Cohort,
    Comparison,
    ComparisonArm,
    NotApplicable,
    Outcome,
    Population,
    Result,
    Study,
    StudyReport,
    Therapy,
    TherapyClaim,
)

pytestmark = pytest.mark.django_db

# A builder for each curated model, and a column that raw SQL may change.
CURATED: dict[type[models.Model], tuple[Callable[[], Any], str, Any]] = {
    Reference: (builders.make_reference, "title", "'changed'"),
    SearchStrategy: (builders.make_search_strategy, "description", "'changed'"),
    Therapy: (builders.make_therapy, "abbreviation", "'changed'"),
    Outcome: (builders.make_outcome, "definition", "'changed'"),
    Cohort: (builders.make_cohort, "note", "'changed'"),
    Study: (builders.make_study, "label", "'changed'"),
    StudyReport: (lambda: builders.make_report(builders.make_study()), "position", "position + 1"),
    Arm: (builders.make_arm, "n", "n + 1"),
    Population: (builders.make_population, "ki67", "'changed'"),
    Result: (builders.make_result, "value", "value + 1"),
    Comparison: (builders.make_comparison, "p_text", "'0.5'"),
    ComparisonArm: (
        lambda: builders.make_comparison().comparison_arms.first(),
        "position",
        "position + 9",
    ),
    Appraisal: (builders.make_appraisal, "reason", "'changed'"),
    Certainty: (builders.make_certainty, "reason", "'changed'"),
    NotApplicable: (builders.make_not_applicable, "reason", "'changed'"),
    CellSummary: (builders.make_cell_summary, "n_studies", "n_studies + 1"),
    ClaimSource: (builders.make_claim_source, "read_at", "'https://example.org/changed'"),
    TherapyClaim: (lambda: builders.make_claim(builders.make_therapy()), "text", "'changed'"),
    ClaimCitation: (
        lambda: builders.make_claim(builders.make_therapy()).citations.first(),
        "position",
        "position + 9",
    ),
}


def labels(row: models.Model) -> list[str]:
    return list(row.history.order_by("pgh_id").values_list("pgh_label", flat=True))


def execute(sql: str, *params: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


def test_every_curated_model_is_tried() -> None:
    tracked = {
        model._meta.get_field("pgh_obj").related_model
        for model in apps.get_models()
        if issubclass(model, Event) and model._meta.managed
    }

    assert tracked == set(CURATED)


@pytest.mark.parametrize("model", CURATED)
def test_history_records_an_insert(model: type[models.Model]) -> None:
    assert labels(CURATED[model][0]()) == ["insert"]


@pytest.mark.parametrize("model", CURATED)
def test_history_records_an_update_by_raw_sql(model: type[models.Model]) -> None:
    build, column, value = CURATED[model]
    row = build()

    execute(f"UPDATE {model._meta.db_table} SET {column} = {value} WHERE id = %s", row.pk)  # noqa: S608

    row.refresh_from_db()
    assert labels(row) == ["insert", "update"]
    newest = row.history.latest("pgh_id")
    assert getattr(newest, column) == getattr(row, column)
    assert newest.pgh_context is None


@pytest.mark.parametrize("model", CURATED)
def test_history_records_no_update_that_changes_nothing(model: type[models.Model]) -> None:
    build, column, _value = CURATED[model]
    row = build()

    execute(f"UPDATE {model._meta.db_table} SET {column} = {column} WHERE id = %s", row.pk)  # noqa: S608

    assert labels(row) == ["insert"]


@pytest.mark.parametrize("model", [Therapy, Outcome, Cohort, Study, Reference, SearchStrategy, Appraisal])
def test_history_outlives_a_deletion_by_raw_sql(model: type[models.Model]) -> None:
    row = CURATED[model][0]()
    history = row._meta.get_field("history").related_model.objects

    execute(f"DELETE FROM {model._meta.db_table} WHERE id = %s", row.pk)  # noqa: S608

    events = history.filter(pgh_obj_id=row.pk).order_by("pgh_id")
    assert list(events.values_list("pgh_label", flat=True)) == ["insert", "delete"]


@pytest.mark.parametrize("model", CURATED)
@pytest.mark.parametrize("deed", ["UPDATE {} SET pgh_label = 'x'", "DELETE FROM {}"])
def test_history_itself_cannot_be_changed(model: type[models.Model], deed: str) -> None:
    row = CURATED[model][0]()
    table = row._meta.get_field("history").related_model._meta.db_table

    with pytest.raises(InternalError, match="pgtrigger: Cannot"), transaction.atomic():
        execute(deed.format(table))


def test_history_says_who_why_and_through_what(editor_a: User) -> None:
    with recorded(by=editor_a, service="studies.rename", reason="A typing error."):
        study = builders.make_study()

    assert study.history.get().pgh_context.metadata == {
        "user": editor_a.pk,
        "service": "studies.rename",
        "reason": "A typing error.",
    }


def test_history_of_a_pubmed_reference_begins_with_its_first_change_and_what_it_replaced() -> None:
    reference = builders.make_reference(origin=Reference.Origin.PUBMED)
    assert labels(reference) == []

    execute("UPDATE references_reference SET title = 'changed' WHERE id = %s", reference.pk)

    assert labels(reference) == ["replaced", "update"]
