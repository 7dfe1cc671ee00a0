"""The account model, a Django user with one of the four roles; and the counters of changes."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.utils import timezone

from nelm_review.core.constraints import enforce_choices
from nelm_review.core.roles import PERMISSIONS, Permission, Role

EVIDENCE_LOADER = "evidence-loader"
SHELL = "shell"


class AccountManager(UserManager["User"]):
    def evidence_loader(self) -> User:
        """Return the account that signs rows written from the evidence files; nobody can sign in as it."""
        return self._service_account(EVIDENCE_LOADER, "Shipped evidence")

    def shell(self) -> User:
        """Return the account that signs what commands do for nobody in particular; no one can sign in."""
        return self._service_account(SHELL, "Commands at a shell")

    def _service_account(self, username: str, last_name: str) -> User:
        user, created = self.get_or_create(
            username=username, defaults={"is_active": False, "last_name": last_name, "role": Role.READER}
        )
        if created:
            user.set_unusable_password()
            user.save(update_fields=["password"])
        return user


@enforce_choices
class User(AbstractUser):
    """One account, by invitation."""

    role = models.CharField(max_length=20, choices=Role, default=Role.READER)

    objects = AccountManager()

    class Meta(AbstractUser.Meta):
        constraints: ClassVar[list[models.BaseConstraint]] = []

    def may(self, permission: Permission) -> bool:
        """Say whether the role carries the permission (an inactive account has none)."""
        return self.is_active and (self.is_superuser or permission in PERMISSIONS[Role(self.role)])


class ChangeCounter(models.Model):
    """How often one kind of data has changed; triggers write it (nelm_review.core.changes), nobody else."""

    name = models.CharField(max_length=20, primary_key=True)
    version = models.BigIntegerField(default=0, help_text="Raised once by every transaction that changes it.")
    changed_at = models.DateTimeField(default=timezone.now)
    last_transaction = models.BigIntegerField(
        default=0, help_text="PostgreSQL's number of the transaction that raised it last."
    )

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return f"{self.name}: {self.version}"
