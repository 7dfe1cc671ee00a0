"""One therapy: its place in the tree, what is reported for it, and the studies behind it."""

from __future__ import annotations

from dataclasses import dataclass

from therapies import evidence_map, facts
from therapies.evidence_map import Cell, Row
from therapies.models import Study, Therapy
from therapies.read_models import effects, lineage, profile, study_list, therapy_notes
from therapies.scope import Scope


@dataclass(frozen=True)
class TherapyPage:
    """What the page of one therapy shows; studies that are not counted stand apart."""

    row: Row
    above: tuple[Row, ...]
    below: tuple[tuple[Row, Cell], ...]
    counted: Cell
    notes: therapy_notes.Notes
    profile: profile.Profile
    studies: tuple[Study, ...]
    mixed: tuple[Study, ...]
    reviews: tuple[Study, ...]
    comparisons: tuple[effects.Effect, ...]

    @property
    def therapy(self) -> Therapy:
        return self.row.therapy


def read(code: str) -> TherapyPage:
    """Return the page of a therapy; Therapy.DoesNotExist says in words when there is none."""
    scope = Scope()
    found = facts.published(scope)
    evidence = evidence_map.build(scope, found=found)
    row = lineage.row_of(evidence.rows, code)
    therapies = [other.therapy for other in evidence.rows]
    counts = evidence_map.count_by_therapy(scope, therapies=therapies, found=found)
    within = [below.therapy.pk for below in lineage.within(evidence.rows, row)]
    studies = list(study_list.with_results_of(within))
    comparisons = scope.comparisons().filter(arms__therapy__in=within).distinct()
    return TherapyPage(
        row=row,
        above=lineage.above(evidence.rows, row),
        below=tuple(
            (child, counts[child.therapy.code]) for child in lineage.directly_below(evidence.rows, row)
        ),
        counted=counts[code],
        notes=therapy_notes.read(row.therapy),
        profile=profile.read(evidence, row),
        studies=tuple(study for study in studies if not study.is_review and not study.is_of_mixed_histology),
        mixed=tuple(study for study in studies if not study.is_review and study.is_of_mixed_histology),
        reviews=tuple(study for study in studies if study.is_review),
        comparisons=effects.read(comparisons),
    )
