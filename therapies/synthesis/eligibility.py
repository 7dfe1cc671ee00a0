"""Which results of a cell may share one pooled estimate, which may not, and what would have to change.

A pool is refused rather than guessed. The rules, in the order they apply:

1. A result by itself is left out when its source is a review (its own number, or a number that only a
   review's table gives), its study mixes tumour types, its response mixes imaging with symptoms, its criteria
   are several or, where they decide what is counted, not stated, or it has no numbers that a pool can weigh.
2. The rest must be one kind: one definition, one unit of analysis, one time point. Otherwise nothing is
   pooled, and each kind is named with the number of its studies.
3. Patients are counted once: an arm gives one result; arms of one study stay together only where their
   patients fit into the study's; of studies that share a cohort the largest stays.
4. Fewer than three studies are not pooled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

FEWEST_STUDIES = 3
TIME_NOT_STATED = "not-stated"


class Reason(StrEnum):
    """Why a result does not enter the pool."""

    REVIEW = "review"
    SECONDHAND = "secondhand"
    MIXED_HISTOLOGY = "mixed-histology"
    COMPOSITE = "composite"
    SEVERAL_CRITERIA = "several-criteria"
    CRITERIA_NOT_STATED = "criteria-not-stated"
    NO_TIME_POINT = "no-time-point"
    NO_NUMBERS = "no-numbers"
    DERIVED = "derived"
    HIGH_RISK = "high-risk-of-bias"
    NOT_PROSPECTIVE = "not-prospective"
    DROPPED = "dropped"
    SAME_ARM = "same-arm"
    SAME_STUDY = "same-study"
    SAME_COHORT = "same-cohort"


class Clash(StrEnum):
    """What differs between results that would otherwise be pooled."""

    DEFINITION = "definition"
    UNIT = "unit-of-analysis"
    TIME_POINT = "time-point"


@dataclass(frozen=True)
class Candidate:
    """One result of a cell, as much of it as decides whether and how it is pooled.

    `key` is the result's (a derived one has a negative key of its own); `size` is what orders results that
    share patients: the denominator, else the arm's patients, else 0. `definition` tells criteria or own
    definitions apart (equal where they mean the same), `definition_words` names it. `problem` says in words
    why its numbers cannot be weighed, empty where they can.
    """

    key: int
    study: str
    label: str
    arm: int
    size: int = 0
    study_size: int | None = None
    cohort: str = ""
    cohort_words: str = ""
    definition: str = ""
    definition_words: str = ""
    unit: str = "patient"
    timepoint: float | None = None
    events: int | None = None
    total: int | None = None
    value: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    ci_level: float | None = None
    problem: str = ""
    secondhand_from: str = ""
    is_review: bool = False
    is_of_mixed_histology: bool = False
    is_composite: bool = False
    is_by_several_criteria: bool = False
    is_without_needed_criteria: bool = False
    is_without_needed_time: bool = False
    is_derived: bool = False
    is_reconstructed: bool = False
    is_prospective: bool = False
    is_at_high_risk: bool = False


@dataclass(frozen=True)
class Rules:
    """What the reader changed: the sensitivity analyses of a cell. The default is the strictest.

    `definition`, `unit` and `timepoint` choose one kind by the key of its `Alternative`; empty chooses none.
    """

    with_secondhand: bool = False
    with_derived: bool = False
    without_high_risk: bool = False
    only_prospective: bool = False
    definition: str = ""
    unit: str = ""
    timepoint: str = ""
    without: tuple[str, ...] = ()

    @property
    def is_default(self) -> bool:
        return self == Rules()


@dataclass(frozen=True)
class LeftOut:
    """One result that does not enter, why, and in words."""

    candidate: Candidate
    reason: Reason
    words: str


@dataclass(frozen=True)
class Alternative:
    """One kind of result that the reader may choose where kinds clash: its key, words and size."""

    key: str
    words: str
    n_studies: int


@dataclass(frozen=True)
class Refusal:
    """Why nothing is pooled, and what would fix it; `alternatives` are the kinds to choose from."""

    words: str
    fix: str
    clash: Clash | None = None
    alternatives: tuple[Alternative, ...] = ()


@dataclass(frozen=True)
class Eligibility:
    """The verdict on a cell: what enters, what does not, and why there is no pool (empty: there is one)."""

    kept: tuple[Candidate, ...]
    left_out: tuple[LeftOut, ...]
    refusals: tuple[Refusal, ...]

    @property
    def may_pool(self) -> bool:
        return not self.refusals

    @property
    def n_studies(self) -> int:
        return len({candidate.study for candidate in self.kept})


def judge(candidates: Iterable[Candidate], rules: Rules = Rules()) -> Eligibility:
    """Return which of the candidates may be pooled, in the order given, under the reader's rules."""
    left_out: list[LeftOut] = []
    kept: list[Candidate] = []
    for candidate in candidates:
        if found := _fault(candidate, rules):
            left_out.append(LeftOut(candidate, *found))
        elif _is_of_the_kind_chosen(candidate, rules):
            kept.append(candidate)
    if refusals := tuple(_clashes(kept)):
        return Eligibility(tuple(kept), tuple(left_out), refusals)
    for once in (_one_an_arm, _arms_that_fit, _one_a_cohort):
        kept = once(kept, left_out)
    return Eligibility(tuple(kept), tuple(left_out), tuple(_too_few(kept, left_out)))


