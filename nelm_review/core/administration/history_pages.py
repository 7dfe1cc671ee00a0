"""History in the administration: a page for each row, and read-only lists of the events of a model."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.admin.views.main import PAGE_VAR
from django.core.exceptions import PermissionDenied
from django.db.models import BigIntegerField, OuterRef, QuerySet, Subquery, URLField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from pghistory.models import Event

from nelm_review.core.administration import changes
from nelm_review.core.administration.site import Section
from nelm_review.core.models import User


class HistoryAdminMixin:
    """Let the “History” button of a tracked model open what the database recorded, raw SQL included."""

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not changes.is_tracked(self.model):
            return super().history_view(request, object_id, extra_context)
        row = self.get_object(request, unquote(object_id))
        if row is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_view_or_change_permission(request, row):
            raise PermissionDenied
        history = changes.history_of(row, request.GET.get(PAGE_VAR, 1))
        context = {
            **self.admin_site.each_context(request),
            "title": f"History of {row}",
            "subtitle": None,
            "history": history,
            "page_range": history.page.paginator.get_elided_page_range(history.page.number),
            "page_var": PAGE_VAR,
            "module_name": capfirst(self.opts.verbose_name_plural),
            "object": row,
            "opts": self.opts,
            **(extra_context or {}),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/object_changes.html", context)


class VerbFilter(admin.SimpleListFilter):
    title = "what happened"
    parameter_name = "what"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return list(changes.VERBS.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(pgh_label=self.value()) if self.value() in changes.VERBS else queryset


class AuthorshipFilter(admin.SimpleListFilter):
    title = "who is known"
    parameter_name = "known"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [("yes", "Made through the application"), ("no", "Made outside it")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() in ("yes", "no"):
            return queryset.filter(pgh_context__isnull=self.value() == "no")
        return queryset


class EventAdmin(admin.ModelAdmin):
    """A read-only list of the events that triggers wrote for one model."""

    # Django 5.2 asks every form of an address which scheme it assumes.
    formfield_overrides = {URLField: {"assume_scheme": "https"}}

    section = Section.HISTORY
    list_display = ("pgh_created_at", "verb", "row", "who", "service", "reason")
    list_filter = (VerbFilter, AuthorshipFilter)
    search_fields = ("pgh_obj_id__exact", "pgh_context__metadata__reason")
    search_help_text = "The number of a row, or words of the reason."
    date_hierarchy = "pgh_created_at"
    list_select_related = ("pgh_context",)
    list_per_page = 50
    show_full_result_count = False
    ordering = ("-pgh_id",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Event | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Event | None = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        account = Cast(KeyTextTransform("user", OuterRef("pgh_context__metadata")), BigIntegerField())
        username = User.objects.filter(pk=account).values("username")
        return super().get_queryset(request).annotate(username=Subquery(username))

    @admin.display(description="What", ordering="pgh_label")
    def verb(self, event: Event) -> str:
        return changes.VERBS.get(event.pgh_label, event.pgh_label)

    @admin.display(description="Row", ordering="pgh_obj_id")
    def row(self, event: Event) -> str:
        model = event.pgh_tracked_model._meta
        words = next(filter(None, (getattr(event, name, "") for name in ("label", "title", "name"))), "")
        text = f"{model.verbose_name} {event.pgh_obj_id} {words}".strip()
        try:
            address = reverse(f"admin:{model.app_label}_{model.model_name}_history", args=[event.pgh_obj_id])
        except NoReverseMatch:
            return text
        return format_html('<a href="{}">{}</a>', address, text)

    @admin.display(description="Who")
    def who(self, event: Event) -> str:
        return event.username or changes.who(event, {})

    @admin.display(description="Through")
    def service(self, event: Event) -> str:
        return self._metadata(event).get("service", "")

    @admin.display(description="Why")
    def reason(self, event: Event) -> str:
        return self._metadata(event).get("reason", "")

    @staticmethod
    def _metadata(event: Event) -> dict[str, Any]:
        return event.pgh_context.metadata if event.pgh_context else {}


def register_events(app_label: str) -> None:
    """Register a read-only list for the events of every tracked model of the app."""
    for model in apps.get_app_config(app_label).get_models():
        if issubclass(model, Event) and not admin.site.is_registered(model):
            admin.site.register(model, EventAdmin)
