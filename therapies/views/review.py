"""The review that this map grew from, and the therapies it covers."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from nelm_review.core.kept import kept
from nelm_review.core.pages import render_page
from references.models import SOURCE_REVIEW_DOI, Reference
from references.read_models import reference_page
from therapies import evidence_map
from therapies.evidence_map import Cell
from therapies.models import Therapy
from therapies.scope import Scope


@dataclass(frozen=True)
class Covered:
    """A therapy that the review covers, the family it belongs to, and what the map holds of it."""

    therapy: Therapy
    family: Therapy
    evidence: Cell


@login_not_required
@require_safe
@kept
def show(request: HttpRequest) -> HttpResponse:
    """Show the source review as a reference, with the therapies it covers; say so where it is not loaded."""
    review = Reference.objects.for_reading().source_review().first()
    if review is None:
        return render_page(request, "therapies/review_missing.html", {"doi": SOURCE_REVIEW_DOI})
    context = {"page": reference_page.build(review), "covered": _covered()}
    return render_page(request, "therapies/review.html", context)


def _covered() -> list[Covered]:
    therapies = list(Therapy.objects.all())
    by_id = {therapy.pk: therapy for therapy in therapies}
    counts = evidence_map.count_by_therapy(Scope(), therapies=therapies)

    def family(therapy: Therapy) -> Therapy:
        return family(by_id[therapy.parent_id]) if therapy.parent_id else therapy

    return [
        Covered(therapy, family(therapy), counts[therapy.code])
        for therapy in therapies
        if therapy.covered_by_source_review
    ]
