"""Addresses of the literature."""

from __future__ import annotations

from django.urls import URLPattern, path

from references.views import references

urlpatterns: list[URLPattern] = [
    path("references/", references.index, name="references"),
    path("references/<int:pk>/", references.show, name="reference"),
]
