"""Therapies and outcomes as JSON: the lists of codes that every other operation speaks in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest
from ninja import Query, Router

from nelm_review.core.api import Filters, Page, Paging, Problem, Refusal
from references.api import name_reference
from therapies import evidence_map
from therapies.api import schemas
from therapies.api.evidence_map import cell, unfiltered
from therapies.evidence_map import Row
from therapies.models import Outcome, Therapy
from therapies.read_models import lineage, therapy_notes

router = Router()

UNFILTERED = Filters(forms.Form)


@router.get(
    "/therapies",
    summary="All therapies",
    tags=["Therapies"],
    response={200: Page[schemas.Therapy], 422: Refusal},
)
def list_therapies(request: HttpRequest, paging: Query[Paging]) -> dict[str, Any]:
    """List the tree of therapies, each parent followed by what stands below it."""
    UNFILTERED.read(request.GET)
    return paging.page(evidence_map.tree(Therapy.objects.all()), _therapies)


@router.get(
    "/therapies/{slug:code}",
    summary="One therapy",
    tags=["Therapies"],
    response={200: schemas.TherapyDetail, 404: Problem},
)
def read_therapy(request: HttpRequest, code: str) -> schemas.TherapyDetail:
    """Show one therapy, what stands directly below it, and how much was found for each outcome."""
    evidence, known = unfiltered()
    try:
        row = lineage.row_of(evidence.rows, code)
    except ObjectDoesNotExist as missing:
        raise Http404(str(missing)) from missing
    found = [evidence.cell(code, column.outcome.code) for column in evidence.columns]
    return schemas.TherapyDetail(
        **_therapy(row),
        notes=[_section(section) for section in therapy_notes.read(row.therapy).sections],
        children=[therapy_name(child.therapy) for child in lineage.directly_below(evidence.rows, row)],
        evidence=[cell(counted, known) for counted in found if counted.n_derived or not counted.is_empty],
    )


@router.get(
    "/outcomes",
    summary="All outcomes",
    tags=["Outcomes"],
    response={200: Page[schemas.Outcome], 422: Refusal},
)
def list_outcomes(request: HttpRequest, paging: Query[Paging]) -> dict[str, Any]:
    """List the outcomes in the order of the map."""
    UNFILTERED.read(request.GET)
    return paging.page(Outcome.objects.all(), _outcomes)


@router.get(
    "/outcomes/{slug:code}",
    summary="One outcome",
    tags=["Outcomes"],
    response={200: schemas.OutcomeDetail, 404: Problem},
)
def read_outcome(request: HttpRequest, code: str) -> schemas.OutcomeDetail:
    """Show one outcome, and how much was found for each therapy."""
    evidence, known = unfiltered()
    try:
        outcome = lineage.outcome_of([column.outcome for column in evidence.columns], code)
    except ObjectDoesNotExist as missing:
        raise Http404(str(missing)) from missing
    found = [evidence.cell(row.therapy.code, code) for row in evidence.rows]
    return schemas.OutcomeDetail(
        **_outcome(outcome),
        evidence=[cell(counted, known) for counted in found if counted.n_derived or not counted.is_empty],
    )


def therapy_name(therapy: Therapy) -> schemas.TherapyName:
    """Name a therapy."""
    return schemas.TherapyName(code=therapy.code, name=therapy.name)


def _therapies(rows: Iterable[Row]) -> list[schemas.Therapy]:
    return [schemas.Therapy(**_therapy(row)) for row in rows]


def _therapy(row: Row) -> dict[str, Any]:
    same = ("code", "name", "abbreviation", "kind", "synonyms", "mesh")
    return {
        **{name: getattr(row.therapy, name) for name in same},
        "parent": row.parent,
        "depth": row.depth,
        "is_covered_by_source_review": row.therapy.covered_by_source_review,
    }


def _section(section: therapy_notes.Section) -> schemas.NoteSection:
    return schemas.NoteSection(
        section=section.code,
        claims=[
            schemas.NoteClaim(
                text=claim.text,
                sources=[
                    schemas.NoteSource(
                        reference=name_reference(cited.reference), read_at=cited.source.read_at
                    )
                    for cited in claim.cited
                ],
            )
            for claim in section.claims
        ],
    )


def _outcomes(outcomes: Iterable[Outcome]) -> list[schemas.Outcome]:
    return [schemas.Outcome(**_outcome(outcome)) for outcome in outcomes]


def _outcome(outcome: Outcome) -> dict[str, Any]:
    return {name: getattr(outcome, name) for name in schemas.Outcome.model_fields}
