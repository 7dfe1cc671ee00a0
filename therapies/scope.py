"""Which published results a reader is looking at: the filters of the map, its cells and the API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q, Sum
from django.db.models.functions import Coalesce

from therapies.models import Comparison, Result, Study, StudyReport

if TYPE_CHECKING:
    from therapies.models.result import ResultQuerySet, SourcedNumberQuerySet
    from therapies.models.study import StudyQuerySet


@dataclass(frozen=True)
class Scope:
    """One choice of filters; an empty one means no filter, and mixed histology stays out unless asked for."""

    designs: tuple[str, ...] = ()
    criteria: tuple[str, ...] = ()
    year_from: int | None = None
    year_to: int | None = None
    n_min: int | None = None
    with_mixed_histology: bool = False

    @property
    def needs_year(self) -> bool:
        return self.year_from is not None or self.year_to is not None

    @property
    def is_filtered(self) -> bool:
        return self != Scope()

    def studies(self) -> StudyQuerySet:
        """Studies inside the scope; one without a known year falls outside any year range."""
        studies = Study.objects.all()
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
        return self.results_of_any_study().filter(self.within("arm__study"))

    def results_of_any_study(self) -> ResultQuerySet:
        """Published results by those criteria, whatever their study."""
        results = Result.objects.published()
        return results.filter(criteria__in=self.criteria) if self.criteria else results

    def comparisons(self) -> SourcedNumberQuerySet:
        """Published comparisons of those studies (criteria belong to results and do not apply)."""
        return Comparison.objects.published().filter(self.within("study"))

    def within(self, path: str) -> Q:
        """Say the same as `studies()` over a join to the study; by a column test where that will do."""
        if self.needs_year or self.n_min is not None:
            return Q(**{f"{path}__in": self.studies()})
        condition = Q()
        if self.designs:
            condition &= Q(**{f"{path}__design__in": self.designs})
        if not self.with_mixed_histology:
            condition &= ~Q(**{f"{path}__histology": Study.Histology.MIXED})
        return condition

    def _reported_in_range(self) -> Q:
        reports = StudyReport.objects.filter(role=StudyReport.Role.PRIMARY)
        if self.year_from is not None:
            reports = reports.filter(reference__published_year__gte=self.year_from)
        if self.year_to is not None:
            reports = reports.filter(reference__published_year__lte=self.year_to)
        return Q(pk__in=reports.values("study_id"))
