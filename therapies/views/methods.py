"""How the numbers of this site come about."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from nelm_review.core.kept import kept
from nelm_review.core.pages import render_page
from references.models import Reference
from therapies.models import DAYS_PER_MONTH, Criteria, Result, Study


@login_not_required
@require_safe
@kept
def show(request: HttpRequest) -> HttpResponse:
    """Explain counting, states, empty cells, criteria and units, with the numbers of this library."""
    results = Result.objects.published()
    n_by_criteria = dict(results.order_by().values_list("criteria").annotate(Count("pk")))
    cited = Reference.objects.filter(study_reports__isnull=False).distinct()
    context = {
        "studies": Study.objects.aggregate(
            primary=Count("pk", filter=~Q(design__in=Study.REVIEW_DESIGNS)),
            reviews=Count("pk", filter=Q(design__in=Study.REVIEW_DESIGNS)),
            mixed=Count("pk", filter=Q(histology=Study.Histology.MIXED)),
            undeclared=Count("pk", filter=Q(design_is_stated=False)),
        ),
        "results": results.aggregate(
            n=Count("pk"),
            verified=Count("pk", filter=Q(verification=Result.Verification.VERIFIED)),
            from_reviews=Count("pk", filter=Q(reported_in__isnull=False)),
        ),
        "references": cited.aggregate(
            n=Count("pk", distinct=True),
            unidentified=Count("pk", distinct=True, filter=Q(pmid__isnull=True, doi__isnull=True)),
            untitled=Count("pk", distinct=True, filter=Q(title="")),
        ),
        "criteria": [(label, n_by_criteria.get(value, 0)) for value, label in Criteria.choices],
        "days_per_month": DAYS_PER_MONTH,
    }
    return render_page(request, "therapies/methods.html", context)
