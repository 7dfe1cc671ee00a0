"""Which studies a reader asked for, and in which order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Exists, F, OuterRef, Prefetch

from therapies.evidence_map import Row
from therapies.forms import StudiesForm
from therapies.models import Arm, Result, Study, StudyReport
from therapies.read_models import lineage

if TYPE_CHECKING:
    from therapies.models.study import StudyQuerySet

ORDERS = {
    "label": [F("label").asc()],
    "year": [F("year").asc(nulls_last=True)],
    "-year": [F("year").desc(nulls_last=True)],
    "n": [F("n_patients").asc(nulls_last=True)],
    "-n": [F("n_patients").desc(nulls_last=True)],
    "-outcomes": [F("n_outcomes").desc()],
}


def find(form: StudiesForm, rows: tuple[Row, ...]) -> StudyQuerySet:
    """Return the studies inside the filters that could be read, with their overview and arms."""
    studies = Study.objects.with_overview().select_related("cohort").prefetch_related(_arms(), _retraction())
    if text := form.readable("q"):
        studies = studies.matching(text)
    if designs := form.readable("design"):
        studies = studies.filter(design__in=designs)
    if first := form.readable("year_from"):
        studies = studies.filter(year__gte=first)
    if last := form.readable("year_to"):
        studies = studies.filter(year__lte=last)
    if code := form.readable("therapy"):
        within = [row.therapy.pk for row in lineage.within(rows, lineage.row_of(rows, code))]
        studies = studies.filter(Exists(Arm.objects.filter(study=OuterRef("pk"), therapy__in=within)))
    if cohort := form.readable("cohort"):
        studies = studies.filter(cohort=cohort)
    if histology := form.readable("histology"):
        studies = studies.filter(histology=histology)
    if state := form.readable("state"):
        results = Result.objects.published().filter(arm__study=OuterRef("pk"), verification=state)
        studies = studies.filter(Exists(results))
    return studies.order_by(*ORDERS[form.sort_key], "label", "pk")


def with_results_of(therapies: list[int]) -> StudyQuerySet:
    """Return the studies with published results of those therapies; `arms` holds only the arms concerned."""
    results = Result.objects.published().filter(arm__study=OuterRef("pk"), arm__therapy__in=therapies)
    return (
        Study.objects.with_overview()
        .filter(Exists(results))
        .prefetch_related(_arms(therapy__in=therapies), _retraction())
        .order_by(F("year").desc(nulls_last=True), "label")
    )


def _arms(**only: object) -> Prefetch:
    return Prefetch("arms", queryset=Arm.objects.filter(**only).select_related("therapy"))


def _retraction() -> Prefetch:
    """Load what `Study.is_retracted` reads, and no more of the publications."""
    primary = StudyReport.objects.filter(role=StudyReport.Role.PRIMARY).select_related("reference")
    return Prefetch("reports", queryset=primary.only("study", "role", "reference__is_retracted"))
