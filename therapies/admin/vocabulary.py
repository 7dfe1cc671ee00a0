"""The vocabularies: therapies and outcomes. Their codes are addresses and keys, so they stay as they are."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest

from nelm_review.core.administration.base import CuratedAdmin
from nelm_review.core.administration.site import Section
from therapies.models import Arm, Outcome, Result, Therapy


def counted(queryset: QuerySet, name: str, rows: QuerySet, path: str) -> QuerySet:
    """Annotate how many of the rows name each row of the queryset by `path`."""
    counts = rows.filter(**{path: OuterRef("pk")}).order_by().values(path).annotate(n=Count("pk")).values("n")
    return queryset.annotate(**{name: Coalesce(Subquery(counts), 0)})


class KeyedAdmin(CuratedAdmin):
    """A row known by a key that is part of addresses and evidence files: set once, then read only."""

    keys: tuple[str, ...] = ("code",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        fields = tuple(super().get_readonly_fields(request, obj))
        return fields if obj is None else fields + self.keys

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, tuple[str, ...]]:
        return super().get_prepopulated_fields(request, obj) if obj is None else {}


@admin.register(Therapy)
class TherapyAdmin(KeyedAdmin):
    section = Section.VOCABULARIES
    list_display = ("name", "abbreviation", "kind", "parent", "position", "n_arms")
    list_filter = ("kind", "covered_by_source_review")
    list_select_related = ("parent",)
    list_per_page = 100
    search_fields = ("name", "code", "abbreviation", "synonyms", "mesh")
    autocomplete_fields = ("parent",)
    prepopulated_fields = {"code": ("name",)}
    fields = (
        "name",
        "code",
        "abbreviation",
        "kind",
        "parent",
        "position",
        "synonyms",
        "mesh",
        "covered_by_source_review",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return counted(super().get_queryset(request), "n_arms", Arm.objects.all(), "therapy")

    @admin.display(description="Arms", ordering="n_arms")
    def n_arms(self, therapy: Therapy) -> int:
        return therapy.n_arms


@admin.register(Outcome)
class OutcomeAdmin(KeyedAdmin):
    section = Section.VOCABULARIES
    list_display = ("name", "short_name", "domain", "measure", "unit", "better", "position", "n_results")
    list_filter = ("domain", "measure", "better")
    list_per_page = 100
    search_fields = ("name", "code", "short_name", "definition")
    prepopulated_fields = {"code": ("name",)}
    fields = (
        "name",
        "code",
        "short_name",
        "domain",
        "measure",
        "unit",
        "better",
        "position",
        "definition",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return counted(super().get_queryset(request), "n_results", Result.objects.all(), "outcome")

    @admin.display(description="Results", ordering="n_results")
    def n_results(self, outcome: Outcome) -> int:
        return outcome.n_results
