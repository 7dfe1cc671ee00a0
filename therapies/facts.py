"""Published results as one numpy array: what the map and its cells are counted from.

A hundred thousand rows reach Python in one binary COPY (a twentieth of the time the ORM takes to build
them), so the map is counted afresh for every choice of filters instead of being kept in a second table.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
from django.db import connection
from django.db.models import (
    BooleanField,
    Case,
    ExpressionWrapper,
    F,
    FloatField,
    IntegerField,
    Q,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce

from therapies.models import Criteria, Outcome, Result, Study
from therapies.scope import Scope

if TYPE_CHECKING:
    from therapies.models.result import ResultQuerySet

DAYS_PER_MONTH = 365.25 / 12
UNKNOWN = -1
NOT_A_NUMBER = Value(float("nan"), output_field=FloatField())
CRITERIA_CODES = {value: code for code, value in enumerate(Criteria.values)}
PER_CODES = {value: code for code, value in enumerate(Result.Per.values)}

# One column a field of a PostgreSQL binary COPY row: a big-endian length before each value.
_COLUMNS: tuple[tuple[str, str], ...] = (
    ("study", ">i4"),
    ("arm", ">i4"),
    ("therapy", ">i4"),
    ("outcome", ">i4"),
    ("cohort", ">i4"),
    ("arm_n", ">i4"),
    ("study_n", ">i4"),
    ("total", ">i4"),
    ("criteria", ">i4"),
    ("per", ">i4"),
    ("value", ">f8"),
    ("timepoint", ">f8"),
    ("is_review", "?"),
    ("is_composite", "?"),
)
_ROW = np.dtype(
    [("n_fields", ">i2")]
    + [part for name, kind in _COLUMNS for part in ((f"{name}_length", ">i4"), (name, kind))]
)
_HEADER_LENGTH = 19  # signature (11), flags (4), header extension length (4)
_TRAILER_LENGTH = 2
FACT = np.dtype([(name, kind.lstrip(">")) for name, kind in _COLUMNS])


def published_facts(scope: Scope) -> np.ndarray:
    """Return the published results inside the scope as a structured array, one FACT a result.

    Ids are database keys, counts are -1 where unknown, `value` is in the outcome's own unit (NaN where the
    result prints no usable number) and `timepoint` in months (NaN where none is given).
    """
    sql, parameters = _rows(scope).query.sql_with_params()
    buffer = io.BytesIO()
    with connection.cursor() as cursor:
        statement = cursor.mogrify(sql, parameters).decode()
        cursor.copy_expert(f"COPY ({statement}) TO STDOUT (FORMAT BINARY)", buffer)
    body = buffer.getbuffer()[_HEADER_LENGTH:-_TRAILER_LENGTH]
    rows = np.frombuffer(body, dtype=_ROW)
    facts = np.empty(len(rows), dtype=FACT)
    for name, _kind in _COLUMNS:
        facts[name] = rows[name]
    return facts


def _rows(scope: Scope) -> ResultQuerySet:
    whole_numbers = {
        "study": F("arm__study_id"),
        "arm": F("arm_id"),
        "therapy": F("arm__therapy_id"),
        "outcome": F("outcome_id"),
        "cohort": Coalesce("arm__study__cohort_id", UNKNOWN),
        "arm_n": Coalesce("arm__n", UNKNOWN),
        "study_n": Coalesce("arm__study__n_patients", UNKNOWN),
        "total": Coalesce("total", UNKNOWN),
        "criteria": _code_of("criteria", CRITERIA_CODES),
        "per": _code_of("per", PER_CODES),
    }
    columns = {f"fact_{name}": Cast(column, IntegerField()) for name, column in whole_numbers.items()}
    columns["fact_value"] = Coalesce(_value_in_outcome_unit(), NOT_A_NUMBER)
    columns["fact_timepoint"] = Coalesce(Cast("timepoint_months", FloatField()), NOT_A_NUMBER)
    columns["fact_is_review"] = ExpressionWrapper(
        Q(arm__study__design__in=Study.REVIEW_DESIGNS), output_field=BooleanField()
    )
    columns["fact_is_composite"] = F("is_composite")
    return scope.results().order_by().annotate(**columns).values_list(*columns)


def _code_of(field: str, codes: dict[str, int]) -> Case:
    return Case(*(When(**{field: word}, then=Value(code)) for word, code in codes.items()))


def _value_in_outcome_unit() -> Case:
    """The printed value, else events/total, in the unit of its outcome (days and years become months)."""
    value = Cast("value", FloatField())
    months = Q(outcome__measure=Outcome.Measure.MEDIAN_TIME, outcome__unit="months")
    return Case(
        When(months & Q(unit=Result.Unit.YEARS), then=value * 12),
        When(months & Q(unit=Result.Unit.DAYS), then=value / DAYS_PER_MONTH),
        When(
            value__isnull=True,
            unit=Result.Unit.PERCENT,
            then=Cast("events", FloatField()) * 100 / Cast("total", FloatField()),
        ),
        default=value,
    )
