"""Accounts in the administration: a role is all that decides what an account may do."""

from __future__ import annotations

from typing import Any

from allauth.account.admin import EmailAddressAdmin
from allauth.account.models import EmailAddress
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from nelm_review.core.administration.base import GuardedAdmin, ReadOnlyAdmin
from nelm_review.core.administration.site import Section
from nelm_review.core.models import EVIDENCE_LOADER, ChangeCounter, User
from nelm_review.core.roles import Role


class AccountCreationForm(AdminUserCreationForm):
    class Meta(AdminUserCreationForm.Meta):
        model = User
        fields = ("username", "role")


class AccountForm(UserChangeForm):
    class Meta(UserChangeForm.Meta):
        model = User

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        was_administrator = self.initial.get("role") == Role.ADMINISTRATOR or self.instance.is_superuser
        stays = cleaned.get("role") == Role.ADMINISTRATOR and cleaned.get("is_active")
        if was_administrator and not stays and not self._others():
            raise ValidationError("This is the last administrator: make another one first.")
        return cleaned

    def _others(self) -> bool:
        others = User.objects.filter(is_active=True, is_superuser=True, is_staff=True)
        return others.exclude(pk=self.instance.pk).exists()


@admin.register(User)
class AccountAdmin(GuardedAdmin, UserAdmin):
    section = Section.ACCOUNTS
    form = AccountForm
    add_form = AccountCreationForm
    list_display = ("username", "get_full_name", "email", "role", "is_active", "last_login")
    list_filter = ("role", "is_active")
    readonly_fields = ("last_login", "date_joined")
    date_hierarchy = "date_joined"
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Person", {"fields": ("first_name", "last_name", "email")}),
        ("Access", {"fields": ("role", "is_active")}),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "classes": ("wide",),
                "fields": ("username", "email", "role", "usable_password", "password1", "password2"),
            },
        ),
    )

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """The account that signs the shipped evidence stays as it is: nobody can sign in as it."""
        is_loader = obj is not None and obj.username == EVIDENCE_LOADER
        return not is_loader and super().has_change_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Administrators, and only they, enter here and may do everything."""
        obj.is_staff = obj.is_superuser = obj.role == Role.ADMINISTRATOR
        super().save_model(request, obj, form, change)


@admin.register(ChangeCounter)
class ChangeCounterAdmin(ReadOnlyAdmin):
    """When each kind of data changed last, which is when the pages made from it were made anew."""

    section = Section.HISTORY
    list_display = ("name", "version", "changed_at")


class AddressAdmin(EmailAddressAdmin):
    section = Section.ACCOUNTS
    raw_id_fields = ()
    autocomplete_fields = ("user",)


# Both registered themselves on import; permissions are in code, so there are no groups to edit.
admin.site.unregister([EmailAddress, Group])
admin.site.register(EmailAddress, AddressAdmin)
