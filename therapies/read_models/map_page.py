"""What the map page shows of the evidence map: visible rows and columns, each cell drawn and in words."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from therapies.charts import strip
from therapies.charts.scale import PERCENT_TOPS, TIME_TOPS, Scale, round_top
from therapies.evidence_map import Cell, Column, EvidenceMap, Row, Spread
from therapies.models import Outcome, Therapy
from therapies.read_models import marks

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
UNIT_WORDS = {"%": "%", "months": " mo", "days": " d"}


@dataclass(frozen=True)
class DrawnCell:
    """One cell ready for the template: the strip and its range in words, where there are usable values."""

    cell: Cell
    strip: strip.Strip | None = None
    words: str = ""


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

    @property
    def empty_columns(self) -> list[DrawnColumn]:
        return [column for column, drawn in self.cells if drawn.cell.is_empty]


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

    @property
    def is_empty(self) -> bool:
        return not any(len(row.empty_columns) < len(self.columns) for row in self.rows)


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
) -> MapPage:
    """Choose the visible rows, and draw their cells on one axis an outcome."""
    columns = tuple(_drawn_column(column, evidence) for column in _in_domain_order(evidence.columns))
    visible = _visible_rows(evidence.rows, families, closed, with_comparators)
    cells = [[evidence.cell(row.therapy.code, column.outcome.code) for column in columns] for row in visible]
    traits = marks.traits(_marked_results(cells))
    rows = tuple(
        DrawnRow(
            row,
            row.therapy.code in closed,
            tuple(sorted(set(closed) ^ {row.therapy.code})),
            tuple(
                (column, _drawn_cell(cell, column, traits))
                for column, cell in zip(columns, line, strict=True)
            ),
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
    )


def _in_domain_order(columns: Sequence[Column]) -> list[Column]:
    order = {domain: place for place, domain in enumerate(DOMAIN_ORDER)}
    return sorted(columns, key=lambda column: order[column.outcome.domain])


def _visible_rows(
    rows: tuple[Row, ...], families: Collection[str], closed: Collection[str], with_comparators: bool
) -> list[Row]:
    by_code = {row.therapy.code: row for row in rows}

    def lineage(row: Row) -> list[str]:
        return [row.therapy.code, *(lineage(by_code[row.parent]) if row.parent else [])]

    def wanted(row: Row) -> bool:
        line = lineage(row)
        if families and line[-1] not in families:
            return False
        if row.therapy.kind == Therapy.Kind.COMPARATOR and not (with_comparators or line[-1] in families):
            return False
        return not set(line[1:]) & set(closed)

    return [row for row in rows if wanted(row)]


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
        top_words=f"{top}{_unit(outcome)}",
        kind=kind,
    )


def _marked_results(cells: Sequence[Sequence[Cell]]) -> set[int]:
    """Return the results that get a mark of their own: those of cells that show few enough."""
    spreads = (cell.spread for line in cells for cell in line if cell.spread)
    return {
        pk for spread in spreads if len(spread.values) <= strip.MOST_MARKS for pk in spread.results.tolist()
    }


def _drawn_cell(cell: Cell, column: DrawnColumn, traits: dict[int, dict[str, object]]) -> DrawnCell:
    spread = cell.spread
    if spread is None:
        return DrawnCell(cell)
    place = {"middle": spread.middle, "scale": column.scale}
    if len(spread.values) > strip.MOST_MARKS:
        drawing = strip.draw_many(spread.values, **place)
    else:
        pairs = zip(spread.values.tolist(), spread.results.tolist(), strict=True)
        drawing = strip.draw([marks.mark(value, **traits[pk]) for value, pk in pairs], **place)
    return DrawnCell(cell, drawing, words(spread, column.outcome))


def words(spread: Spread, outcome: Outcome) -> str:
    """Return the reported range in words: “2–94 %”, or the one value there is."""
    low, high = number(spread.low), number(spread.high)
    return f"{low if low == high else f'{low}–{high}'}{_unit(outcome)}"


def number(value: float) -> str:
    """Return a value short enough for a cell, never rounded onto 0 or 100; its own page prints it in full."""
    decimals = 0 if 10 <= value <= 99 or value > 100 else 1
    rounded = f"{value:.{decimals}f}".removesuffix(".0")
    return f"{value:.1g}" if rounded == "0" and value else rounded


def _unit(outcome: Outcome) -> str:
    return UNIT_WORDS.get(outcome.unit, f" {outcome.unit}")


def _title(column: Column) -> str:
    name = column.outcome.short_name
    if column.timepoint is None:
        return name
    years = column.timepoint / 12
    return f"{number(years)}-year {name}" if years >= 1 else f"{number(column.timepoint)}-month {name}"
