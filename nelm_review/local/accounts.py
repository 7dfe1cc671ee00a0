"""Demo accounts, one a role, for a copy on embedded servers; their passwords are made at random."""

from __future__ import annotations

import secrets

from nelm_review.local.places import VarDir, write_private

FILE = "demo-accounts.txt"
HEADING = "# Demo accounts of this copy: account, password. Delete the file to get new passwords."


def demo_accounts(var: VarDir) -> dict[str, str]:
    """Make sure that each role has its account and return their passwords by account name.

    An account that is there already keeps its password, unless the file with the passwords is gone.
    """
    from django.contrib.auth import get_user_model

    from nelm_review.core.roles import Role

    path, accounts = var.root / FILE, get_user_model().objects
    saved = _read(path.read_text(encoding="utf-8")) if path.exists() else {}
    passwords = {role.value: saved.get(role.value) or secrets.token_urlsafe(9) for role in Role}
    if passwords != saved:
        lines = [f"{name} {password}" for name, password in passwords.items()]
        write_private(path, "\n".join([HEADING, *lines]) + "\n")
    existing = set(accounts.filter(username__in=passwords).values_list("username", flat=True))
    for role in Role:
        if role.value not in existing or role.value not in saved:
            is_administrator = role is Role.ADMINISTRATOR
            account, _ = accounts.update_or_create(
                username=role.value,
                defaults={
                    "role": role,
                    "is_active": True,
                    "is_staff": is_administrator,
                    "is_superuser": is_administrator,
                },
            )
            account.set_password(passwords[role.value])
            account.save(update_fields=["password"])
    return passwords


def _read(text: str) -> dict[str, str]:
    rows = (line.split() for line in text.splitlines() if not line.startswith("#"))
    return {row[0]: row[1] for row in rows if len(row) == 2}
