"""Patients like the reader's: which arms match what was chosen, partly match it, or do not report it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from django.db.models import Count, Prefetch, Q, TextField
from django.db.models.functions import Cast

from therapies import evidence_map
from therapies.evidence_map import Cell, Row
from therapies.models import CRITERIA, Arm, Criterion, Fit, Outcome, Population, Study, Therapy
from therapies.models.population import Part
from therapies.read_models import lineage
from therapies.read_models.map_page import KEY_OUTCOMES
from therapies.scope import Scope, with_populations

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from therapies.models.result import ResultQuerySet

MOST_LISTED = 100
# Of several arms, and of one.
TITLES = {
    Fit.MATCHES: ("match", "matches"),
    Fit.PARTLY: ("partly match", "partly matches"),
    Fit.UNREPORTED: ("do not report it", "does not report it"),
    Fit.NO: ("have no such patients", "has no such patients"),
}
BADGES = {Fit.MATCHES: "all", Fit.PARTLY: "some", Fit.UNREPORTED: "not reported", Fit.NO: "none"}
NOTES = {
    Fit.MATCHES: "All their patients are as chosen.",
    Fit.PARTLY: "Some of their patients are as chosen, or a share that is not stated; results are of all.",
    Fit.UNREPORTED: "The text says nothing on at least one criterion. That is not a “no”.",
    Fit.NO: "The text says that no patient is as chosen, on at least one criterion.",
}


@dataclass(frozen=True)
class Answer:
    """What an arm says to one criterion; `is_shared` where its study says so of all its patients."""

    criterion: Criterion
    fit: Fit
    words: str
    is_shared: bool

    @property
    def badge(self) -> str:
        return BADGES[self.fit]


@dataclass(frozen=True)
class ArmFit:
    """One arm and how it answers to everything chosen: as badly as to the worst of it."""

    arm: Arm
    fit: Fit
    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class Group:
    """The arms of one class: how many there are, and the first of them."""

    fit: Fit
    n: int
    n_studies: int
    arms: tuple[ArmFit, ...]

    @property
    def title(self) -> str:
        """Return the class in words: “12 arms partly match”."""
        return f"{self.n:,} arm{'s' * (self.n != 1)} {self.verb}"

    @property
    def verb(self) -> str:
        return TITLES[self.fit][self.n == 1]

    @property
    def note(self) -> str:
        return NOTES[self.fit]

    @property
    def n_more(self) -> int:
        return self.n - len(self.arms)


@dataclass(frozen=True)
class Patients:
    """What was asked for in words, and the arms by class; no arms where nothing was asked for."""

    asked: tuple[tuple[str, str], ...]
    groups: tuple[Group, ...]
    with_unreported: bool

    @property
    def n_arms(self) -> int:
        return sum(group.n for group in self.groups)


@dataclass(frozen=True)
class TherapyLine:
    """One therapy with everything below it: its arms by class, and its cells inside the choice."""

    row: Row
    root: str
    n_matches: int
    n_partly: int
    n_unreported: int
    cells: tuple[tuple[Outcome, Cell], ...]

    @property
    def is_comparator(self) -> bool:
        return self.row.therapy.kind == Therapy.Kind.COMPARATOR


@dataclass(frozen=True)
class Coverage:
    """How many arms state anything on a criterion."""

    criterion: Criterion
    n_stating: int


@dataclass(frozen=True)
class PatientsPage:
    """Therapies by how many of their arms have patients like the reader's."""

    patients: Patients
    lines: tuple[TherapyLine, ...]
    coverage: tuple[Coverage, ...]
    n_arms: int


@dataclass(frozen=True)
class Placed:
    """One arm by its keys, and its class."""

    arm: int
    study: int
    therapy: int
    fit: Fit


def of_cell(scope: Scope, therapy: str, outcome: str) -> Patients:
    """Group the arms behind one cell of the map; no query where no patients were chosen.

    Everything else in the scope holds; all classes are given, also those that its results leave out. Reviews
    have no patients of their own and are left out. Raises Therapy.DoesNotExist.
    """
    if not scope.patients:
        return _group(scope, ())
    rows = evidence_map.tree(Therapy.objects.all())
    within = lineage.within(rows, lineage.row_of(rows, therapy))
    results = scope.of_all_patients().results().filter(outcome__code=outcome)
    results = results.filter(arm__therapy__in=[row.therapy.pk for row in within])
    return _group(scope, _place(scope, _arms_of(results)))


def read(scope: Scope) -> PatientsPage:
    """Group the arms of the whole map, and count them by therapy."""
    arms = _arms_of(scope.of_all_patients().results())
    placed = _place(scope, arms) if scope.patients else ()
    n_arms, coverage = _coverage(arms)
    return PatientsPage(
        patients=_group(scope, placed),
        lines=tuple(_lines(scope, placed)) if scope.patients else (),
        coverage=coverage,
        n_arms=n_arms,
    )


def _arms_of(results: ResultQuerySet) -> QuerySet[Arm]:
    arms = Arm.objects.filter(pk__in=results.order_by().values("arm"))
    return with_populations(arms.exclude(study__design__in=Study.REVIEW_DESIGNS))


