"""What clinicians read about the therapies: claims, each with its sources, and the sources."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from nelm_review.core.administration.base import CuratedAdmin
from nelm_review.core.administration.inlines import EditedInline
from nelm_review.core.administration.site import Section
from therapies.admin.study import PartAdmin
from therapies.admin.vocabulary import KeyedAdmin, counted
from therapies.models import ClaimCitation, ClaimSource, TherapyClaim


class CitationInline(EditedInline):
    """What a claim rests on: at least one source. A wrong claim is withdrawn, so that history stays whole."""

    model = ClaimCitation
    fields = ("source", "position")
    autocomplete_fields = ("source",)
    show_change_link = False
    min_num = 1
    validate_min = True

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("claim", "source")

    def get_formset(self, request: HttpRequest, obj: Model | None = None, **kwargs: Any) -> type:
        return super().get_formset(request, obj, **{"validate_min": self.validate_min, **kwargs})


@admin.register(TherapyClaim)
class TherapyClaimAdmin(CuratedAdmin):
    section = Section.EVIDENCE
    list_display = ("text", "therapy", "section_name", "position", "n_sources", "is_withdrawn")
    list_filter = ("is_withdrawn", "section", "therapy")
    list_select_related = ("therapy",)
    search_fields = ("text", "therapy__name", "therapy__abbreviation", "sources__code")
    autocomplete_fields = ("therapy",)
    inlines = (CitationInline,)
    fields = ("therapy", "section", "text", "position", "is_withdrawn")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return counted(super().get_queryset(request), "n_sources", ClaimCitation.objects.all(), "claim")

    @admin.display(description="Section", ordering="section")
    def section_name(self, claim: TherapyClaim) -> str:
        return claim.get_section_display()

    @admin.display(description="Sources", ordering="n_sources")
    def n_sources(self, claim: TherapyClaim) -> int:
        return claim.n_sources


@admin.register(ClaimSource)
class ClaimSourceAdmin(KeyedAdmin):
    section = Section.EVIDENCE
    list_display = ("code", "reference", "read_at", "n_claims")
    list_select_related = ("reference",)
    search_fields = ("code", "reference__title", "=reference__pmid", "reference__doi", "read_at")
    autocomplete_fields = ("reference",)
    fields = ("code", "reference", "read_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return counted(super().get_queryset(request), "n_claims", ClaimCitation.objects.all(), "source")

    @admin.display(description="Claims", ordering="n_claims")
    def n_claims(self, source: ClaimSource) -> int:
        return source.n_claims


@admin.register(ClaimCitation)
class ClaimCitationAdmin(PartAdmin):
    """Chosen on the page of the claim; listed here to be found."""

    stays_in = ()
    list_display = ("claim", "source", "position")
    list_select_related = ("claim", "source")
    search_fields = ("claim__text", "source__code")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
