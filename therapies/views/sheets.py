"""Sheets for a tumour board: a cell, a therapy or a comparison on one page of paper, and the same as PDF."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_safe

from nelm_review.core import pdf
from nelm_review.core.kept import kept
from therapies import evidence_map
from therapies.analysis_form import AnalysisForm
from therapies.forms import CompareForm
from therapies.models import Therapy
from therapies.read_models import sheets
from therapies.read_models.sheets import filters

STYLE_SHEETS = ("css/sheet.css",)
RETRY_AFTER_SECONDS = 30


@dataclass(frozen=True)
class Printed:
    """A sheet before it is a page or a file of this `name`; `here`, `file` and `back` are addresses."""

    template: str
    context: dict[str, Any]
    name: str
    here: str
    file: str
    back: str


@login_not_required
@require_safe
@kept
def cell(request: HttpRequest, therapy: str, outcome: str) -> HttpResponse:
    """Show the answer of a cell, inside the same filters and analysis, as a sheet to print."""
    return _page(request, _cell(request, therapy, outcome))


@login_not_required
@require_safe
@kept
def cell_pdf(request: HttpRequest, therapy: str, outcome: str) -> HttpResponse:
    """Send the sheet of a cell as a file."""
    return _file(request, _cell(request, therapy, outcome))


@login_not_required
@require_safe
@kept
def therapy(request: HttpRequest, code: str) -> HttpResponse:
    """Show one therapy, benefits beside harms, as a sheet to print."""
    return _page(request, _therapy(request, code))


@login_not_required
@require_safe
@kept
def therapy_pdf(request: HttpRequest, code: str) -> HttpResponse:
    """Send the sheet of a therapy as a file."""
    return _file(request, _therapy(request, code))


@login_not_required
@require_safe
@kept
def comparison(request: HttpRequest) -> HttpResponse:
    """Show therapies side by side as a sheet to print."""
    return _page(request, _comparison(request))


@login_not_required
@require_safe
@kept
def comparison_pdf(request: HttpRequest) -> HttpResponse:
    """Send the sheet of a comparison as a file."""
    return _file(request, _comparison(request))


def _cell(request: HttpRequest, therapy: str, outcome: str) -> Printed:
    form, names = AnalysisForm(request.GET), [therapy, outcome]
    query = form.question().links.to().removesuffix("?")
    back = reverse("evidence", args=names)
    try:
        sheet = sheets.cell.read(form.question(), therapy, outcome, back, request.build_absolute_uri)
    except ObjectDoesNotExist as missing:
        raise Http404(str(missing)) from missing
    return Printed(
        "therapies/sheet_cell.html",
        {"sheet": sheet, "cell": sheet.evidence, "filters": filters.words(form)},
        name=f"nelm-{therapy}-{outcome}",
        here=reverse("sheet_cell", args=names) + query,
        file=reverse("sheet_cell_pdf", args=names) + query,
        back=back + query,
    )


def _therapy(request: HttpRequest, code: str) -> Printed:
    back = reverse("therapy", args=[code])
    try:
        sheet = sheets.therapy.read(code, back, request.build_absolute_uri)
    except Therapy.DoesNotExist as missing:
        raise Http404(str(missing)) from missing
    return Printed(
        "therapies/sheet_therapy.html",
        {"sheet": sheet, "filters": ()},
        name=f"nelm-{code}",
        here=reverse("sheet_therapy", args=[code]),
        file=reverse("sheet_therapy_pdf", args=[code]),
        back=back,
    )


def _comparison(request: HttpRequest) -> Printed:
    rows = evidence_map.tree(Therapy.objects.all())
    form = CompareForm(request.GET, therapies=[row.therapy.code for row in rows])
    back, query = reverse("compare"), form.address(form.codes)
    sheet = sheets.comparison.read(form, rows, back, request.build_absolute_uri)
    return Printed(
        "therapies/sheet_compare.html",
        {"sheet": sheet, "filters": filters.words(form)},
        name="-".join(["nelm", *(form.codes or ("compare",))]),
        here=reverse("sheet_compare") + query,
        file=reverse("sheet_compare_pdf") + query,
        back=back + query,
    )


def _page(request: HttpRequest, printed: Printed) -> HttpResponse:
    has_file = pdf.is_possible()
    return render(request, printed.template, {**printed.context, "printed": printed, "has_file": has_file})


def _file(request: HttpRequest, printed: Printed) -> HttpResponse:
    """Return the PDF, or a page that says why there is none (501 for good, 503 for the moment)."""
    html = render_to_string(printed.template, {**printed.context, "printed": printed, "is_file": True})
    try:
        content = pdf.write(
            html, style_sheets=STYLE_SHEETS, base_url=request.build_absolute_uri(printed.here)
        )
    except pdf.CannotWritePdf as problem:
        context = {"problem": str(problem), "printed": printed}
        is_busy = isinstance(problem, pdf.Busy)
        response = render(request, "therapies/sheet_no_file.html", context, status=503 if is_busy else 501)
        if is_busy:
            response["Retry-After"] = str(RETRY_AFTER_SECONDS)
        return response
    day = printed.context["sheet"].foot.made_on
    headers = {"Content-Disposition": f'inline; filename="{printed.name}-{day:%Y-%m-%d}.pdf"'}
    return HttpResponse(content, content_type="application/pdf", headers=headers)
