"""How the numbers of this site come about."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from nelm_review.core.kept import kept
from nelm_review.core.pages import render_page
from therapies.read_models import methods_page


@login_not_required
@require_safe
@kept
def show(request: HttpRequest) -> HttpResponse:
    """Explain counting, gaps, pooling and judgements, with the numbers of this library and of its rules."""
    context = {"section": "methods", "rules": methods_page.Rules(), **vars(methods_page.read())}
    return render_page(request, "therapies/methods.html", context)
