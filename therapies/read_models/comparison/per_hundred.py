"""Absolute numbers: of 100 patients, how many; and the difference of two arms of one study, computed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

from django.db.models import Exists, OuterRef, Q

from therapies.evidence_map import Spread
from therapies.models import Arm, Outcome, Result, Study, StudyReport
from therapies.read_models import lines, printed
from therapies.read_models.comparison.sides import Side, Sides, holds
from therapies.scope import Scope
from therapies.synthesis import difference


@dataclass(frozen=True)
class Share:
    """What one arm reports of its patients, as a natural frequency."""

    side: Side
    result: Result

    @property
    def has_counts(self) -> bool:
        return self.result.events is not None and self.result.total is not None

    @property
    def percentage(self) -> float:
        """Return the printed percentage, else that of the counts."""
        if self.result.value is not None:
            return float(self.result.value)
        return 100 * self.result.events / self.result.total

    @property
    def per_100(self) -> str:
        return of_100(self.percentage)

    @property
    def counts(self) -> str:
        return f"{self.result.events:,} of {self.result.total:,}" if self.has_counts else ""

    @property
    def n_patients(self) -> int:
        """Return how many patients the share is of, 0 where that is not printed."""
        return self.result.total or self.result.arm.n or 0


@dataclass(frozen=True)
class Pair:
    """Two arms of one study that report the same outcome; the difference is first minus second."""

    line: lines.Line
    first: Share
    second: Share

    @property
    def study(self) -> Study:
        return self.line.study

    @property
    def interval(self) -> difference.Difference | None:
        """Return the difference of the counts with its interval, None where an arm prints no counts."""
        if not (self.first.has_counts and self.second.has_counts):
            return None
        first, second = self.first.result, self.second.result
        return difference.newcombe(first.events, first.total, second.events, second.total)

    @property
    def per_100(self) -> float:
        """Return the difference per 100 patients, by the counts where there are any."""
        return 100 * self.interval.value if self.interval else self.first.percentage - self.second.percentage

    @property
    def words(self) -> str:
        """Return “+12.5 (−3 to 27.1)”: the difference per 100, with its 95 % interval if it has one."""
        if self.interval is None:
            return _signed(self.per_100)
        low, high = _signed(100 * self.interval.low), _signed(100 * self.interval.high)
        return f"{_signed(self.per_100)} ({low} to {high})"


def of_100(percentage: float) -> str:
    """Return how many of 100 in words, never rounded onto none or all."""
    if percentage in (0, 100):
        return "none" if percentage == 0 else "all 100"
    if percentage < 1:
        return "fewer than 1"
    return "more than 99" if percentage > 99 else f"about {int(percentage + 0.5)}"


def of_spread(spread: Spread, outcome: Outcome, not_of_patients: Collection[int]) -> str:
    """Return what single results say of 100 patients; empty where none counts patients in per cent."""
    if outcome.unit != Result.Unit.PERCENT:
        return ""
    pairs = zip(spread.values.tolist(), spread.results.tolist(), strict=True)
    values = [value for value, result in pairs if result not in not_of_patients]
    if not values:
        return ""
    low, high = of_100(values[0]), of_100(values[-1])
    span = low if low == high else f"{low} to {high.removeprefix('about ')}"
    results = "the only result" if len(values) == 1 else "single results"
    aside = " that counts patients" if len(values) == 1 else " that count patients"
    return f"Of 100 patients, {span} in {results}{aside if len(values) < len(spread.values) else ''}"


def not_of_patients(scope: Scope, therapies: set[int]) -> set[int]:
    """Return the results that count procedures or lesions, by key: one query."""
    results = scope.results().filter(arm__therapy__in=therapies).exclude(per=Result.Per.PATIENT)
    return set(results.order_by().values_list("pk", flat=True))


def load(scope: Scope, sides: Sides) -> list[Result]:
    """Return the shares of patients in studies that have arms under two sides: one query."""
    has_opposite = Q()
    for within, others in sides.opposites:
        opposite = Arm.objects.filter(study=OuterRef("arm__study"), therapy__in=others)
        has_opposite |= Q(arm__therapy__in=within) & Q(Exists(opposite))
    is_share = Q(value__isnull=False) | Q(events__isnull=False, total__isnull=False)
    results = scope.results().filter(has_opposite, is_share, unit=Result.Unit.PERCENT, per=Result.Per.PATIENT)
    return list(results.exclude(arm__study__design__in=Study.REVIEW_DESIGNS).in_reading_order())


def by_outcome(
    results: Iterable[Result], sides: Sides, reports: Mapping[int, StudyReport]
) -> dict[int, tuple[Pair, ...]]:
    """Pair arms of one study, outcome, criteria and time that stand for different sides, by outcome key.

    No pair where one side contains the other or the two arms exceed the patients of the study (they may share
    some), nor where a count contradicts what its source prints beside it.
    """
    alike: dict[tuple[object, ...], dict[int, Share]] = defaultdict(dict)
    for result in results:
        if not result.override_reason:
            share = Share(sides.of(result.arm.therapy_id), result)
            alike[_definition(result)].setdefault(result.arm_id, share)
    order = {side.therapy.pk: place for place, side in enumerate(sides.members)}
    pairs: dict[int, list[Pair]] = defaultdict(list)
    for shares in alike.values():
        for one, other in combinations(shares.values(), 2):
            if _may_differ(one, other):
                first, second = sorted((one, other), key=lambda share: order[share.side.therapy.pk])
                pairs[first.result.outcome_id].append(Pair(_line(first.result, reports), first, second))
    return {outcome: tuple(found) for outcome, found in pairs.items()}


def _definition(result: Result) -> tuple[object, ...]:
    return (
        result.arm.study_id,
        result.outcome_id,
        result.criteria,
        result.criteria_text,
        result.timepoint_months,
        result.is_composite,
    )


def _may_differ(one: Share, other: Share) -> bool:
    if one.side == other.side or holds(one.side, other.side) or holds(other.side, one.side):
        return False
    n_patients = one.result.arm.study.n_patients
    return n_patients is None or one.n_patients + other.n_patients <= n_patients


def _line(result: Result, reports: Mapping[int, StudyReport]) -> lines.Line:
    report = reports.get(result.arm.study_id)
    return lines.Line(
        result=result,
        reading=printed.read(result, result.outcome),
        report=report,
        year=report.reference.published_year if report else None,
        time=printed.time_point(result.timepoint_months),
    )


def _signed(per_100: float) -> str:
    """Return a difference per 100 with its sign and at most one decimal; a minus sign, not a hyphen."""
    words = printed.rounded(abs(per_100))
    if words == "0":
        return words
    return f"{'+' if per_100 > 0 else '−'}{words}"
