"""One cell of the map: the studies, numbers and sources behind it, as a page and as downloads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from nelm_review.core.kept import kept
from nelm_review.core.pages import render_page
from therapies import exports
from therapies.analysis_form import AnalysisForm
from therapies.read_models import cell_beside, evidence_cell, patients, release_cell
from therapies.read_models.evidence_cell import Evidence
from therapies.read_models.sheets.foot import OF_THE_SCREEN
from therapies.services import releases

TEMPLATE = "therapies/evidence.html"
BESIDE = "beside"


@login_not_required
@require_safe
@kept
def show(request: HttpRequest, therapy: str, outcome: str) -> HttpResponse:
    """Show every published result of a therapy for an outcome, and what may be pooled of them.

    What lies around the cell is counted only where it is asked for, by a link that works without scripts.
    """
    form = AnalysisForm(request.GET)
    context: dict[str, Any] = {"section": "map", "form": form, "filters": form.query()}
    with _missing_is_said():
        if form.asks_for_beside:
            context["beside"] = cell_beside.read(form.scope(), therapy, outcome)
            if request.htmx and request.htmx.target == BESIDE:
                return render_page(request, TEMPLATE, context, partial=BESIDE)
        found = evidence_cell.read(form.question(), therapy, outcome)
        like_these = patients.of_cell(form.scope(), therapy, outcome)
    context |= {"found": found, "cell": found.evidence, "page": found.page, "scope": form.scope()}
    context["patients"] = like_these
    return render_page(request, TEMPLATE, context, partial="results")


@login_not_required
@require_safe
@kept
def download(request: HttpRequest, therapy: str, outcome: str) -> HttpResponse:
    """Send the same results as CSV, inside the same filters and analysis."""
    return exports.evidence_csv(_gather(request, therapy, outcome))


@login_not_required
@require_safe
@kept
def draw(request: HttpRequest, therapy: str, outcome: str) -> HttpResponse:
    """Send the same plot as a vector graphic that stands alone."""
    return exports.evidence_svg(_gather(request, therapy, outcome))


@login_not_required
@require_safe
@kept
def picture(request: HttpRequest, therapy: str, outcome: str) -> HttpResponse:
    """Send the same plot as a picture."""
    return exports.evidence_png(_gather(request, therapy, outcome))


@login_not_required
@require_safe
@kept
def script(request: HttpRequest, therapy: str, outcome: str) -> HttpResponse:
    """Send the same analysis as a script for R with metafor."""
    return exports.evidence_script(_gather(request, therapy, outcome))


@login_not_required
@require_safe
@kept
def permanent(request: HttpRequest, therapy: str, outcome: str) -> HttpResponse:
    """Show the link that gives the same number years later, where the newest release holds the cell."""
    evidence = _gather(request, therapy, outcome)
    within = [row.therapy.pk for row in evidence.within]
    query = evidence.question.links.to(**dict.fromkeys(OF_THE_SCREEN))
    release = releases.latest_for_cell(therapy, within, evidence.outcome)
    link = release_cell.address(release, therapy, outcome, query) if release else ""
    context = {
        "section": "map",
        "cell": evidence,
        "release": release,
        "link": request.build_absolute_uri(link) if link else "",
    }
    return render_page(request, "therapies/evidence_permanent.html", context)


def _gather(request: HttpRequest, therapy: str, outcome: str) -> Evidence:
    with _missing_is_said():
        return evidence_cell.gather(AnalysisForm(request.GET).question(), therapy, outcome)


@contextmanager
def _missing_is_said() -> Iterator[None]:
    try:
        yield
    except ObjectDoesNotExist as missing:
        raise Http404(str(missing)) from missing
