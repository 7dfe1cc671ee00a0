"""What a reader may ask of one cell, what of it makes no sense there, and what it changes, in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from therapies.analysis_form import INTERVALS, METHODS, TESTS, Links, Question
from therapies.read_models.plot_items import Item
from therapies.synthesis.eligibility import TIME_NOT_STATED, Alternative, Candidate, Clash, Refusal
from therapies.synthesis.pooling import Method

MOST_WAYS = 8
# By what differs: the name in the address that chooses one.
PARAMETERS = {Clash.DEFINITION: "definition", Clash.UNIT: "unit", Clash.TIME_POINT: "at"}


@dataclass(frozen=True)
class Kinds:
    """The kinds of result that a cell holds, the most studied first."""

    definitions: tuple[Alternative, ...] = ()
    units: tuple[Alternative, ...] = ()
    timepoints: tuple[Alternative, ...] = ()


@dataclass(frozen=True)
class Change:
    """One departure from the published analysis, in words, and the address without it."""

    words: str
    undo: str


@dataclass(frozen=True)
class Way:
    """One kind of result that may be chosen, and the address that chooses it."""

    words: str
    n_studies: int
    query: str


@dataclass(frozen=True)
class Refused:
    """Why nothing is pooled, what would fix it, and the ways on."""

    words: str
    fix: str
    ways: tuple[Way, ...] = ()

    @property
    def first_ways(self) -> tuple[Way, ...]:
        return self.ways[:MOST_WAYS]

    @property
    def n_more(self) -> int:
        return max(0, len(self.ways) - MOST_WAYS)


def kinds(candidates: Iterable[Candidate]) -> Kinds:
    """Return what a reader may choose between."""
    found = list(candidates)
    return Kinds(
        definitions=_ranked((one.definition, one.definition_words, one.study) for one in found),
        units=_ranked((one.unit, f"per {one.unit}", one.study) for one in found),
        timepoints=_ranked((months(one.timepoint), at(one.timepoint), one.study) for one in found),
    )


def checked(question: Question, has: Kinds, items: Sequence[Item]) -> tuple[Question, tuple[str, ...]]:
    """Return the question without what the cell does not hold, and sentences that say so."""
    rules = question.rules
    studies = {item.candidate.study for item in items}
    chosen = (
        ("definition", rules.definition, has.definitions, "criteria or definition"),
        ("unit", rules.unit, has.units, "unit of analysis"),
        ("timepoint", rules.timepoint, has.timepoints, "time point"),
    )
    ignored = []
    changes: dict[str, object] = {}
    for name, value, alternatives, words in chosen:
        if value and value not in {one.key for one in alternatives}:
            changes[name] = ""
            ignored.append(f"No result here has the {words} “{value[:80]}”; it is ignored.")
    unknown = [key for key in rules.without if key not in studies]
    if unknown:
        changes["without"] = tuple(key for key in rules.without if key in studies)
        ignored.append(f"No study here is called {', '.join(f'“{key[:80]}”' for key in unknown)}; ignored.")
    return question.ruled(**changes) if changes else question, tuple(ignored)


def changes(question: Question, has: Kinds, items: Iterable[Item]) -> tuple[Change, ...]:
    """Return what differs from the published analysis of the cell, each with the address that undoes it."""
    rules, links = question.rules, question.links
    labels = {item.candidate.study: item.candidate.label for item in items}
    found = [
        Change(words, links.to(**{name: None}))
        for applies, words, name in (
            (rules.without_high_risk, "without studies at high risk of bias", "rob"),
            (rules.only_prospective, "prospective studies only", "prospective"),
            (rules.with_secondhand, "numbers known only through tables of reviews admitted", "secondhand"),
            (rules.with_derived, "derived results admitted", "derived"),
            (rules.definition, f"definition: {words_of(rules.definition, has.definitions)}", "definition"),
            (rules.unit, f"only {words_of(rules.unit, has.units)}", "unit"),
            (rules.timepoint, f"only {words_of(rules.timepoint, has.timepoints)}", "at"),
            (question.choices.method != Method.REML, _label(question.choices.method, METHODS), "method"),
            (question.choices.test, f"interval: {_label(question.choices.test, TESTS)}", "test"),
            (
                question.interval != INTERVALS[0][0],
                f"computed intervals: {_label(question.interval, INTERVALS)}",
                "interval",
            ),
            (question.pools_medians, "medians pooled where the rule allows", "medians"),
        )
        if applies
    ]
    dropped = (Change(f"without {labels.get(key, key)}", links.again_with(key)) for key in rules.without)
    return (*found, *dropped)


def refused(refusals: Iterable[Refusal], links: Links) -> tuple[Refused, ...]:
    """Return refusals with their alternatives as addresses."""
    return tuple(
        Refused(
            one.words,
            one.fix,
            tuple(
                Way(kind.words, kind.n_studies, links.to(**{PARAMETERS[one.clash]: kind.key}))
                for kind in one.alternatives
                if one.clash
            ),
        )
        for one in refusals
    )


def words_of(key: str, alternatives: Iterable[Alternative]) -> str:
    """Return the words of a kind."""
    return next((one.words for one in alternatives if one.key == key), key)


def months(timepoint: float | None) -> str:
    """Return the key of a time point, as the rules of eligibility have it."""
    return TIME_NOT_STATED if timepoint is None else f"{timepoint:g}"


def at(timepoint: float | None) -> str:
    """Return a time point in words."""
    return "time point not stated" if timepoint is None else f"at {timepoint:g} months"


def _ranked(entries: Iterable[tuple[str, str, str]]) -> tuple[Alternative, ...]:
    words: dict[str, str] = {}
    studies: dict[str, set[str]] = {}
    for key, its_words, study in entries:
        words.setdefault(key, its_words)
        studies.setdefault(key, set()).add(study)
    ranked = sorted(studies, key=lambda key: (-len(studies[key]), key))
    return tuple(Alternative(key, words[key], len(studies[key])) for key in ranked)


def _label(value: object, choices: Iterable[tuple[str, str]]) -> str:
    return next((label for key, label in choices if key == value), str(value))
