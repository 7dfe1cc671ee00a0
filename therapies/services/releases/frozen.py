"""A release read back: its records as model instances tied to each other, with no database behind them.

So the code that counts, reads and analyses live evidence does the same with evidence of years ago. A
relation that a release does not hold is an error here, never a look at what the library says today.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
from django.db import models

from therapies.facts import DESIGN_GROUPS, UNKNOWN, Facts
from therapies.models import (
    DAYS_PER_MONTH,
    Appraisal,
    Certainty,
    Comparison,
    Outcome,
    Result,
    Study,
    StudyReport,
    Therapy,
)
from therapies.services.releases import records
from therapies.services.releases.records import Records

Row = TypeVar("Row", bound=models.Model)


@dataclass(frozen=True)
class Frozen:
    """The evidence of one moment, each list in the order of the pages."""

    rows: dict[type[models.Model], dict[int, Any]] = field(repr=False)

    def all(self, model: type[Row]) -> list[Row]:
        """Return the rows of a model by key."""
        return list(self.rows[model].values())

    @property
    def therapies(self) -> list[Therapy]:
        return sorted(self.all(Therapy), key=lambda therapy: (therapy.position, therapy.pk))

    @property
    def outcomes(self) -> list[Outcome]:
        return sorted(self.all(Outcome), key=lambda outcome: (outcome.position, outcome.pk))

    @property
    def results(self) -> list[Result]:
        """Return every published result, by study in the order of the pages, and position."""
        places = {pk: place for place, pk in enumerate(self.rows[Study])}
        return sorted(self.all(Result), key=lambda row: (places[row.arm.study_id], row.position))

    def therapy(self, code: str) -> Therapy:
        return _named(self.all(Therapy), code, Therapy)

    def outcome(self, code: str) -> Outcome:
        return _named(self.all(Outcome), code, Outcome)

    def within(self, therapy: Therapy) -> set[int]:
        """Return the keys of the therapy and of everything below it."""
        found = {therapy.pk}
        waiting = [therapy]
        while waiting:
            below = [child for child in waiting.pop().children.all() if child.pk not in found]
            found.update(child.pk for child in below)
            waiting.extend(below)
        return found

    def certainty(self, therapy: Therapy, outcome: Outcome) -> Certainty | None:
        judged = self.all(Certainty)
        here = (row for row in judged if row.therapy_id == therapy.pk and row.outcome_id == outcome.pk)
        return next(here, None)

    def comparisons(self) -> list[Comparison]:
        return self.all(Comparison)

    def studies_at_high_risk(self) -> frozenset[int]:
        """Return the keys of the studies that a judgement in force calls at high risk of bias."""
        return frozenset(row.study_id for row in self.all(Appraisal) if row.is_high_risk)


def thaw(found: Records) -> Frozen:
    """Return the records as instances tied to each other; columns that are no more are dropped."""
    rows: dict[type[models.Model], dict[int, Any]] = {}
    for model in records.TABLES:
        rows[model] = _instances(model, found.get(model.__name__, {"columns": [], "rows": []}))
    for model in records.TABLES:
        _tie(model, rows)
    for result in rows[Result].values():
        result.axis_value = axis_value(result)
    for comparison in rows[Comparison].values():
        _prefetched(comparison)["arms"] = [member.arm for member in comparison.comparison_arms.all()]
    return Frozen(rows)


def axis_value(result: Result) -> float | None:
    """Return what a chart places: the twin in Python of the generated column `Result.axis_value`."""
    if result.is_composite:
        return None
    if result.value is None:
        is_share = result.unit == Result.Unit.PERCENT and result.events is not None and result.total
        return float(result.events) * 100 / float(result.total) if is_share else None
    value = float(result.value)
    if result.unit == Result.Unit.YEARS:
        return value * 12
    return value / DAYS_PER_MONTH if result.unit == Result.Unit.DAYS else value


def facts(results: Iterable[Result]) -> Facts:
    """Return frozen results as the arrays that the map counts, in its order: by study and arm."""
    ordered = sorted(results, key=lambda row: (row.arm.study_id, row.arm_id))

    def column(kind: Any, read: Any) -> np.ndarray:
        return np.array([read(row) for row in ordered], dtype=kind)

    return Facts(
        result=column(np.int64, lambda row: row.pk),
        outcome=column(np.int64, lambda row: row.outcome_id),
        value=column(np.float64, lambda row: _number(row.axis_value)),
        timepoint=column(np.float64, lambda row: _number(row.timepoint_months)),
        arm=column(np.int64, lambda row: row.arm_id),
        study=column(np.int64, lambda row: row.arm.study_id),
        therapy=column(np.int64, lambda row: row.arm.therapy_id),
        cohort=column(np.int64, lambda row: _known(row.arm.study.cohort_id)),
        arm_n=column(np.int32, lambda row: _known(row.arm.n)),
        study_n=column(np.int32, lambda row: _known(row.arm.study.n_patients)),
        design=column(np.int32, lambda row: DESIGN_GROUPS[Study.Design(row.arm.study.design)]),
        year=column(np.int32, lambda row: _year(row.arm.study)),
    )


def primary_report(study: Study) -> StudyReport | None:
    return next((report for report in study.reports.all() if report.is_primary), None)


def year_of(study: Study) -> int | None:
    """Return the year of the primary report."""
    report = primary_report(study)
    return report.reference.published_year if report else None


def _year(study: Study) -> int:
    report = primary_report(study)
    return _known(report.reference.published_year if report else None)


def _number(value: Any) -> float:
    return float("nan") if value is None else float(value)


def _known(value: int | None) -> int:
    return UNKNOWN if value is None else value


def _named(rows: Iterable[Any], code: str, model: type[models.Model]) -> Any:
    found = next((row for row in rows if row.code == code), None)
    if found is None:
        raise model.DoesNotExist(f"This release holds no {model._meta.verbose_name} “{code}”.")
    return found


def _instances(model: type[models.Model], table: dict[str, list[Any]]) -> dict[int, Any]:
    known = {field.attname: field for field in model._meta.concrete_fields if not field.generated}
    found = {}
    for row in table["rows"]:
        values = dict(zip(table["columns"], row, strict=True))
        instance = model(
            **{name: known[name].to_python(value) for name, value in values.items() if name in known}
        )
        found[instance.pk] = instance
    return found


def _tie(model: type[models.Model], rows: dict[type[models.Model], dict[int, Any]]) -> None:
    """Point every row at its others, and give these the rows that point at them."""
    for relation in model._meta.concrete_fields:
        others = rows.get(relation.related_model) if relation.is_relation else None
        if others is None:
            continue
        pointing: dict[int, list[Any]] = defaultdict(list)
        for row in sorted(rows[model].values(), key=_place):
            key = getattr(row, relation.attname)
            if key is not None:
                setattr(row, relation.name, others[key])
                pointing[key].append(row)
        for key, other in others.items():
            _answer(other, relation, pointing[key])


def _answer(other: models.Model, relation: models.Field, pointing: list[Any]) -> None:
    """Let `other.related.all()` (or `other.related`) answer from the rows, as prefetch_related would."""
    name = relation.remote_field.get_accessor_name()
    if relation.one_to_one:
        other._state.fields_cache[name] = pointing[0] if pointing else None
    else:
        _prefetched(other)[name] = pointing


def _prefetched(row: models.Model) -> dict[str, Any]:
    return row.__dict__.setdefault("_prefetched_objects_cache", {})


def _place(row: Any) -> tuple[int, int]:
    return getattr(row, "position", 0), row.pk
