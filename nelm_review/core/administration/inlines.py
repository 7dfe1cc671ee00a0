"""Parts of a row on its page: lists to read, page by page, and small tables to edit."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.contrib import admin
from django.contrib.admin.checks import InlineModelAdminChecks
from django.core.paginator import Page, Paginator
from django.db import models
from django.forms import BaseInlineFormSet, BaseModelFormSet, ModelForm, modelformset_factory
from django.http import HttpRequest

from nelm_review.core.administration.fields import LoadedAutocompleteSelect


class ListedFormSet(BaseModelFormSet):
    """One page of the rows below the parent (over `path`); reads nothing from a POST and saves nothing."""

    path = ""
    page_number: str | int = 1
    per_page = 50
    changed_objects = deleted_objects = new_objects = ()

    def __init__(
        self,
        data: Any = None,
        files: Any = None,
        *,
        instance: models.Model,
        queryset: Any,
        prefix: str,
        save_as_new: bool = False,
    ) -> None:
        rows = queryset.filter(**{self.path: instance}) if instance.pk else queryset.none()
        self.paginator = Paginator(rows, self.per_page)
        super().__init__(queryset=rows, prefix=prefix)

    @cached_property
    def page(self) -> Page:
        return self.paginator.get_page(self.page_number)

    def get_queryset(self) -> list[models.Model]:
        if not hasattr(self, "_queryset"):
            self._queryset = list(self.page.object_list)
        return self._queryset

    def is_valid(self) -> bool:
        return True

    def save(self, commit: bool = True) -> list[models.Model]:
        return []


class ListedInlineChecks(InlineModelAdminChecks):
    """Django's checks without the demand for a direct foreign key to the parent."""

    def _check_exclude_of_parent_model(self, obj: Any, parent_model: type[models.Model]) -> list[Any]:
        return []

    def _check_relation(self, obj: Any, parent_model: type[models.Model]) -> list[Any]:
        return []


class ListedInline(admin.TabularInline):
    """Rows below the parent, over any path, to read; each links to its own page.

    `path` leads from the row to the parent (`arm__study`); `add_path`, if given, is the field of the
    row's own add form that the link “Add” fills with the parent.
    """

    template = "admin/edit_inline/listed.html"
    checks_class = ListedInlineChecks
    path = ""
    per_page = 50
    add_path = ""
    extra = 0
    max_num = 0
    can_delete = False
    show_change_link = True

    def get_formset(self, request: HttpRequest, obj: models.Model | None = None, **kwargs: Any) -> type:
        formset = type(
            f"{self.model.__name__}ListedFormSet",
            (ListedFormSet,),
            {
                "path": self.path,
                "per_page": self.per_page,
                "page_number": request.GET.get(self.page_parameter, 1),
            },
        )
        return modelformset_factory(self.model, ModelForm, formset=formset, fields=(), extra=0, max_num=0)

    def get_fields(self, request: HttpRequest, obj: models.Model | None = None) -> tuple[str, ...]:
        return tuple(self.fields)

    @property
    def page_parameter(self) -> str:
        return f"{self.opts.model_name}-page"

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


class NumberedFormSet(BaseInlineFormSet):
    """An editable table whose rows take the next `position` when none is given, and load no row twice."""

    def add_fields(self, form: ModelForm, index: int | None) -> None:
        super().add_fields(form, index)
        if "position" in form.fields:
            form.fields["position"].required = False
        for name, field in form.fields.items():
            widget = getattr(field.widget, "widget", field.widget)
            if isinstance(widget, LoadedAutocompleteSelect) and form.instance.pk:
                widget.loaded = getattr(form.instance, name)

    def clean(self) -> None:
        super().clean()
        taken = [form.instance.position for form in self.forms if form.instance.position is not None]
        last = max(taken, default=0)
        for form in self.forms:
            if form.has_changed() and form.instance.position is None:
                last += 1
                form.instance.position = last


class EditedInline(admin.TabularInline):
    """A small table of parts to edit in place; parts are never deleted."""

    formset = NumberedFormSet
    extra = 0
    can_delete = False
    show_change_link = True

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def formfield_for_foreignkey(
        self, db_field: models.ForeignKey, request: HttpRequest, **kwargs: Any
    ) -> Any:
        if db_field.name in self.get_autocomplete_fields(request) and "widget" not in kwargs:
            kwargs["widget"] = LoadedAutocompleteSelect(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)
