"""The desk: its start page, and pulling from PubMed."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from nelm_review.core.access import requires
from nelm_review.core.pages import render_page
from nelm_review.core.roles import Permission
from references.forms import SearchRunForm
from references.models import SearchHit, SearchRun, SearchStrategy
from references.read_models.run_page import progress
from references.services import searches

RUNS_A_PAGE = 25
HITS_A_PAGE = 50


@require_safe
@requires(Permission.OPEN_DESK)
def desk(request: HttpRequest) -> HttpResponse:
    """Show where an editor starts."""
    runs = SearchRun.objects.select_related("requested_by", "strategy")
    context = {"active": runs.active(), "recent": runs.finished()[:5]}
    return render_page(request, "references/desk/desk.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.RUN_SEARCHES)
def index(request: HttpRequest) -> HttpResponse:
    """List the runs, and start one."""
    form = SearchRunForm(request.POST, request.FILES) if request.method == "POST" else SearchRunForm()
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(searches.start(**form.asked(), by=request.user))
        except searches.SearchError as error:
            form.add_error(None, str(error))
    runs = SearchRun.objects.select_related("requested_by", "strategy")
    page = Paginator(runs, RUNS_A_PAGE).get_page(request.GET.get("page"))
    strategies = SearchStrategy.objects.filter(is_active=True)
    context = {"form": form, "page": page, "strategies": strategies}
    return render_page(request, "references/desk/searches.html", context, status=422 if form.errors else 200)


@require_safe
@requires(Permission.RUN_SEARCHES)
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """Show how far a run is and what became of each PMID; a page that looks again is told when it ended."""
    run = get_object_or_404(
        SearchRun.objects.select_related("requested_by", "strategy", "cancelled_by"), pk=pk
    )
    if request.htmx and not request.htmx.history_restore_request and run.is_finished:
        return HttpResponseClientRefresh()
    asked = request.GET.get("state", "")
    state = asked if asked in SearchHit.State.values else ""
    hits = run.hits.select_related("reference").defer("reference__search_vector")
    hits = hits.filter(state=state) if state else hits.exclude(reason="")
    context = {
        "run": run,
        "state": state,
        "progress": progress(run),
        "query": f"?state={state}" if state else "?",
        "page": Paginator(hits.order_by("position"), HITS_A_PAGE).get_page(request.GET.get("page")),
    }
    return render_page(request, "references/desk/run.html", context, partial="progress")


@require_POST
@requires(Permission.RUN_SEARCHES)
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """End a run."""
    run = get_object_or_404(SearchRun, pk=pk)
    try:
        searches.cancel(run, by=request.user)
    except searches.SearchError as error:
        messages.error(request, str(error))
    return redirect(run)


@require_POST
@requires(Permission.RUN_SEARCHES)
def repeat(request: HttpRequest, pk: int) -> HttpResponse:
    """Start a run that asks the same again."""
    run = get_object_or_404(SearchRun.objects.select_related("strategy"), pk=pk)
    try:
        return redirect(searches.repeat(run, by=request.user))
    except searches.SearchError as error:
        messages.error(request, str(error))
    return redirect(run)
