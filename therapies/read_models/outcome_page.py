"""One outcome: what it means, and what every therapy reaches on one axis."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db.models import Count

from therapies import evidence_map
from therapies.evidence_map import Row
from therapies.models import Criteria, Outcome, Study
from therapies.read_models import lineage, map_page, printed
from therapies.read_models.map_page import DrawnCell, DrawnColumn
from therapies.scope import Scope


@dataclass(frozen=True)
class Tally:
    """How many published results name one set of criteria or one time point."""

    label: str
    n_results: int
    code: str = ""


@dataclass(frozen=True)
class OutcomePage:
    """What the page of one outcome shows; `silent` names the therapies without evidence."""

    column: DrawnColumn
    rows: tuple[tuple[Row, DrawnCell], ...]
    silent: tuple[Row, ...]
    criteria: tuple[Tally, ...]
    times: tuple[Tally, ...]

    @property
    def outcome(self) -> Outcome:
        return self.column.outcome

    @property
    def time(self) -> str:
        """The time point at which rates are drawn, in words; empty for other outcomes."""
        return printed.time_point(self.column.column.timepoint)


def read(code: str, *, months: float | None = None) -> OutcomePage:
    """Return the page of an outcome; Outcome.DoesNotExist says in words when there is none.

    `months` chooses the time at which rates of survival are drawn, the most reported one otherwise.
    """
    scope = Scope()
    evidence = evidence_map.build(scope, timepoints={} if months is None else {code: months})
    outcome = lineage.outcome_of([column.outcome for column in evidence.columns], code)
    alone = replace(
        evidence, columns=tuple(column for column in evidence.columns if column.outcome == outcome)
    )
    page = map_page.draw(alone, with_comparators=True)
    cells = [(line.row, line.cells[0][1]) for line in page.rows]
    results = scope.results().filter(outcome=outcome).exclude(arm__study__design__in=Study.REVIEW_DESIGNS)
    results = results.order_by()
    return OutcomePage(
        column=page.columns[0],
        rows=tuple((row, drawn) for row, drawn in cells if not drawn.cell.is_empty),
        silent=tuple(row for row, drawn in cells if drawn.cell.is_empty),
        criteria=tuple(_criteria(results.values_list("criteria").annotate(Count("pk")))),
        times=tuple(_times(results.values_list("timepoint_months").annotate(Count("pk")))),
    )


def _criteria(counts: Iterable[tuple[str, int]]) -> Iterable[Tally]:
    for criteria, n_results in sorted(counts, key=lambda pair: -pair[1]):
        yield Tally(Criteria(criteria).label, n_results, criteria)


def _times(counts: Iterable[tuple[float | None, int]]) -> Iterable[Tally]:
    known = sorted(pair for pair in counts if pair[0] is not None)
    for months, n_results in known:
        yield Tally(printed.time_point(months), n_results, f"{months.normalize():f}")
    for months, n_results in counts:
        if months is None:
            yield Tally("Not reported", n_results)
