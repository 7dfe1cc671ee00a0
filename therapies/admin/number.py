"""Results and comparisons: the numbers, what they go through, and who did it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Max, Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property

from nelm_review.core.administration.base import CuratedForm
from nelm_review.core.administration.inlines import EditedInline, NumberedFormSet
from therapies.admin import columns
from therapies.admin.steps import StepsMixin
from therapies.admin.study import PartAdmin
from therapies.models import Arm, Comparison, ComparisonArm, Result
from therapies.services import publishing

SIGNATURES = (
    "verification",
    "extracted_by",
    "extracted_at",
    "verified_by",
    "verified_at",
    "published_by",
    "published_at",
    "withdrawn_by",
    "withdrawn_at",
    "withdrawal_reason",
)
SOURCE = ("Source", {"fields": ("source_report", "source_where", "reported_in", "override_reason")})
STATE = (
    "State (changed by the actions of the list)",
    {
        "fields": (
            "verification",
            ("extracted_by", "extracted_at"),
            ("verified_by", "verified_at"),
            ("published_by", "published_at"),
            ("withdrawn_by", "withdrawn_at"),
            "withdrawal_reason",
        )
    },
)


class ReadersFilter(admin.SimpleListFilter):
    title = "readers see it"
    parameter_name = "readers"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [("published", "Published"), ("draft", "Draft"), ("withdrawn", "Withdrawn")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        wanted = {
            "published": Q(published_at__isnull=False, withdrawn_at__isnull=True),
            "draft": Q(published_at__isnull=True, withdrawn_at__isnull=True),
            "withdrawn": Q(withdrawn_at__isnull=False),
        }
        return queryset.filter(wanted.get(self.value(), Q()))


class NumberForm(CuratedForm):
    """A number comes from a report of its own study, or from the table of a review."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["position"].required = False
        self.fields["position"].help_text = "Order inside the study; the next one where empty."

    def study_id(self, cleaned: dict[str, Any]) -> int | None:
        raise NotImplementedError

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        study, report, review = (
            self.study_id(cleaned),
            cleaned.get("source_report"),
            cleaned.get("reported_in"),
        )
        if study and report and report.study_id != study:
            self.add_error("source_report", "This report belongs to another study.")
        if review and not review.is_review:
            self.add_error("reported_in", f"“{review}” is no review.")
        return cleaned


class ResultForm(NumberForm):
    def study_id(self, cleaned: dict[str, Any]) -> int | None:
        return cleaned["arm"].study_id if cleaned.get("arm") else None


class ComparisonForm(NumberForm):
    def study_id(self, cleaned: dict[str, Any]) -> int | None:
        study = cleaned.get("study")
        return study.pk if study else self.instance.study_id


class NumberAdmin(StepsMixin, PartAdmin):
    """A changed number is a new extraction: signed by whoever changed it, and to be verified again."""

    readonly_fields = SIGNATURES
    date_hierarchy = "extracted_at"
    autocomplete_fields = ("outcome", "source_report", "reported_in")

    def numbers_of_study(self, number: Any) -> QuerySet:
        raise NotImplementedError

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        fieldsets = super().get_fieldsets(request, obj)
        return fieldsets if obj is not None else [part for part in fieldsets if part is not STATE]

    def save_model(self, request: HttpRequest, obj: Any, form: forms.ModelForm, change: bool) -> None:
        if obj.position is None:
            last = self.numbers_of_study(obj).aggregate(last=Max("position"))["last"]
            obj.position = (last or 0) + 1
        if not change or self._differs(obj):
            publishing.sign(obj, by=request.user)
        super().save_model(request, obj, form, change)

    def _differs(self, number: Any) -> bool:
        """Say whether an extracted column differs from what is stored, a decimal more or less included."""
        stored = self.model._base_manager.get(pk=number.pk)
        own = [
            f for f in self.opts.fields if not f.generated and f.name not in (*SIGNATURES, "id", "position")
        ]
        return any(str(getattr(number, f.attname)) != str(getattr(stored, f.attname)) for f in own)

    @admin.display(description="Verified", boolean=True, ordering="verification")
    def verified(self, number: Any) -> bool:
        return number.is_verified

    @admin.display(description="Readers", ordering="published_at")
    def state(self, number: Any) -> str:
        return columns.state_of(number)


