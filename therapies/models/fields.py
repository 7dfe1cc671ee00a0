"""A number that keeps the digits its source printed: 26.0 stays 26.0, and 26 stays 26."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models


class PrintedDecimalField(models.Field):
    """A PostgreSQL `numeric` without a fixed scale, as a Decimal.

    The number of decimals is data: it says how far a printed percentage was rounded.
    Django's DecimalField demands a fixed number of decimals and would pad or cut it.
    """

    description = "Number as printed"
    empty_strings_allowed = False

    def db_type(self, connection: Any) -> str:
        return "numeric"

    def get_internal_type(self) -> str:
        return "PrintedDecimalField"

    def to_python(self, value: Any) -> Decimal | None:
        if value is None or isinstance(value, Decimal):
            return self._finite(value)
        try:
            return self._finite(Decimal(str(value)))
        except ArithmeticError as error:
            raise ValidationError(f"“{value}” is not a number.", code="invalid") from error

    def get_prep_value(self, value: Any) -> Decimal | None:
        return self.to_python(super().get_prep_value(value))

    def value_to_string(self, obj: models.Model) -> str:
        value = self.value_from_object(obj)
        return "" if value is None else str(value)

    def formfield(self, **kwargs: Any) -> Any:
        from django import forms

        return super().formfield(**{"form_class": forms.DecimalField, **kwargs})

    @staticmethod
    def _finite(value: Decimal | None) -> Decimal | None:
        if value is not None and not value.is_finite():
            raise ValidationError(f"“{value}” is not a finite number.", code="invalid")
        return value
