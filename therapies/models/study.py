"""Studies, the publications that report them, their arms, and the cohorts that several studies share."""

from __future__ import annotations

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse

from nelm_review.core.changes import counted
from nelm_review.core.constraints import enforce_choices
from nelm_review.core.history import tracked
from references.models import Reference
from therapies.models.result import Result


@tracked()
class Cohort(models.Model):
    """Patients that several studies share; counted once."""

    code = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=200)
    note = models.TextField(blank=True)

    class Meta:
        ordering = ("name",)
        triggers = counted("evidence")

    def __str__(self) -> str:
        return self.name


class StudyQuerySet(models.QuerySet["Study"]):
    def reviews(self) -> StudyQuerySet:
        """Reviews, meta-analyses and guidelines: counted apart, never among studies."""
        return self.filter(design__in=Study.REVIEW_DESIGNS)

    def primary(self) -> StudyQuerySet:
        """Investigations of patients, as opposed to reviews."""
        return self.exclude(design__in=Study.REVIEW_DESIGNS)

    def of_mixed_histology(self) -> StudyQuerySet:
        return self.filter(histology=Study.Histology.MIXED)

    def retracted(self) -> StudyQuerySet:
        """Studies whose primary report was retracted: they are listed, and nothing of them is counted."""
        return self.filter(pk__in=retracted_study_ids())

    def not_retracted(self) -> StudyQuerySet:
        return self.exclude(pk__in=retracted_study_ids())

    def matching(self, text: str) -> StudyQuerySet:
        """Keep studies whose label or population holds the text, or whose publications match its words."""
        reports = StudyReport.objects.filter(
            Q(reference__title__icontains=text)
            | Q(reference__in=Reference.objects.matching(text).values("pk"))
        )
        return self.filter(
            Q(label__icontains=text) | Q(population__icontains=text) | Q(pk__in=reports.values("study_id"))
        )

    def with_overview(self) -> StudyQuerySet:
        """Add `year` (of the primary report), `n_results` and `n_outcomes` (published)."""
        primary = StudyReport.objects.filter(study=OuterRef("pk"), role=StudyReport.Role.PRIMARY)
        return self.annotate(
            year=Subquery(primary.values("reference__published_year")[:1]),
            n_results=_published(Count("pk")),
            n_outcomes=_published(Count("outcome", distinct=True)),
        )


def retracted_study_ids() -> models.QuerySet[StudyReport, int]:
    """Return the keys of the studies whose primary report was retracted, as a query to be used in another.

    It names no row of the other query, so that PostgreSQL asks it once and not for every row.
    """
    retracted = StudyReport.objects.filter(role=StudyReport.Role.PRIMARY, reference__is_retracted=True)
    return retracted.order_by().values_list("study_id", flat=True)


def _published(count: Count) -> Coalesce:
    counted = Result.objects.published().filter(arm__study=OuterRef("pk")).order_by()
    return Coalesce(Subquery(counted.values("arm__study").annotate(n=count).values("n")), 0)


