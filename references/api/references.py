"""References as JSON: a list to search, and one of them with everything its record says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import F, Prefetch, Q
from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.shortcuts import redirect
from ninja import Query, Router

from nelm_review.core.api import Filters, Page, Paging, Problem, Refusal
from references.api import schemas
from references.forms import ReferenceFilterForm
from references.models import Reference
from references.models.reference import ReferenceQuerySet
from references.read_models import facets, reference_page
from references.read_models.library_page import NOT_ON_A_LINE
from references.read_models.reference_page import Notice, ReferencePage

router = Router(tags=["References"])

FILTERS = Filters(
    ReferenceFilterForm,
    {
        "q": "Words of title, abstract, authors, MeSH or keywords (quotes, or, minus); the best match first.",
        "pmid": "The reference of this PMID.",
        "doi": "The reference of this DOI.",
        "year_from": "Published in this year or later.",
        "year_to": "Published in this year or earlier.",
        "type": "Of this publication type, as PubMed names it; repeat for several.",
        "status": "Retracted, under concern or corrected; repeat for several.",
        "used": "Whether it reports a study of the evidence.",
        "abstract": "Whether it has an abstract.",
        "origin": "Where the record comes from; repeat for several.",
        "gap": "What is not known of it; repeat for several.",
    },
)
NEWEST = (F("published_year").desc(nulls_last=True), F("published_month").desc(nulls_last=True), "-pk")
NULL_WHERE_EMPTY = ("authors_text", "volume", "issue", "pages")
SAME_ON_A_LINE = (
    "has_more_authors", "publication_types", "origin", "is_retracted", "has_expression_of_concern",
)  # fmt: skip
SAME = (
    "abstract", "other_abstracts", "languages", "keywords", "mesh",
    "trial_ids", "databanks", "grants", "book",
)  # fmt: skip


@router.get(
    "/references",
    summary="References",
    response={200: Page[schemas.Reference], 422: Refusal},
    openapi_extra=FILTERS.openapi(),
)
def list_references(request: HttpRequest, paging: Query[Paging]) -> dict[str, Any]:
    """List references, the newest first; one that was merged into another is left out."""
    found = _inside(FILTERS.read(request.GET))
    reports = Reference.study_reports.rel.related_model.objects.select_related("study")
    loaded = found.select_related("journal").prefetch_related(
        Prefetch("study_reports", reports.order_by("study__label", "pk"))
    )
    return paging.page(loaded.defer(*NOT_ON_A_LINE), _references)


@router.get(
    "/references/{int:pk}", summary="One reference", response={200: schemas.ReferenceDetail, 404: Problem}
)
def read_reference(request: HttpRequest, pk: int) -> schemas.ReferenceDetail | HttpResponseRedirect:
    """Show one reference; one that was merged into another leads there."""
    reference = Reference.objects.for_reading().filter(pk=pk).first()
    if reference is None:
        raise Http404(f"This library has no reference number {pk}.")
    if reference.merged_into_id:
        return redirect("api:read_reference", pk=reference.merged_into_id)
    return _detail(reference_page.build(reference), reference)


def name_reference(reference: Reference) -> schemas.ReferenceName:
    """Name a publication by what identifies it."""
    return schemas.ReferenceName(**_name(reference))


def _inside(form: ReferenceFilterForm) -> ReferenceQuerySet:
    found = Reference.objects.current().filter(facets.conditions(form).all())
    for name in ("pmid", "doi"):
        if value := form.readable(name):
            # A merged reference keeps its identifiers; they stand for what it was merged into.
            merged = Reference.objects.filter(**{name: value}).values("merged_into")
            found = found.filter(Q(**{name: value}) | Q(pk__in=merged))
    if text := form.readable("q"):
        return found.matching(text).order_by("-rank", *NEWEST)
    return found.order_by(*NEWEST)


def _references(references: Iterable[Reference]) -> Iterator[schemas.Reference]:
    for reference in references:
        yield schemas.Reference(**_line(reference, reference.study_reports.all()))


def _name(reference: Reference) -> dict[str, Any]:
    return {
        "id": reference.pk,
        **{name: getattr(reference, name) for name in ("pmid", "pmcid", "doi")},
        "title": reference.title or None,
        "year": reference.published_year,
    }


def _line(reference: Reference, reports: Iterable[Any]) -> dict[str, Any]:
    return {
        **_name(reference),
        **{name: getattr(reference, name) or None for name in NULL_WHERE_EMPTY},
        **{name: getattr(reference, name) for name in SAME_ON_A_LINE},
        "journal": str(reference.journal) if reference.journal else None,
        "studies": [
            schemas.ReportedStudy(key=report.study.key, label=report.study.label, role=report.role)
            for report in reports
        ],
    }


def _detail(page: ReferencePage, reference: Reference) -> schemas.ReferenceDetail:
    return schemas.ReferenceDetail(
        **_line(reference, page.study_reports),
        **{name: getattr(reference, name) for name in SAME},
        **{
            name: getattr(reference, name) or None
            for name in ("vernacular_title", "copyright", "coi_statement")
        },
        authors=[_fields(author, schemas.Author) for author in reference.authors.all()],
        journal_details=_fields(reference.journal, schemas.Journal) if reference.journal else None,
        published={part: getattr(reference, f"published_{part}") for part in schemas.Published.model_fields},
        dates=_lists(reference.dates),
        other_ids=_lists(reference.other_ids),
        corrections=[_correction(notice) for notice in (*page.banners, *page.related)],
        cited_references=[
            {**_fields(entry.cited, schemas.CitedReference), "reference": _key(entry.reference)}
            for entry in page.cited
        ],
        cited_by=[name_reference(citing) for citing in page.cited_by],
        has_more_citing=page.has_more_citing,
    )


def _correction(notice: Notice) -> dict[str, Any]:
    fields = _fields(notice.correction, schemas.Correction)
    return {**fields, "words": notice.words, "reference": _key(notice.reference)}


def _fields(row: Any, schema: type) -> dict[str, Any]:
    return {name: getattr(row, name) for name in schema.model_fields if hasattr(row, name)}


def _key(reference: Reference | None) -> int | None:
    return reference.pk if reference else None


def _lists(found: dict[str, Any]) -> dict[str, list[str]]:
    return {
        name: [str(value) for value in (values if isinstance(values, list) else [values])]
        for name, values in found.items()
    }