def _fault(candidate: Candidate, rules: Rules) -> tuple[Reason, str] | None:
    """Return the first rule that keeps a result out by itself."""
    faults = (
        (candidate.is_review, Reason.REVIEW, "a review's own number; reviews are counted apart"),
        (
            bool(candidate.secondhand_from) and not rules.with_secondhand,
            Reason.SECONDHAND,
            f"known only through the table of a review ({candidate.secondhand_from})",
        ),
        (candidate.is_of_mixed_histology, Reason.MIXED_HISTOLOGY, "the study mixes tumour types"),
        (candidate.is_composite, Reason.COMPOSITE, "a response that mixes imaging with markers or symptoms"),
        (candidate.is_derived and not rules.with_derived, Reason.DERIVED, "derived, not reported"),
        (candidate.study in rules.without, Reason.DROPPED, "left out by you"),
        (rules.only_prospective and not candidate.is_prospective, Reason.NOT_PROSPECTIVE, "not prospective"),
        (rules.without_high_risk and candidate.is_at_high_risk, Reason.HIGH_RISK, "at high risk of bias"),
        (
            candidate.is_by_several_criteria,
            Reason.SEVERAL_CRITERIA,
            "one number by more than one set of criteria",
        ),
        (
            candidate.is_without_needed_criteria,
            Reason.CRITERIA_NOT_STATED,
            "criteria not stated, so nobody can say what was counted",
        ),
        (candidate.is_without_needed_time, Reason.NO_TIME_POINT, "time point not stated"),
        (bool(candidate.problem), Reason.NO_NUMBERS, candidate.problem),
    )
    return next(((reason, words) for applies, reason, words in faults if applies), None)


def _is_of_the_kind_chosen(candidate: Candidate, rules: Rules) -> bool:
    return (
        (not rules.definition or candidate.definition == rules.definition)
        and (not rules.unit or candidate.unit == rules.unit)
        and (not rules.timepoint or _months(candidate.timepoint) == rules.timepoint)
    )


def _clashes(kept: Sequence[Candidate]) -> Iterable[Refusal]:
    """Name every trait in which the results differ."""
    traits: tuple[tuple[Clash, str, Callable[[Candidate], tuple[str, str]]], ...] = (
        (Clash.DEFINITION, "criteria or definitions", lambda one: (one.definition, one.definition_words)),
        (Clash.UNIT, "units of analysis", lambda one: (one.unit, f"per {one.unit}")),
        (Clash.TIME_POINT, "time points", lambda one: (_months(one.timepoint), _at(one.timepoint))),
    )
    for clash, words, trait in traits:
        studies: dict[tuple[str, str], set[str]] = {}
        for candidate in kept:
            studies.setdefault(trait(candidate), set()).add(candidate.study)
        if len(studies) < 2:
            continue
        ranked = sorted(studies.items(), key=lambda entry: (-len(entry[1]), entry[0]))
        yield Refusal(
            words=f"The results differ in their {words}.",
            fix=f"Choose one of the {words}.",
            clash=clash,
            alternatives=tuple(Alternative(*key, len(members)) for key, members in ranked),
        )


