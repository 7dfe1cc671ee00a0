"""Published results as arrays: what the map and its cells are counted from.

A hundred thousand results reach Python in two binary COPYs, a small part of the time that building as many
rows by the ORM takes. So every choice of filters is counted from the rows, and no second table can go stale.
"""

from __future__ import annotations

import io
from collections.abc import Collection
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Case, F, FilteredRelation, FloatField, IntegerField, Q, Value, When
from django.db.models.functions import Cast, Coalesce

from nelm_review.core.remembered import remembered
from therapies.models import Arm, Outcome, Study, StudyReport
from therapies.scope import Scope

if TYPE_CHECKING:
    from django.db.models import QuerySet

UNKNOWN = -1

_HEADER_LENGTH = 19  # signature (11), flags (4), length of the header's extension (4)
_TRAILER_LENGTH = 2
_NOT_A_NUMBER = Value(float("nan"), output_field=FloatField())


class DesignGroup(IntEnum):
    """What a reader tells apart at a glance about a study's design, the strongest first."""

    RANDOMIZED = 0
    PROSPECTIVE = 1
    RETROSPECTIVE = 2
    SERIES = 3
    REVIEW = 4


DESIGN_GROUPS = {
    Study.Design.RANDOMIZED: DesignGroup.RANDOMIZED,
    Study.Design.PROSPECTIVE_COMPARATIVE: DesignGroup.PROSPECTIVE,
    Study.Design.PROSPECTIVE_SINGLE_ARM: DesignGroup.PROSPECTIVE,
    Study.Design.RETROSPECTIVE_COMPARATIVE: DesignGroup.RETROSPECTIVE,
    Study.Design.RETROSPECTIVE_COHORT: DesignGroup.RETROSPECTIVE,
    Study.Design.REGISTRY: DesignGroup.RETROSPECTIVE,
    Study.Design.CASE_SERIES: DesignGroup.SERIES,
    **dict.fromkeys(Study.REVIEW_DESIGNS, DesignGroup.REVIEW),
}


@dataclass(frozen=True)
class Facts:
    """One entry a published result, ordered by study and arm; the arrays are equally long and never written.

    `value` is a percentage or a time in months, NaN where the result has no number for a chart; `timepoint`
    is in months, NaN where none is given. `arm_n` and `study_n` are patients, -1 where not stated,
    `cohort` is -1 where the study shares its patients with no other, `design` is a DesignGroup, and `year`
    that of the study's primary report, -1 where not known.
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
    design: np.ndarray
    year: np.ndarray

    @property
    def is_review(self) -> np.ndarray:
        return self.design == DesignGroup.REVIEW

    def __len__(self) -> int:
        return len(self.result)


def published(scope: Scope, outcomes: Collection[Outcome] | None = None) -> Facts:
    """Return the published results inside the scope, of some outcomes or all: two queries.

    They are remembered until the data change, so that one choice of filters is read once for all its pages.
    """
    return _published(scope, None if outcomes is None else tuple(outcome.pk for outcome in outcomes))


# Four of a hundred thousand results take some thirty megabytes.
@remembered(most=4)
def _published(scope: Scope, outcomes: tuple[int, ...] | None) -> Facts:
    """Join arms and results by their keys: faster than PostgreSQL joins as many rows."""
    arms = _arms(scope)
    in_reading_order = np.lexsort((arms["arm"], arms["study"]))
    arms = {name: column[in_reading_order] for name, column in arms.items()}
    results = _results(scope, outcomes)
    place = lookup(results["arm"], arms["arm"], np.arange(len(arms["arm"])))
    known = np.flatnonzero(place != UNKNOWN)
    # A small integer type lets numpy sort by radix: linear, and stable.
    small = place[known].astype(np.min_scalar_type(len(arms["arm"])))
    order = known[np.argsort(small, kind="stable")]
    place = place[order]
    return Facts(
        **{name: results[name][order] for name in ("result", "outcome", "value", "timepoint")},
        **{name: column[place] for name, column in arms.items()},
    )


def _arms(scope: Scope) -> dict[str, np.ndarray]:
    first_report = FilteredRelation(
        "study__reports", condition=Q(study__reports__role=StudyReport.Role.PRIMARY)
    )
    year = Coalesce("first_report__reference__published_year", UNKNOWN)
    return _copy(
        Arm.objects.filter(scope.within("study"), scope.of_arms("pk"))
        .annotate(first_report=first_report)
        .order_by(),
        arm=(F("pk"), ">i8"),
        study=(F("study_id"), ">i8"),
        therapy=(F("therapy_id"), ">i8"),
        cohort=(Coalesce("study__cohort_id", UNKNOWN), ">i8"),
        arm_n=(Cast(Coalesce("n", UNKNOWN), IntegerField()), ">i4"),
        study_n=(Cast(Coalesce("study__n_patients", UNKNOWN), IntegerField()), ">i4"),
        design=(_design_group(), ">i4"),
        year=(Cast(year, IntegerField()), ">i4"),
    )


def _results(scope: Scope, outcomes: tuple[int, ...] | None) -> dict[str, np.ndarray]:
    results = scope.results_of_any_study()
    return _copy(
        (results if outcomes is None else results.filter(outcome__in=outcomes)).order_by(),
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


def _design_group() -> Case:
    groups = {group: [d for d, its in DESIGN_GROUPS.items() if its == group] for group in DesignGroup}
    choices = [When(study__design__in=designs, then=Value(int(group))) for group, designs in groups.items()]
    return Case(*choices, default=Value(int(DesignGroup.SERIES)), output_field=IntegerField())


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
