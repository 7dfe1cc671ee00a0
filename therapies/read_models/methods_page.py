"""What the page on methods says in numbers: those of this library, and those of the rules themselves."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q

from references.models import Reference
from therapies.analysis import METHOD, PROSPECTIVE_DESIGNS
from therapies.forms import MOST_COMPARED
from therapies.models import (
    CRITERIA,
    DAYS_PER_MONTH,
    Appraisal,
    CellSummary,
    Certainty,
    Criteria,
    NotApplicable,
    Population,
    Release,
    Result,
    Study,
)
from therapies.read_models import gaps, pool_view
from therapies.read_models.sheets.cell import MOST_STUDIES
from therapies.services.releases import texts
from therapies.synthesis import eligibility, glmm, medians


def _in_sentence(label: str) -> str:
    """Return a label with its first letter lowered, unless an abbreviation begins it."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


@dataclass(frozen=True)
class Numbers:
    """The numbers of this library, by what they count."""

    studies: dict[str, int]
    results: dict[str, int]
    references: dict[str, int]
    cells: dict[str, int]
    judged: dict[str, int]
    populations: dict[str, int]
    criteria: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Rules:
    """The numbers and lists that the code itself goes by."""

    fewest_studies: int = eligibility.FEWEST_STUDIES
    medians_rule: str = medians.RULE
    medians_reference: str = medians.REFERENCE
    n_nodes: int = glmm.N_NODES
    most_unasked: int = pool_view.MOST_UNASKED
    most_left_out_one_by_one: int = pool_view.MOST_LEFT_OUT_ONE_BY_ONE
    prospective: tuple[str, ...] = tuple(str(design.label).lower() for design in PROSPECTIVE_DESIGNS)
    days_per_month: float = DAYS_PER_MONTH
    shortest_stem: int = gaps.SHORTEST_STEM
    levels: tuple[str, ...] = tuple(str(level.label).lower() for level in Certainty.Level)
    tools: tuple[str, ...] = tuple(str(tool.label) for tool in Appraisal.Tool)
    high_risk: tuple[str, ...] = tuple(str(one.label).lower() for one in Appraisal.HIGH_RISK)
    patients: tuple[str, ...] = tuple(_in_sentence(criterion.label) for criterion in CRITERIA.values())
    most_compared: int = MOST_COMPARED
    most_on_sheet: int = MOST_STUDIES
    method: str = METHOD
    method_words: str = texts.METHOD_WORDS[METHOD]


def read() -> Numbers:
    """Count what the page names; a query a table."""
    results = Result.objects.published()
    by_criteria = dict(results.order_by().values_list("criteria").annotate(Count("pk")))
    cited = Reference.objects.filter(study_reports__isnull=False).distinct()
    return Numbers(
        studies=Study.objects.aggregate(
            primary=Count("pk", filter=~Q(design__in=Study.REVIEW_DESIGNS)),
            reviews=Count("pk", filter=Q(design__in=Study.REVIEW_DESIGNS)),
            mixed=Count("pk", filter=Q(histology=Study.Histology.MIXED)),
            undeclared=Count("pk", filter=Q(design_is_stated=False)),
        ),
        results=results.aggregate(
            n=Count("pk"),
            verified=Count("pk", filter=Q(verification=Result.Verification.VERIFIED)),
            from_reviews=Count("pk", filter=Q(reported_in__isnull=False)),
        ),
        references=cited.aggregate(
            n=Count("pk", distinct=True),
            unidentified=Count("pk", distinct=True, filter=Q(pmid__isnull=True, doi__isnull=True)),
            untitled=Count("pk", distinct=True, filter=Q(title="")),
        ),
        cells=CellSummary.objects.current().aggregate(
            n=Count("pk", filter=Q(n_results__gt=0)), pooled=Count("pk", filter=Q(estimate__isnull=False))
        ),
        judged={
            "cells": Certainty.objects.count(),
            "studies": Appraisal.objects.aggregate(n=Count("study", distinct=True))["n"],
            "not_applicable": NotApplicable.objects.count(),
            "releases": Release.objects.count(),
        },
        populations=Population.objects.aggregate(
            n=Count("pk"), by_source=Count("pk", filter=Q(structured_by=Population.StructuredBy.SOURCE))
        ),
        criteria=tuple((str(label), by_criteria.get(value, 0)) for value, label in Criteria.choices),
    )
