"""Constraints that several models share, so that what must never be false is false for no writer."""

from __future__ import annotations

import re
from typing import TypeVar

from django.db import models
from django.db.models import Q

Model = TypeVar("Model", bound=type[models.Model])


def all_or_nothing(model: str, deed: str) -> models.CheckConstraint:
    """Require `<deed>_by` and `<deed>_at` to be set together."""
    by, at = f"{deed}_by__isnull", f"{deed}_at__isnull"
    return models.CheckConstraint(
        condition=Q(**{by: True, at: True}) | Q(**{by: False, at: False}),
        name=f"{model}_{deed}_by_and_at_go_together",
        violation_error_message=f"Who and when of “{deed}” must be recorded together.",
    )


def enforce_choices(model: Model) -> Model:
    """Give every field with choices a check constraint, so that raw SQL cannot write another word.

    A decorator, because choices nested in a model are out of sight of its Meta.
    """
    name = "_".join(re.findall(r"[A-Z][a-z0-9]*", model.__name__)).lower()
    for field in model._meta.local_fields:
        if field.choices:
            words = [value for value, _label in field.flatchoices] + ([""] if field.blank else [])
            model._meta.constraints.append(
                models.CheckConstraint(
                    condition=Q(**{f"{field.name}__in": words}),
                    name=f"{name}_{field.name}_is_known",
                    violation_error_message=f"{field.verbose_name.capitalize()} must be one of its choices.",
                )
            )
    return model
