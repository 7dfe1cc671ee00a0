"""How the results of a cell fall into sections of its plot, each with its own verdict on pooling."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from therapies import analysis
from therapies.analysis import Analysis, Choices
from therapies.models import Outcome
from therapies.read_models import plot_items, printed
from therapies.read_models.plot_items import Item, Trait
from therapies.read_models.pool_view import MOST_UNASKED
from therapies.synthesis.eligibility import Eligibility, Reason

COMPOSITE = "Composite response: imaging mixed with markers or symptoms, kept apart"
DERIVED = "Derived: summed from parts that an arm prints, not reported by it"
OTHER_KIND = "not the kind chosen"


@dataclass(frozen=True)
class Standing:
    """How one result stands to the pool: its weight (%), or why it is left out, in words.

    All are empty for a result that may be pooled where nothing is, and by a method without weights.
    """

    weight: float | None = None
    is_in: bool = False
    left_out: str = ""
    reason: Reason | None = None

    @property
    def is_dropped(self) -> bool:
        """Say whether the reader left its study out."""
        return self.reason is Reason.DROPPED


@dataclass(frozen=True)
class Section:
    """Results that stand under one heading; `words` is the range of those with a value.

    `analysis` is that of a subgroup, reported results and derived ones that the reader admits; None where
    the section is no subgroup. `is_one_range` says that the values may be read as one range.
    """

    title: str
    items: tuple[Item, ...]
    words: str = ""
    is_one_range: bool = False
    is_derived: bool = False
    analysis: Analysis | None = None

    @property
    def n_results(self) -> int:
        return len(self.items)

    @property
    def n_studies(self) -> int:
        return len({item.row.study.pk for item in self.items})


@dataclass(frozen=True)
class Plot:
    """The sections of a cell in the order of the page, the overall analysis, and every result's standing."""

    sections: tuple[Section, ...]
    overall: Analysis
    standings: Mapping[int, Standing] = field(default_factory=dict)
    is_grouped: bool = False

    @property
    def subgroups(self) -> tuple[Section, ...]:
        return tuple(section for section in self.sections if section.analysis)


def arrange(
    items: Sequence[Item],
    outcome: Outcome,
    choices: Choices,
    *,
    group: str,
    sort: str,
    therapies: Mapping[int, tuple[int, str]],
    runs_all: bool = False,
) -> Plot:
    """Analyse the results as a whole and by group, and put them in order.

    `group` is “none”, “criteria”, “design”, “technique” or “time”; `therapies` gives place and name by key.
    The other models stand beside a large pool only with `runs_all`.
    """
    overall = _analyse(items, outcome, choices)
    if overall.pool and (runs_all or overall.pool.k <= MOST_UNASKED):
        overall = analysis.with_other_models(overall)
    traits = plot_items.traits(items, group, therapies) if group != "none" else {}
    members: dict[tuple, list[Item]] = {}
    for item in items:
        if traits:
            members.setdefault(traits[item.key].order, []).append(item)
    analyses = {order: _analyse(found, outcome, choices) for order, found in members.items()}
    standings: dict[int, Standing] = {}
    for found in analyses.values() if traits else (overall,):
        standings |= standings_of(found.eligibility, found.weights, is_pooled=found.pool is not None)
    outside = Standing(left_out=OTHER_KIND)
    standings = {item.key: standings.get(item.key, outside) for item in items}
    weights = {key: one.weight for key, one in standings.items() if one.weight is not None}
    ordered = plot_items.ordered(items, sort, weights)
    sections = [*_main(ordered, outcome, group, traits, analyses), *_apart(ordered, outcome)]
    return Plot(tuple(sections), overall, standings, is_grouped=bool(traits))


def standings_of(
    verdict: Eligibility, weights: Mapping[int, float], *, is_pooled: bool
) -> dict[int, Standing]:
    """Return how the results of a verdict stand; those of a kind not chosen are in no verdict."""
    found = {one.key: Standing(weights.get(one.key), is_in=is_pooled) for one in verdict.kept}
    return found | {
        left.candidate.key: Standing(left_out=left.words, reason=left.reason) for left in verdict.left_out
    }


def _analyse(items: Sequence[Item], outcome: Outcome, choices: Choices) -> Analysis:
    return analysis.analyse(outcome, [item.candidate for item in items], choices, with_sensitivity=False)


def _main(
    ordered: Sequence[Item],
    outcome: Outcome,
    group: str,
    traits: Mapping[int, Trait],
    analyses: Mapping[tuple, Analysis],
) -> Iterable[Section]:
    """Give the reported results on imaging: one section, or one a group."""
    shown = [item for item in ordered if not (item.derived or item.candidate.is_composite)]
    if not traits:
        if shown:
            title = "" if len(shown) == len(ordered) else "Results"
            yield _section(title, shown, outcome, is_one_range=not outcome.is_rate_over_time)
        return
    groups: dict[tuple, list[Item]] = {}
    for item in shown:
        groups.setdefault(traits[item.key].order, []).append(item)
    for order in sorted(groups):
        first = groups[order][0]
        has_time = group != "time" or first.row.timepoint_months is not None
        is_one_range = has_time and (group == "time" or not outcome.is_rate_over_time)
        section = _section(traits[first.key].title, groups[order], outcome, is_one_range=is_one_range)
        yield replace(section, analysis=analyses[order])


def _apart(ordered: Sequence[Item], outcome: Outcome) -> Iterable[Section]:
    composite = [item for item in ordered if item.candidate.is_composite and not item.derived]
    if composite:
        yield _section(COMPOSITE, composite, outcome)
    derived = [item for item in ordered if item.derived]
    if derived:
        yield replace(_section(DERIVED, derived, outcome), is_derived=True)


def _section(title: str, items: Sequence[Item], outcome: Outcome, *, is_one_range: bool = False) -> Section:
    values = [item.value for item in items if item.value is not None]
    words = printed.span(min(values), max(values), outcome.unit) if values else ""
    return Section(title, tuple(items), words, is_one_range=is_one_range and bool(values))
