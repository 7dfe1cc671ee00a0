"""The evidence behind one cell of the map: every published result of a therapy for an outcome."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from therapies import evidence_map
from therapies.charts import forest
from therapies.evidence_map import Cell, EvidenceMap, Row
from therapies.models import Cohort, Outcome, Study, Therapy
from therapies.read_models import effects, lineage, lines, printed, profile
from therapies.read_models.lines import MARK_KINDS, Line
from therapies.scope import Scope

DEFAULT_SORT = "-year"


@dataclass(frozen=True)
class Group:
    """Results that may stand under one heading; `words` is the range of the values that are drawn."""

    title: str
    lines: tuple[Line, ...]
    words: str = ""
    is_one_range: bool = False

    @property
    def n_studies(self) -> int:
        return len({line.study.pk for line in self.lines})


@dataclass(frozen=True)
class Overlap:
    """Studies of the cell that share patients."""

    cohort: Cohort
    studies: tuple[Study, ...]


@dataclass(frozen=True)
class EvidenceCell:
    """One cell whole: its count, its results in groups on one axis, and what is left out or apart."""

    row: Row
    outcome: Outcome
    above: tuple[Row, ...]
    cell: Cell
    axis: forest.Axis
    groups: tuple[Group, ...]
    reviews: tuple[Line, ...]
    overlaps: tuple[Overlap, ...]
    comparisons: tuple[effects.Effect, ...]
    profile: profile.Profile
    neighbours: tuple[tuple[Row, Cell], ...]
    n_mixed_left_out: int

    @property
    def therapy(self) -> Therapy:
        return self.row.therapy

    @property
    def heading(self) -> str:
        """Return the cell in words: “Objective response rate after transarterial chemoembolization”."""
        return f"{self.outcome.name} {self.joint} {self.therapy_in_sentence}"

    @property
    def joint(self) -> str:
        return "after" if self.therapy.kind == Therapy.Kind.LOCOREGIONAL else "with"

    @property
    def therapy_in_sentence(self) -> str:
        """Return the therapy's name with its first letter lowered, unless an abbreviation begins it."""
        name = self.therapy.name
        return name if name[1:2].isupper() else name[:1].lower() + name[1:]

    @property
    def kind(self) -> str:
        """Return the colour of the marks: which direction is better."""
        return MARK_KINDS.get(self.outcome.better, "neutral")

    @property
    def axis_words(self) -> str:
        return printed.span(0, self.axis.scale.top, self.outcome.unit)

    @property
    def has_times(self) -> bool:
        """Say whether the results are grouped by time point: rates of survival."""
        return evidence_map.reads_one_timepoint(self.outcome)

    @property
    def ranges(self) -> tuple[Group, ...]:
        """Return the groups whose values may be read as one range."""
        return tuple(group for group in self.groups if group.is_one_range)

    @property
    def review_groups(self) -> tuple[Group, ...]:
        return (Group("", self.reviews),)

    @property
    def is_empty(self) -> bool:
        return self.cell.is_empty

    def all_lines(self) -> Iterable[Line]:
        """Every result, the counted ones first and those of reviews last."""
        for group in self.groups:
            yield from group.lines
        yield from self.reviews


def read(scope: Scope, therapy: str, outcome: str, *, sort: str = DEFAULT_SORT) -> EvidenceCell:
    """Return one cell; Therapy.DoesNotExist or Outcome.DoesNotExist says in words what is not there."""
    evidence = evidence_map.build(scope)
    row = lineage.row_of(evidence.rows, therapy)
    measured = lineage.outcome_of([column.outcome for column in evidence.columns], outcome)
    within = [below.therapy.pk for below in lineage.within(evidence.rows, row)]
    found = lines.load(scope.results().filter(outcome=measured, arm__therapy__in=within))
    axis = lines.axis_for(found, unit=measured.unit)
    ordered = _ordered(lines.drawn(found, axis), sort)
    counted = [line for line in ordered if not line.study.is_review]
    comparisons = scope.comparisons().filter(outcome=measured, arms__therapy__in=within).distinct()
    return EvidenceCell(
        row=row,
        outcome=measured,
        above=lineage.above(evidence.rows, row),
        cell=evidence.cell(therapy, outcome),
        axis=axis,
        groups=tuple(_groups(counted, measured)),
        reviews=tuple(line for line in ordered if line.study.is_review),
        overlaps=_overlaps(counted),
        comparisons=effects.read(comparisons),
        profile=profile.read(evidence, row, leave_out=outcome),
        neighbours=_neighbours(evidence, row, outcome),
        n_mixed_left_out=_n_mixed_left_out(scope, measured, within),
    )


