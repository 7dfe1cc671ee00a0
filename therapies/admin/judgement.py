"""Judgements: the risk of bias of studies and the certainty of the evidence of a cell."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import HttpRequest
from django.utils import timezone

from nelm_review.core.administration.base import REASON, SEEN, CuratedAdmin, CuratedForm
from nelm_review.core.administration.site import Section
from therapies.models import Appraisal, Certainty, NotApplicable


class JudgementAdmin(CuratedAdmin):
    """Signed by whoever adds or changes it."""

    section = Section.JUDGEMENTS
    readonly_fields = ("judged_by", "judged_at")

    def save_model(self, request: HttpRequest, obj: Model, form: CuratedForm, change: bool) -> None:
        if not change or set(form.changed_data) - {REASON, SEEN}:
            obj.judged_by, obj.judged_at = request.user, timezone.now()
        super().save_model(request, obj, form, change)


class AppraisalForm(CuratedForm):
    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        result, study = cleaned.get("result"), cleaned.get("study")
        if result and study and result.arm.study_id != study.pk:
            raise ValidationError({"result": "This result belongs to another study."})
        return cleaned


@admin.register(Appraisal)
class AppraisalAdmin(JudgementAdmin):
    form = AppraisalForm
    list_display = ("study", "result", "tool", "tool_version", "judgement", "judged_by", "judged_at")
    list_filter = ("tool", "judgement")
    list_select_related = ("study", "result__outcome", "result__arm__study", "judged_by")
    search_fields = ("study__label", "study__key", "reason")
    date_hierarchy = "judged_at"
    autocomplete_fields = ("study", "result")
    fieldsets = (
        (None, {"fields": ("study", "result", ("tool", "tool_version"), "judgement", "reason", "domains")}),
        ("Signed", {"fields": (("judged_by", "judged_at"),)}),
    )


@admin.register(Certainty)
class CertaintyAdmin(JudgementAdmin):
    list_display = ("therapy", "outcome", "level", "judged_by", "judged_at")
    list_filter = ("level", "outcome__domain")
    list_select_related = ("therapy", "outcome", "judged_by")
    search_fields = ("therapy__name", "therapy__abbreviation", "outcome__name", "reason")
    date_hierarchy = "judged_at"
    autocomplete_fields = ("therapy", "outcome")
    fieldsets = (
        (None, {"fields": ("therapy", "outcome", "level", "reason")}),
        ("Signed", {"fields": (("judged_by", "judged_at"),)}),
    )


@admin.register(NotApplicable)
class NotApplicableAdmin(CuratedAdmin):
    section = Section.JUDGEMENTS
    list_display = ("therapy", "outcome", "reason")
    list_filter = ("outcome__domain",)
    list_select_related = ("therapy", "outcome")
    search_fields = ("therapy__name", "therapy__abbreviation", "outcome__name", "reason")
    autocomplete_fields = ("therapy", "outcome")
    fieldsets = ((None, {"fields": ("therapy", "outcome", "reason")}),)
