"""One cell of a release, analysed from the frozen evidence alone: what a permanent link shows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from therapies import analysis, derivation, evidence_map
from therapies.analysis import Analysis
from therapies.analysis_form import Question
from therapies.derivation import Derived, Part
from therapies.evidence_map import Cell
from therapies.models import Outcome, Release, Result, Study, Therapy
from therapies.read_models import estimates, lines, printed
from therapies.read_models.lines import Line
from therapies.scope import Scope
from therapies.services import cells, releases
from therapies.services.releases import frozen, frozen_scope, texts
from therapies.services.releases.frozen import Frozen
from therapies.synthesis.eligibility import Candidate

# The name under which a link pins the method of analysis; `method` is the reader's choice of a model.
PIN = "analysis"


@dataclass(frozen=True)
class Used:
    """One result of the cell: its line, and its weight in the pool or why it is left out."""

    line: Line
    weight: float | None = None
    left_out: str = ""


@dataclass(frozen=True)
class DerivedUse:
    """One derived result, summed from lines of the same arm."""

    label: str
    value: str
    parts: tuple[Line, ...]
    weight: float | None = None
    left_out: str = ""


@dataclass(frozen=True)
class ReleaseCell:
    """The cell as the release holds it; `asked_method` is the method of analysis that the link pins."""

    release: Release
    therapy: Therapy
    outcome: Outcome
    cell: Cell
    analysis: Analysis
    estimate: cells.Estimate
    used: tuple[Used, ...]
    derived: tuple[DerivedUse, ...]
    asked_method: str
    citation: str

    @property
    def method(self) -> str:
        return analysis.METHOD

    @property
    def is_by_another_method(self) -> bool:
        return self.asked_method != self.method

    @property
    def asked_method_in_words(self) -> str:
        return texts.METHOD_WORDS.get(self.asked_method, "")

    @property
    def method_in_words(self) -> str:
        return texts.METHOD_WORDS[self.method]

    @property
    def pooled_words(self) -> str:
        return estimates.percent(self.estimate.estimate)

    @property
    def interval_words(self) -> str:
        return estimates.interval(self.estimate.ci_low, self.estimate.ci_high)

    @property
    def prediction_words(self) -> str:
        return estimates.interval(self.estimate.pi_low, self.estimate.pi_high)

    @property
    def range_words(self) -> str:
        """Return the range of the values reported, at the time point of the column."""
        spread = self.cell.spread
        return printed.span(spread.low, spread.high, self.outcome.unit) if spread else ""


def address(release: Release, therapy: str, outcome: str, query: str = "") -> str:
    """Return the permanent link of a cell: filters and choices as in `query`, release and method pinned."""
    path = reverse("release_cell", args=[release.version, therapy, outcome])
    return f"{path}?" + "&".join(filter(None, [query.lstrip("?"), urlencode({PIN: analysis.METHOD})]))


def read(release: Release, question: Question, therapy: str, outcome: str, *, method: str) -> ReleaseCell:
    """Return one cell of the release; Therapy.DoesNotExist or Outcome.DoesNotExist says what it lacks."""
    found = releases.content(release)
    treated, measured = found.therapy(therapy), found.outcome(outcome)
    within = found.within(treated)
    inside = [row for row in frozen_scope.results(found, question.scope) if row.arm.therapy_id in within]
    results = [row for row in inside if row.outcome_id == measured.pk]
    high_risk = found.studies_at_high_risk()
    derived = _derived(inside, measured) if question.rules.with_derived else ()
    candidates = [
        *analysis.candidates(results, high_risk=high_risk),
        *(_derived_candidate(found, one, high_risk) for one in derived),
    ]
    verdict = analysis.analyse(measured, candidates, question.choices)
    why = {one.candidate.key: one.words for one in verdict.eligibility.left_out}
    return ReleaseCell(
        release=release,
        therapy=treated,
        outcome=measured,
        cell=_count(found, question.scope, results, measured, therapy),
        analysis=verdict,
        estimate=cells.of(verdict),
        used=tuple(_used(results, verdict, why)),
        derived=tuple(_uses(found, derived, candidates, verdict, why)),
        asked_method=method or analysis.METHOD,
        citation=texts.citation(release.version, release.released_at.date()),
    )


def _count(found: Frozen, scope: Scope, results: Sequence[Result], outcome: Outcome, therapy: str) -> Cell:
    facts = frozen.facts(results)
    evidence = evidence_map.build(scope, outcomes=[outcome], found=facts, therapies=found.therapies)
    return evidence.cell(therapy, outcome.code)


def _derived(inside: Iterable[Result], outcome: Outcome) -> tuple[Derived, ...]:
    """Return what the frozen results allow to derive: the twin of `derivation.derived` in memory."""
    parts = [
        Part(
            result=row.pk,
            outcome_code=row.outcome.code,
            arm=row.arm_id,
            therapy=row.arm.therapy_id,
            arm_n=row.arm.n,
            criteria=row.criteria,
            criteria_text=row.criteria_text,
            timepoint_months=row.timepoint_months,
            per=row.per,
            value=row.value,
            events=row.events,
            total=row.total,
            is_composite=row.is_composite,
        )
        for row in sorted(inside, key=lambda row: (row.arm_id, row.position))
        if row.outcome.code in derivation.OUTCOMES
        and row.unit == Result.Unit.PERCENT
        and row.arm.study.design not in Study.REVIEW_DESIGNS
    ]
    return tuple(one for one in derivation.derive(parts) if one.outcome_code == outcome.code)


def _derived_candidate(found: Frozen, one: Derived, high_risk: frozenset[int]) -> Candidate:
    parts = [found.rows[Result][pk] for pk in one.parts]
    return analysis.derived_candidate(parts, is_at_high_risk=parts[0].arm.study_id in high_risk)


def _used(results: Iterable[Result], verdict: Analysis, why: dict[int, str]) -> Iterable[Used]:
    for row in results:
        yield Used(lines.line(row), verdict.weights.get(row.pk), why.get(row.pk, ""))


def _uses(
    found: Frozen,
    derived: Sequence[Derived],
    candidates: Sequence[Candidate],
    verdict: Analysis,
    why: dict[int, str],
) -> Iterable[DerivedUse]:
    own = [candidate for candidate in candidates if candidate.is_derived]
    for one, candidate in zip(derived, own, strict=True):
        yield DerivedUse(
            label=candidate.label,
            value=estimates.percent(float(one.value)),
            parts=tuple(lines.line(found.rows[Result][pk]) for pk in one.parts),
            weight=verdict.weights.get(candidate.key),
            left_out=why.get(candidate.key, ""),
        )
