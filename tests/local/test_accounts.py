"""Demo accounts: one a role, with passwords that last as long as their file."""

from __future__ import annotations

import pytest

from nelm_review.core.models import User
from nelm_review.core.roles import Role
from nelm_review.local.accounts import FILE, demo_accounts

pytestmark = pytest.mark.django_db


def test_demo_accounts_are_one_a_role_and_can_sign_in(var, client):
    passwords = demo_accounts(var)

    assert set(passwords) == {role.value for role in Role}
    assert all(User.objects.get(username=role.value).role == role for role in Role)
    assert all(client.login(username=name, password=password) for name, password in passwords.items())


def test_demo_accounts_let_only_the_administrator_into_the_admin(var):
    demo_accounts(var)

    assert list(User.objects.filter(is_staff=True).values_list("username", "is_superuser")) == [
        ("administrator", True)
    ]


def test_demo_accounts_keep_their_passwords(var):
    first = demo_accounts(var)
    hashes = set(User.objects.values_list("password", flat=True))

    assert demo_accounts(var) == first
    assert set(User.objects.values_list("password", flat=True)) == hashes


def test_demo_accounts_leave_a_changed_account_alone(var):
    demo_accounts(var)
    User.objects.filter(username="editor").update(role=Role.SENIOR_EDITOR, email="e@example.org")
    demo_accounts(var)

    assert User.objects.get(username="editor").role == Role.SENIOR_EDITOR


def test_demo_accounts_get_new_passwords_when_the_file_is_gone(var, client):
    first = demo_accounts(var)
    (var.root / FILE).unlink()
    second = demo_accounts(var)

    assert not set(first.values()) & set(second.values())
    assert client.login(username="editor", password=second["editor"])
    assert not client.login(username="editor", password=first["editor"])


def test_demo_accounts_file_is_for_its_owner_alone(var):
    demo_accounts(var)

    assert (var.root / FILE).stat().st_mode & 0o777 == 0o600
