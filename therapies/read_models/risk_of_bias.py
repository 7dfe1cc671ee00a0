"""The risk of bias of the studies of a cell: the latest judgement by each tool, in sign and words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from therapies.models import Appraisal

if TYPE_CHECKING:
    from django.db.models import QuerySet

# Letter and shape tell a judgement apart without colour: round is low, angular is high.
SIGNS = {
    Appraisal.Judgement.LOW: "● L",
    Appraisal.Judgement.SOME_CONCERNS: "◆ C",
    Appraisal.Judgement.MODERATE: "◆ M",
    Appraisal.Judgement.HIGH: "▲ H",
    Appraisal.Judgement.SERIOUS: "▲ S",
    Appraisal.Judgement.CRITICAL: "▲ K",
    Appraisal.Judgement.NO_INFORMATION: "○ ?",
}
NOT_APPRAISED = "not appraised"


@dataclass(frozen=True)
class Judged:
    """One judgement: its sign, its words, the tool with its version, and whether it is of high risk."""

    sign: str
    words: str
    tool: str
    is_high_risk: bool

    @property
    def text(self) -> str:
        return f"{self.words} ({self.tool})"


@dataclass(frozen=True)
class RiskOfBias:
    """The judgements of studies as a whole, and of single results, by key."""

    of_studies: Mapping[int, tuple[Judged, ...]] = field(default_factory=dict)
    of_results: Mapping[int, tuple[Judged, ...]] = field(default_factory=dict)
    high_risk: frozenset[int] = frozenset()

    def of(self, study: int, result: int | None = None) -> tuple[Judged, ...]:
        """Return the judgements that hold for a result: its own, and those of its study."""
        return (*self.of_results.get(result or 0, ()), *self.of_studies.get(study, ()))


def load(studies: Collection[int] | QuerySet) -> RiskOfBias:
    """Return the latest judgement of each study (or result) by each tool: one query.

    `studies` are keys, or a query for them, which the database answers faster than it reads a thousand keys.
    `high_risk` holds the same studies as `analysis.studies_at_high_risk`.
    """
    latest = Appraisal.objects.filter(study__in=studies).latest_judgements()
    of_studies: dict[int, list[Judged]] = defaultdict(list)
    of_results: dict[int, list[Judged]] = defaultdict(list)
    high_risk = set()
    for one in latest.only("study_id", "result_id", "tool", "tool_version", "judgement"):
        if one.is_high_risk:
            high_risk.add(one.study_id)
        if one.result_id:
            of_results[one.result_id].append(_judged(one))
        else:
            of_studies[one.study_id].append(_judged(one))
    return RiskOfBias(
        {key: tuple(found) for key, found in of_studies.items()},
        {key: tuple(found) for key, found in of_results.items()},
        frozenset(high_risk),
    )


def _judged(one: Appraisal) -> Judged:
    return Judged(
        sign=SIGNS[Appraisal.Judgement(one.judgement)],
        words=one.get_judgement_display(),
        tool=f"{one.get_tool_display()}, {one.tool_version}",
        is_high_risk=one.is_high_risk,
    )
