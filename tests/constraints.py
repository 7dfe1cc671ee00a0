"""Tries to write what the database must refuse: by the ORM, by raw SQL, and by a form."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, models, transaction

Columns = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """A constraint, and how to break it: `setup` makes a valid row and gives columns that break it.

    A field that is unique by itself is named `unique <field>`. `named` is set where the same row breaks
    another constraint too, and the database names that one.
    """

    model: type[models.Model]
    constraint: str
    setup: Callable[[], tuple[models.Model, Columns]]
    named: str = ""

    def __str__(self) -> str:
        return f"{self.model.__name__}: {self.constraint}"

    @property
    def message(self) -> str | None:
        """What a form says, where the constraint has words of its own."""
        for constraint in self.model._meta.constraints:
            message = constraint.violation_error_message
            if constraint.name == self.constraint and message != constraint.default_violation_error_message:
                return message
        return None


def by_orm(case: Case) -> None:
    row, bad = case.setup()
    for name, value in bad.items():
        setattr(row, name, value)
    with _refused(case):
        row.save()


def by_raw_sql(case: Case) -> None:
    row, bad = case.setup()
    assignments = ", ".join(f'"{row._meta.get_field(name).column}" = %s' for name in bad)
    values = [row._meta.get_field(name).get_db_prep_save(value, connection) for name, value in bad.items()]
    with _refused(case), connection.cursor() as cursor:
        cursor.execute(
            f'UPDATE "{row._meta.db_table}" SET {assignments} WHERE id = %s',  # noqa: S608 - names of ours
            [*values, row.pk],
        )


def by_form(case: Case) -> None:
    row, bad = case.setup()
    for name, value in bad.items():
        setattr(row, name, value)
    with pytest.raises(ValidationError) as refusal:
        row.full_clean()
    assert all(message.endswith(".") for message in refusal.value.messages)
    field_speaks = set(refusal.value.message_dict) & set(bad)
    assert case.message in refusal.value.messages or field_speaks or case.message is None


WAYS = [by_orm, by_raw_sql, by_form]


@contextmanager
def _refused(case: Case) -> Iterator[None]:
    """Expect the database to name the constraint, and go on in the same transaction."""
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        yield
    name = refusal.value.__cause__.diag.constraint_name
    unique_field = case.constraint.removeprefix("unique ")
    if unique_field == case.constraint:
        assert name == (case.named or case.constraint)
    else:
        assert name.startswith(f"{case.model._meta.db_table}_{unique_field}")


def untried(cases: Iterable[Case], *tried_models: type[models.Model]) -> set[str]:
    """Return the constraints of the models that no case breaks."""
    tried = {(case.model, case.constraint) for case in cases}
    wanted = {(model, constraint.name) for model in tried_models for constraint in model._meta.constraints}
    wanted |= {
        (model, f"unique {field.name}")
        for model in tried_models
        for field in model._meta.fields
        if field.unique and not field.primary_key and not field.one_to_one
    }
    return {f"{model.__name__}: {name}" for model, name in wanted - tried}


def broken(
    model: type[models.Model],
    constraint: str,
    build: Callable[[], models.Model],
    *,
    named: str = "",
    **bad: Any,
) -> Case:
    """Return a case whose bad columns need no other row."""
    return Case(model, constraint, lambda: (build(), bad), named)


def twins(model: type[models.Model], constraint: str, build: Callable[[], Any], *columns: str) -> Case:
    """Return a case that gives a second row the columns of the first."""

    def setup() -> tuple[models.Model, Columns]:
        first, second = build(), build()
        return second, {name: getattr(first, name) for name in columns}

    return Case(model, constraint, setup)
