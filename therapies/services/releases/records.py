"""The published evidence as plain records: every row that a page or an analysis could read, column by column.

The files of `evidence/` are for people and for loading; these are for reading a release back exactly. They
hold no accounts and no times of curation, so the same rows always give the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db import models

from references.models import Reference
from therapies.models import (
    Appraisal,
    Arm,
    Certainty,
    Cohort,
    Comparison,
    ComparisonArm,
    Outcome,
    Population,
    Result,
    Study,
    StudyReport,
    Therapy,
)

FORM = 1
# A table comes after those that its rows point to.
TABLES: tuple[type[models.Model], ...] = (
    *(Therapy, Outcome, Cohort, Study, Reference, StudyReport, Arm, Result, Comparison, ComparisonArm),
    *(Appraisal, Certainty, Population),
)
# Of a publication only what an analysis or a citation needs; its abstract is not ours to give away.
REFERENCE_COLUMNS = (
    *("id", "title", "doi", "pmid", "pmcid", "published_year", "authors_text"),
    *("is_retracted", "has_expression_of_concern", "deleted_from_pubmed_at"),
)
CURATION = ("_by_id", "_at")
WITHDRAWAL = "withdrawal_reason"

Records = dict[str, dict[str, list[Any]]]


def collect() -> Records:
    """Return the published evidence, a table a model: its columns and its rows by key; one query a table."""
    return {model.__name__: _table(model, rows) for model, rows in _published()}


def write(records: Records) -> str:
    """Return the records as JSON, one row a line; printed numbers are text, so that every digit stays."""
    tables = []
    for name, table in records.items():
        rows = ",\n".join(json.dumps(row, ensure_ascii=False, default=_plain) for row in table["rows"])
        columns = json.dumps(table["columns"])
        tables.append(f'{json.dumps(name)}: {{"columns": {columns}, "rows": [\n{rows}\n]}}')
    return f'{{"form": {FORM},\n' + ",\n".join(tables) + "\n}\n"


def read(text: str) -> Records:
    """Return what `write` wrote."""
    found: dict[str, Any] = json.loads(text)
    return {name: table for name, table in found.items() if name != "form"}


def columns_of(model: type[models.Model]) -> list[str]:
    """Return the columns of a model that are part of a release."""
    if model is Reference:
        return list(REFERENCE_COLUMNS)
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    names = [field.attname for field in fields if field.attname != WITHDRAWAL]
    return [name for name in names if not name.endswith(CURATION)]


def _published() -> Iterable[tuple[type[models.Model], models.QuerySet]]:
    results, comparisons = Result.objects.published(), Comparison.objects.published()
    shown = {
        Reference: Reference.objects.filter(study_reports__isnull=False).distinct(),
        Result: results,
        Comparison: comparisons,
        ComparisonArm: ComparisonArm.objects.filter(comparison__in=comparisons),
        # Judgements in force, of what readers see.
        Appraisal: Appraisal.objects.filter(
            models.Q(result__isnull=True) | models.Q(result__in=results),
            pk__in=Appraisal.objects.latest_judgements().values("pk"),
        ),
    }
    for model in TABLES:
        yield model, shown.get(model, model._default_manager.all())


def _table(model: type[models.Model], rows: models.QuerySet) -> dict[str, list[Any]]:
    columns = columns_of(model)
    # Studies in the order of the pages, which the database's collation decides: of studies that tie, the
    # first stays in a pool.
    ordered = rows.order_by("label", "pk") if model is Study else rows.order_by("pk")
    return {"columns": columns, "rows": [list(row) for row in ordered.values_list(*columns)]}


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat()
