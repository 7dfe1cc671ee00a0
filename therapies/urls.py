"""Addresses of the evidence: the map, its cells, therapies, outcomes and studies."""

from __future__ import annotations

from django.urls import path

from therapies.views import (
    compare,
    evidence,
    evidence_map,
    methods,
    outcomes,
    patients,
    releases,
    review,
    search,
    sheets,
    studies,
    therapies,
    updates,
)

urlpatterns = [
    path("", evidence_map.show, name="map"),
    path("map.csv", evidence_map.download, name="map_csv"),
    path("evidence/<slug:therapy>/<slug:outcome>/", evidence.show, name="evidence"),
    path("evidence/<slug:therapy>/<slug:outcome>/data.csv", evidence.download, name="evidence_csv"),
    path("evidence/<slug:therapy>/<slug:outcome>/plot.svg", evidence.draw, name="evidence_svg"),
    path("evidence/<slug:therapy>/<slug:outcome>/plot.png", evidence.picture, name="evidence_png"),
    path("evidence/<slug:therapy>/<slug:outcome>/analysis.R", evidence.script, name="evidence_script"),
    path("evidence/<slug:therapy>/<slug:outcome>/permanent/", evidence.permanent, name="evidence_permanent"),
    path("evidence/<slug:therapy>/<slug:outcome>/sheet/", sheets.cell, name="sheet_cell"),
    path("evidence/<slug:therapy>/<slug:outcome>/sheet.pdf", sheets.cell_pdf, name="sheet_cell_pdf"),
    path("compare/", compare.show, name="compare"),
    path("compare/data.csv", compare.download, name="compare_csv"),
    path("compare/sheet/", sheets.comparison, name="sheet_compare"),
    path("compare/sheet.pdf", sheets.comparison_pdf, name="sheet_compare_pdf"),
    path("patients/", patients.show, name="patients"),
    path("therapies/", therapies.index, name="therapies"),
    path("therapies/<slug:code>/", therapies.show, name="therapy"),
    path("therapies/<slug:code>/sheet/", sheets.therapy, name="sheet_therapy"),
    path("therapies/<slug:code>/sheet.pdf", sheets.therapy_pdf, name="sheet_therapy_pdf"),
    path("outcomes/<slug:code>/", outcomes.show, name="outcome"),
    path("search/", search.show, name="search"),
    path("studies/", studies.index, name="studies"),
    path("studies/<slug:key>/", studies.show, name="study"),
    path("review/", review.show, name="review"),
    path("methods/", methods.show, name="methods"),
    path("updates/", updates.show, name="updates"),
    path("updates/count/", updates.count, name="updates_count"),
    path("updates/feed/", updates.feed, name="updates_feed"),
    path("updates/feed/<slug:therapy>/", updates.feed, name="updates_feed_of_therapy"),
    path("evidence/<slug:therapy>/<slug:outcome>/feed/", updates.feed, name="updates_feed_of_cell"),
    path("releases/", releases.index, name="releases"),
    path("releases/compare/", releases.compare, name="releases_compare"),
    path("releases/<str:version>/", releases.show, name="release"),
    path("releases/<str:version>/archive.zip", releases.download, name="release_archive"),
    path(
        "releases/<str:version>/evidence/<slug:therapy>/<slug:outcome>/", releases.cell, name="release_cell"
    ),
]
