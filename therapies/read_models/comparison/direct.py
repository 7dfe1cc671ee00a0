"""Direct evidence: effects that a study prints between its own arms of two different chosen therapies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q

from therapies.charts import ratio
from therapies.models import Arm, Comparison, ComparisonArm, Outcome, StudyReport
from therapies.read_models import effects, printed
from therapies.read_models.comparison.sides import Side, Sides
from therapies.read_models.effects import Effect
from therapies.read_models.lines import REFERENCE_BULK
from therapies.scope import Scope

BOTH_WAYS = (
    "Whom it favours is not certain: for these arms the study prints effects on both sides of no difference"
)
OF_EITHER_EVENT = "Whom it favours is not certain: the ratio may be that of the event or of its absence"


@dataclass(frozen=True)
class Member:
    """One arm of a comparison and the chosen therapy it stands for, if any."""

    arm: Arm
    side: Side | None


@dataclass(frozen=True)
class Direct:
    """One printed comparison; `direction` says in words whom it favours, or why that is not said."""

    effect: Effect
    members: tuple[Member, ...]
    report: StudyReport | None
    direction: str = ""
    mark: ratio.Mark | None = None

    @property
    def ratio(self) -> ratio.Ratio | None:
        """Return what a logarithmic axis can show of the effect."""
        comparison = self.effect.comparison
        if comparison.value is None or comparison.measure not in Comparison.RATIOS:
            return None
        return ratio.Ratio(
            float(comparison.value), printed.as_float(comparison.ci_low), printed.as_float(comparison.ci_high)
        )


def load(scope: Scope, sides: Sides) -> list[Direct]:
    """Return the comparisons whose arms lie under two or more different sides, reviews last; two queries."""
    is_between = Q()
    for within, others in sides.opposites:
        is_between |= Q(_names(within)) & Q(_names(others))
    involved = scope.comparisons().filter(is_between)
    found = []
    for effect in effects.read(involved):
        members = tuple(Member(arm, sides.of(arm.therapy_id)) for arm in effect.arms)
        if len({member.side.therapy.pk for member in members if member.side}) > 1:
            found.append(Direct(effect, members, report=None))
    found.sort(key=lambda direct: direct.effect.study.is_review)
    return [replace(direct, direction=direction) for direct, direction in _with_directions(found)]


def _names(therapies: Collection[int]) -> Exists:
    """Say whether a comparison has an arm of one of the therapies."""
    return Exists(ComparisonArm.objects.filter(comparison=OuterRef("pk"), arm__therapy__in=therapies))


def reports_of(studies: Iterable[int]) -> dict[int, StudyReport]:
    """Return the primary report of each study, with its reference: one query."""
    reports = StudyReport.objects.filter(role=StudyReport.Role.PRIMARY, study__in=set(studies))
    reports = reports.select_related("reference").defer(*(f"reference__{name}" for name in REFERENCE_BULK))
    return {report.study_id: report for report in reports}


def by_outcome(
    found: Iterable[Direct], reports: Mapping[int, StudyReport]
) -> dict[int, tuple[ratio.Axis | None, tuple[Direct, ...]]]:
    """Return the comparisons by the outcome's key, drawn on one axis an outcome."""
    groups: dict[int, list[Direct]] = defaultdict(list)
    for direct in found:
        groups[direct.effect.outcome.pk].append(replace(direct, report=reports.get(direct.effect.study.pk)))
    return {outcome: _drawn(group) for outcome, group in groups.items()}


def _drawn(group: list[Direct]) -> tuple[ratio.Axis | None, tuple[Direct, ...]]:
    ratios = [direct.ratio for direct in group if direct.ratio]
    if not ratios:
        return None, tuple(group)
    axis = ratio.axis_for(ratios)
    return axis, tuple(
        replace(direct, mark=ratio.draw(direct.ratio, axis)) if direct.ratio else direct for direct in group
    )


def _with_directions(found: list[Direct]) -> Iterable[tuple[Direct, str]]:
    leanings: dict[tuple[object, ...], set[int]] = defaultdict(set)
    for direct in found:
        leanings[_key(direct)].add(leaning_of(direct.effect.comparison))
    for direct in found:
        contradicts = {-1, 1} <= leanings[_key(direct)]
        says_value = direct.effect.comparison.value is not None
        yield direct, BOTH_WAYS if contradicts and says_value else _direction(direct)


def _key(direct: Direct) -> tuple[object, ...]:
    comparison = direct.effect.comparison
    arms = tuple(member.arm.pk for member in direct.members)
    return comparison.outcome_id, comparison.measure, arms


def leaning_of(comparison: Comparison) -> int:
    """Return on which side of no effect the value lies: −1 below, 1 above, 0 on it or without a value."""
    if comparison.value is None:
        return 0
    none = _no_effect(comparison)
    return (comparison.value > none) - (comparison.value < none)


def _no_effect(comparison: Comparison) -> Decimal:
    return Decimal(comparison.measure in Comparison.RATIOS)


def _direction(direct: Direct) -> str:
    """Say whom the value favours, where the measure, the outcome and the order of two arms leave no doubt."""
    comparison, outcome = direct.effect.comparison, direct.effect.outcome
    if comparison.value is None or len(direct.members) != 2:
        return ""
    more = _more_is(Comparison.Measure(comparison.measure), outcome)
    if more == Outcome.Better.NEUTRAL:
        return OF_EITHER_EVENT if outcome.better != Outcome.Better.NEUTRAL else ""
    leaning = leaning_of(comparison)
    if not leaning:
        return "Favours neither"
    is_first = (leaning > 0) == (more == Outcome.Better.HIGHER)
    favoured = direct.members[0 if is_first else 1].side
    return f"Favours {favoured.therapy.abbreviation}{_how_surely(comparison)}"


def _more_is(measure: Comparison.Measure, outcome: Outcome) -> Outcome.Better:
    """Say what a value above no effect means for the first arm; NEUTRAL where it is not certain.

    A hazard is that of the event that ends a survival time, or of the harm that a proportion counts. An odds
    or risk ratio of survival may be of living or of dying: sources print either.
    """
    is_survival = outcome.domain == Outcome.Domain.SURVIVAL
    is_proportion = outcome.measure == Outcome.Measure.PROPORTION
    match measure:
        case Comparison.Measure.HAZARD_RATIO if is_survival or (
            is_proportion and outcome.better == Outcome.Better.LOWER
        ):
            return Outcome.Better.LOWER
        case Comparison.Measure.ODDS_RATIO | Comparison.Measure.RISK_RATIO if (
            is_proportion and not is_survival
        ):
            return Outcome.Better(outcome.better)
        case Comparison.Measure.MEAN_DIFFERENCE if not is_proportion:
            return Outcome.Better(outcome.better)
    return Outcome.Better.NEUTRAL


def _how_surely(comparison: Comparison) -> str:
    low, high, none = comparison.ci_low, comparison.ci_high, _no_effect(comparison)
    if low is None or high is None:
        return " by its value; no whole interval is printed"
    if low <= none <= high:
        return " by its value, but the interval includes no difference"
    return "; the interval excludes no difference"


def studies_of(found: Iterable[Direct]) -> set[int]:
    """Return the keys of the studies that print the comparisons."""
    return {direct.effect.study.pk for direct in found}
