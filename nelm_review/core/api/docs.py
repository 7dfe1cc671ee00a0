"""The page that shows an API's operations: Swagger UI, with every asset from this site."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from ninja import NinjaAPI
from ninja.openapi.docs import DocsBase

# https://github.com/swagger-api/swagger-ui/blob/master/docs/usage/configuration.md
SETTINGS = {
    "layout": "BaseLayout",
    "deepLinking": True,
    "defaultModelsExpandDepth": 0,
    # Left to itself, Swagger UI has another site validate some descriptions, except on localhost.
    "validatorUrl": None,
}


class LocalSwagger(DocsBase):
    """Swagger UI inside a page of this site; it asks no other host for anything."""

    def render_page(self, request: HttpRequest, api: NinjaAPI, **kwargs: Any) -> HttpResponse:
        """Show the operations of the API."""
        settings = {**SETTINGS, "url": self.get_openapi_url(api, kwargs)}
        return render(request, "api/docs.html", {"api": api, "settings": settings})
