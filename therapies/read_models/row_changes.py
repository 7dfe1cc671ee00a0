"""Two states of one row set against each other, field by field, in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import models

from therapies.services.releases import records

NOTHING = "—"
# Where a row stands says nothing about what it says.
SILENT = frozenset({"id", "position"})
# That a second editor found a number in its source corrects nothing.
VERIFICATION = "verification"
NAMES = {
    "n_patients": "patients",
    "source_where": "place in the source",
    "is_composite": "composite",
    "per": "unit of analysis",
}


@dataclass(frozen=True)
class FieldChange:
    """One column, in words, before and after."""

    name: str
    old: str
    new: str


def telling(model: type[models.Model]) -> list[str]:
    """Return the columns of a model that say something to a reader."""
    return [name for name in records.columns_of(model) if name not in SILENT]


def correctable(model: type[models.Model]) -> list[str]:
    """Return the columns of a model whose change is a correction of the evidence."""
    return [name for name in telling(model) if name != VERIFICATION]


def changed(model: type[models.Model], before: Any, after: Any) -> tuple[FieldChange, ...]:
    """Return what two states of a row say differently, printed digits included; rows or events of rows."""
    return tuple(_changes(model, before, after))


def _changes(model: type[models.Model], before: Any, after: Any) -> Iterable[FieldChange]:
    fields = {field.attname: field for field in model._meta.concrete_fields}
    for name in telling(model):
        if str(getattr(before, name)) != str(getattr(after, name)):
            field = fields[name]
            label = NAMES.get(name, str(field.verbose_name))
            yield FieldChange(label, _said(before, field), _said(after, field))


def _said(row: Any, field: models.Field) -> str:
    value = getattr(row, field.name)
    if value is None or value in ("", [], {}):
        return NOTHING
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
