"""What to compare: pairs of therapies that studies of this library compare, for a page that has none yet."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import combinations

from therapies.evidence_map import Row
from therapies.forms import CompareForm
from therapies.models import ComparisonArm, Study, Therapy
from therapies.scope import Scope

MOST_SHOWN = 8


@dataclass(frozen=True)
class Start:
    """Two therapies and the number of studies that compare them."""

    therapies: tuple[Therapy, Therapy]
    n_studies: int
    address: str


@dataclass(frozen=True)
class Starts:
    """Where a reader may begin: compared pairs (with the one therapy chosen, if any), and all others."""

    chosen: Therapy | None
    compared: tuple[Start, ...]
    others: tuple[tuple[Row, str], ...]


def read(form: CompareForm, rows: tuple[Row, ...]) -> Starts:
    """Return what can be compared with the therapy chosen, or at all; one query."""
    by_pk = {row.therapy.pk: row.therapy for row in rows}
    by_code = {row.therapy.code: row.therapy for row in rows}
    chosen = by_code[form.codes[0]] if form.codes else None
    starts = []
    for (one, other), n_studies in _compared(form.scope()).items():
        pair = tuple(sorted((by_pk[one], by_pk[other]), key=lambda therapy: therapy.position))
        if chosen is None or chosen in pair:
            starts.append(Start(pair, n_studies, form.address([therapy.code for therapy in pair])))
    starts.sort(key=lambda start: (-start.n_studies, [therapy.position for therapy in start.therapies]))
    others = [row for row in rows if chosen is not None and row.therapy != chosen]
    return Starts(
        chosen=chosen,
        compared=tuple(starts[:MOST_SHOWN]),
        others=tuple((row, form.address([chosen.code, row.therapy.code])) for row in others),
    )


def _compared(scope: Scope) -> Counter[tuple[int, int]]:
    """Count the studies, reviews aside, that compare arms of two different therapies, by their keys."""
    comparisons = scope.comparisons().exclude(study__design__in=Study.REVIEW_DESIGNS)
    arms = ComparisonArm.objects.filter(comparison__in=comparisons).values_list(
        "comparison_id", "comparison__study_id", "arm__therapy_id"
    )
    in_comparison: dict[tuple[int, int], set[int]] = defaultdict(set)
    for comparison, study, therapy in arms.order_by():
        in_comparison[comparison, study].add(therapy)
    pairs = {
        (study, pair)
        for (_comparison, study), therapies in in_comparison.items()
        for pair in combinations(sorted(therapies), 2)
    }
    return Counter(pair for _study, pair in pairs)
