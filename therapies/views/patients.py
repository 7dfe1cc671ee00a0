"""Patients like mine: choose what they are like, and see which therapies have evidence in such patients."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from nelm_review.core.kept import kept
from nelm_review.core.pages import render_page
from therapies.forms import ScopeForm
from therapies.read_models import patients


@login_not_required
@require_safe
@kept
def show(request: HttpRequest) -> HttpResponse:
    """Show the therapies by how many of their arms have patients as chosen."""
    form = ScopeForm(request.GET)
    context = {
        "section": "patients",
        "form": form,
        "page": patients.read(form.scope()),
        "filters": form.query(),
    }
    return render_page(request, "therapies/patients_page.html", context, partial="results")
