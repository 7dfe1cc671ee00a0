"""The therapies: the whole tree, and one of them."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from nelm_review.core.kept import kept
from nelm_review.core.pages import render_page
from therapies import evidence_map
from therapies.models import Therapy
from therapies.read_models import linked_data, therapy_page
from therapies.scope import Scope


@login_not_required
@require_safe
@kept
def index(request: HttpRequest) -> HttpResponse:
    """Show the tree of therapies with what is known of each."""
    therapies = list(Therapy.objects.all())
    counts = evidence_map.count_by_therapy(Scope(), therapies=therapies)
    rows = evidence_map.tree(therapies)
    lines = [(row, counts[row.therapy.code]) for row in rows]
    groups = [
        (label, [line for line in lines if line[0].therapy.kind == kind])
        for kind, label in Therapy.Kind.choices
    ]
    return render_page(request, "therapies/therapies.html", {"groups": groups})


@login_not_required
@require_safe
@kept
def show(request: HttpRequest, code: str) -> HttpResponse:
    """Show one therapy: its outcomes, studies and comparisons."""
    try:
        page = therapy_page.read(code)
    except Therapy.DoesNotExist as missing:
        raise Http404(str(missing)) from missing
    context = {"page": page, "section": "therapies"}
    context["linked_data"] = linked_data.of_therapy(page.therapy, request.build_absolute_uri)
    return render_page(request, "therapies/therapy.html", context)
