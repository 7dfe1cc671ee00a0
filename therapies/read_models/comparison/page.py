"""The page that compares: outcome by outcome, benefits and harms, for the therapies chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from therapies import evidence_map, facts
from therapies.charts import ratio
from therapies.evidence_map import Cell, EvidenceMap, Row
from therapies.facts import Facts
from therapies.forms import CompareForm
from therapies.models import Outcome
from therapies.read_models import map_page
from therapies.read_models.comparison import direct, per_hundred, sides
from therapies.read_models.comparison.direct import Direct
from therapies.read_models.comparison.per_hundred import Pair
from therapies.read_models.comparison.sides import Side, Sides
from therapies.read_models.map_page import DrawnCell, DrawnColumn
from therapies.read_models.profile import HARM_DOMAINS


@dataclass(frozen=True)
class SingleArms:
    """What single arms of one therapy report for one outcome, on the axis that all its sides share."""

    side: Side
    drawn: DrawnCell
    middle: str
    per_100: str

    @property
    def cell(self) -> Cell:
        return self.drawn.cell

    @property
    def n_values(self) -> int:
        return len(self.cell.spread.values) if self.cell.spread else 0


@dataclass(frozen=True)
class OutcomeBlock:
    """One outcome: direct comparisons first, then single arms."""

    column: DrawnColumn
    axis: ratio.Axis | None
    direct: tuple[Direct, ...]
    pairs: tuple[Pair, ...]
    single_arms: tuple[SingleArms, ...]

    @property
    def outcome(self) -> Outcome:
        return self.column.outcome

    @property
    def axis_words(self) -> str:
        """Return the ends of the axis of the single arms; empty where nothing stands on it."""
        return f"0–{self.column.top_words}" if any(single.n_values for single in self.single_arms) else ""

    @property
    def is_empty(self) -> bool:
        return not self.direct and all(single.cell.is_empty for single in self.single_arms)


@dataclass(frozen=True)
class DomainBlocks:
    """The outcomes of one domain for which anything was found."""

    label: str
    blocks: tuple[OutcomeBlock, ...]


@dataclass(frozen=True)
class ComparisonPage:
    """Everything side by side; `silent` are the outcomes for which nothing was found, `counts` by code."""

    sides: Sides
    counts: tuple[tuple[Side, Cell], ...]
    benefits: tuple[DomainBlocks, ...]
    harms: tuple[DomainBlocks, ...]
    silent: tuple[Outcome, ...]
    timepoints: tuple[float, ...]

    @property
    def blocks(self) -> tuple[OutcomeBlock, ...]:
        """Return every outcome with evidence, in the order of the page."""
        return tuple(block for group in (*self.benefits, *self.harms) for block in group.blocks)

    @property
    def n_direct(self) -> int:
        return sum(len(block.direct) + len(block.pairs) for block in self.blocks)

    @property
    def title(self) -> str:
        return " versus ".join(side.therapy.abbreviation for side in self.sides.members)


def read(form: CompareForm, rows: Sequence[Row]) -> ComparisonPage:
    """Compare the therapies that the form chose (two at least); `rows` are the whole tree."""
    scope, chosen = form.scope(), sides.choose(form, rows)
    found = _of_sides(facts.published(scope), chosen)
    evidence = _evidence(form, rows, found)
    compared, counted = direct.load(scope, chosen), per_hundred.load(scope, chosen)
    studies = {result.arm.study_id for result in counted} | direct.studies_of(compared)
    reports = direct.reports_of(studies)
    blocks = _blocks(
        evidence,
        chosen,
        compared=direct.by_outcome(compared, reports),
        pairs=per_hundred.by_outcome(counted, chosen, reports),
        not_of_patients=per_hundred.not_of_patients(scope, chosen.therapies),
    )
    counts = evidence_map.count_by_therapy(scope, therapies=[row.therapy for row in rows], found=found)
    return ComparisonPage(
        sides=chosen,
        counts=tuple((side, counts[side.therapy.code]) for side in chosen.members),
        benefits=_by_domain([block for block in blocks if block.outcome.domain not in HARM_DOMAINS]),
        harms=_by_domain([block for block in blocks if block.outcome.domain in HARM_DOMAINS]),
        silent=tuple(block.outcome for block in blocks if block.is_empty),
        timepoints=tuple(sorted({time for column in evidence.columns for time in column.timepoints})),
    )


def _of_sides(found: Facts, chosen: Sides) -> Facts:
    """Keep the facts of the chosen therapies, so that axes and time points are theirs alone."""
    kept = np.isin(found.therapy, list(chosen.therapies))
    return Facts(**{name: column[kept] for name, column in vars(found).items()})


def _evidence(form: CompareForm, rows: Sequence[Row], found: Facts) -> EvidenceMap:
    outcomes, months = list(Outcome.objects.all()), form.readable("months")
    rates = [outcome.code for outcome in outcomes if outcome.is_rate_over_time]
    return evidence_map.build(
        form.scope(),
        outcomes=outcomes,
        timepoints={} if months is None else dict.fromkeys(rates, months),
        found=found,
        therapies=[row.therapy for row in rows],
    )


def _blocks(
    evidence: EvidenceMap,
    chosen: Sides,
    *,
    compared: Mapping[int, tuple[ratio.Axis | None, tuple[Direct, ...]]],
    pairs: Mapping[int, tuple[Pair, ...]],
    not_of_patients: set[int],
) -> list[OutcomeBlock]:
    alone = tuple(replace(side.row, parent=None, depth=0) for side in chosen.members)
    page = map_page.draw(replace(evidence, rows=alone), with_comparators=True)
    blocks = []
    for place, column in enumerate(page.columns):
        cells = [row.cells[place][1] for row in page.rows]
        axis, printed_effects = compared.get(column.outcome.pk, (None, ()))
        arms = tuple(
            _single_arms(side, drawn, column, not_of_patients)
            for side, drawn in zip(chosen.members, cells, strict=True)
        )
        blocks.append(OutcomeBlock(column, axis, printed_effects, pairs.get(column.outcome.pk, ()), arms))
    return blocks


def _single_arms(side: Side, drawn: DrawnCell, column: DrawnColumn, not_of_patients: set[int]) -> SingleArms:
    spread = drawn.cell.spread
    if spread is None:
        return SingleArms(side, drawn, middle="", per_100="")
    middle = map_page.number(spread.middle) + map_page.UNIT_WORDS.get(column.outcome.unit, "")
    return SingleArms(side, drawn, middle, per_hundred.of_spread(spread, column.outcome, not_of_patients))


def _by_domain(blocks: list[OutcomeBlock]) -> tuple[DomainBlocks, ...]:
    groups: dict[str, list[OutcomeBlock]] = {}
    for block in blocks:
        if not block.is_empty:
            groups.setdefault(block.outcome.get_domain_display(), []).append(block)
    return tuple(DomainBlocks(label, tuple(found)) for label, found in groups.items())
