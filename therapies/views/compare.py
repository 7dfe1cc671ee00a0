"""Therapies side by side: a page whose address says which, and the same as CSV."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from django_htmx.http import push_url

from nelm_review.core.kept import kept
from nelm_review.core.pages import render_page
from therapies import evidence_map, exports
from therapies.evidence_map import Row
from therapies.forms import CompareForm
from therapies.models import Therapy
from therapies.read_models.comparison import page, starts


@login_not_required
@require_safe
@kept
def show(request: HttpRequest) -> HttpResponse:
    """Compare two to four therapies; with fewer, offer what can be compared."""
    form, rows = _read(request)
    context = {
        "form": form,
        "rows": rows,
        "scope": form.scope(),
        "filters": form.query(),
        "address": form.address(form.codes),
    }
    if len(form.codes) > 1:
        context["page"] = page.read(form, rows)
    else:
        context["starts"] = starts.read(form, rows)
    response = render_page(request, "therapies/compare.html", context, partial="results")
    return push_url(response, request.path + context["address"]) if request.htmx else response


@login_not_required
@require_safe
@kept
def download(request: HttpRequest) -> HttpResponse:
    """Send the same comparison as CSV; only its headings where fewer than two therapies are chosen."""
    form, rows = _read(request)
    return exports.comparison_csv(page.read(form, rows) if len(form.codes) > 1 else None)


def _read(request: HttpRequest) -> tuple[CompareForm, tuple[Row, ...]]:
    rows = evidence_map.tree(Therapy.objects.all())
    return CompareForm(request.GET, therapies=[row.therapy.code for row in rows]), rows
