"""The front page: the evidence map, whole or only its table when htmx asks."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from nelm_review.core.pages import render_page
from therapies import evidence_map, exports
from therapies.evidence_map import EvidenceMap
from therapies.forms import MapForm
from therapies.models import Outcome, Therapy
from therapies.read_models import map_page


@login_not_required
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Show what was found, therapies by outcomes."""
    form, outcomes = _read(request)
    columns = map_page.shown(
        outcomes,
        domains=form.readable("domain") or (),
        with_all=form.readable("columns") == "all",
    )
    evidence = _count(form, columns)
    page = map_page.draw(
        evidence,
        families=form.readable("family") or (),
        closed=form.readable("closed") or (),
        with_comparators=bool(form.readable("comparators")),
        chosen_months=form.readable("months"),
    )
    context = {
        "form": form,
        "page": page,
        "filters": form.query(),
        "scope": form.scope(),
        "totals": evidence.totals,
    }
    return render_page(request, "therapies/map.html", context, partial="map")


@login_not_required
@require_safe
def download(request: HttpRequest) -> HttpResponse:
    """Send every cell of the map as CSV, counted inside the same filters."""
    return exports.map_csv(_count(*_read(request)))


def _read(request: HttpRequest) -> tuple[MapForm, list[Outcome]]:
    therapies = list(Therapy.objects.all())
    form = MapForm(
        request.GET,
        families=[(therapy.code, therapy.name) for therapy in therapies if therapy.parent_id is None],
        therapies=[therapy.code for therapy in therapies],
    )
    return form, list(Outcome.objects.all())


def _count(form: MapForm, outcomes: list[Outcome]) -> EvidenceMap:
    months = form.readable("months")
    rates = [outcome.code for outcome in outcomes if evidence_map.reads_one_timepoint(outcome)]
    chosen = {} if months is None else dict.fromkeys(rates, months)
    return evidence_map.build(form.scope(), outcomes=outcomes, timepoints=chosen)
