"""The published results of one cell as light rows: what decides counting, pooling, order and axis.

A cell may hold thousands of results of which a page shows a hundred. One narrow query reads them all; their
names are those of the models, so that `analysis.candidate` and `printed.read` take a row for a Result.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from django.db.models import FilteredRelation, Q

from therapies import derivation
from therapies.derivation import Derived, Part
from therapies.facts import DESIGN_GROUPS, UNKNOWN, Facts
from therapies.models import Outcome, Study, StudyReport
from therapies.scope import Scope

if TYPE_CHECKING:
    from therapies.models.result import ResultQuerySet

RESULT_FIELDS = (
    "pk", "position", "criteria", "criteria_text", "timepoint_months", "value", "unit", "not_reached",
    "ci_low", "ci_high", "ci_level", "range_low", "range_high", "events", "total", "per", "is_composite",
    "axis_value",
)  # fmt: skip
FIELDS = (
    *RESULT_FIELDS,
    "outcome__code", "reported_in__label",
    "arm_id", "arm__n", "arm__therapy_id", "arm__therapy__abbreviation",
    "arm__study_id", "arm__study__key", "arm__study__label", "arm__study__design", "arm__study__n_patients",
    "arm__study__histology", "arm__study__cohort_id", "arm__study__cohort__code", "arm__study__cohort__name",
    "own_report__reference__published_year",
)  # fmt: skip


class CohortRow(NamedTuple):
    """A cohort: key, code and name."""

    pk: int
    code: str
    name: str


class StudyRow(NamedTuple):
    """A study; `year` is that of its primary report."""

    pk: int
    key: str
    label: str
    design: str
    n_patients: int | None
    histology: str
    cohort: CohortRow | None
    year: int | None

    @property
    def is_review(self) -> bool:
        return self.design in Study.REVIEW_DESIGNS

    @property
    def is_of_mixed_histology(self) -> bool:
        return self.histology == Study.Histology.MIXED


class ArmRow(NamedTuple):
    """An arm with its study."""

    pk: int
    n: int | None
    therapy_id: int
    therapy_words: str
    study: StudyRow

    @property
    def study_id(self) -> int:
        return self.study.pk


class ReviewRow(NamedTuple):
    """The review whose table gave a number."""

    label: str


class ResultRow(NamedTuple):
    """One published result, as printed; `axis_value` is in percent or months, None where there is none."""

    pk: int
    position: int
    criteria: str
    criteria_text: str
    timepoint_months: Decimal | None
    value: Decimal | None
    unit: str
    not_reached: bool
    ci_low: Decimal | None
    ci_high: Decimal | None
    ci_level: Decimal | None
    range_low: Decimal | None
    range_high: Decimal | None
    events: int | None
    total: int | None
    per: str
    is_composite: bool
    axis_value: float | None
    outcome_code: str
    outcome: Outcome
    reported_in: ReviewRow | None
    arm: ArmRow

    @property
    def study(self) -> StudyRow:
        return self.arm.study


def read(scope: Scope, outcome: Outcome, therapies: Collection[int]) -> tuple[list[ResultRow], int]:
    """Return the results inside the scope, and how many studies of mixed tumour types it leaves out.

    One query; the order is that of the studies' names and of the results inside each.
    """
    everything = replace(scope, with_mixed_histology=True).results()
    rows = _rows(everything.filter(outcome=outcome, arm__therapy__in=therapies), outcome)
    if scope.with_mixed_histology:
        return rows, 0
    inside = [row for row in rows if not row.study.is_of_mixed_histology]
    return inside, len({row.study.pk for row in rows if row.study.is_of_mixed_histology})


def read_derived(
    scope: Scope, outcome: Outcome, therapies: Collection[int]
) -> list[tuple[Derived, tuple[ResultRow, ...]]]:
    """Return the results derived for the outcome, each with the rows it is the sum of; at most one query.

    The rows of the parts carry the outcome of the sum: all are response rates, read alike.
    """
    if outcome.code not in derivation.SUMS:
        return []
    rows = _rows(derivation.printed_parts(scope, therapies), outcome)
    by_key = {row.pk: row for row in rows}
    return [
        (one, tuple(by_key[part] for part in one.parts))
        for one in derivation.derive(_part(row) for row in sorted(rows, key=_in_arm))
        if one.outcome_code == outcome.code
    ]


def facts_of(rows: Sequence[ResultRow]) -> Facts:
    """Return the rows as the facts that cells are counted from."""
    studies = [row.study for row in rows]
    columns = {
        "result": _integers(row.pk for row in rows),
        "outcome": _integers(row.outcome.pk for row in rows),
        "value": _floats(row.axis_value for row in rows),
        "timepoint": _floats(row.timepoint_months for row in rows),
        "arm": _integers(row.arm.pk for row in rows),
        "study": _integers(study.pk for study in studies),
        "therapy": _integers(row.arm.therapy_id for row in rows),
        "cohort": _integers(study.cohort.pk if study.cohort else UNKNOWN for study in studies),
        "arm_n": _integers(UNKNOWN if row.arm.n is None else row.arm.n for row in rows),
        "study_n": _integers(UNKNOWN if study.n_patients is None else study.n_patients for study in studies),
        "design": _integers(DESIGN_GROUPS[Study.Design(study.design)] for study in studies),
        "year": _integers(UNKNOWN if study.year is None else study.year for study in studies),
    }
    order = np.lexsort((columns["arm"], columns["study"]))
    return Facts(**{name: column[order] for name, column in columns.items()})


def _rows(results: ResultQuerySet, outcome: Outcome) -> list[ResultRow]:
    own_report = FilteredRelation(
        "arm__study__reports", condition=Q(arm__study__reports__role=StudyReport.Role.PRIMARY)
    )
    found = results.annotate(own_report=own_report).order_by("arm__study__label", "arm__study_id", "position")
    studies: dict[int, StudyRow] = {}
    arms: dict[int, ArmRow] = {}
    n = len(RESULT_FIELDS)
    rows = []
    for values in found.values_list(*FIELDS):
        code, review, arm, arm_n, therapy, therapy_words, study, *rest = values[n:]
        if study not in studies:
            studies[study] = _study(study, *rest)
        if arm not in arms:
            arms[arm] = ArmRow(arm, arm_n, therapy, therapy_words, studies[study])
        named = None if review is None else ReviewRow(review)
        rows.append(ResultRow(*values[:n], code, outcome, named, arms[arm]))
    return rows


def _study(
    pk: int, key: str, label: str, design: str, n: int | None, histology: str, cohort: int | None,
    cohort_code: str | None, cohort_name: str | None, year: int | None,
) -> StudyRow:  # fmt: skip
    shared = None if cohort is None else CohortRow(cohort, cohort_code or "", cohort_name or "")
    return StudyRow(pk, key, label, design, n, histology, shared, year)


def _part(row: ResultRow) -> Part:
    return Part(
        row.pk, row.outcome_code, row.arm.pk, row.arm.therapy_id, row.arm.n, row.criteria, row.criteria_text,
        row.timepoint_months, row.per, row.value, row.events, row.total, row.is_composite,
    )  # fmt: skip


def _in_arm(row: ResultRow) -> tuple[int, int]:
    return row.arm.pk, row.position


def _integers(values: Iterable[int]) -> np.ndarray:
    return np.array(list(values), dtype=np.int64)


def _floats(values: Iterable[Decimal | float | None]) -> np.ndarray:
    return np.array([np.nan if value is None else float(value) for value in values])
