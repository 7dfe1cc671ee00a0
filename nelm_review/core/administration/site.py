"""The administration site: for administrators only, its index grouped by what people come to do."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.decorators import method_decorator

from nelm_review.core.roles import Permission


class Section(StrEnum):
    """The headings of the index, in their order; a ModelAdmin names its own as `section`."""

    SEARCHES = "Searching PubMed"
    LITERATURE = "Literature"
    EVIDENCE = "Evidence"
    JUDGEMENTS = "Judgements"
    VOCABULARIES = "Vocabularies"
    ACCOUNTS = "Accounts"
    HISTORY = "History"
    OTHER = "Other"


class AdministrationSite(admin.AdminSite):
    site_header = "NELM Review administration"
    site_title = "NELM Review administration"
    index_title = "What would you like to look after?"

    def has_permission(self, request: HttpRequest) -> bool:
        user = request.user
        return user.is_authenticated and user.is_staff and user.may(Permission.ADMINISTER)

    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send strangers to the one sign-in page of the site, and refuse accounts of another role."""
        index = reverse("admin:index", current_app=self.name)
        if self.has_permission(request):
            return HttpResponseRedirect(index)
        if request.user.is_authenticated:
            raise PermissionDenied("The administration is open to administrators only.")
        return redirect_to_login(request.GET.get(REDIRECT_FIELD_NAME, index))

    def app_index(
        self, request: HttpRequest, app_label: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        name = apps.app_configs[app_label].verbose_name if app_label in apps.app_configs else ""
        return super().app_index(request, app_label, {"title": name, **(extra_context or {})})

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict[str, Any]]:
        """Return one entry a section, not an app; what can be added stands first, as registered."""
        entries: dict[Section, list[dict[str, Any]]] = {section: [] for section in Section}
        for app in super().get_app_list(request, app_label):
            for entry in app["models"]:
                entries[self._section(entry["model"])].append(entry)
        order = {model: number for number, model in enumerate(self._registry)}
        return [
            {
                "name": section.value,
                "app_label": section.name.lower(),
                "app_url": f"{reverse('admin:index', current_app=self.name)}#{section.name.lower()}",
                "has_module_perms": True,
                "models": sorted(models, key=lambda entry: (entry["add_url"] is None, order[entry["model"]])),
            }
            for section, models in entries.items()
            if models
        ]

    def _section(self, model: type) -> Section:
        return getattr(self.get_model_admin(model), "section", Section.OTHER)
