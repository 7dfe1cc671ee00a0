"""One outcome: its meaning, and every therapy on its axis."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from nelm_review.core.kept import kept
from nelm_review.core.pages import render_page
from therapies.forms import TimePointForm
from therapies.models import Outcome
from therapies.read_models import outcome_page


@login_not_required
@require_safe
@kept
def show(request: HttpRequest, code: str) -> HttpResponse:
    """Show one outcome; `?months=` chooses the time at which a rate of survival is read."""
    form = TimePointForm(request.GET)
    try:
        page = outcome_page.read(code, months=form.readable("months"))
    except Outcome.DoesNotExist as missing:
        raise Http404(str(missing)) from missing
    context = {"page": page, "form": form, "section": "map"}
    return render_page(request, "therapies/outcome.html", context, partial="results")
