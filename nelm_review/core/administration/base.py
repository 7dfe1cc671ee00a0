"""What every page of the administration keeps to: nothing is deleted, every change says who and why."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminTextareaWidget
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import connection, models
from django.http import HttpRequest, HttpResponse

from nelm_review.core.administration import changes
from nelm_review.core.administration.fields import LinesField
from nelm_review.core.administration.history_pages import HistoryAdminMixin
from nelm_review.core.administration.refusals import REFUSALS, sentence_of
from nelm_review.core.administration.site import Section
from nelm_review.core.history import recorded

REASON = "change_reason"
SEEN = "last_change_seen"
THIS_CHANGE = "This change"  # templates/admin/change_form.html puts it beside the buttons
# Messages travel in a cookie or the session: a list that names hundreds helps nobody.
N_REFUSALS = 10


class GuardedAdmin(HistoryAdminMixin, admin.ModelAdmin):
    """No deletion; a change is signed in history; what the database refuses becomes a message of the form."""

    section = Section.OTHER
    list_per_page = 50
    show_full_result_count = False
    formfield_overrides = {
        ArrayField: {"form_class": LinesField},
        models.TextField: {"widget": AdminTextareaWidget(attrs={"rows": 3})},
        models.URLField: {"assume_scheme": "https"},
    }

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        row = super().get_object(request, object_id, from_field)
        if row is not None and request.method == "POST" and connection.in_atomic_block:
            # Two people saving at once: the second waits here, and then reads what the first wrote.
            self.model._base_manager.select_for_update().only("pk").get(pk=row.pk)
            row = super().get_object(request, object_id, from_field)
        return row

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if request.method != "POST":
            return super().changeform_view(request, object_id, form_url, extra_context)
        try:
            with recorded(by=request.user, service="admin", reason=request.POST.get(REASON, "").strip()):
                return super().changeform_view(request, object_id, form_url, extra_context)
        except REFUSALS as refusal:
            request.refusal = sentence_of(refusal)
            return super().changeform_view(request, object_id, form_url, extra_context)

    def get_form(
        self, request: HttpRequest, obj: models.Model | None = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm]:
        form = super().get_form(request, obj, change=change, **kwargs)
        refusal = getattr(request, "refusal", "")
        return type(form.__name__, (RefusedForm, form), {"refusal": refusal}) if refusal else form

    def report(self, request: HttpRequest, done: list[str], refused: list[str]) -> None:
        """Show what an action did, and each thing that it could not do."""
        for sentence in done:
            self.message_user(request, sentence, messages.SUCCESS)
        for sentence in refused[:N_REFUSALS]:
            self.message_user(request, sentence, messages.WARNING)
        if len(refused) > N_REFUSALS:
            n_more = len(refused) - N_REFUSALS
            self.message_user(request, f"And {n_more} more like these.", messages.WARNING)


class RefusedForm:
    """The form of a POST that the database refused: shown again as it was filled in, with the sentence."""

    refusal = ""

    def clean(self) -> dict[str, Any]:
        super().clean()
        raise ValidationError(self.refusal)


class ReadOnlyAdmin(GuardedAdmin):
    """Rows that services own: to be looked at, never written by hand."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


class CuratedForm(forms.ModelForm):
    """A form for a curated row: a change says why, and is refused when another came in between."""

    change_reason = forms.CharField(
        label="Why",
        max_length=500,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text="The reason for this change, for the history of the row.",
    )
    last_change_seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance._state.adding:
            del self.fields[REASON], self.fields[SEEN]
        elif not self.is_bound:
            self.initial[SEEN] = self._last_change()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if SEEN in self.fields and cleaned.get(SEEN) != self._last_change():
            raise ValidationError(
                "Somebody changed this row since you opened it. Nothing was saved: look at its history, "
                "open it again and repeat your change.",
                code="changed_meanwhile",
            )
        return cleaned

    def _last_change(self) -> int | None:
        if not changes.is_tracked(self._meta.model):
            return None
        events = self._meta.model.pgh_event_model.objects.filter(pgh_obj_id=self.instance.pk)
        return events.aggregate(last=models.Max("pgh_id"))["last"]


class CuratedAdmin(GuardedAdmin):
    """Knowledge that people write: added and changed with a reason, never deleted."""

    form = CuratedForm

    def get_fieldsets(self, request: HttpRequest, obj: models.Model | None = None) -> list[Any]:
        fieldsets = list(super().get_fieldsets(request, obj))
        if obj is not None and self.has_change_permission(request, obj):
            fieldsets.append((THIS_CHANGE, {"fields": (REASON, SEEN)}))
        return fieldsets

    def get_fields(self, request: HttpRequest, obj: models.Model | None = None) -> list[str]:
        return [name for name in super().get_fields(request, obj) if name not in (REASON, SEEN)]
