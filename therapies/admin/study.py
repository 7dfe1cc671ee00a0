"""Studies with their reports, arms and numbers on one page."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest

from nelm_review.core.administration.base import CuratedAdmin
from nelm_review.core.administration.inlines import EditedInline, ListedInline
from nelm_review.core.administration.site import Section
from therapies.admin import columns
from therapies.admin.vocabulary import KeyedAdmin, counted
from therapies.models import Appraisal, Arm, Cohort, Comparison, Population, Result, Study, StudyReport


class ReportInline(EditedInline):
    model = StudyReport
    fields = ("role", "reference", "position")
    autocomplete_fields = ("reference",)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("study", "reference")


class ArmForm(ModelForm):
    """An arm's code is its key in the evidence files: set once."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "code" in self.fields:
            self.fields["code"].disabled = bool(self.instance.pk)


class ArmInline(EditedInline):
    model = Arm
    form = ArmForm
    fields = ("code", "label", "therapy", "n", "position")
    autocomplete_fields = ("therapy",)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("study", "therapy")


class ResultInline(ListedInline):
    """Results to read, each with a link to its form: a number is changed on its own page, with a reason."""

    model = Result
    path = "arm__study"
    fields = ("arm_label", "outcome", "value_text", "counts", "criteria", "verification", "state")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows = super().get_queryset(request).select_related("arm__study", "outcome")
        return rows.order_by("position", "pk")

    @admin.display(description="Arm")
    def arm_label(self, result: Result) -> str:
        return result.arm.label

    @admin.display(description="Value")
    def value_text(self, result: Result) -> str:
        return columns.value_of(result)

    @admin.display(description="Events / total")
    def counts(self, result: Result) -> str:
        return columns.counts_of(result)

    @admin.display(description="Readers")
    def state(self, result: Result) -> str:
        return columns.state_of(result)


class ArmResultInline(ResultInline):
    path = "arm"
    add_path = "arm"
    fields = ResultInline.fields[1:]


class ComparisonInline(ListedInline):
    model = Comparison
    path = "study"
    add_path = "study"
    fields = ("outcome", "arm_labels", "effect", "p_text", "verification", "state")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows = super().get_queryset(request).select_related("study", "outcome")
        return rows.prefetch_related("comparison_arms__arm")

    @admin.display(description="Arms")
    def arm_labels(self, comparison: Comparison) -> str:
        return " vs ".join(part.arm.label for part in comparison.comparison_arms.all())

    @admin.display(description="Effect")
    def effect(self, comparison: Comparison) -> str:
        return columns.effect_of(comparison)

    @admin.display(description="Readers")
    def state(self, comparison: Comparison) -> str:
        return columns.state_of(comparison)


class PopulationInline(ListedInline):
    model = Population
    path = "study"
    add_path = "study"
    fields = ("arm_label", "states", "structured_by")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("study", "arm__study")

    @admin.display(description="Patients of")
    def arm_label(self, population: Population) -> str:
        return population.arm.label if population.arm else "the whole study"

    @admin.display(description="States")
    def states(self, population: Population) -> str:
        return population.stated_words


class AppraisalInline(ListedInline):
    model = Appraisal
    path = "study"
    add_path = "study"
    fields = ("tool", "tool_version", "judgement", "judged_by", "judged_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("study", "judged_by")


@admin.register(Study)
class StudyAdmin(KeyedAdmin):
    section = Section.EVIDENCE
    keys = ("key",)
    list_display = ("label", "design", "histology", "n_patients", "n_arms", "n_results", "cohort")
    list_filter = ("design", "histology", "centres", "design_is_stated", "cohort")
    list_select_related = ("cohort",)
    search_fields = ("label", "key", "registry_id", "population", "reports__reference__title")
    search_help_text = "Label, key, registry number, population, or the title of a report."
    autocomplete_fields = ("cohort",)
    prepopulated_fields = {"key": ("label",)}
    inlines = (
        ReportInline,
        ArmInline,
        PopulationInline,
        ResultInline,
        ComparisonInline,
        AppraisalInline,
    )
    fieldsets = (
        (None, {"fields": ("label", "key", ("design", "design_is_stated"), "histology", "cohort")}),
        ("Size", {"fields": (("n_patients", "n_procedures", "n_lesions"), "k_studies")}),
        (
            "Setting",
            {"fields": ("population", "centres", "countries", "enrolment", "registry_id", "note")},
        ),
    )

    def get_inlines(self, request: HttpRequest, obj: Study | None) -> tuple[type, ...]:
        return self.inlines if obj else (ReportInline, ArmInline)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        studies = counted(super().get_queryset(request), "n_arms", Arm.objects.all(), "study")
        return counted(studies, "n_results", Result.objects.all(), "arm__study")

    @admin.display(description="Arms", ordering="n_arms")
    def n_arms(self, study: Study) -> int:
        return study.n_arms

    @admin.display(description="Results", ordering="n_results")
    def n_results(self, study: Study) -> int:
        return study.n_results


class StudyInline(ListedInline):
    model = Study
    path = "cohort"
    fields = ("label", "design", "n_patients")


@admin.register(Cohort)
class CohortAdmin(KeyedAdmin):
    section = Section.EVIDENCE
    list_display = ("name", "code", "n_studies", "note")
    search_fields = ("name", "code", "note")
    prepopulated_fields = {"code": ("name",)}
    inlines = (StudyInline,)
    fields = ("name", "code", "note")

    def get_inlines(self, request: HttpRequest, obj: Cohort | None) -> tuple[type, ...]:
        return self.inlines if obj else ()

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return counted(super().get_queryset(request), "n_studies", Study.objects.all(), "cohort")

    @admin.display(description="Studies", ordering="n_studies")
    def n_studies(self, cohort: Cohort) -> int:
        return cohort.n_studies


class PartAdmin(CuratedAdmin):
    """A part of a study: it stays in its study, because numbers of the same study hang on it."""

    section = Section.EVIDENCE
    list_select_related = ("study",)
    stays_in: tuple[str, ...] = ("study",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        fields = tuple(super().get_readonly_fields(request, obj))
        return fields if obj is None else fields + self.stays_in


@admin.register(StudyReport)
class StudyReportAdmin(PartAdmin):
    list_display = ("study", "role", "reference", "position")
    list_filter = ("role",)
    list_select_related = ("study", "reference")
    search_fields = ("study__label", "study__key", "reference__title", "=reference__pmid", "reference__doi")
    autocomplete_fields = ("study", "reference")
    fields = ("study", "role", "reference", "position")


@admin.register(Arm)
class ArmAdmin(PartAdmin):
    stays_in = ("study", "code")
    list_display = ("label", "study", "code", "therapy", "n")
    list_filter = ("therapy__kind", "therapy")
    list_select_related = ("study", "therapy")
    search_fields = ("label", "study__label", "study__key", "therapy__name", "therapy__abbreviation")
    autocomplete_fields = ("study", "therapy")
    inlines = (ArmResultInline,)
    fields = ("study", "code", "label", "therapy", "n", "position")

    def get_inlines(self, request: HttpRequest, obj: Arm | None) -> tuple[type, ...]:
        return self.inlines if obj else ()
