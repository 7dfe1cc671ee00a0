"""One cell analysed: its results as candidates, the verdict on pooling them, and the pool if one is allowed.

The same code serves the page of a cell, its summary on the map, and a release read back years later; `METHOD`
changes whenever the same evidence could give another number.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal

from therapies.models import Appraisal, Criteria, Outcome, Result, Study, printed_percentage_agrees
from therapies.synthesis import eligibility, pooling
from therapies.synthesis.effects import Counts, Measure
from therapies.synthesis.eligibility import Candidate, Eligibility, Rules
from therapies.synthesis.errors import CannotPool
from therapies.synthesis.pooling import Method, Pool, Test

METHOD = "1"

PROSPECTIVE_DESIGNS = (
    Study.Design.RANDOMIZED,
    Study.Design.PROSPECTIVE_COMPARATIVE,
    Study.Design.PROSPECTIVE_SINGLE_ARM,
)
# These say what is counted by themselves; any other entry of the list needs the printed words beside it.
SELF_EXPLAINING = (
    Criteria.NOT_STATED,
    Criteria.RECIST,
    Criteria.RECIST_1_0,
    Criteria.RECIST_1_1,
    Criteria.MRECIST,
    Criteria.WHO,
    Criteria.EASL,
    Criteria.FROM_DIAGNOSIS,
    Criteria.FROM_TREATMENT,
)
PERCENT = 100


@dataclass(frozen=True)
class Choices:
    """What the reader chose: which results, and how they are pooled (no test: the method's own)."""

    rules: Rules = field(default_factory=Rules)
    method: Method = Method.REML
    test: Test | None = None

    @property
    def is_default(self) -> bool:
        return self == Choices()


@dataclass(frozen=True)
class Analysis:
    """The verdict on a cell and, where it may be pooled, the estimate with its sensitivity analyses.

    Weights are percentages by the key of the candidate. `problem` says why the method chosen gives no
    estimate although the results may be pooled. Of the pools, `glmm`, `freeman_tukey` and
    `dersimonian_laird` stand beside the main one as sensitivity; each is None where it was not made, and
    `glmm_problem` says why the first is.
    """

    choices: Choices
    eligibility: Eligibility
    pool: Pool | None = None
    problem: str = ""
    glmm: Pool | None = None
    glmm_problem: str = ""
    freeman_tukey: Pool | None = None
    dersimonian_laird: Pool | None = None
    weights: dict[int, float] = field(default_factory=dict)

    @property
    def n_reconstructed(self) -> int:
        return sum(candidate.is_reconstructed for candidate in self.eligibility.kept)


def analyse(
    outcome: Outcome,
    candidates: Sequence[Candidate],
    choices: Choices | None = None,
    *,
    with_sensitivity: bool = True,
) -> Analysis:
    """Return the analysis of one cell's candidates; only proportions are pooled here.

    A method that has no estimate for these counts (the binomial–normal model may have none) says so in
    `problem`.
    """
    choices = choices or Choices()
    verdict = eligibility.judge(candidates, choices.rules)
    if not verdict.may_pool or outcome.measure != Outcome.Measure.PROPORTION:
        return Analysis(choices, verdict)
    data = [counts(candidate) for candidate in verdict.kept]
    try:
        pool = pooling.pool(data, measure=Measure.PLO, method=choices.method, test=choices.test)
    except CannotPool as problem:
        return Analysis(choices, verdict, problem=str(problem))
    found = Analysis(choices, verdict, pool, weights=_weights(verdict, pool))
    return with_other_models(found) if with_sensitivity else found


def _weights(verdict: Eligibility, pool: Pool) -> dict[int, float]:
    """Return the weights by candidate; the binomial–normal model has none."""
    keys = [candidate.key for candidate in verdict.kept]
    return dict(zip(keys, pool.weights, strict=True)) if pool.weights else {}


def with_other_models(found: Analysis) -> Analysis:
    """Add the other models over the same data to an analysis with a pool.

    The binomial–normal one may have no maximum, and says so; it takes about a millisecond a study.
    """
    data = [counts(candidate) for candidate in found.eligibility.kept]
    found = replace(
        found,
        freeman_tukey=pooling.pool(data, measure=Measure.PFT),
        dersimonian_laird=pooling.pool(data, measure=Measure.PLO, method=Method.DL),
    )
    try:
        return replace(found, glmm=pooling.pool(data, measure=Measure.PLO, method=Method.GLMM))
    except CannotPool as problem:
        return replace(found, glmm_problem=str(problem))


def counts(candidate: Candidate) -> Counts:
    """Return a candidate that is kept as events among all."""
    return Counts(candidate.label, int(candidate.events or 0), int(candidate.total or 0))


def candidates(
    results: Iterable[Result], *, high_risk: frozenset[int] = frozenset()
) -> tuple[Candidate, ...]:
    """Return results, with arm, study, cohort and reviews loaded, as candidates.

    `high_risk` are the keys of the studies at high risk of bias, from `studies_at_high_risk`.
    """
    return tuple(candidate(result, is_at_high_risk=result.arm.study_id in high_risk) for result in results)


def studies_at_high_risk(studies: Iterable[int]) -> frozenset[int]:
    """Return those of the studies whose latest judgement by some tool is of high risk: one query."""
    judged = Appraisal.objects.filter(study__in=list(studies)).latest_judgements()
    return frozenset(appraisal.study_id for appraisal in judged if appraisal.is_high_risk)


def candidate(result: Result, *, is_at_high_risk: bool = False) -> Candidate:
    """Return one result as a candidate for the pool of its cell."""
    arm, study, outcome = result.arm, result.arm.study, result.outcome
    reading = (
        _read_proportion(result) if outcome.measure == Outcome.Measure.PROPORTION else _as_printed(result)
    )
    criteria = Criteria(result.criteria)
    return Candidate(
        key=result.pk,
        study=study.key,
        label=study.label,
        arm=arm.pk,
        size=reading.total or arm.n or 0,
        study_size=study.n_patients if result.per == Result.Per.PATIENT else None,
        cohort=study.cohort.code if study.cohort else "",
        cohort_words=f"{study.cohort.name} cohort" if study.cohort else "",
        definition=_definition(criteria, result.criteria_text),
        definition_words=_definition_words(criteria, result.criteria_text),
        unit=result.per,
        timepoint=None if result.timepoint_months is None else float(result.timepoint_months),
        events=reading.events,
        total=reading.total,
        value=None if result.value is None else float(result.value),
        ci_low=None if result.ci_low is None else float(result.ci_low),
        ci_high=None if result.ci_high is None else float(result.ci_high),
        ci_level=None if result.ci_level is None else float(result.ci_level),
        problem=reading.problem,
        secondhand_from=result.reported_in.label if result.reported_in else "",
        is_review=study.is_review,
        is_of_mixed_histology=study.is_of_mixed_histology,
        is_composite=result.is_composite,
        is_by_several_criteria=criteria == Criteria.SEVERAL,
        is_without_needed_criteria=(
            outcome.domain == Outcome.Domain.TUMOUR_RESPONSE and criteria == Criteria.NOT_STATED
        ),
        is_without_needed_time=outcome.is_rate_over_time and result.timepoint_months is None,
        is_reconstructed=reading.is_reconstructed,
        is_prospective=study.design in PROSPECTIVE_DESIGNS,
        is_at_high_risk=is_at_high_risk,
    )


def derived_candidate(parts: Sequence[Result], *, is_at_high_risk: bool = False) -> Candidate:
    """Return a derived result as a candidate: the sum of its parts, under a key of its own (negative)."""
    found = [candidate(part, is_at_high_risk=is_at_high_risk) for part in parts]
    totals = {one.total for one in found}
    problem = next((one.problem for one in found if one.problem), "")
    if not problem and len(totals) > 1:
        problem = "its parts have no common denominator"
    return replace(
        found[0],
        key=-min(one.key for one in found),
        events=None if problem else sum(one.events or 0 for one in found),
        total=None if problem else found[0].total,
        value=None,
        problem=problem,
        secondhand_from=next((one.secondhand_from for one in found if one.secondhand_from), ""),
        is_derived=True,
        is_reconstructed=any(one.is_reconstructed for one in found),
    )


@dataclass(frozen=True)
class _Numbers:
    """Events among a total, or the problem that keeps them out."""

    events: int | None = None
    total: int | None = None
    problem: str = ""
    is_reconstructed: bool = False


def _read_proportion(result: Result) -> _Numbers:
    """Return the events and the total of a proportion; reconstructed where only a percentage is printed.

    Survival at a time point is no count of events among all patients, so nothing is reconstructed there.
    """
    if result.events is not None and result.total:
        return _Numbers(result.events, result.total)
    if result.outcome.is_rate_over_time:
        return _Numbers(problem="no number at risk beside the rate")
    is_of_patients = result.per == Result.Per.PATIENT
    total = result.total or (result.arm.n if is_of_patients else None)
    if not total:
        return _Numbers(problem="no denominator")
    if result.value is None:
        return _Numbers(problem="no percentage and no fraction")
    share = result.value * total / PERCENT
    events = result.events if result.events is not None else int(share.quantize(Decimal(1), ROUND_HALF_UP))
    if events > total or not printed_percentage_agrees(result.value, events, total):
        return _Numbers(problem=f"{result.value:f}% fits no whole number among {total}")
    return _Numbers(events, total, is_reconstructed=True)


def _as_printed(result: Result) -> _Numbers:
    if result.not_reached:
        return _Numbers(problem="not reached")
    if result.value is None:
        return _Numbers(problem="no single value")
    if result.ci_low is None or result.ci_high is None:
        return _Numbers(problem="no published interval")
    if result.ci_level is None:
        return _Numbers(problem="the level of its interval is not stated")
    return _Numbers()


def _definition(criteria: Criteria, text: str) -> str:
    return criteria.value if criteria in SELF_EXPLAINING else f"{criteria.value}:{text.strip().casefold()}"


def _definition_words(criteria: Criteria, text: str) -> str:
    return criteria.label if criteria in SELF_EXPLAINING or not text.strip() else text.strip()
