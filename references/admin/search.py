"""Searches: strategies are written here, runs and hits belong to the workers."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.http import HttpRequest

from nelm_review.core.administration.base import CuratedAdmin, GuardedAdmin, ReadOnlyAdmin
from nelm_review.core.administration.inlines import ListedInline
from nelm_review.core.administration.site import Section
from references.admin import readable
from references.admin.fetching import FetchingMixin
from references.models import Journal, SearchHit, SearchRun, SearchStrategy
from references.services import searches


class RunInline(ListedInline):
    model = SearchRun
    path = "strategy"
    per_page = 20
    fields = ("requested_at", "state", "n_found", "n_new", "n_updated", "n_missing", "n_failed", "error")


@admin.register(SearchStrategy)
class SearchStrategyAdmin(FetchingMixin, CuratedAdmin):
    section = Section.SEARCHES
    list_display = ("name", "slug", "is_active", "last_run_at", "created_by")
    list_filter = ("is_active",)
    list_select_related = ("created_by",)
    search_fields = ("name", "slug", "query", "description")
    prepopulated_fields = {"slug": ("name",)}
    readonly_fields = ("created_by", "created_at")
    fields = ("name", "slug", "query", "description", "is_active", ("created_by", "created_at"))
    inlines = (RunInline,)
    actions = ("run_now",)

    def get_inlines(self, request: HttpRequest, obj: SearchStrategy | None) -> tuple[type, ...]:
        return self.inlines if obj else ()

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        last = SearchRun.objects.filter(strategy=OuterRef("pk")).values("requested_at")[:1]
        return super().get_queryset(request).annotate(last_run_at=Subquery(last))

    def save_model(self, request: HttpRequest, obj: SearchStrategy, form: Any, change: bool) -> None:
        if not change:
            obj.created_by = request.user
        super().save_model(request, obj, form, change)

    @admin.action(description="Run now")
    def run_now(self, request: HttpRequest, queryset: QuerySet[SearchStrategy]) -> None:
        for strategy in queryset:
            try:
                run = searches.start(strategy=strategy, by=request.user)
            except searches.SearchError as refusal:
                self.message_user(request, str(refusal), messages.ERROR)
            else:
                self.announce(request, run, f"“{strategy}” is queued.")

    @admin.display(description="Last asked for", ordering="last_run_at")
    def last_run_at(self, strategy: SearchStrategy) -> Any:
        return strategy.last_run_at


class HitInline(ListedInline):
    model = SearchHit
    path = "run"
    per_page = 100
    fields = ("position", "pmid", "state", "reason", "reference")
    show_change_link = False

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        hits = super().get_queryset(request).select_related("reference").order_by("position")
        return hits.defer("reference__search_vector", "reference__abstract_text")


@admin.register(SearchRun)
class SearchRunAdmin(ReadOnlyAdmin):
    section = Section.SEARCHES
    list_display = (
        "__str__",
        "state",
        "n_found",
        "n_fetched",
        "n_new",
        "n_updated",
        "n_missing",
        "n_failed",
        "requested_by",
        "requested_at",
    )
    list_filter = ("state", "kind", "strategy")
    list_select_related = ("requested_by",)
    search_fields = ("query", "strategy__name", "error")
    date_hierarchy = "requested_at"
    inlines = (HitInline,)
    actions = ("cancel_selected",)
    warnings_read = readable.shown("warnings", readable.lines)
    fieldsets = (
        (
            None,
            {"fields": ("state", "error", "kind", "strategy", "query", "translated_query", "warnings_read")},
        ),
        (
            "Counts",
            {
                "fields": (
                    ("n_found", "n_fetched"),
                    ("n_new", "n_updated", "n_unchanged"),
                    ("n_missing", "n_failed"),
                )
            },
        ),
        (
            "Progress",
            {
                "fields": (
                    ("requested_by", "requested_at"),
                    ("started_at", "listed_at", "heartbeat_at", "finished_at"),
                    ("cancelled_by", "cancelled_at"),
                    "n_attempts",
                )
            },
        ),
    )

    @admin.action(description="Cancel")
    def cancel_selected(self, request: HttpRequest, queryset: QuerySet[SearchRun]) -> None:
        done, refused = 0, []
        for run in queryset:
            try:
                searches.cancel(run, by=request.user)
                done += 1
            except searches.SearchError as refusal:
                refused.append(str(refusal))
        self.report(request, [f"Cancelled: {done}."] if done else [], refused)


@admin.register(SearchHit)
class SearchHitAdmin(ReadOnlyAdmin):
    section = Section.SEARCHES
    list_display = ("pmid", "state", "reason", "run", "reference")
    list_filter = ("state",)
    list_select_related = ("run", "reference")
    search_fields = ("=pmid", "reason")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).defer("reference__search_vector", "reference__abstract_text")


@admin.register(Journal)
class JournalAdmin(GuardedAdmin):
    """A journal with an NLM id is PubMed's to describe; one known by its printed name can be corrected."""

    section = Section.LITERATURE
    list_display = ("title", "iso_abbreviation", "nlm_id", "issn_print", "issn_electronic", "n_references")
    list_filter = (("nlm_id", admin.EmptyFieldListFilter),)
    search_fields = (
        "title",
        "iso_abbreviation",
        "=nlm_id",
        "=issn_print",
        "=issn_electronic",
        "=issn_linking",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        counts = (
            Journal.objects.filter(pk=OuterRef("pk")).annotate(n=Count("references")).order_by().values("n")
        )
        return super().get_queryset(request).annotate(n_references=Subquery(counts))

    def has_change_permission(self, request: HttpRequest, obj: Journal | None = None) -> bool:
        return (obj is None or obj.nlm_id is None) and super().has_change_permission(request, obj)

    @admin.display(description="References", ordering="n_references")
    def n_references(self, journal: Journal) -> int:
        return journal.n_references
