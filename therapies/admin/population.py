"""Who the patients are, in fields: one row for a study's patients, and one for an arm that states its own."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from nelm_review.core.administration.base import CuratedForm
from therapies.admin.study import PartAdmin
from therapies.models import CRITERIA, Population


class PopulationForm(CuratedForm):
    """An empty field states nothing; the arm is one of the study's."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for code in CRITERIA:
            if code in cleaned:
                cleaned[code] = cleaned[code] or {}
        study, arm = cleaned.get("study"), cleaned.get("arm")
        if study and arm and arm.study_id != study.pk:
            raise ValidationError({"arm": "This arm belongs to another study."})
        return cleaned


@admin.register(Population)
class PopulationAdmin(PartAdmin):
    form = PopulationForm
    list_display = ("study", "arm_label", "states", "structured_by")
    list_filter = ("structured_by",)
    list_select_related = ("study", "arm")
    search_fields = ("study__label", "study__key", "arm__label", "quotes")
    autocomplete_fields = ("study", "arm")
    fieldsets = (
        (None, {"fields": ("study", "arm")}),
        (
            "What the text states (as JSON: value → n, percent, words; nothing where it says nothing)",
            {"fields": (*CRITERIA, "ki67")},
        ),
        ("Where from", {"fields": ("structured_by", "quotes")}),
    )

    @admin.display(description="Arm", empty_value="The whole study")
    def arm_label(self, population: Population) -> str | None:
        return population.arm.label if population.arm else None

    @admin.display(description="States")
    def states(self, population: Population) -> str:
        return population.stated_words

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        fields = super().get_readonly_fields(request, obj)
        return fields if obj is None else (*fields, "arm")
