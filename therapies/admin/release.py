"""Releases, made here and never changed; and the summaries of cells, which services own."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html

from nelm_review.core.administration.base import ReadOnlyAdmin
from nelm_review.core.administration.site import Section
from therapies.models import CellSummary, Release, SummaryState
from therapies.services import evidence, releases


@admin.register(Release)
class ReleaseAdmin(ReadOnlyAdmin):
    """To add one is to make one, of the published evidence of that moment."""

    section = Section.EVIDENCE
    list_display = ("version", "released_at", "released_by", "n_results", "note", "page")
    list_select_related = ("released_by",)
    date_hierarchy = "released_at"
    search_fields = ("version", "note")
    fieldsets = (
        (None, {"fields": ("version", "released_at", "released_by", "note", "page")}),
        ("What it holds", {"fields": ("counts", "method", "evidence_version")}),
        ("Checksums (SHA-256)", {"fields": ("sha256", "evidence_sha256")}),
    )
    readonly_fields = ("page",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return True

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).without_archive()

    def get_fieldsets(self, request: HttpRequest, obj: Release | None = None) -> Any:
        if obj is not None:
            return self.fieldsets
        words = (
            "A release keeps the published evidence as it is now, for good. It cannot be changed or deleted."
        )
        return ((None, {"fields": ("note",), "description": words}),)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if request.method != "POST":
            return super().add_view(request, form_url, extra_context)
        # Outside the transaction of the form: the service reads everything as of one moment of its own.
        try:
            release = releases.make(by=request.user, note=request.POST.get("note", ""))
        except (releases.ReleaseError, evidence.EvidenceError) as refusal:
            self.message_user(request, str(refusal), messages.WARNING)
            return redirect("admin:therapies_release_changelist")
        self.message_user(request, f"Made release {release.version}.", messages.SUCCESS)
        return redirect("admin:therapies_release_change", release.pk)

    @admin.display(description="Results")
    def n_results(self, release: Release) -> int:
        return release.counts.get("results", 0)

    @admin.display(description="Page")
    def page(self, release: Release) -> str:
        return format_html('<a href="{}">{}</a>', reverse("release", args=[release.version]), release.version)


@admin.register(CellSummary)
class CellSummaryAdmin(ReadOnlyAdmin):
    section = Section.EVIDENCE
    list_display = (
        "therapy",
        "outcome",
        "n_studies",
        "n_patients",
        "n_results",
        "k",
        "estimate",
        "computed_at",
    )
    list_filter = ("outcome__domain",)
    list_select_related = ("therapy", "outcome")
    search_fields = ("therapy__name", "therapy__abbreviation", "outcome__name", "refusal")
    date_hierarchy = "computed_at"


@admin.register(SummaryState)
class SummaryStateAdmin(ReadOnlyAdmin):
    section = Section.EVIDENCE
    list_display = ("computed_at", "method", "evidence_version")
