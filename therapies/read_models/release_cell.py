"""One cell of a release, analysed from the frozen evidence alone: what a permanent link shows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from therapies import analysis, derivation, evidence_map
from therapies.analysis_form import Question
from therapies.charts import forest
from therapies.derivation import Derived, Part
from therapies.evidence_map import Cell
from therapies.models import Outcome, Release, Result, Study, Therapy
from therapies.read_models import estimates, lines, median_pool, pool_view, printed, questions
from therapies.read_models.lines import Line
from therapies.read_models.plot_items import Item
from therapies.read_models.pool_view import PoolView
from therapies.scope import Scope
from therapies.services import cells, releases
from therapies.services.releases import frozen, frozen_scope, texts
from therapies.services.releases.frozen import Frozen
from therapies.synthesis.eligibility import Eligibility

# The name under which a link pins the method of analysis; `method` is the reader's choice of a model.
PIN = "analysis"
OF_REVIEW = "a review's own number; reviews are counted apart"


@dataclass(frozen=True)
class Used:
    """One result of the cell with its weight in the pool or why it is left out; a derived one is of several.

    `value` is that of a derived result, in words.
    """

    lines: tuple[Line, ...]
    weight: float | None = None
    left_out: str = ""
    value: str = ""

    @property
    def line(self) -> Line:
        return self.lines[0]

    @property
    def is_derived(self) -> bool:
        return bool(self.value)


@dataclass(frozen=True)
class ReleaseCell:
    """The cell as the release holds it; `asked_method` is the method of analysis that the link pins.

    `ignored` are choices of the link that the cell does not offer; `against` are reasons against pooling
    medians, beside the refusals of the verdict.
    """

    release: Release
    therapy: Therapy
    outcome: Outcome
    cell: Cell
    verdict: Eligibility
    pool: PoolView | None
    against: tuple[str, ...]
    used: tuple[Used, ...]
    ignored: tuple[str, ...]
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
    def range_words(self) -> str:
        """Return the range of the values reported, at the time point of the column."""
        spread = self.cell.spread
        return printed.span(spread.low, spread.high, self.outcome.unit) if spread else ""


@dataclass(frozen=True)
class _Verdict:
    """What pooling gave: the pool with the weights of its results, or what stands against it."""

    verdict: Eligibility
    pool: PoolView | None
    weights: dict[int, float]
    against: tuple[str, ...] = ()


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
    items = _items(found, results, _derived(inside, measured))
    counted = [item for item in items if not item.candidate.is_review]
    asked, ignored = questions.checked(question, questions.kinds(one.candidate for one in counted), counted)
    said = _analyse(counted, measured, asked)
    return ReleaseCell(
        release=release,
        therapy=treated,
        outcome=measured,
        cell=_count(found, question.scope, results, measured, therapy),
        verdict=said.verdict,
        pool=said.pool,
        against=said.against,
        used=tuple(_used(items, said, asked)),
        ignored=ignored,
        asked_method=method or analysis.METHOD,
        citation=texts.citation(release.version, release.released_at.date()),
    )


def _items(found: Frozen, results: Iterable[Result], derived: Iterable[Derived]) -> list[Item]:
    """Return reported and derived results as the analysis takes them, in the order of the live page."""
    high_risk = found.studies_at_high_risk()
    items = [
        Item(
            candidate=analysis.candidate(row, is_at_high_risk=row.arm.study_id in high_risk),
            row=row,
            **printed.numbers(row, row.outcome),
        )
        for row in results
    ]
    for one in derived:
        parts = tuple(found.rows[Result][pk] for pk in one.parts)
        is_at_high_risk = parts[0].arm.study_id in high_risk
        candidate = analysis.derived_candidate(parts, is_at_high_risk=is_at_high_risk)
        items.append(Item(candidate, parts[0], value=float(one.value), derived=one, parts=parts))
    return items


def _analyse(counted: Sequence[Item], outcome: Outcome, asked: Question) -> _Verdict:
    axis = forest.axis_for((item.estimate for item in counted), is_percentage=outcome.unit == "%")
    if outcome.measure == Outcome.Measure.MEDIAN_TIME and asked.pools_medians:
        medians = median_pool.judge(counted, asked.choices, axis.scale, outcome.unit, is_asked=True)
        return _Verdict(medians.verdict, medians.pool, dict(medians.weights), medians.reasons)
    candidates = [item.candidate for item in counted]
    found = analysis.analyse(outcome, candidates, asked.choices, with_sensitivity=False)
    pool = pool_view.view(found, axis.scale)
    against = () if pool or found.eligibility.refusals else (cells.NOT_POOLED,)
    return _Verdict(found.eligibility, pool, found.weights, against)


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


def _used(items: Iterable[Item], said: _Verdict, asked: Question) -> Iterable[Used]:
    """Return the items as lines; derived ones are told where the reader admits them."""
    why = {item.key: OF_REVIEW for item in items if item.candidate.is_review}
    why |= {one.candidate.key: one.words for one in said.verdict.left_out}
    for item in items:
        if item.derived is not None and not asked.rules.with_derived:
            continue
        yield Used(
            lines=tuple(lines.line(row) for row in item.parts or (item.row,)),
            weight=said.weights.get(item.key),
            left_out=why.get(item.key, ""),
            value=estimates.percent(item.value) if item.derived is not None else "",
        )
