"""The filters of the site over a frozen release: the twin in Python of `therapies.scope.Scope`'s queries."""

from __future__ import annotations

from therapies.models import Arm, Comparison, Fit, Result, Study
from therapies.scope import Scope
from therapies.services.releases.frozen import Frozen, year_of


def results(frozen: Frozen, scope: Scope) -> list[Result]:
    """Return the results inside the scope, by study and position."""
    studies, arms = _studies(frozen, scope), _arms(frozen, scope)
    return [
        result
        for result in frozen.results
        if result.arm.study_id in studies
        and result.arm_id in arms
        and (not scope.criteria or result.criteria in scope.criteria)
    ]


def comparisons(frozen: Frozen, scope: Scope) -> list[Comparison]:
    """Return the comparisons of the studies inside the scope, all their arms inside."""
    studies, arms = _studies(frozen, scope), _arms(frozen, scope)
    return [
        comparison
        for comparison in frozen.comparisons()
        if comparison.study_id in studies and all(arm.pk in arms for arm in comparison.arms.all())
    ]


def _studies(frozen: Frozen, scope: Scope) -> set[int]:
    return {study.pk for study in frozen.all(Study) if _is_inside(study, scope)}


def _arms(frozen: Frozen, scope: Scope) -> set[int]:
    return {arm.pk for arm in frozen.all(Arm) if not scope.patients or _has_the_patients(arm, scope)}


def _has_the_patients(arm: Arm, scope: Scope) -> bool:
    shared = next((row for row in arm.study.populations.all() if row.arm_id is None), None)
    fits = scope.fit(getattr(arm, "population", None), shared).values()
    enough = {Fit.MATCHES, Fit.PARTLY} | ({Fit.UNREPORTED} if scope.with_unreported else set())
    return all(fit in enough for fit in fits)


def _is_inside(study: Study, scope: Scope) -> bool:
    return (
        not study.is_retracted
        and (scope.with_mixed_histology or not study.is_of_mixed_histology)
        and (not scope.designs or study.design in scope.designs)
        and (not scope.needs_year or _is_in_years(study, scope))
        and (scope.n_min is None or _is_large_enough(study, scope.n_min))
    )


def _is_in_years(study: Study, scope: Scope) -> bool:
    year = year_of(study)
    return (
        year is not None
        and (scope.year_from is None or year >= scope.year_from)
        and (scope.year_to is None or year <= scope.year_to)
    )


def _is_large_enough(study: Study, n_min: int) -> bool:
    """Compare the study's own number, else the sum of its arms where one of them states its number."""
    stated = [arm.n for arm in study.arms.all() if arm.n is not None]
    known = study.n_patients if study.n_patients is not None else sum(stated) if stated else None
    return known is not None and known >= n_min
