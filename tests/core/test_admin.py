"""Accounts in the administration."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from nelm_review.core.models import User
from nelm_review.core.roles import Role
from tests.core.administration.forms import add, address_of, change, errors_of

PASSWORD = "a-long-synthetic-phrase-71"


@pytest.fixture
def administration(client: Client, admin: User) -> Client:
    client.force_login(admin)
    return client


def test_add_makes_an_account_of_the_role(administration: Client) -> None:
    response = add(
        administration,
        User,
        username="newcomer",
        role=Role.EDITOR,
        password1=PASSWORD,
        password2=PASSWORD,
        usable_password="true",
    )

    newcomer = User.objects.get(username="newcomer")
    assert response.status_code == 302
    assert (newcomer.role, newcomer.is_staff, newcomer.is_superuser) == (Role.EDITOR, False, False)
    assert newcomer.check_password(PASSWORD)


@pytest.mark.parametrize("role", Role)
def test_change_of_role_decides_who_enters_the_administration(
    role: Role, administration: Client, editor_a: User
) -> None:
    change(administration, editor_a, role=role)

    editor_a.refresh_from_db()
    is_administrator = role == Role.ADMINISTRATOR
    assert editor_a.role == role
    assert (editor_a.is_staff, editor_a.is_superuser) == (is_administrator, is_administrator)


def test_page_hides_raw_permissions_and_groups(administration: Client, editor_a: User) -> None:
    page = administration.get(address_of(User, "change", editor_a.pk)).content.decode()

    for name in ("is_superuser", "is_staff", "user_permissions", "groups"):
        assert f'name="{name}"' not in page


def test_flags_that_were_forged_change_nothing(administration: Client, editor_a: User) -> None:
    change(administration, editor_a, is_superuser="on", is_staff="on")

    editor_a.refresh_from_db()
    assert not editor_a.is_superuser
    assert not editor_a.is_staff


@pytest.mark.parametrize("changes", [{"role": Role.EDITOR}, {"is_active": ""}])
def test_last_administrator_keeps_role_and_access(
    changes: dict[str, str], administration: Client, admin: User
) -> None:
    response = change(administration, admin, **changes)

    admin.refresh_from_db()
    assert admin.is_superuser
    assert admin.is_active
    assert "last administrator" in errors_of(response)


def test_administrator_may_leave_when_there_is_another(administration: Client, admin: User) -> None:
    User.objects.create(username="other", role=Role.ADMINISTRATOR, is_staff=True, is_superuser=True)

    change(administration, admin, role=Role.READER)

    admin.refresh_from_db()
    assert (admin.is_staff, admin.is_superuser) == (False, False)


def test_account_of_the_shipped_evidence_cannot_be_changed(administration: Client) -> None:
    loader = User.objects.evidence_loader()

    assert administration.post(address_of(User, "change", loader.pk), {}).status_code == 403
    assert (
        administration.post(reverse("admin:auth_user_password_change", args=[loader.pk])).status_code == 403
    )


def test_password_page_sets_a_password(administration: Client, editor_a: User) -> None:
    address = reverse("admin:auth_user_password_change", args=[editor_a.pk])

    administration.post(
        address, {"password1": PASSWORD, "password2": PASSWORD, "set-password": "Change password"}
    )

    editor_a.refresh_from_db()
    assert editor_a.check_password(PASSWORD)
