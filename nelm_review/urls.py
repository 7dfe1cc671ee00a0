"""Every address of the site, by app."""

from django.contrib import admin
from django.urls import include, path

from nelm_review.core import health, styleguide
from therapies.api import api

urlpatterns = [
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("styleguide/", styleguide.show, name="styleguide"),
    path("api/v1/", api.urls),
    path("", include("references.urls")),
    path("", include("therapies.urls")),
]
