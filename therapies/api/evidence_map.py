"""The evidence map as JSON, inside the filters of the page."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.http import HttpRequest
from ninja import Router

from nelm_review.core.api import Filters, Refusal
from therapies import derivation, evidence_map
from therapies.api import schemas
from therapies.evidence_map import Cell, EvidenceMap, Row
from therapies.forms import MapForm
from therapies.models import Therapy
from therapies.read_models import cell_words, gaps
from therapies.read_models.gaps import Knowledge
from therapies.scope import Scope

router = Router(tags=["Evidence map"])

SCOPE_FILTERS = {
    "design": "Studies of this design; repeat for several.",
    "criteria": "Results by these criteria; repeat for several.",
    "year_from": "Studies whose primary report appeared in this year or later.",
    "year_to": "Studies whose primary report appeared in this year or earlier.",
    "n_min": "Studies of at least this many patients.",
    "histology": "“all” counts studies of mixed tumour types too; they are left out otherwise.",
    "primary": "Arms with patients of this primary site, wholly or in part; repeat for any of several.",
    "grade": "Arms with tumours of this grade, wholly or in part; repeat for any of several.",
    "burden": "Arms with this share of the liver replaced, wholly or in part; repeat for any of several.",
    "functional": "Arms with patients who have a functional syndrome, or with some who do not.",
    "prior_prrt": "Arms with patients who had PRRT before, or with some who had not.",
    "prior_resection": "Arms with patients in whom this had been resected before.",
    "extrahepatic": "Arms with patients who have disease outside the liver, or with some who do not.",
    "unreported": "“include” counts arms that do not report it too; they are left out otherwise.",
}
FILTERS = Filters(
    MapForm,
    SCOPE_FILTERS
    | {
        "family": "Rows of this family (code of the therapy at its root); repeat for several.",
        "domain": "Columns of this domain; repeat for several.",
    },
    # An address copied from the page may carry these; they choose only what the page draws.
    beside=("columns", "comparators", "closed", "level", "months", "derived", "view"),
)


@router.get(
    "/evidence-map",
    summary="The evidence map",
    response={200: schemas.EvidenceMap, 422: Refusal},
    openapi_extra=FILTERS.openapi(),
)
def read_evidence_map(request: HttpRequest) -> schemas.EvidenceMap:
    """Count the published evidence, therapies by outcomes.

    Every therapy is a row and every outcome a column, comparators and empty cells included. A study counts
    once in a cell if it has a published result there whose arm's therapy is the row's or below it.
    """
    tree = evidence_map.tree(Therapy.objects.all())
    form = FILTERS.read(
        request.GET,
        families=[(row.therapy.code, row.therapy.name) for row in tree if row.parent is None],
        therapies=[row.therapy.code for row in tree],
    )
    scope = form.scope()
    evidence = evidence_map.build(
        scope, therapies=[row.therapy for row in tree], derived=derivation.derived(scope)
    )
    known = gaps.load(scope, evidence.rows, [column.outcome for column in evidence.columns])
    domains = form.readable("domain") or ()
    rows = of_families(evidence.rows, form.readable("family") or ())
    columns = [column for column in evidence.columns if not domains or column.outcome.domain in domains]
    return schemas.EvidenceMap(
        rows=[
            schemas.MapRow(
                therapy=row.therapy.code, name=row.therapy.name, parent=row.parent, depth=row.depth
            )
            for row in rows
        ],
        columns=[
            schemas.MapColumn(
                outcome=column.outcome.code, name=column.outcome.name, domain=column.outcome.domain
            )
            for column in columns
        ],
        cells=[
            cell(evidence.cell(row.therapy.code, column.outcome.code), known)
            for row in rows
            for column in columns
        ],
    )


def of_families(rows: Sequence[Row], families: Collection[str]) -> list[Row]:
    """Return the rows at and below the roots named; all of them where none is."""
    kept, root = [], ""
    for row in rows:
        root = row.therapy.code if row.parent is None else root
        if not families or root in families:
            kept.append(row)
    return kept


def unfiltered() -> tuple[EvidenceMap, Knowledge]:
    """Count the whole map, and say what is known beside its numbers."""
    evidence = evidence_map.build(Scope(), derived=derivation.derived(Scope()))
    return evidence, gaps.load(Scope(), evidence.rows, [column.outcome for column in evidence.columns])


def cell(counted: Cell, known: Knowledge) -> schemas.MapCell:
    """Show one cell of the map."""
    fresh = known.fresh(counted.therapy)
    judged = known.certainties.get((counted.therapy, counted.outcome))
    return schemas.MapCell(
        therapy=counted.therapy,
        outcome=counted.outcome,
        n_studies=counted.n_studies,
        n_patients=counted.n_patients,
        n_results=counted.n_results,
        n_reviews=counted.n_reviews,
        n_derived=counted.n_derived,
        designs=schemas.DesignMix(
            **{group.name.lower(): counted.designs[group] for group in cell_words.DESIGN_WORDS}
        ),
        newest_study=counted.newest_year,
        gap=known.gap(counted),
        certainty=schemas.Certainty(level=judged.level, reason=judged.reason) if judged else None,
        last_search=fresh.searched_on,
        n_waiting=fresh.n_waiting,
    )
