"""The front page: the evidence map, whole or only its table when htmx asks."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from nelm_review.core.kept import kept
from nelm_review.core.pages import render_page
from therapies import derivation, evidence_map, exports
from therapies.evidence_map import EvidenceMap
from therapies.forms import MapForm
from therapies.models import Outcome, Therapy
from therapies.read_models import gaps, linked_data, map_page, pooled_cells
from therapies.read_models.map_page import Beside


@login_not_required
@require_safe
@kept
def show(request: HttpRequest) -> HttpResponse:
    """Show what was found, therapies by outcomes."""
    form, therapies, outcomes = _read(request)
    columns = map_page.shown(
        outcomes, domains=form.readable("domain") or (), with_all=form.readable("columns") == "all"
    )
    scope = form.scope()
    evidence = _count(form, therapies, columns)
    page = map_page.draw(
        evidence,
        families=form.readable("family") or (),
        closed=form.readable("closed") or (),
        with_comparators=bool(form.readable("comparators")),
        chosen_months=form.readable("months"),
        level=form.readable("level") or "",
        beside=Beside(
            gaps.load(scope, evidence.rows, columns),
            pooled=pooled_cells.of_map(scope),
            with_derived=form.readable("derived") == "show",
            is_filtered=scope.is_filtered,
        ),
    )
    filters = form.query()
    context = {"form": form, "page": page, "filters": filters, "scope": scope, "totals": evidence.totals}
    context |= {"view": form.readable("view"), "suffix": f"?{filters}" if filters else ""}
    context["linked_data"] = linked_data.of_map(request.build_absolute_uri)
    return render_page(request, "therapies/map.html", context, partial="map")


@login_not_required
@require_safe
@kept
def download(request: HttpRequest) -> HttpResponse:
    """Send every cell of the map as CSV, counted inside the same filters."""
    form, therapies, outcomes = _read(request)
    evidence = _count(form, therapies, outcomes)
    return exports.map_csv(evidence, gaps.load(form.scope(), evidence.rows, outcomes))


def _read(request: HttpRequest) -> tuple[MapForm, list[Therapy], list[Outcome]]:
    therapies = list(Therapy.objects.all())
    form = MapForm(
        request.GET,
        families=[(therapy.code, therapy.name) for therapy in therapies if therapy.parent_id is None],
        therapies=[therapy.code for therapy in therapies],
    )
    return form, therapies, list(Outcome.objects.all())


def _count(form: MapForm, therapies: list[Therapy], outcomes: list[Outcome]) -> EvidenceMap:
    scope, months = form.scope(), form.readable("months")
    rates = [outcome.code for outcome in outcomes if outcome.is_rate_over_time]
    return evidence_map.build(
        scope,
        outcomes=outcomes,
        timepoints={} if months is None else dict.fromkeys(rates, months),
        therapies=therapies,
        derived=derivation.derived(scope),
    )