def _one_an_arm(kept: Sequence[Candidate], left_out: list[LeftOut]) -> list[Candidate]:
    """Keep one result an arm: a reported one before a derived one, the larger, then the first."""
    best: dict[int, Candidate] = {}
    for candidate in kept:
        known = best.get(candidate.arm)
        if known is None or (known.is_derived, -known.size) > (candidate.is_derived, -candidate.size):
            best[candidate.arm] = candidate
    return _only(kept, best.values(), left_out, Reason.SAME_ARM, lambda _: "another result of the same arm")


def _arms_that_fit(kept: Sequence[Candidate], left_out: list[LeftOut]) -> list[Candidate]:
    """Keep the largest arms of each study for as long as their patients fit into the study's.

    A whole group and its strata do not fit together; two treatment groups do. Where the study's number is
    not known nobody can tell, and only the largest arm stays.
    """
    chosen: list[Candidate] = []
    taken: dict[str, int] = {}
    for candidate in sorted(kept, key=lambda one: -one.size):
        used = taken.get(candidate.study)
        fits = candidate.study_size is not None and (used or 0) + candidate.size <= candidate.study_size
        if used is None or fits:
            taken[candidate.study] = (used or 0) + candidate.size
            chosen.append(candidate)
    words = "an arm that may hold the same patients as the larger arm of its study that is kept"
    return _only(kept, chosen, left_out, Reason.SAME_STUDY, lambda _: words)


def _one_a_cohort(kept: Sequence[Candidate], left_out: list[LeftOut]) -> list[Candidate]:
    """Keep the study that contributes most of those that share a cohort, and name it to the others."""
    sizes: dict[str, dict[str, int]] = {}
    labels: dict[str, str] = {}
    for candidate in kept:
        labels[candidate.study] = candidate.label
        if candidate.cohort:
            members = sizes.setdefault(candidate.cohort, {})
            members[candidate.study] = members.get(candidate.study, 0) + candidate.size
    largest = {cohort: max(members, key=lambda one: members[one]) for cohort, members in sizes.items()}
    chosen = [one for one in kept if not one.cohort or largest[one.cohort] == one.study]

    def words(candidate: Candidate) -> str:
        kept_study = labels[largest[candidate.cohort]]
        return (
            f"shares its patients ({candidate.cohort_words}) with {kept_study}, the larger one, which is kept"
        )

    return _only(kept, chosen, left_out, Reason.SAME_COHORT, words)


def _only(
    kept: Sequence[Candidate],
    chosen: Iterable[Candidate],
    left_out: list[LeftOut],
    reason: Reason,
    words: Callable[[Candidate], str],
) -> list[Candidate]:
    """Return the chosen in the order given; the others are left out for the reason."""
    keys = {candidate.key for candidate in chosen}
    left_out.extend(LeftOut(one, reason, words(one)) for one in kept if one.key not in keys)
    return [candidate for candidate in kept if candidate.key in keys]


def _too_few(kept: Sequence[Candidate], left_out: Sequence[LeftOut]) -> Iterable[Refusal]:
    n_studies = len({candidate.study for candidate in kept})
    if n_studies >= FEWEST_STUDIES:
        return
    counted = {0: "No study", 1: "One study"}.get(n_studies, f"{n_studies} studies")
    verb = "gives" if n_studies < 2 else "give"
    missing = FEWEST_STUDIES - n_studies
    fix = f"At least {missing} more {'study' if missing == 1 else 'studies'} with such numbers."
    fixable = {one.candidate.study for one in left_out if one.reason in FIXABLE}
    if fixable:
        fix += f" {len(fixable)} left out below would count if what is missing were found in their sources."
    yield Refusal(words=f"{counted} {verb} numbers that may be pooled; fewer than three are not.", fix=fix)


FIXABLE = frozenset({Reason.SECONDHAND, Reason.CRITERIA_NOT_STATED, Reason.NO_TIME_POINT, Reason.NO_NUMBERS})


def _months(timepoint: float | None) -> str:
    return TIME_NOT_STATED if timepoint is None else f"{timepoint:g}"


def _at(timepoint: float | None) -> str:
    return "time point not stated" if timepoint is None else f"at {timepoint:g} months"
