"""The search of the whole site."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from nelm_review.core.kept import kept
from nelm_review.core.pages import render_page
from therapies.forms import SiteSearchForm
from therapies.read_models.site_search import page


@login_not_required
@require_safe
@kept
def show(request: HttpRequest) -> HttpResponse:
    """Show what the words of `?q=` find, grouped, best first."""
    form = SiteSearchForm(request.GET)
    context = {"form": form, "found": page.read(form.text)}
    return render_page(request, "therapies/search.html", context, partial="results")
