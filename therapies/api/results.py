"""Published results as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.http import Http404, HttpRequest
from ninja import Query, Router

from nelm_review.core.api import Filters, Page, Paging, Problem, Refusal
from therapies import evidence_map
from therapies.api import numbers, schemas
from therapies.api.evidence_map import SCOPE_FILTERS
from therapies.evidence_map import Row
from therapies.forms import ResultsForm
from therapies.models import Result, Therapy
from therapies.models.result import ResultQuerySet
from therapies.read_models import lineage, lines

router = Router(tags=["Results"])

FILTERS = Filters(
    ResultsForm,
    {
        "therapy": "Arms treated with this therapy or one below it; repeat for several.",
        "outcome": "Results for this outcome; repeat for several.",
        "study": "Results of this study; repeat for several.",
        "verification": "Results in this state.",
    }
    | SCOPE_FILTERS,
)


@router.get(
    "/results",
    summary="Results",
    response={200: Page[schemas.Result], 422: Refusal},
    openapi_extra=FILTERS.openapi(),
)
def list_results(request: HttpRequest, paging: Query[Paging]) -> dict[str, Any]:
    """List published results, by study and in the order of the study.

    Like the map, it leaves out retracted studies, and studies of mixed tumour types unless `histology=all`.
    """
    rows = evidence_map.tree(Therapy.objects.all())
    form = FILTERS.read(request.GET, therapies=[(row.therapy.code, row.therapy.name) for row in rows])
    found = _inside(form, rows).order_by("arm__study__label", "arm__study_id", "position", "pk")
    return paging.page(found.values_list("pk", flat=True), _results)


@router.get("/results/{int:pk}", summary="One result", response={200: schemas.Result, 404: Problem})
def read_result(request: HttpRequest, pk: int) -> schemas.Result:
    """Show one published result."""
    found = _results([pk])
    if not found:
        raise Http404(f"There is no published result {pk}.")
    return found[0]


def _inside(form: ResultsForm, rows: Sequence[Row]) -> ResultQuerySet:
    found = form.scope().results()
    if codes := form.readable("therapy"):
        chosen = [lineage.row_of(rows, code) for code in codes]
        within = {below.therapy.pk for row in chosen for below in lineage.within(rows, row)}
        found = found.filter(arm__therapy__in=within)
    if outcomes := form.readable("outcome"):
        found = found.filter(outcome__in=outcomes)
    if studies := form.readable("study"):
        found = found.filter(arm__study__in=studies)
    if state := form.readable("verification"):
        found = found.filter(verification=state)
    return found


def _results(keys: Iterable[int]) -> list[schemas.Result]:
    place = {key: index for index, key in enumerate(keys)}
    loaded = lines.load(Result.objects.published().filter(pk__in=list(place)))
    return [numbers.result(line) for line in sorted(loaded, key=lambda line: place[line.result.pk])]
