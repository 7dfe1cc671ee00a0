"""Addresses of the literature."""

from __future__ import annotations

from django.urls import URLPattern, path

from references.views import references, searches, strategies

urlpatterns: list[URLPattern] = [
    path("references/", references.index, name="references"),
    path("references/<int:pk>/", references.show, name="reference"),
    path("desk/", searches.desk, name="desk"),
    path("desk/searches/", searches.index, name="searches"),
    path("desk/searches/<int:pk>/", searches.show, name="search_run"),
    path("desk/searches/<int:pk>/cancel/", searches.cancel, name="search_run_cancel"),
    path("desk/searches/<int:pk>/repeat/", searches.repeat, name="search_run_repeat"),
    path("desk/strategies/", strategies.index, name="strategies"),
    path("desk/strategies/<slug:slug>/run/", strategies.run, name="strategy_run"),
]
