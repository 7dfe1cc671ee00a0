"""How views answer: a whole page, or the named part of it that htmx asked for."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

TRACKING_PREFIX = "utm_"
TRACKING = frozenset(
    {"fbclid", "gclid", "dclid", "msclkid", "twclid", "yclid", "igshid", "mc_cid", "mc_eid", "ref_src"}
)


def render_page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    *,
    partial: str | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render the template, or only its named partial when htmx asked for a part of this page.

    A history restore always gets the whole page: htmx replaces the document with it.
    """
    wants_part = partial and request.htmx and not request.htmx.history_restore_request
    response = render(request, f"{template}#{partial}" if wants_part else template, context, status=status)
    if partial:
        patch_vary_headers(response, ["HX-Request", "HX-History-Restore-Request"])
    return response


def site(request: HttpRequest) -> dict[str, Any]:
    """What every page knows: where it is, under which address, and what the visitor may open."""
    if request.resolver_match is None:
        return {"section": ""}
    return {"section": request.resolver_match.url_name or "", "canonical": canonical(request)}


def canonical(request: HttpRequest) -> str:
    """Return the page's own address, whole, without what only tells from where a visitor came."""
    query = request.GET.copy()
    for name in request.GET:
        if name in TRACKING or name.startswith(TRACKING_PREFIX):
            del query[name]
    return request.build_absolute_uri(request.path) + (f"?{query.urlencode()}" if query else "")
