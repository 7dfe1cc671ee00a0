"""What the map page shows of the evidence map: visible rows and columns, each cell drawn and in words."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

import numpy as np

from therapies.charts import strip
from therapies.charts.scale import PERCENT_TOPS, TIME_TOPS, Scale, round_top
from therapies.evidence_map import Cell, Column, EvidenceMap, Row
from therapies.facts import DesignGroup
from therapies.models import Outcome, Therapy
from therapies.read_models import cell_words, marks
from therapies.read_models.cell_words import UNIT_WORDS, Pooled, number
from therapies.read_models.gaps import Freshness, Gap, Judgement, Knowledge

# Benefits first, harms last, on one screen: what a tumour board asks for, in that order.
KEY_OUTCOMES = (
    "orr",
    "dcr",
    "pd",
    "symptom-response",
    "biochemical-response",
    "local-progression",
    "os-median",
    "os-rate",
    "pfs-median",
    "major-ae",
    "any-ae",
    "mortality-30d",
)
DOMAIN_ORDER = (
    Outcome.Domain.TUMOUR_RESPONSE,
    Outcome.Domain.SYMPTOMS_HORMONES,
    Outcome.Domain.LOCAL_CONTROL,
    Outcome.Domain.SURVIVAL,
    Outcome.Domain.QUALITY_OF_LIFE,
    Outcome.Domain.RESOURCES,
    Outcome.Domain.SAFETY,
)
FAMILIES, TECHNIQUES = "family", "technique"

__all__ = ["UNIT_WORDS", "Pooled", "draw", "number", "shown"]


@dataclass(frozen=True)
class DrawnCell:
    """One cell ready for the template: the strip and its range in words, where there are usable values.

    The rest is there for a map that was told what is known beside the numbers: why the cell is empty, its
    certainty, and `details`, all of it in lines.
    """

    cell: Cell
    strip: strip.Strip | None = None
    words: str = ""
    pooled_words: str = ""
    derived_words: str = ""
    shapes: strip.SvgShapes | None = None
    gap: Gap | None = None
    gap_words: str = ""
    judged: Judgement | None = None
    details: str = ""

    @property
    def is_blank(self) -> bool:
        """Say whether nothing was reported and nothing can be derived."""
        return self.cell.is_empty and not self.cell.derived

    @property
    def count(self) -> str:
        return cell_words.count(self.cell)

    @property
    def name(self) -> str:
        """Return what tells the cell from all others on its page."""
        return f"is-{self.cell.therapy}-{self.cell.outcome}"

    @property
    def designs(self) -> str:
        return cell_words.designs(self.cell.designs)


@dataclass(frozen=True)
class DrawnColumn:
    """One visible outcome with its axis."""

    column: Column
    title: str
    scale: Scale
    top_words: str
    kind: str

    @property
    def outcome(self) -> Outcome:
        return self.column.outcome


@dataclass(frozen=True)
class DrawnRow:
    """One visible therapy; `is_closed` hides what is below it, `closed_next` is the state one click on."""

    row: Row
    is_closed: bool
    closed_next: tuple[str, ...]
    cells: tuple[tuple[DrawnColumn, DrawnCell], ...]
    fresh: Freshness = field(default_factory=Freshness)

    @property
    def is_silent(self) -> bool:
        """Say whether no outcome of the therapy holds anything."""
        return all(drawn.cell.is_empty for _column, drawn in self.cells)

    @property
    def freshness(self) -> str:
        return cell_words.freshness(self.fresh)

    @property
    def gaps(self) -> dict[tuple[Gap, str], list[str]]:
        """Return the titles of the columns without anything, by the kind of gap and its words."""
        found: dict[tuple[Gap, str], list[str]] = {}
        for column, drawn in self.cells:
            if drawn.is_blank and drawn.gap:
                found.setdefault((drawn.gap, drawn.gap_words), []).append(column.title)
        return found


@dataclass(frozen=True)
class DomainGroup:
    """Neighbouring columns of one domain."""

    label: str
    n_columns: int


@dataclass(frozen=True)
class MapPage:
    """The visible part of the map."""

    domains: tuple[DomainGroup, ...]
    columns: tuple[DrawnColumn, ...]
    rows: tuple[DrawnRow, ...]
    timepoints: tuple[float, ...]
    chosen_months: float | None
    families: tuple[Row, ...] = ()
    chosen_families: tuple[str, ...] = ()
    level: str = ""

    @property
    def is_whole(self) -> bool:
        return not self.chosen_families

    @property
    def only_family(self) -> str:
        """Return the family that the map is zoomed into, empty where it shows none or several."""
        return self.chosen_families[0] if len(self.chosen_families) == 1 else ""

    @property
    def is_empty(self) -> bool:
        return all(row.is_silent for row in self.rows)


@dataclass(frozen=True)
class Beside:
    """What a map shows beside the numbers: gaps, freshness, certainty, pooled and derived results."""

    known: Knowledge = field(default_factory=Knowledge)
    pooled: Mapping[tuple[str, str], Pooled] = field(default_factory=dict)
    with_derived: bool = False
    is_filtered: bool = False


def shown(outcomes: Iterable[Outcome], *, domains: Collection[str], with_all: bool) -> list[Outcome]:
    """Return the outcomes that get a column: those of the domains chosen, else the key ones or all."""
    if domains:
        return [outcome for outcome in outcomes if outcome.domain in domains]
    return [outcome for outcome in outcomes if with_all or outcome.code in KEY_OUTCOMES]


def draw(
    evidence: EvidenceMap,
    *,
    families: Collection[str] = (),
    closed: Collection[str] = (),
    with_comparators: bool = False,
    chosen_months: float | None = None,
    level: str = "",
    beside: Beside | None = None,
) -> MapPage:
    """Choose the visible rows, and draw their cells on one axis an outcome.

    At the level “family” every family is closed. Without `beside`, cells hold what is reported and no more.
    """
    columns = tuple(_drawn_column(column, evidence) for column in _in_domain_order(evidence.columns))
    roots = _families(evidence.rows, families, with_comparators)
    closed = {row.therapy.code for row in roots if row.has_children} if level == FAMILIES else set(closed)
    visible = _visible_rows(evidence.rows, {row.therapy.code for row in roots}, closed)
    cells = [[evidence.cell(row.therapy.code, column.outcome.code) for column in columns] for row in visible]
    traits = marks.traits(_marked_results(cells))
    rows = tuple(
        DrawnRow(
            row,
            row.therapy.code in closed,
            tuple(sorted(closed ^ {row.therapy.code})),
            tuple(
                (column, _drawn_cell(cell, column, traits, beside))
                for column, cell in zip(columns, line, strict=True)
            ),
            beside.known.fresh(row.therapy.code) if beside else Freshness(),
        )
        for row, line in zip(visible, cells, strict=True)
    )
    groups = groupby(columns, key=lambda column: column.outcome.get_domain_display())
    rates = next((column for column in evidence.columns if column.timepoints), None)
    return MapPage(
        domains=tuple(DomainGroup(label, len(list(group))) for label, group in groups),
        columns=columns,
        rows=rows,
        timepoints=rates.timepoints if rates else (),
        chosen_months=chosen_months,
        families=_families(evidence.rows, (), with_comparators),
        chosen_families=tuple(families),
        level=_level(roots, closed),
    )


def _families(rows: Iterable[Row], chosen: Collection[str], with_comparators: bool) -> tuple[Row, ...]:
    """Return the roots of the tree: those chosen, else all, comparators only where they are wanted."""
    roots = (row for row in rows if row.parent is None)
    if chosen:
        return tuple(row for row in roots if row.therapy.code in chosen)
    return tuple(row for row in roots if with_comparators or row.therapy.kind != Therapy.Kind.COMPARATOR)


def _level(roots: Sequence[Row], closed: Collection[str]) -> str:
    """Return how far the rows are opened: families, techniques, or neither."""
    if not closed:
        return TECHNIQUES
    return FAMILIES if all(row.therapy.code in closed for row in roots if row.has_children) else ""


def _in_domain_order(columns: Sequence[Column]) -> list[Column]:
    order = {domain: place for place, domain in enumerate(DOMAIN_ORDER)}
    return sorted(columns, key=lambda column: order[column.outcome.domain])


def _visible_rows(rows: tuple[Row, ...], roots: Collection[str], closed: Collection[str]) -> list[Row]:
    """Return the rows of the families wanted that nothing closed hides; parents come before children."""
    visible: list[Row] = []
    opened: set[str] = set()
    for row in rows:
        code = row.therapy.code
        if code in roots if row.parent is None else row.parent in opened:
            visible.append(row)
            if code not in closed:
                opened.add(code)
    return visible


def _drawn_column(column: Column, evidence: EvidenceMap) -> DrawnColumn:
    outcome = column.outcome
    spreads = [
        cell.spread for cell in evidence.cells.values() if cell.outcome == outcome.code and cell.spread
    ]
    values = np.concatenate([spread.values for spread in spreads]) if spreads else np.empty(0)
    tops = PERCENT_TOPS if outcome.measure == Outcome.Measure.PROPORTION else TIME_TOPS
    top = round_top(values, tops=tops)
    kind = {Outcome.Better.HIGHER: "better", Outcome.Better.LOWER: "worse"}.get(outcome.better, "neutral")
    return DrawnColumn(
        column,
        title=_title(column),
        scale=Scale(top, strip.MARGIN, strip.WIDTH - strip.MARGIN),
        top_words=f"{top}{cell_words.unit(outcome)}",
        kind=kind,
    )


def _marked_results(cells: Sequence[Sequence[Cell]]) -> set[int]:
    """Return the results that get a mark of their own: those of cells that show few enough."""
    spreads = (cell.spread for line in cells for cell in line if cell.spread)
    return {
        pk for spread in spreads if len(spread.values) <= strip.MOST_MARKS for pk in spread.results.tolist()
    }


def _drawn_cell(
    cell: Cell, column: DrawnColumn, traits: dict[int, dict[str, object]], beside: Beside | None
) -> DrawnCell:
    drawing = _strip(cell, column, traits)
    words = cell_words.span(cell.spread, column.outcome) if cell.spread else ""
    if beside is None:
        return DrawnCell(cell, drawing, words)
    known, pool = beside.known, beside.pooled.get((cell.therapy, cell.outcome))
    kind = known.gap(cell)
    shows_derived = beside.with_derived and bool(cell.derived)
    drawing = _with_beside(drawing, cell, column, pool, shows_derived=shows_derived)
    return DrawnCell(
        cell,
        drawing,
        words,
        shapes=drawing.shapes(with_middle=cell.n_studies > 1) if drawing else None,
        pooled_words=cell_words.pooled(pool, column.outcome) if pool else "",
        derived_words=_derived_words(cell, column, shows_range=shows_derived),
        gap=kind,
        gap_words=cell_words.gap(kind, known.fresh(cell.therapy)) if kind else "",
        judged=known.certainties.get((cell.therapy, cell.outcome)),
        details=cell_words.details(cell, column.column, known, pool, is_filtered=beside.is_filtered),
    )


def _strip(cell: Cell, column: DrawnColumn, traits: dict[int, dict[str, object]]) -> strip.Strip | None:
    spread = cell.spread
    if spread is None:
        return None
    place = {"middle": spread.middle, "scale": column.scale}
    if len(spread.values) > strip.MOST_MARKS:
        return strip.draw_many(spread.values, **place)
    pairs = zip(spread.values.tolist(), spread.results.tolist(), strict=True)
    return strip.draw([marks.mark(value, **traits[pk]) for value, pk in pairs], **place)


def _with_beside(
    drawing: strip.Strip | None, cell: Cell, column: DrawnColumn, pool: Pooled | None, *, shows_derived: bool
) -> strip.Strip | None:
    """Add the designs, the pooled estimate, and the derived values as long as they can be told apart."""
    if drawing and cell.n_studies:
        drawing = strip.with_mix(drawing, cell.designs[: DesignGroup.REVIEW])
    if drawing and pool:
        drawing = strip.with_pooled(
            drawing, low=pool.low, estimate=pool.estimate, high=pool.high, scale=column.scale
        )
    if shows_derived and len(cell.derived) <= strip.MOST_MARKS:
        drawn = sorted((marks.derived(one) for one in cell.derived), key=lambda mark: mark.value)
        drawing = strip.with_derived(drawing or strip.Strip(), drawn, scale=column.scale)
    return drawing


def _derived_words(cell: Cell, column: DrawnColumn, *, shows_range: bool) -> str:
    if not cell.derived:
        return ""
    count = cell_words.derived_count(cell.derived)
    return (
        f"{count} {cell_words.derived_range(cell.derived, column.outcome)}" if shows_range else f"+ {count}"
    )


def _title(column: Column) -> str:
    name = column.outcome.short_name
    if column.timepoint is None:
        return name
    years = column.timepoint / 12
    return f"{number(years)}-year {name}" if years >= 1 else f"{number(column.timepoint)}-month {name}"
