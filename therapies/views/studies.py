"""The studies: a list to search, and one of them."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from nelm_review.core.kept import kept
from nelm_review.core.pages import render_page
from therapies import evidence_map
from therapies.forms import StudiesForm
from therapies.models import Study, Therapy
from therapies.read_models import study_list, study_page

PER_PAGE = 40


@login_not_required
@require_safe
@kept
def index(request: HttpRequest) -> HttpResponse:
    """List the studies inside the filters, a page at a time."""
    rows = evidence_map.tree(Therapy.objects.all())
    form = StudiesForm(request.GET, therapies=[(row.therapy.code, row.therapy.name) for row in rows])
    page = Paginator(study_list.find(form, rows), PER_PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    context = {"form": form, "page": page, "query": f"?{query.urlencode()}"}
    return render_page(request, "therapies/studies.html", context, partial="results")


@login_not_required
@require_safe
@kept
def show(request: HttpRequest, key: str) -> HttpResponse:
    """Show one study with every published result."""
    try:
        page = study_page.read(key)
    except Study.DoesNotExist as missing:
        raise Http404(str(missing)) from missing
    return render_page(request, "therapies/study.html", {"page": page, "section": "studies"})
