"""One study: its arms by outcomes, its comparisons, its publications, and what a reader should know."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from therapies.charts import forest
from therapies.models import Arm, Outcome, Study, StudyReport
from therapies.read_models import effects, lines, oddities, population, printed
from therapies.read_models.lines import MARK_KINDS, Line
from therapies.read_models.map_page import DOMAIN_ORDER


@dataclass(frozen=True)
class OutcomeRow:
    """The results of one outcome, an entry an arm (empty where the arm has none), on one axis."""

    outcome: Outcome
    axis: forest.Axis
    by_arm: tuple[tuple[Arm, tuple[Line, ...]], ...]

    @property
    def kind(self) -> str:
        """Return the colour of the marks: which direction is better."""
        return MARK_KINDS.get(self.outcome.better, "neutral")

    @property
    def axis_words(self) -> str:
        return printed.span(0, self.axis.scale.top, self.outcome.unit)


@dataclass(frozen=True)
class DomainRows:
    """The outcomes of one domain."""

    label: str
    rows: tuple[OutcomeRow, ...]


@dataclass(frozen=True)
class Report:
    """One publication of the study; an unidentified one is known only through a review's table."""

    report: StudyReport
    is_identified: bool


@dataclass(frozen=True)
class StudyPage:
    """What the page of one study shows."""

    study: Study
    arms: tuple[Arm, ...]
    domains: tuple[DomainRows, ...]
    oddities: tuple[str, ...]
    comparisons: tuple[effects.Effect, ...]
    reports: tuple[Report, ...]
    reported_in: tuple[Study, ...]
    cohort_mates: tuple[Study, ...]
    population_fields: tuple[population.PopulationFields, ...]
    taken_results: tuple[Line, ...]
    taken_comparisons: tuple[effects.Effect, ...]


def read(key: str) -> StudyPage:
    """Return the page of a study; Study.DoesNotExist says in words when there is none."""
    study = oddities.with_parts(Study.objects.filter(key=key)).first()
    if study is None:
        raise Study.DoesNotExist(f"There is no study “{key}” in this library.")
    arms = tuple(study.arms.all())
    results = sorted(
        (result for arm in arms for result in arm.results.all()), key=lambda result: result.position
    )
    found = tuple(lines.line(result) for result in results)
    mates = study.cohort.studies.all() if study.cohort else ()
    is_source = study.is_review
    return StudyPage(
        study=study,
        arms=arms,
        domains=tuple(_domains(arms, found)),
        oddities=tuple(oddity.sentence for oddity in oddities.oddities(study)),
        comparisons=tuple(effects.effect(comparison) for comparison in study.comparisons.all()),
        reports=tuple(Report(report, lines.is_identified(report)) for report in study.reports.all()),
        reported_in=_reviews_behind(found),
        cohort_mates=tuple(mate for mate in mates if mate != study),
        population_fields=population.of_study(study),
        taken_results=lines.load(study.reported_results.published()) if is_source else (),
        taken_comparisons=effects.read(study.reported_comparisons.published()) if is_source else (),
    )


def _reviews_behind(found: tuple[Line, ...]) -> tuple[Study, ...]:
    reviews = (line.result.reported_in for line in found)
    return tuple(dict.fromkeys(review for review in reviews if review))


def _domains(arms: tuple[Arm, ...], found: tuple[Line, ...]) -> list[DomainRows]:
    by_outcome: dict[Outcome, list[Line]] = defaultdict(list)
    for line in found:
        by_outcome[line.result.outcome].append(line)
    rows: dict[str, list[OutcomeRow]] = defaultdict(list)
    for outcome in sorted(by_outcome, key=lambda outcome: outcome.position):
        rows[outcome.domain].append(_row(outcome, arms, by_outcome[outcome]))
    return [
        DomainRows(Outcome.Domain(domain).label, tuple(rows[domain]))
        for domain in DOMAIN_ORDER
        if domain in rows
    ]


def _row(outcome: Outcome, arms: tuple[Arm, ...], found: list[Line]) -> OutcomeRow:
    axis = lines.axis_for(found, unit=outcome.unit)
    drawn = lines.drawn(found, axis)
    by_arm = tuple((arm, tuple(line for line in drawn if line.result.arm_id == arm.pk)) for arm in arms)
    return OutcomeRow(outcome, axis, by_arm)
