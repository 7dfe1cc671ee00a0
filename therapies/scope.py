"""Which published results a reader is looking at: the filters of the map, its cells and the API."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, FilteredRelation, OuterRef, Q, Sum
from django.db.models.functions import Coalesce

from therapies.models import (
    CRITERIA,
    Arm,
    Comparison,
    ComparisonArm,
    Criterion,
    Fit,
    Population,
    Result,
    Study,
    StudyReport,
)
from therapies.models.study import retracted_study_ids

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet

    from therapies.models.result import ResultQuerySet, SourcedNumberQuerySet
    from therapies.models.study import StudyQuerySet


@dataclass(frozen=True)
class Scope:
    """One choice of filters; an empty one means no filter, and mixed histology stays out unless asked for.

    From `primary` to `extrahepatic` it says which patients (codes of `Criterion.choices`; several of one
    criterion mean any of them): arms that match or partly match all of them are inside, and those that do not
    report one only `with_unreported`.
    """

    designs: tuple[str, ...] = ()
    criteria: tuple[str, ...] = ()
    year_from: int | None = None
    year_to: int | None = None
    n_min: int | None = None
    with_mixed_histology: bool = False
    primary: tuple[str, ...] = ()
    grade: tuple[str, ...] = ()
    burden: tuple[str, ...] = ()
    functional: tuple[str, ...] = ()
    prior_prrt: tuple[str, ...] = ()
    prior_resection: tuple[str, ...] = ()
    extrahepatic: tuple[str, ...] = ()
    with_unreported: bool = False

    @property
    def needs_year(self) -> bool:
        return self.year_from is not None or self.year_to is not None

    @property
    def is_filtered(self) -> bool:
        return self != Scope()

    @property
    def patients(self) -> Sequence[tuple[Criterion, tuple[str, ...]]]:
        """Return the criteria that say which patients, each with what was chosen; empty for all patients."""
        chosen = ((criterion, getattr(self, code)) for code, criterion in CRITERIA.items())
        return [(criterion, codes) for criterion, codes in chosen if codes]

    def of_all_patients(self) -> Scope:
        """Return the same scope without any choice of patients."""
        return replace(self, with_unreported=False, **dict.fromkeys(CRITERIA, ()))

    def studies(self) -> StudyQuerySet:
        """Studies inside the scope, none that was retracted; one without a known year is in no year range."""
        studies = Study.objects.not_retracted()
        if not self.with_mixed_histology:
            studies = studies.exclude(histology=Study.Histology.MIXED)
        if self.designs:
            studies = studies.filter(design__in=self.designs)
        if self.needs_year:
            studies = studies.filter(self._reported_in_range())
        if self.n_min is not None:
            studies = studies.annotate(n_known=Coalesce("n_patients", Sum("arms__n"))).filter(
                n_known__gte=self.n_min
            )
        return studies

    def results(self) -> ResultQuerySet:
        """Published results of those studies, by those criteria."""
        return self.results_of_any_study().filter(self.within("arm__study"), self.of_arms("arm"))

    def results_of_any_study(self) -> ResultQuerySet:
        """Published results by those criteria, whatever their study."""
        results = Result.objects.published()
        return results.filter(criteria__in=self.criteria) if self.criteria else results

    def comparisons(self) -> SourcedNumberQuerySet:
        """Published comparisons of those studies, all their arms inside (criteria belong to results only)."""
        comparisons = Comparison.objects.published().filter(self.within("study"))
        if not self.patients:
            return comparisons
        outside = ComparisonArm.objects.filter(~self.of_arms("arm"), comparison=OuterRef("pk"))
        return comparisons.filter(~Exists(outside))

    def within(self, path: str) -> Q:
        """Say the same as `studies()` over a join to the study; by a column test where that will do."""
        if self.needs_year or self.n_min is not None:
            return Q(**{f"{path}__in": self.studies()})
        condition = ~Q(**{f"{path}__in": retracted_study_ids()})
        if self.designs:
            condition &= Q(**{f"{path}__design__in": self.designs})
        if not self.with_mixed_histology:
            condition &= ~Q(**{f"{path}__histology": Study.Histology.MIXED})
        return condition

    def of_arms(self, path: str) -> Q:
        """Keep rows whose arm, at the path, has the patients chosen; says nothing where none are chosen."""
        return Q(**{f"{path}__in": self._arms()}) if self.patients else Q()

    def _arms(self) -> QuerySet[Arm]:
        """Return the arms with these patients; what an arm does not state, it shares with its study."""
        condition = Q()
        for criterion, chosen in self.patients:
            own, shared = f"own__{criterion.code}", f"shared__{criterion.code}"
            among = criterion.possible(chosen) if self.with_unreported else criterion.touching(chosen)
            shares = Q(**{f"{shared}__has_any_keys": among})
            if self.with_unreported:
                shares |= _is_silent(shared)
            condition &= Q(**{f"{own}__has_any_keys": among}) | (_is_silent(own) & shares)
        return with_populations(Arm.objects.order_by()).filter(condition).values("pk")

    def fit(self, own: Population | None, shared: Population | None) -> dict[Criterion, Fit]:
        """Say how an arm answers to each criterion chosen: the twin of the queries, for rows in memory.

        `own` is the population of the arm, `shared` that of its whole study.
        """
        return {
            criterion: criterion.fit(stated(criterion, own, shared), chosen)
            for criterion, chosen in self.patients
        }

    def _reported_in_range(self) -> Q:
        reports = StudyReport.objects.filter(role=StudyReport.Role.PRIMARY)
        if self.year_from is not None:
            reports = reports.filter(reference__published_year__gte=self.year_from)
        if self.year_to is not None:
            reports = reports.filter(reference__published_year__lte=self.year_to)
        return Q(pk__in=reports.values("study_id"))


def with_populations(arms: QuerySet[Arm]) -> QuerySet[Arm]:
    """Join to each arm its own population as `own`, and that of its whole study as `shared`."""
    whole = Q(study__populations__arm__isnull=True)
    return arms.annotate(
        own=FilteredRelation("population"), shared=FilteredRelation("study__populations", condition=whole)
    )


def stated(criterion: Criterion, own: Population | None, shared: Population | None) -> dict[str, Any]:
    """Return what holds for an arm: its own statement on the criterion, else that of its study."""
    return (own and getattr(own, criterion.code)) or (shared and getattr(shared, criterion.code)) or {}


def _is_silent(column: str) -> Q:
    return Q(**{f"{column}__isnull": True}) | Q(**{column: {}})