def _coverage(arms: QuerySet[Arm]) -> tuple[int, tuple[Coverage, ...]]:
    """Count the arms, and those that state anything on each criterion: one query."""
    counts = arms.order_by().aggregate(
        n_arms=Count("pk"),
        **{
            code: Count("pk", filter=_says_something(f"own__{code}") | _says_something(f"shared__{code}"))
            for code in CRITERIA
        },
    )
    n_arms = counts.pop("n_arms")
    return n_arms, tuple(Coverage(CRITERIA[code], n) for code, n in counts.items())


def _says_something(column: str) -> Q:
    return Q(**{f"{column}__isnull": False}) & ~Q(**{column: {}})


def _place(scope: Scope, arms: QuerySet[Arm]) -> list[Placed]:
    """Say of every arm in which class it is: one query of a few columns, for there may be thousands."""
    columns = {
        f"{whose}_{criterion.code}_text": Cast(f"{whose}__{criterion.code}", TextField())
        for criterion, _chosen in scope.patients
        for whose in ("own", "shared")
    }
    rows = arms.order_by("study__label", "study_id", "position", "pk").annotate(**columns)

    @cache  # many arms say the same words, most of them none
    def fit(texts: tuple[str | None, ...]) -> Fit:
        pairs = zip(scope.patients, texts[::2], texts[1::2], strict=True)
        fits = (
            criterion.fit(_values(own) or _values(shared), chosen)
            for (criterion, chosen), own, shared in pairs
        )
        return max(fits, key=lambda found: found.rank)

    return [
        Placed(arm, study, therapy, fit(tuple(texts)))
        for arm, study, therapy, *texts in rows.values_list("pk", "study_id", "therapy_id", *columns)
    ]


def _values(text: str | None) -> list[str]:
    return list(json.loads(text)) if text else []


def _group(scope: Scope, placed: Sequence[Placed]) -> Patients:
    by_fit = {fit: [found for found in placed if found.fit == fit] for fit in Fit}
    listed = [found.arm for group in by_fit.values() for found in group[:MOST_LISTED]]
    arms = _load(listed) if listed else {}
    return Patients(
        asked=tuple((criterion.label, criterion.words(chosen)) for criterion, chosen in scope.patients),
        groups=tuple(
            Group(
                fit,
                len(group),
                len({found.study for found in group}),
                tuple(_fit(scope, arms[found.arm], fit) for found in group[:MOST_LISTED]),
            )
            for fit, group in by_fit.items()
        ),
        with_unreported=scope.with_unreported,
    )


def _load(keys: Collection[int]) -> dict[int, Arm]:
    """Load arms with their own and their study's population: two queries."""
    whole = Prefetch(
        "study__populations", Population.objects.filter(arm__isnull=True).order_by(), to_attr="of_whole"
    )
    arms = Arm.objects.filter(pk__in=keys).select_related("study", "population").prefetch_related(whole)
    return {arm.pk: arm for arm in arms}


def _fit(scope: Scope, arm: Arm, fit: Fit) -> ArmFit:
    own, shared = getattr(arm, "population", None), next(iter(arm.study.of_whole), None)
    fits = scope.fit(own, shared)
    return ArmFit(arm, fit, tuple(_answer(criterion, one, own, shared) for criterion, one in fits.items()))


def _answer(criterion: Criterion, fit: Fit, own: Population | None, shared: Population | None) -> Answer:
    is_own = bool(own and getattr(own, criterion.code))
    population = own if is_own else shared
    words = words_of(population.parts(criterion)) if population else ""
    return Answer(criterion, fit, words, bool(words) and not is_own)


def words_of(parts: Iterable[Part]) -> str:
    """Return what is stated in words: “small bowel or midgut (n = 20), pancreas (27%)”."""
    return ", ".join(_words(part) for part in parts)


def _words(part: Part) -> str:
    share = [
        f"n = {part.n:,}" if part.n is not None else "",
        f"{part.percent}%" if part.percent is not None else "",
        f"“{part.words}”" if part.words else "",
    ]
    inside = ", ".join(filter(None, share))
    return f"{part.label} ({inside})" if inside else part.label


def _lines(scope: Scope, placed: Sequence[Placed]) -> Iterable[TherapyLine]:
    """Yield the therapies that have any arm which may be of use, each counting what stands below it."""
    key = list(Outcome.objects.filter(code__in=KEY_OUTCOMES))
    key.sort(key=lambda outcome: KEY_OUTCOMES.index(outcome.code))
    evidence = evidence_map.build(scope, outcomes=key)
    counts = Counter((found.therapy, found.fit) for found in placed)
    root = ""
    for row in evidence.rows:
        root = row.therapy.code if row.parent is None else root
        below = [other.therapy.pk for other in lineage.within(evidence.rows, row)]
        n = {fit: sum(counts[pk, fit] for pk in below) for fit in Fit}
        if not (n[Fit.MATCHES] or n[Fit.PARTLY] or n[Fit.UNREPORTED]):
            continue
        cells = ((outcome, evidence.cell(row.therapy.code, outcome.code)) for outcome in key)
        filled = tuple((outcome, cell) for outcome, cell in cells if cell.n_studies)
        yield TherapyLine(row, root, n[Fit.MATCHES], n[Fit.PARTLY], n[Fit.UNREPORTED], filled)
