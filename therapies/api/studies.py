"""Studies as JSON: a list to search, and one of them with everything published about it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import Http404, HttpRequest
from ninja import Query, Router

from nelm_review.core.api import Filters, Page, Paging, Problem, Refusal
from references.api import name_reference
from therapies import evidence_map
from therapies.api import numbers, schemas
from therapies.forms import StudiesForm
from therapies.models import Study, Therapy
from therapies.read_models import lines, oddities, population, study_list

router = Router(tags=["Studies"])

FILTERS = Filters(
    StudiesForm,
    {
        "q": "Words in its name, its population or its publications.",
        "design": "Studies of this design; repeat for several.",
        "therapy": "Studies with an arm of this therapy or one below it.",
        "cohort": "Studies of this shared cohort (its code).",
        "histology": "Studies of these tumour types; all where it is not given.",
        "year_from": "Studies whose primary report appeared in this year or later.",
        "year_to": "Studies whose primary report appeared in this year or earlier.",
        "state": "Studies with a published result in this state.",
        "sort": "The order, by name where it is not given; “-” turns it round.",
    },
)
SAME = (
    *("key", "label", "design", "design_is_stated", "is_review", "is_retracted", "histology", "countries"),
    *("n_patients", "n_procedures", "n_lesions", "k_studies"),
)
NULL_WHERE_EMPTY = ("centres", "enrolment", "registry_id", "population")


@router.get(
    "/studies",
    summary="Studies",
    response={200: Page[schemas.Study], 422: Refusal},
    openapi_extra=FILTERS.openapi(),
)
def list_studies(request: HttpRequest, paging: Query[Paging]) -> dict[str, Any]:
    """List studies and reviews, those of mixed tumour types too."""
    rows = evidence_map.tree(Therapy.objects.all())
    form = FILTERS.read(request.GET, therapies=[(row.therapy.code, row.therapy.name) for row in rows])
    return paging.page(study_list.find(form, rows), _studies)


@router.get("/studies/{slug:key}", summary="One study", response={200: schemas.StudyDetail, 404: Problem})
def read_study(request: HttpRequest, key: str) -> schemas.StudyDetail:
    """Show one study: its publications, arms, published results and comparisons, and its cohort."""
    study = oddities.with_parts(Study.objects.filter(key=key)).first()
    if study is None:
        raise Http404(f"There is no study “{key}” in this library.")
    reports = study.reports.all()
    primary = numbers.primary_of(reports)
    results = [result for arm in study.arms.all() for result in arm.results.all()]
    results.sort(key=lambda result: (result.position, result.pk))
    mates = study.cohort.studies.all() if study.cohort else ()
    return schemas.StudyDetail(
        **_study(study),
        year=primary.reference.published_year if primary else None,
        n_results=len(results),
        n_outcomes=len({result.outcome_id for result in results}),
        note=study.note or None,
        oddities=[oddity.sentence for oddity in oddities.oddities(study)],
        reports=[
            schemas.Report(role=report.role, reference=name_reference(report.reference)) for report in reports
        ],
        results=[numbers.result(lines.line(result)) for result in results],
        comparisons=[numbers.comparison(found, study) for found in study.comparisons.all()],
        cohort_mates=[numbers.study_name(mate) for mate in mates if mate != study],
        population_fields=[_population(found) for found in population.of_study(study)],
    )


def _population(found: population.PopulationFields) -> schemas.Population:
    row = found.population
    return schemas.Population(
        arm=found.arm.code if found.arm else None,
        fields=[
            schemas.PopulationField(
                criterion=field.criterion.code,
                label=field.criterion.label,
                values=[
                    schemas.PopulationPart(**{**vars(part), "words": part.words or None})
                    for part in field.parts
                ],
            )
            for field in found.fields
        ],
        ki67=row.ki67 or None,
        structured_by=row.structured_by,
        quotes=row.quotes,
    )


def _studies(studies: Iterable[Study]) -> list[schemas.Study]:
    overview = ("year", "n_results", "n_outcomes")
    return [
        schemas.Study(**_study(study), **{name: getattr(study, name) for name in overview})
        for study in studies
    ]


def _study(study: Study) -> dict[str, Any]:
    cohort = study.cohort
    return {
        **{name: getattr(study, name) for name in SAME},
        **{name: getattr(study, name) or None for name in NULL_WHERE_EMPTY},
        "cohort": schemas.Cohort(code=cohort.code, name=cohort.name) if cohort else None,
        "arms": [numbers.arm(arm) for arm in study.arms.all()],
    }
