"""Comparisons between arms of one study, in words: the effect, its interval and p as printed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Prefetch

from therapies.models import Arm, Comparison, ComparisonArm, Outcome, Study
from therapies.read_models.printed import digits

if TYPE_CHECKING:
    from therapies.models.result import SourcedNumberQuerySet

NOTHING_PRINTED = "compared in words only"


@dataclass(frozen=True)
class Effect:
    """One comparison ready to print; empty words stand for what the source did not print."""

    comparison: Comparison
    study: Study
    outcome: Outcome
    arms: tuple[Arm, ...]
    words: str
    interval: str
    p: str

    @property
    def is_within_one_arm(self) -> bool:
        """Say whether one arm is compared with itself (before and after)."""
        return len(self.arms) == 1


def read(comparisons: SourcedNumberQuerySet) -> tuple[Effect, ...]:
    """Load comparisons by study and printed order; two queries."""
    loaded = (
        comparisons.select_related("study", "outcome", "reported_in")
        .prefetch_related(Prefetch("comparison_arms", ComparisonArm.objects.select_related("arm")))
        .order_by("study__label", "study_id", "position")
    )
    return tuple(effect(comparison) for comparison in loaded)


def effect(comparison: Comparison) -> Effect:
    """Read one comparison whose arms, study and outcome are loaded."""
    interval, p = _interval(comparison), p_in_words(comparison.p_text)
    return Effect(
        comparison=comparison,
        study=comparison.study,
        outcome=comparison.outcome,
        arms=tuple(member.arm for member in comparison.comparison_arms.all()),
        words=_words(comparison),
        interval=interval,
        p=p,
    )


def in_words(comparison: Comparison) -> str:
    """Return “HR 0.80, CI 0.60–1.10, p = 0.2”, of a comparison or of an event of its history."""
    p = p_in_words(comparison.p_text)
    return ", ".join(filter(None, (_words(comparison), _interval(comparison), p)))


def _words(comparison: Comparison) -> str:
    value = "" if comparison.value is None else digits(comparison.value)
    words = f"{comparison.measure} {value}".strip()
    if value:
        return words
    return f"{words} not printed" if words else "" if p_in_words(comparison.p_text) else NOTHING_PRINTED


def p_in_words(text: str) -> str:
    """Return p as printed, led by “p” where the source's words do not already say so."""
    text = text.strip()
    if not text or text.lower().startswith("p"):
        return text
    if text[0].isdigit() or text[0] == ".":
        return f"p = {text}"
    return f"p {text}" if text[0] in "<>≤≥=" else text


def _interval(comparison: Comparison) -> str:
    low, high = comparison.ci_low, comparison.ci_high
    if low is None and high is None:
        return ""
    return f"CI {'?' if low is None else digits(low)}–{'?' if high is None else digits(high)}"
