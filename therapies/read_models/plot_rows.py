"""The rows of one page of a cell's plot: what was analysed, loaded to be printed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from therapies.charts import forest
from therapies.models import Result
from therapies.read_models import lines, pool_view, printed
from therapies.read_models.lines import Line
from therapies.read_models.plot_items import Item
from therapies.read_models.plot_sections import Section, Standing
from therapies.read_models.pool_view import PoolView
from therapies.read_models.risk_of_bias import Judged
from therapies.synthesis.eligibility import Refusal

if TYPE_CHECKING:
    from therapies.read_models.evidence_cell import Evidence

ROWS_A_PAGE = 100
# Context beside the evidence: a page names these, the CSV holds all.
MOST_REVIEWS = 10
INTERVAL_NAMES = {"exact": "exact", "wilson": "Wilson"}


@dataclass(frozen=True)
class PlotRow:
    """One result of the page; `line` is the result as printed, of a derived one its first part.

    `interval` is the computed interval in words and `interval_method` its name, both empty where the source
    prints its own; `toggle` is the address that leaves its study out or takes it back, empty where neither
    would change the pool.
    """

    item: Item
    line: Line
    mark: forest.Line | None
    standing: Standing
    judged: tuple[Judged, ...]
    interval: str = ""
    interval_method: str = ""
    reconstructed: str = ""
    toggle: str = ""
    is_in_pool_of_all: bool = False
    parts: tuple[Line, ...] = ()

    @property
    def words(self) -> str:
        """Return the value of a derived result in words."""
        return printed.with_unit(printed.rounded(self.item.value), "%") if self.item.value is not None else ""

    @property
    def counts(self) -> str:
        """Return events and total of a derived result in words."""
        found = self.item.derived
        if found is None or found.events is None or found.total is None:
            return ""
        return f"{found.events:,} of {found.total:,} {printed.PLURALS[Result.Per(found.per)]}"


@dataclass(frozen=True)
class SectionRows:
    """What of one section stands on the page; its verdict follows its last row."""

    section: Section
    rows: tuple[PlotRow, ...]
    is_last: bool
    pool: PoolView | None = None
    refusals: tuple[Refusal, ...] = ()
    problem: str = ""


@dataclass(frozen=True)
class Page:
    """One page of rows; `first` and `last` number them among `n`, from 1."""

    sections: tuple[SectionRows, ...]
    number: int
    n_pages: int
    first: int
    last: int
    n: int
    previous: str = ""
    next: str = ""

    @property
    def rows(self) -> Iterator[PlotRow]:
        for section in self.sections:
            yield from section.rows


def load(
    evidence: Evidence, *, number: int = 1, size: int | None = ROWS_A_PAGE
) -> tuple[Page, tuple[PlotRow, ...]]:
    """Return one page of rows, and those of the first reviews; two queries.

    Without a size there is every row and every review; a number beyond the last page is the last.
    """
    n = sum(section.n_results for section in evidence.plot.sections)
    reviews = evidence.reviews if size is None else evidence.reviews[:MOST_REVIEWS]
    size = size or max(n, 1)
    n_pages = max(1, -(-n // size))
    number = min(number, n_pages)
    first = (number - 1) * size
    chosen = list(_slice(evidence.plot.sections, first, first + size))
    shown = [item for _section, items, _is_last in chosen for item in items]
    loaded = _lines([*shown, *reviews])
    rows = {item.key: _row(item, loaded, evidence) for item in (*shown, *reviews)}
    here = evidence.question.links.to()
    page = Page(
        sections=tuple(
            _section(section, [rows[item.key] for item in items], evidence, is_last=is_last)
            for section, items, is_last in chosen
        ),
        number=number,
        n_pages=n_pages,
        first=first + 1,
        last=min(first + size, n),
        n=n,
        previous=f"{here}&page={number - 1}" if number > 1 else "",
        next=f"{here}&page={number + 1}" if number < n_pages else "",
    )
    return page, tuple(rows[item.key] for item in reviews)


def _slice(
    sections: Iterable[Section], start: int, stop: int
) -> Iterator[tuple[Section, Sequence[Item], bool]]:
    """Give the sections that lie between two places of the whole, with what of them does."""
    place = 0
    for section in sections:
        items = section.items[max(start - place, 0) : max(stop - place, 0)]
        place += len(section.items)
        if items:
            yield section, items, place <= stop


def _lines(items: Iterable[Item]) -> dict[int, Line]:
    """Return the lines of the results, and of the parts of derived ones, by key of the result."""
    keys = {key for item in items for key in _results_of(item)}
    if not keys:
        return {}
    return {line.result.pk: line for line in lines.load(Result.objects.published().filter(pk__in=keys))}


def _results_of(item: Item) -> tuple[int, ...]:
    return item.derived.parts if item.derived else (item.row.pk,)


def _row(item: Item, loaded: dict[int, Line], evidence: Evidence) -> PlotRow:
    one, standing = item.candidate, evidence.standing(item)
    keys = _results_of(item)
    links, toggle = evidence.question.links, ""
    if standing.is_dropped:
        toggle = links.again_with(one.study)
    elif standing.is_in or item.key in evidence.pooled:
        toggle = links.without(one.study)
    return PlotRow(
        item=item,
        line=loaded[keys[0]],
        mark=forest.draw(item.estimate, evidence.axis.scale),
        standing=standing,
        judged=evidence.risk.of(item.row.study.pk, item.row.pk),
        interval=interval_words(item),
        interval_method=INTERVAL_NAMES[evidence.question.interval] if item.is_computed else "",
        reconstructed=f"{one.events:,} of {one.total:,}" if one.is_reconstructed and one.total else "",
        toggle=toggle,
        is_in_pool_of_all=item.key in evidence.pooled,
        parts=tuple(loaded[key] for key in keys) if item.derived else (),
    )


def interval_words(item: Item) -> str:
    """Return a computed interval in words, empty where the interval is the source's or there is none."""
    if not item.is_computed:
        return ""
    low, high = printed.rounded(item.ci_low or 0.0), printed.rounded(item.ci_high or 0.0)
    whom = printed.PLURALS[Result.Per(item.row.per)]
    alike = "" if item.row.per == Result.Per.PATIENT else f", as if {whom} were independent"
    return f"95%\u00a0CI {low}–{high}, computed{alike}"


def _section(section: Section, rows: Sequence[PlotRow], evidence: Evidence, *, is_last: bool) -> SectionRows:
    found = section.analysis
    if found is None or not is_last or not evidence.is_proportion:
        return SectionRows(section, tuple(rows), is_last)
    return SectionRows(
        section,
        tuple(rows),
        is_last,
        pool=pool_view.view(found, evidence.axis.scale),
        refusals=found.eligibility.refusals,
        problem=found.problem,
    )
