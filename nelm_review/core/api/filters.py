"""The filters of a page, for the API: one form decides for both, so that they cannot drift apart.

A page ignores what it cannot read and says so; the API refuses it, because nobody looks at its answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from nelm_review.core.api.paging import Paging
from nelm_review.core.api.problems import ParametersRefused

FormType = TypeVar("FormType", bound=forms.Form)

PAGING = tuple(Paging.model_fields)
LONGEST_SHOWN = 60


@dataclass(frozen=True)
class Filters(Generic[FormType]):
    """The fields of a form that an operation filters by, each with the sentence that describes it.

    `beside` names parameters that are allowed and mean nothing to the form.
    """

    form: type[FormType]
    fields: Mapping[str, str] = field(default_factory=dict)
    beside: tuple[str, ...] = PAGING

    def openapi(self) -> dict[str, Any]:
        """Return the fields as query parameters, to be added to the operation's description (OpenAPI 3.1)."""
        return {"parameters": [self._parameter(name, words) for name, words in self.fields.items()]}

    def read(self, query: QueryDict, **options: Any) -> FormType:
        """Return the form (made with the options), filled in and valid.

        Raises ParametersRefused when a parameter is not known, is given too often or cannot be read.
        """
        given = QueryDict(mutable=True)
        for name, values in query.lists():
            if filled := [value for value in values if value]:
                given.setlist(name, filled)
        form = self.form(self._only_ours(given), **options)
        errors = [*self._impossible(given, form)] or [*self._unreadable(given, form)]
        if errors:
            raise ParametersRefused(errors)
        return form

    def _only_ours(self, given: QueryDict) -> QueryDict:
        ours = QueryDict(mutable=True)
        for name, values in given.lists():
            if name in self.fields:
                ours.setlist(name, values)
        return ours

    def _impossible(self, given: QueryDict, form: FormType) -> Iterator[tuple[str, str]]:
        for name, values in given.lists():
            if name not in self.fields and name not in self.beside:
                known = ", ".join((*self.fields, *(PAGING if self.beside is PAGING else ())))
                yield shortened(name), f"There is no such parameter here; known are {known}."
            elif any("\0" in value for value in values):
                yield name, "A NUL character cannot be searched for."
            elif name in self.fields and len(values) > 1 and not takes_several(form.fields[name]):
                yield name, f"It takes one value and was given {len(values)}."

    def _unreadable(self, given: QueryDict, form: FormType) -> Iterator[tuple[str, str]]:
        for name, errors in form.errors.as_data().items():
            for error in errors:
                yield name, _sentence(error, form.fields[name], given.get(name, ""))

    def _parameter(self, name: str, words: str) -> dict[str, Any]:
        form_field = self.form.base_fields[name]
        # An address copied from a page has empty fields; they filter nothing.
        parameter = {"in": "query", "name": name, "required": False, "allowEmptyValue": True}
        parameter["description"] = words
        if takes_several(form_field):
            parameter |= {"style": "form", "explode": True}
        return {**parameter, "schema": _schema(form_field)}


def takes_several(form_field: forms.Field) -> bool:
    """Say whether a parameter may be repeated, each value adding to the others."""
    return isinstance(form_field, forms.MultipleChoiceField | forms.ModelMultipleChoiceField)


def shortened(text: str) -> str:
    """Return the text as an error may repeat it."""
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


def _sentence(error: ValidationError, form_field: forms.Field, given: str) -> str:
    params = error.params or {}
    if error.code == "backwards":
        return f"The years {params['first']} to {params['last']} run backwards."
    value = shortened(str(params.get("value", given)))
    choices = _choices(form_field)
    advice = f"Choose from {', '.join(choices)}." if choices else " ".join(error.messages)
    return f"“{value}” cannot be used. {advice}"


def _schema(form_field: forms.Field) -> dict[str, Any]:
    if takes_several(form_field):
        return {"type": "array", "items": _value_schema(form_field)}
    return _value_schema(form_field)


def _value_schema(form_field: forms.Field) -> dict[str, Any]:
    limits = {"minimum": "min_value", "maximum": "max_value", "maxLength": "max_length"}
    # A FloatField is an IntegerField to Python.
    numbers = {forms.FloatField: "number", forms.IntegerField: "integer"}
    kind = next((name for kind, name in numbers.items() if isinstance(form_field, kind)), "string")
    found = {key: getattr(form_field, name, None) for key, name in limits.items()}
    schema = {"type": kind} | {key: limit for key, limit in found.items() if limit is not None}
    return {**schema, "enum": choices} if (choices := _choices(form_field)) else schema


def _choices(form_field: forms.Field) -> list[str]:
    """Return the values to choose from; none for rows of the database, which are too many to list."""
    if isinstance(form_field, forms.ModelChoiceField) or not isinstance(form_field, forms.ChoiceField):
        return []
    return [str(value) for value, _label in form_field.choices if value != ""]
