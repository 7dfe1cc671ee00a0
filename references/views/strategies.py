"""Saved queries: list, create, run."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count, Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST

from nelm_review.core.access import requires
from nelm_review.core.pages import render_page
from nelm_review.core.roles import Permission
from references.forms import SearchStrategyForm
from references.models import SearchStrategy
from references.services import searches, strategies


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.RUN_SEARCHES)
def index(request: HttpRequest) -> HttpResponse:
    """List the strategies, and save one."""
    form = SearchStrategyForm(request.POST) if request.method == "POST" else SearchStrategyForm()
    if request.method == "POST" and form.is_valid():
        try:
            strategy = strategies.create(**form.cleaned_data, by=request.user)
        except searches.SearchError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"“{strategy.name}” is saved.")
            return redirect("strategies")
    saved = SearchStrategy.objects.annotate(
        n_runs=Count("runs"), last_run_at=Max("runs__requested_at")
    ).order_by("name", "pk")
    context = {"form": form, "strategies": saved}
    return render_page(
        request, "references/desk/strategies.html", context, status=422 if form.errors else 200
    )


@require_POST
@requires(Permission.RUN_SEARCHES)
def run(request: HttpRequest, slug: str) -> HttpResponse:
    """Start a run of a strategy."""
    strategy = get_object_or_404(SearchStrategy, slug=slug)
    try:
        return redirect(searches.start(strategy=strategy, by=request.user))
    except searches.SearchError as error:
        messages.error(request, str(error))
    return redirect("strategies")
