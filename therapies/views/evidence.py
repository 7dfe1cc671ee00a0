"""One cell of the map: the studies, numbers and sources behind it, as a page and as CSV."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from nelm_review.core.pages import render_page
from therapies import exports
from therapies.forms import CellForm
from therapies.read_models import evidence_cell, patients
from therapies.read_models.evidence_cell import EvidenceCell


@login_not_required
@require_safe
def show(request: HttpRequest, therapy: str, outcome: str) -> HttpResponse:
    """Show every published result of a therapy for an outcome."""
    form = CellForm(request.GET)
    cell = _read(form, therapy, outcome)
    context = {
        "section": "map",
        "form": form,
        "cell": cell,
        "patients": patients.of_cell(form.scope(), therapy, outcome),
        "scope": form.scope(),
        "filters": form.query(),
    }
    return render_page(request, "therapies/evidence.html", context, partial="results")


@login_not_required
@require_safe
def download(request: HttpRequest, therapy: str, outcome: str) -> HttpResponse:
    """Send the same results as CSV, inside the same filters."""
    return exports.evidence_csv(_read(CellForm(request.GET), therapy, outcome))


def _read(form: CellForm, therapy: str, outcome: str) -> EvidenceCell:
    try:
        return evidence_cell.read(form.scope(), therapy, outcome, sort=form.sort_key)
    except ObjectDoesNotExist as missing:
        raise Http404(str(missing)) from missing
