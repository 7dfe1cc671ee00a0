"""Releases: the list, one of them, its archive, two set against each other, and a cell as it was."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import condition, require_safe

from nelm_review.core.kept import kept
from therapies.analysis_form import AnalysisForm
from therapies.models import Release
from therapies.read_models import linked_data, release_cell, release_comparison, release_pages
from therapies.services import releases

NOW = "now"
FOR_GOOD = "public, max-age=31536000, immutable"


@login_not_required
@require_safe
@kept
def index(request: HttpRequest) -> HttpResponse:
    """List the releases, the newest first."""
    entries = release_pages.index()
    context = {"section": "releases", "entries": entries, "now": NOW}
    if entries:
        context["linked_data"] = linked_data.of_release(entries[0].release, request.build_absolute_uri)
    return render(request, "therapies/releases.html", context)


@login_not_required
@require_safe
@kept
def show(request: HttpRequest, version: str) -> HttpResponse:
    """Show what one release holds and how it is cited."""
    try:
        entry = release_pages.show(version)
    except Release.DoesNotExist as missing:
        raise Http404(str(missing)) from missing
    context = {"section": "releases", "entry": entry, "now": NOW}
    context["linked_data"] = linked_data.of_release(entry.release, request.build_absolute_uri)
    return render(request, "therapies/release.html", context)


def _etag(request: HttpRequest, version: str) -> str | None:
    sha256 = Release.objects.filter(version=version).values_list("sha256", flat=True).first()
    return f'"{sha256}"' if sha256 else None


@login_not_required
@require_safe
@condition(etag_func=_etag)
def download(request: HttpRequest, version: str) -> HttpResponse:
    """Send the archive; it never changes, so that it may be kept for good."""
    archive = Release.objects.filter(version=version).values_list("archive", flat=True).first()
    if archive is None:
        raise Http404(f"There is no release “{version}”.")
    name = f"nelm-review-{version}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": FOR_GOOD}
    return HttpResponse(bytes(archive), content_type="application/zip", headers=headers)


@login_not_required
@require_safe
@kept
def compare(request: HttpRequest) -> HttpResponse:
    """Set two releases, or one and the evidence of now, against each other."""
    versions = [release.version for release in Release.objects.without_archive().newest_first()]
    first = request.GET.get("from") or (versions[0] if versions else "")
    last = request.GET.get("to") or NOW
    context: dict[str, Any] = {"section": "releases", "versions": versions, "now": NOW}
    context |= {"first": first, "last": last}
    if first in versions and last in (*versions, NOW):
        context["comparison"] = release_comparison.compare(_content(first), _content(last))
    return render(request, "therapies/release_comparison.html", context)


@login_not_required
@require_safe
@kept
def cell(request: HttpRequest, version: str, therapy: str, outcome: str) -> HttpResponse:
    """Show one cell as a release holds it, by the filters and choices of the link."""
    form = AnalysisForm(request.GET)
    method = request.GET.get(release_cell.PIN, "")
    try:
        release = _release(version)
        page = release_cell.read(release, form.question(), therapy, outcome, method=method)
    except ObjectDoesNotExist as missing:
        raise Http404(str(missing)) from missing
    context = {"section": "releases", "page": page, "form": form, "query": request.GET.urlencode()}
    return render(request, "therapies/release_cell.html", context)


def _release(version: str) -> Release:
    found = Release.objects.without_archive().filter(version=version).first()
    if found is None:
        raise Release.DoesNotExist(f"There is no release “{version}”.")
    return found


def _content(version: str) -> releases.Frozen:
    return releases.of_now() if version == NOW else releases.content(_release(version))
