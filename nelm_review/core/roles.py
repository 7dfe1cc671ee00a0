"""Who may do what: roles and permissions live in code, so a review of the code is a review of access."""

from __future__ import annotations

from enum import StrEnum

from django.db import models


class Permission(StrEnum):
    """One thing a signed-in person may be allowed to do."""

    OPEN_DESK = "open_desk"
    RUN_SEARCHES = "run_searches"
    SCREEN = "screen"
    EXTRACT = "extract"
    ADJUDICATE = "adjudicate"
    PUBLISH = "publish"
    ADMINISTER = "administer"


class Role(models.TextChoices):
    """What an account is for; a reader needs no account."""

    READER = "reader", "Reader"
    EDITOR = "editor", "Editor"
    SENIOR_EDITOR = "senior-editor", "Senior editor"
    ADMINISTRATOR = "administrator", "Administrator"


_EDITOR = frozenset({Permission.OPEN_DESK, Permission.RUN_SEARCHES, Permission.SCREEN, Permission.EXTRACT})
_SENIOR_EDITOR = _EDITOR | {Permission.ADJUDICATE, Permission.PUBLISH}

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.READER: frozenset(),
    Role.EDITOR: _EDITOR,
    Role.SENIOR_EDITOR: _SENIOR_EDITOR,
    Role.ADMINISTRATOR: frozenset(Permission),
}
