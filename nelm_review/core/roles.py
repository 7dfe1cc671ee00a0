"""Who may do what: roles and permissions live in code, so a review of the code is a review of access."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse


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


def requires(permission: Permission) -> Callable[..., Any]:
    """Let a view run only for accounts with the permission: sign-in page for strangers, 403 for others."""

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not request.user.may(permission):
                raise PermissionDenied(f"Your account may not {permission.replace('_', ' ')}.")
            return view(request, *args, **kwargs)

        return guarded

    return decorate
