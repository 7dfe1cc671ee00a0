"""Guards views by permission: closed by default, open by name."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from nelm_review.core.roles import Permission


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