def _ordered(found: list[Line], sort: str) -> list[Line]:
    """Sort by year, value or n; what is not known comes last in both directions."""
    keys = {
        "year": lambda line: line.year,
        "value": lambda line: line.reading.value,
        "n": lambda line: line.arm.n,
    }
    key, backwards = keys[sort.removeprefix("-")], sort.startswith("-")
    known = [line for line in found if key(line) is not None]
    unknown = [line for line in found if key(line) is None]
    # Python's sort is stable, so that results of one study stay together.
    return [*sorted(known, key=key, reverse=backwards), *unknown]


def _groups(counted: list[Line], outcome: Outcome) -> Iterable[Group]:
    drawn = [line for line in counted if line.reading.is_usable and not line.result.is_composite]
    composite = [line for line in counted if line.reading.is_usable and line.result.is_composite]
    unusable = [line for line in counted if not line.reading.is_usable]
    if evidence_map.reads_one_timepoint(outcome):
        yield from _by_time(drawn, outcome)
    elif drawn:
        yield Group("" if drawn == counted else "Results", tuple(drawn), _span(drawn, outcome), True)
    if composite:
        title = "Composite response: imaging mixed with markers or symptoms, kept apart"
        yield Group(title, tuple(composite), _span(composite, outcome))
    if unusable:
        yield Group("Counted, but without a single number to draw", tuple(unusable))


def _by_time(drawn: list[Line], outcome: Outcome) -> Iterable[Group]:
    """Values at different times never share a heading; those without a time come last."""
    times = {line.result.timepoint_months for line in drawn}
    for months in sorted(times, key=lambda time: (time is None, time or 0)):
        members = [line for line in drawn if line.result.timepoint_months == months]
        title = "Time point not reported" if months is None else f"At {printed.time_point(months)}"
        yield Group(title, tuple(members), _span(members, outcome), months is not None)


def _span(members: list[Line], outcome: Outcome) -> str:
    values = [line.reading.value for line in members]
    return printed.span(min(values), max(values), outcome.unit)


def _overlaps(counted: list[Line]) -> tuple[Overlap, ...]:
    members: dict[Cohort, dict[int, Study]] = {}
    for line in counted:
        if line.study.cohort:
            members.setdefault(line.study.cohort, {})[line.study.pk] = line.study
    return tuple(
        Overlap(cohort, tuple(studies.values())) for cohort, studies in members.items() if len(studies) > 1
    )


def _neighbours(evidence: EvidenceMap, row: Row, outcome: str) -> tuple[tuple[Row, Cell], ...]:
    """Return the filled cells of the same outcome one step up, down or beside in the tree."""
    near = [*lineage.above(evidence.rows, row)[-1:], *lineage.directly_below(evidence.rows, row)]
    near += [other for other in evidence.rows if other.parent == row.parent and other != row]
    cells = [(other, evidence.cell(other.therapy.code, outcome)) for other in near]
    return tuple((other, cell) for other, cell in cells if not cell.is_empty)


def _n_mixed_left_out(scope: Scope, outcome: Outcome, therapies: list[int]) -> int:
    if scope.with_mixed_histology:
        return 0
    mixed = replace(scope, with_mixed_histology=True).results()
    mixed = mixed.filter(
        outcome=outcome, arm__therapy__in=therapies, arm__study__histology=Study.Histology.MIXED
    )
    return mixed.order_by().values("arm__study").distinct().count()
