"""Addresses of the evidence: the map, its cells, therapies, outcomes and studies."""

from __future__ import annotations

from django.urls import path

from therapies.views import evidence_map

urlpatterns = [
    path("", evidence_map.show, name="map"),
    path("map.csv", evidence_map.download, name="map_csv"),
]
