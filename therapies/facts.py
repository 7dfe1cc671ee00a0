"""Published results as arrays: what the map and its cells are counted from.

A hundred thousand results reach Python in two binary COPYs, a small part of the time that building as many
rows by the ORM takes. So every choice of filters is counted afresh, and no second table can go stale.
"""

from __future__ import annotations

import io
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from django.core.exceptions import EmptyResultSet
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

from therapies.models import Arm, Outcome, Study
from therapies.scope import Scope

if TYPE_CHECKING:
    from django.db.models import QuerySet

UNKNOWN = -1

_HEADER_LENGTH = 19  # signature (11), flags (4), length of the header's extension (4)
_TRAILER_LENGTH = 2
_NOT_A_NUMBER = Value(float("nan"), output_field=FloatField())


@dataclass(frozen=True)
class Facts:
    """One entry a published result, ordered by study and arm; all arrays have the same length.

    `value` is a percentage or a time in months, NaN where the result has no number for a chart; `timepoint`
    is in months, NaN where none is given. `arm_n` and `study_n` are patients, -1 where not stated, and
    `cohort` is -1 where the study shares its patients with no other.
    """

    result: np.ndarray
    outcome: np.ndarray
    value: np.ndarray
    timepoint: np.ndarray
    arm: np.ndarray
    study: np.ndarray
    therapy: np.ndarray
    cohort: np.ndarray
    arm_n: np.ndarray
    study_n: np.ndarray
    is_review: np.ndarray

    def __len__(self) -> int:
        return len(self.result)


def published(scope: Scope, outcomes: Collection[Outcome] | None = None) -> Facts:
    """Return the published results inside the scope, of some outcomes or all: two queries."""
    arms = _copy(
        Arm.objects.filter(scope.within("study")).order_by(),
        arm=(F("pk"), ">i8"),
        study=(F("study_id"), ">i8"),
        therapy=(F("therapy_id"), ">i8"),
        cohort=(Coalesce("study__cohort_id", UNKNOWN), ">i8"),
        arm_n=(Cast(Coalesce("n", UNKNOWN), IntegerField()), ">i4"),
        study_n=(Cast(Coalesce("study__n_patients", UNKNOWN), IntegerField()), ">i4"),
        is_review=(
            ExpressionWrapper(Q(study__design__in=Study.REVIEW_DESIGNS), output_field=BooleanField()),
            "?",
        ),
    )
    results = _copy(
        scope.results_of_any_study().filter(_of(outcomes)).order_by(),
        result=(F("pk"), ">i8"),
        arm=(F("arm_id"), ">i8"),
        outcome=(F("outcome_id"), ">i8"),
        value=(Coalesce("axis_value", _NOT_A_NUMBER), ">f8"),
        timepoint=(
            Case(
                When(timepoint_months__isnull=True, then=_NOT_A_NUMBER),
                default=Cast("timepoint_months", FloatField()),
            ),
            ">f8",
        ),
    )
    in_reading_order = np.lexsort((arms["arm"], arms["study"]))
    arms = {name: column[in_reading_order] for name, column in arms.items()}
    place = lookup(results["arm"], arms["arm"], np.arange(len(arms["arm"])))
    order = np.argsort(place, kind="stable")
    order = order[np.searchsorted(place[order], 0) :]
    place = place[order]
    return Facts(
        **{name: results[name][order] for name in ("result", "outcome", "value", "timepoint")},
        **{name: column[place] for name, column in arms.items()},
    )


def _of(outcomes: Collection[Outcome] | None) -> Q:
    return Q() if outcomes is None else Q(outcome__in=[outcome.pk for outcome in outcomes])


def lookup(keys: np.ndarray, known: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Translate database keys to the places of the known ones; -1 for a key that is not known."""
    table = np.full(max(known.max(initial=0), keys.max(initial=0)) + 1, UNKNOWN, dtype=np.int32)
    table[known] = places
    return table[keys]


def _copy(rows: QuerySet, **columns: tuple[object, str]) -> dict[str, np.ndarray]:
    """Read fixed-width, never-null columns of the rows; each is an expression and its big-endian type."""
    named = {f"fact_{name}": expression for name, (expression, _kind) in columns.items()}
    layout = [("n_fields", ">i2")]
    for name, (_expression, kind) in columns.items():
        layout += [(f"{name}_length", ">i4"), (name, kind)]
    table = np.frombuffer(_binary_copy(rows.annotate(**named).values_list(*named)), dtype=layout)
    return {name: table[name].astype(table[name].dtype.newbyteorder("=")) for name in columns}


def _binary_copy(rows: QuerySet) -> bytes | memoryview:
    try:
        sql, parameters = rows.query.sql_with_params()
    except EmptyResultSet:  # Django knows without asking, for instance where no outcome is wanted
        return b""
    buffer = io.BytesIO()
    with connection.cursor() as cursor:
        statement = cursor.mogrify(sql, parameters).decode()
        cursor.copy_expert(f"COPY ({statement}) TO STDOUT (FORMAT BINARY)", buffer)
    return buffer.getbuffer()[_HEADER_LENGTH:-_TRAILER_LENGTH]
