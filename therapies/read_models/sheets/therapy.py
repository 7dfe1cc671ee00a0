"""The sheet of one therapy: what it may do beside what it may cost, what nobody knows, and what it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from therapies import evidence_map, facts
from therapies.evidence_map import Cell, Row
from therapies.models import CellSummary, Outcome, Study, Therapy, TherapyClaim
from therapies.read_models import effects, gaps, lineage, therapy_notes
from therapies.read_models.cell_words import Pooled
from therapies.read_models.comparison import direct
from therapies.read_models.effects import Effect
from therapies.read_models.sheets import foot, outcome_lines
from therapies.read_models.sheets.foot import Foot
from therapies.read_models.sheets.outcome_lines import OutcomeLines
from therapies.read_models.therapy_notes import Claim, Notes
from therapies.scope import Scope

MOST_COMPARISONS = 5
MOST_CLAIMS = 3


@dataclass(frozen=True)
class Compared:
    """One printed comparison; `is_both_ways` where the study prints effects of these arms on both sides."""

    effect: Effect
    is_both_ways: bool


@dataclass(frozen=True)
class TherapySheet:
    """One therapy as a page of paper holds it; what does not fit is counted."""

    row: Row
    counted: Cell
    lines: OutcomeLines
    comparisons: tuple[Compared, ...]
    n_more_comparisons: int
    claims: tuple[Claim, ...]
    n_more_claims: int
    foot: Foot

    @property
    def therapy(self) -> Therapy:
        return self.row.therapy

    @property
    def title(self) -> str:
        return f"{self.therapy.name}: benefits and harms"


def read(code: str, path: str, absolute: Callable[[str], str]) -> TherapySheet:
    """Return the sheet of a therapy; Therapy.DoesNotExist says in words when there is none."""
    scope, outcomes = Scope(), list(Outcome.objects.all())
    found = facts.published(scope)
    evidence = evidence_map.build(scope, outcomes=outcomes, found=found)
    row = lineage.row_of(evidence.rows, code)
    within = [below.therapy.pk for below in lineage.within(evidence.rows, row)]
    counts = evidence_map.count_by_therapy(
        scope, therapies=[other.therapy for other in evidence.rows], found=found
    )
    compared = _compared(scope, within)
    claims = _claims(therapy_notes.read(row.therapy))
    return TherapySheet(
        row=row,
        counted=counts[code],
        lines=outcome_lines.read(
            evidence,
            row,
            scope=scope,
            therapies=within,
            known=gaps.load(scope, evidence.rows, outcomes),
            pooled=_pooled(row.therapy),
        ),
        comparisons=compared[:MOST_COMPARISONS],
        n_more_comparisons=max(0, len(compared) - MOST_COMPARISONS),
        claims=claims[:MOST_CLAIMS],
        n_more_claims=max(0, len(claims) - MOST_CLAIMS),
        foot=foot.of_page(path, absolute),
    )


def _compared(scope: Scope, within: list[int]) -> tuple[Compared, ...]:
    """Return what studies print between arms of different therapies, those with a value first, no reviews."""
    comparisons = scope.comparisons().filter(arms__therapy__in=within)
    found = effects.read(comparisons.exclude(study__design__in=Study.REVIEW_DESIGNS).distinct())
    between = [effect for effect in found if len({arm.therapy_id for arm in effect.arms}) > 1]
    leanings: dict[object, set[int]] = defaultdict(set)
    for effect in between:
        leanings[_key(effect)].add(direct.leaning_of(effect.comparison))
    ordered = sorted(between, key=lambda effect: effect.comparison.value is None)
    return tuple(
        Compared(effect, effect.comparison.value is not None and {-1, 1} <= leanings[_key(effect)])
        for effect in ordered
    )


def _key(effect: Effect) -> tuple[object, ...]:
    return effect.outcome.pk, effect.comparison.measure, frozenset(arm.pk for arm in effect.arms)


def _claims(notes: Notes) -> tuple[Claim, ...]:
    """Return what the therapy is; the other sections are read on the screen."""
    written = {section.code: section.claims for section in notes.sections}
    return written.get(TherapyClaim.Section.WHAT_IT_IS, ())


def _pooled(therapy: Therapy) -> dict[tuple[str, str], Pooled]:
    """Return the pooled estimates of the therapy's cells, none while they are being computed anew."""
    rows = CellSummary.objects.current().filter(therapy=therapy, estimate__isnull=False)
    return {
        (therapy.code, row.outcome.code): Pooled(row.k, row.estimate, row.ci_low, row.ci_high)
        for row in rows.select_related("outcome")
    }
