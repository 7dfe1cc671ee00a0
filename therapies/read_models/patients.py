"""Patients like the reader's: which arms match what was chosen, partly match it, or do not report it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Prefetch

from therapies import evidence_map
from therapies.evidence_map import Cell, Row
from therapies.models import CRITERIA, Arm, Criterion, Fit, Outcome, Population, Study, Therapy
from therapies.models.population import Part
from therapies.read_models import lineage
from therapies.read_models.map_page import KEY_OUTCOMES
from therapies.scope import Scope, stated

if TYPE_CHECKING:
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
    """The arms of one class."""

    fit: Fit
    arms: tuple[ArmFit, ...]

    @property
    def title(self) -> str:
        """Return the class in words: “12 arms partly match”."""
        return f"{len(self.arms):,} arm{'s' * (len(self.arms) != 1)} {self.verb}"

    @property
    def verb(self) -> str:
        return TITLES[self.fit][len(self.arms) == 1]

    @property
    def note(self) -> str:
        return NOTES[self.fit]

    @property
    def n_studies(self) -> int:
        return len({found.arm.study_id for found in self.arms})

    @property
    def listed(self) -> Sequence[ArmFit]:
        return self.arms[:MOST_LISTED]

    @property
    def n_more(self) -> int:
        return len(self.arms) - len(self.listed)


@dataclass(frozen=True)
class Patients:
    """What was asked for in words, and the arms by class; no arms where nothing was asked for."""

    asked: tuple[tuple[str, str], ...]
    groups: tuple[Group, ...]
    with_unreported: bool

    @property
    def n_arms(self) -> int:
        return sum(len(group.arms) for group in self.groups)


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
    return _group(scope, _load(results.filter(arm__therapy__in=[row.therapy.pk for row in within])))


def read(scope: Scope) -> PatientsPage:
    """Group the arms of the whole map, and count them by therapy."""
    therapies = list(Therapy.objects.all())
    arms = _load(scope.of_all_patients().results())
    patients = _group(scope, arms if scope.patients else ())
    return PatientsPage(
        patients=patients,
        lines=tuple(_lines(scope, patients, evidence_map.tree(therapies))) if scope.patients else (),
        coverage=tuple(
            Coverage(criterion, sum(bool(_stated(criterion, arm)) for arm in arms))
            for criterion in CRITERIA.values()
        ),
        n_arms=len(arms),
    )


def _load(results: ResultQuerySet) -> Sequence[Arm]:
    """Load the arms of these results with their own and their study's population: two queries."""
    whole = Prefetch(
        "study__populations", Population.objects.filter(arm__isnull=True).order_by(), to_attr="of_whole"
    )
    arms = Arm.objects.filter(pk__in=results.order_by().values("arm"))
    arms = arms.exclude(study__design__in=Study.REVIEW_DESIGNS)
    loaded = arms.select_related("study", "therapy", "population").prefetch_related(whole)
    return list(loaded.order_by("study__label", "study_id", "position", "pk"))


def _own(arm: Arm) -> Population | None:
    return getattr(arm, "population", None)


def _shared(arm: Arm) -> Population | None:
    return next(iter(arm.study.of_whole), None)


def _stated(criterion: Criterion, arm: Arm) -> Collection[str]:
    return stated(criterion, _own(arm), _shared(arm))


def _group(scope: Scope, arms: Iterable[Arm]) -> Patients:
    found = [_fit(scope, arm) for arm in arms]
    return Patients(
        asked=tuple((criterion.label, criterion.words(chosen)) for criterion, chosen in scope.patients),
        groups=tuple(Group(fit, tuple(arm for arm in found if arm.fit == fit)) for fit in Fit),
        with_unreported=scope.with_unreported,
    )


def _fit(scope: Scope, arm: Arm) -> ArmFit:
    fits = scope.fit(_own(arm), _shared(arm))
    answers = tuple(_answer(criterion, fit, arm) for criterion, fit in fits.items())
    return ArmFit(arm, max(fits.values(), key=lambda fit: fit.rank), answers)


def _answer(criterion: Criterion, fit: Fit, arm: Arm) -> Answer:
    own = _own(arm)
    is_own = bool(own and getattr(own, criterion.code))
    population = own if is_own else _shared(arm)
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


def _lines(scope: Scope, patients: Patients, rows: Sequence[Row]) -> Iterable[TherapyLine]:
    """Yield the therapies that have any arm which may be of use, each counting what stands below it."""
    key = list(Outcome.objects.filter(code__in=KEY_OUTCOMES))
    key.sort(key=lambda outcome: KEY_OUTCOMES.index(outcome.code))
    evidence = evidence_map.build(scope, outcomes=key)
    counts = {group.fit: Counter(found.arm.therapy_id for found in group.arms) for group in patients.groups}
    root = ""
    for row in rows:
        root = row.therapy.code if row.parent is None else root
        below = [other.therapy.pk for other in lineage.within(rows, row)]
        n = {fit: sum(counts[fit][pk] for pk in below) for fit in Fit}
        if not (n[Fit.MATCHES] or n[Fit.PARTLY] or n[Fit.UNREPORTED]):
            continue
        cells = ((outcome, evidence.cell(row.therapy.code, outcome.code)) for outcome in key)
        filled = tuple((outcome, cell) for outcome, cell in cells if cell.n_studies)
        yield TherapyLine(row, root, n[Fit.MATCHES], n[Fit.PARTLY], n[Fit.UNREPORTED], filled)
