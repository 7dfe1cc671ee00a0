"""The actions on extracted numbers: verify, publish, withdraw, reinstate, through their services."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from therapies.services import publishing

N_LISTED = 50


class StepsMixin:
    """Give an admin of Result or Comparison the steps of a number as actions."""

    actions = ("verify_selected", "publish_selected", "withdraw_selected", "reinstate_selected")

    @admin.action(description="Mark as verified (found in the source by you)")
    def verify_selected(self, request: HttpRequest, queryset: QuerySet) -> None:
        self._take(request, queryset, publishing.verify, "Verified")

    @admin.action(description="Publish")
    def publish_selected(self, request: HttpRequest, queryset: QuerySet) -> None:
        self._take(request, queryset, publishing.publish, "Published")

    @admin.action(description="Withdraw…")
    def withdraw_selected(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        return self._take_with_reason(request, queryset, publishing.withdraw, "Withdraw", "Withdrawn")

    @admin.action(description="Reinstate after a withdrawal…")
    def reinstate_selected(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        return self._take_with_reason(request, queryset, publishing.reinstate, "Reinstate", "Reinstated")

    def _take(
        self, request: HttpRequest, queryset: QuerySet, step: Callable[..., Any], done: str, **words: str
    ) -> None:
        n_done, refused = 0, []
        for number in queryset:
            try:
                step(number, by=request.user, **words)
                n_done += 1
            except publishing.PublishingError as refusal:
                refused.append(str(refusal))
        name = self.opts.verbose_name if n_done == 1 else self.opts.verbose_name_plural
        self.report(request, [f"{done}: {n_done} {name}."] if n_done else [], refused)

    def _take_with_reason(
        self, request: HttpRequest, queryset: QuerySet, step: Callable[..., Any], verb: str, done: str
    ) -> HttpResponse | None:
        """Ask for the reason on a page of its own, then take the step with it."""
        reason = request.POST.get("reason", "").strip()
        if reason:
            return self._take(request, queryset, step, done, reason=reason)
        numbers = list(queryset.select_related("outcome"))
        context = {
            **self.admin_site.each_context(request),
            "title": f"{verb} {len(numbers)} {self.opts.verbose_name_plural}",
            "opts": self.opts,
            "verb": verb,
            "action": request.POST["action"],
            "numbers": numbers[:N_LISTED],
            "n_more": max(0, len(numbers) - N_LISTED),
            "keys": [number.pk for number in numbers],
            "key_name": ACTION_CHECKBOX_NAME,
            "is_reason_missing": "reason" in request.POST,
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/ask_reason.html", context)
