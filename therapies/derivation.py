"""Derived results: response rates that an arm does not print but whose parts it does.

Objective response is complete + partial response, disease control adds stable disease. The parts must be
of one arm under one criterion (the controlled one and its words), at one time point, per one unit of
analysis, and none of them composite. A result is derived only where the arm reports none of its own under
that criterion at that time.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.contrib.postgres.aggregates import BoolOr
from django.db.models import Count, Q

from nelm_review.core.remembered import remembered
from therapies.models import Result, Study
from therapies.scope import Scope

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from therapies.models.result import ResultQuerySet

COMPLETE, PARTIAL, STABLE, PROGRESSIVE = "cr", "pr", "sd", "pd"
# By outcome: the parts it is the sum of.
SUMS = {"orr": (COMPLETE, PARTIAL), "dcr": (COMPLETE, PARTIAL, STABLE)}
OUTCOMES = (*SUMS, COMPLETE, PARTIAL, STABLE, PROGRESSIVE)
WHOLE = Decimal(100)


@dataclass(frozen=True)
class Part:
    """One published share of an arm: a part of a sum, or the sum itself as the arm reports it.

    `therapy` and `arm_n` (patients) are those of the arm, `value` is the printed percentage.
    """

    result: int
    outcome_code: str
    arm: int
    therapy: int
    arm_n: int | None
    criteria: str
    criteria_text: str
    timepoint_months: Decimal | None
    per: str
    value: Decimal | None
    events: int | None
    total: int | None
    is_composite: bool = False

    @property
    def percentage(self) -> Decimal | None:
        """The printed percentage, else events/total."""
        if self.value is None and self.events is not None and self.total:
            return self.events * WHOLE / self.total
        return self.value


@dataclass(frozen=True)
class Derived:
    """One response rate summed from its parts: a percentage, in events too where every part has them.

    `total` is the denominator where all parts share one; `parts` are the keys of the results summed, and
    `assumes_no_cr` says that an unreported complete response counted as none.
    """

    outcome_code: str
    arm: int
    therapy: int
    arm_n: int | None
    criteria: str
    criteria_text: str
    timepoint_months: Decimal | None
    per: str
    value: Decimal
    events: int | None
    total: int | None
    parts: tuple[int, ...]
    assumes_no_cr: bool


def derived(scope: Scope, therapies: Collection[int] | None = None) -> tuple[Derived, ...]:
    """Return the derived results inside the scope, reviews left out; of arms of some therapies (keys) or all.

    One query, over arms alone that print a partial response and another part beside it; remembered until the
    data change.
    """
    return _derived(scope, None if therapies is None else tuple(sorted(therapies)))


@remembered(most=8)
def _derived(scope: Scope, therapies: tuple[int, ...] | None) -> tuple[Derived, ...]:
    rows = printed_parts(scope, therapies)
    fields = ("pk", "outcome__code", "arm_id", "arm__therapy_id", "arm__n", "criteria", "criteria_text")
    fields += ("timepoint_months", "per", "value", "events", "total", "is_composite")
    return tuple(derive(Part(*row) for row in rows.values_list(*fields)))


def printed_parts(scope: Scope, therapies: Collection[int] | None = None) -> ResultQuerySet:
    """Return the rows from which results may be derived, with the sums that the same arms report."""
    arms = _arms_with_parts(therapies)
    rows = scope.results().filter(arm__in=arms, outcome__code__in=OUTCOMES, unit=Result.Unit.PERCENT)
    rows = rows.exclude(arm__study__design__in=Study.REVIEW_DESIGNS)
    if therapies is not None:
        rows = rows.filter(arm__therapy__in=therapies)
    return rows.order_by("arm", "position")


def derive(parts: Iterable[Part]) -> list[Derived]:
    """Return every sum that the parts allow, in the order in which the parts come."""
    groups: dict[tuple, list[Part]] = defaultdict(list)
    reported: set[tuple] = set()
    for part in parts:
        definition = (part.arm, part.criteria, part.criteria_text, part.timepoint_months)
        if part.outcome_code in SUMS:
            reported.add((part.outcome_code, definition))
        elif not part.is_composite:
            groups[definition, part.per].append(part)
    return [
        found
        for (definition, _per), members in groups.items()
        for outcome in SUMS
        if (outcome, definition) not in reported and (found := _sum(outcome, members))
    ]


def _arms_with_parts(therapies: Collection[int] | None) -> QuerySet:
    """Return the keys of arms that print a partial response with a complete one, or with stable disease."""
    parts = Result.objects.published().filter(outcome__code__in=(COMPLETE, PARTIAL, STABLE))
    if therapies is not None:
        parts = parts.filter(arm__therapy__in=therapies)
    arms = parts.order_by().values("arm_id")
    arms = arms.annotate(n=Count("outcome", distinct=True), has_partial=BoolOr(Q(outcome__code=PARTIAL)))
    return arms.filter(has_partial=True, n__gte=2).values("arm_id")


def _sum(outcome: str, members: Sequence[Part]) -> Derived | None:
    codes = Counter(part.outcome_code for part in members)
    # Of a part printed twice under one criterion, nobody can say which one to add.
    known = {part.outcome_code: part for part in members if codes[part.outcome_code] == 1}
    wanted = SUMS[outcome]
    assumes_no_cr = COMPLETE not in codes and _leaves_no_room(known)
    if assumes_no_cr:
        wanted = wanted[1:]
    if not known.keys() >= set(wanted):
        return None
    parts = [known[code] for code in wanted]
    # Shares of different denominators, or of more than everybody, are no parts of one whole.
    if len({part.total for part in parts} - {None}) > 1:
        return None
    total = _shared_total(parts)
    events = _events(parts) if total else None
    value = _percentage(parts) if events is None or total is None else events * WHOLE / total
    if value is None or value > WHOLE:
        return None
    first = parts[0]
    return Derived(
        outcome_code=outcome,
        arm=first.arm,
        therapy=first.therapy,
        arm_n=first.arm_n,
        criteria=first.criteria,
        criteria_text=first.criteria_text,
        timepoint_months=first.timepoint_months,
        per=first.per,
        value=value,
        events=events,
        total=total,
        parts=tuple(part.result for part in parts),
        assumes_no_cr=assumes_no_cr,
    )


def _leaves_no_room(known: dict[str, Part]) -> bool:
    """Say whether partial response, stable and progressive disease already make up every patient.

    Exactly: 99.7 % may be rounding, and may be one complete response in three hundred.
    """
    rest = [known[code] for code in (PARTIAL, STABLE, PROGRESSIVE) if code in known]
    if len(rest) < len((PARTIAL, STABLE, PROGRESSIVE)):
        return False
    total, events = _shared_total(rest), _events(rest)
    if total is not None and events is not None:
        return events == total
    return _percentage(rest) == WHOLE


def _shared_total(parts: Sequence[Part]) -> int | None:
    totals = {part.total for part in parts}
    return totals.pop() if len(totals) == 1 else None


def _events(parts: Sequence[Part]) -> int | None:
    events = [part.events for part in parts if part.events is not None]
    return sum(events) if len(events) == len(parts) else None


def _percentage(parts: Sequence[Part]) -> Decimal | None:
    printed = [part.percentage for part in parts]
    known = [value for value in printed if value is not None]
    return sum(known, Decimal(0)) if len(known) == len(printed) else None