@admin.register(Result)
class ResultAdmin(NumberAdmin):
    form = ResultForm
    stays_in = ()
    list_display = ("outcome", "arm_of_study", "value_text", "counts", "verified", "state")
    list_filter = (
        ReadersFilter,
        "verification",
        "outcome__domain",
        "criteria",
        "per",
        "is_composite",
        "not_reached",
        ("override_reason", admin.EmptyFieldListFilter),
        "arm__therapy",
    )
    list_select_related = ("arm__study", "outcome")
    search_fields = (
        "arm__study__label",
        "arm__study__key",
        "arm__label",
        "outcome__name",
        "outcome__short_name",
        "criteria_text",
    )
    search_help_text = "Study, arm, outcome, or criteria as printed."
    autocomplete_fields = (*NumberAdmin.autocomplete_fields, "arm")
    fieldsets = (
        (None, {"fields": ("arm", "outcome", "position")}),
        (
            "Number",
            {
                "fields": (
                    ("value", "unit", "not_reached"),
                    ("ci_low", "ci_high", "ci_level"),
                    ("range_low", "range_high"),
                    ("events", "total", "per"),
                    "timepoint_months",
                )
            },
        ),
        ("Definition", {"fields": ("criteria", "criteria_text", "is_composite")}),
        SOURCE,
        STATE,
    )

    def numbers_of_study(self, number: Result) -> QuerySet:
        return Result.objects.filter(arm__study=number.arm.study_id)

    @admin.display(description="Arm", ordering="arm__study__label")
    def arm_of_study(self, result: Result) -> str:
        return f"{result.arm.study.label}: {result.arm.label}"

    @admin.display(description="Value", ordering="value")
    def value_text(self, result: Result) -> str:
        return columns.value_of(result)

    @admin.display(description="Events / total")
    def counts(self, result: Result) -> str:
        return columns.counts_of(result)


class ComparisonArmFormSet(NumberedFormSet):
    """On the page of a comparison, only the arms of its study can be chosen, loaded once for all rows."""

    def add_fields(self, form: forms.ModelForm, index: int | None) -> None:
        super().add_fields(form, index)
        if self.instance.pk and "arm" in form.fields:
            form.fields["arm"].queryset = self._arms_of_study
            form.fields["arm"].choices = self._choices

    @cached_property
    def _arms_of_study(self) -> QuerySet:
        return Arm.objects.filter(study=self.instance.study_id)

    @cached_property
    def _choices(self) -> list[tuple[Any, str]]:
        return [("", "---------"), *((arm.pk, arm.label) for arm in self._arms_of_study)]


class ComparisonArmInline(EditedInline):
    model = ComparisonArm
    formset = ComparisonArmFormSet
    fields = ("arm", "position")
    show_change_link = False
    min_num = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("arm__study")

    def get_autocomplete_fields(self, request: HttpRequest) -> tuple[str, ...]:
        # While a comparison is added its study is not known yet, so every arm can be found by name.
        return () if request.resolver_match.kwargs.get("object_id") else ("arm",)


@admin.register(Comparison)
class ComparisonAdmin(NumberAdmin):
    form = ComparisonForm
    list_display = ("outcome", "study", "effect", "p_text", "verified", "state")
    list_filter = (ReadersFilter, "verification", "measure", "outcome__domain")
    list_select_related = ("study", "outcome")
    search_fields = ("study__label", "study__key", "outcome__name", "outcome__short_name")
    autocomplete_fields = (*NumberAdmin.autocomplete_fields, "study")
    inlines = (ComparisonArmInline,)
    fieldsets = (
        (None, {"fields": ("study", "outcome", "position")}),
        ("Effect", {"fields": ("measure", "value", ("ci_low", "ci_high"), "p_text")}),
        SOURCE,
        STATE,
    )

    def numbers_of_study(self, number: Comparison) -> QuerySet:
        return Comparison.objects.filter(study=number.study_id)

    @admin.display(description="Effect", ordering="value")
    def effect(self, comparison: Comparison) -> str:
        return columns.effect_of(comparison)


@admin.register(ComparisonArm)
class ComparisonArmAdmin(PartAdmin):
    """Chosen on the page of the comparison; listed here to be found."""

    stays_in = ()
    list_display = ("comparison", "arm", "position")
    list_select_related = ("comparison__study", "comparison__outcome", "arm__study")
    search_fields = ("comparison__study__label", "arm__label")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