@enforce_choices
@tracked()
class Study(models.Model):
    """One investigation (or review), known by its key."""

    class Design(models.TextChoices):
        RANDOMIZED = "randomized-controlled-trial", "Randomised controlled trial"
        PROSPECTIVE_COMPARATIVE = "prospective-comparative", "Prospective comparative"
        PROSPECTIVE_SINGLE_ARM = "prospective-single-arm", "Prospective single-arm"
        RETROSPECTIVE_COMPARATIVE = "retrospective-comparative", "Retrospective comparative"
        RETROSPECTIVE_COHORT = "retrospective-cohort", "Retrospective cohort"
        REGISTRY = "registry", "Registry"
        CASE_SERIES = "case-series", "Case series"
        META_ANALYSIS = "meta-analysis", "Meta-analysis"
        SYSTEMATIC_REVIEW = "systematic-review", "Systematic review"
        NARRATIVE_REVIEW = "narrative-review", "Narrative review"
        GUIDELINE = "guideline", "Guideline"

    REVIEW_DESIGNS = (
        Design.META_ANALYSIS,
        Design.SYSTEMATIC_REVIEW,
        Design.NARRATIVE_REVIEW,
        Design.GUIDELINE,
    )

    class Centres(models.TextChoices):
        SINGLE = "single", "Single centre"
        MULTI = "multi", "Multicentre"

    class Histology(models.TextChoices):
        NET = "net", "Neuroendocrine tumours"
        MIXED = "mixed", "Mixed tumour types"

    key = models.SlugField(max_length=80, unique=True)
    label = models.CharField(max_length=200)
    design = models.CharField(max_length=40, choices=Design)
    design_is_stated = models.BooleanField(help_text="False where the source does not name its design.")
    centres = models.CharField(max_length=10, choices=Centres, blank=True)
    countries = ArrayField(models.CharField(max_length=100), default=list, blank=True)
    enrolment = models.CharField(max_length=100, blank=True, help_text="As printed.")
    registry_id = models.CharField(max_length=50, blank=True)
    n_patients = models.PositiveIntegerField(null=True, blank=True)
    n_procedures = models.PositiveIntegerField(null=True, blank=True)
    n_lesions = models.PositiveIntegerField(null=True, blank=True)
    k_studies = models.PositiveIntegerField(
        null=True, blank=True, help_text="Studies that a review includes."
    )
    population = models.TextField(blank=True)
    histology = models.CharField(max_length=10, choices=Histology)
    cohort = models.ForeignKey(
        Cohort, null=True, blank=True, on_delete=models.PROTECT, related_name="studies"
    )
    note = models.TextField(blank=True, help_text="Oddities a reader should know.")

    objects = StudyQuerySet.as_manager()

    class Meta:
        ordering = ("label", "pk")
        verbose_name_plural = "studies"
        constraints = []
        triggers = counted("evidence")

    def __str__(self) -> str:
        return self.label

    def get_absolute_url(self) -> str:
        return reverse("study", args=[self.key])

    @property
    def is_review(self) -> bool:
        return self.design in self.REVIEW_DESIGNS

    @property
    def is_of_mixed_histology(self) -> bool:
        return self.histology == self.Histology.MIXED

    @property
    def is_retracted(self) -> bool:
        """Say whether its primary report was retracted; no query where reports and references are loaded."""
        return any(report.is_primary and report.reference.is_retracted for report in self.reports.all())


@enforce_choices
@tracked()
class StudyReport(models.Model):
    """One publication of a study, in its role."""

    class Role(models.TextChoices):
        PRIMARY = "primary", "Primary report"
        COMPANION = "companion", "Companion"
        PROTOCOL = "protocol", "Protocol"
        CORRECTION = "correction", "Correction"

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="reports")
    reference = models.ForeignKey(
        "references.Reference", on_delete=models.PROTECT, related_name="study_reports"
    )
    role = models.CharField(max_length=12, choices=Role)
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ("study", "position")
        constraints = [
            models.UniqueConstraint(
                fields=["study"], condition=Q(role="primary"), name="study_has_one_primary_report"
            ),
            models.UniqueConstraint(
                fields=["study", "reference"], name="study_report_names_a_reference_once"
            ),
        ]
        triggers = counted("evidence")

    def __str__(self) -> str:
        return f"{self.study}: {self.get_role_display().lower()}"

    @property
    def is_primary(self) -> bool:
        return self.role == self.Role.PRIMARY


@tracked()
class Arm(models.Model):
    """One group of patients in a study, treated with one therapy (a stratum is an arm too)."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="arms")
    code = models.SlugField(max_length=20, help_text="Its name inside the study: a1, a2 …")
    label = models.CharField(max_length=300)
    therapy = models.ForeignKey("Therapy", on_delete=models.PROTECT, related_name="arms")
    n = models.PositiveIntegerField("patients", null=True, blank=True)
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ("study", "position")
        constraints = [
            models.UniqueConstraint(fields=["study", "code"], name="arm_code_is_unique_in_its_study"),
        ]
        # Results and comparisons of the arm belong to the study too.
        triggers = [pgtrigger.ReadOnly(name="arm_stays_in_its_study", fields=["study"]), *counted("evidence")]

    def __str__(self) -> str:
        return f"{self.label} ({self.study.label})"
