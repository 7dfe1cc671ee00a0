"""The pooled estimates of the map: those of the summaries, as long as they are of the present evidence."""

from __future__ import annotations

from collections.abc import Mapping

from nelm_review.core.remembered import remembered
from therapies.models import CellSummary, Result
from therapies.read_models.cell_words import Pooled
from therapies.scope import Scope


def of_map(scope: Scope) -> Mapping[tuple[str, str], Pooled]:
    """Return the pooled cells by therapy and outcome; none inside filters: nothing is summarised there."""
    return {} if scope.is_filtered else _summarised()


@remembered(most=1)
def _summarised() -> dict[tuple[str, str], Pooled]:
    rows = CellSummary.objects.current().filter(estimate__isnull=False).select_related("therapy", "outcome")
    return {
        (row.therapy.code, row.outcome.code): Pooled(row.k, row.estimate, row.ci_low, row.ci_high)
        for row in rows
        # A column of rates is read at a time that need not be that of the pool.
        if not row.outcome.is_rate_over_time and row.outcome.unit == Result.Unit.PERCENT
    }
