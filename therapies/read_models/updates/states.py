"""What a cell said at a moment, from the history of its summary."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from therapies.models import CellSummary, Outcome
from therapies.models.cell_summary import SummaryState
from therapies.read_models import estimates, printed

Pair = tuple[int, int]


@dataclass(frozen=True)
class State:
    """What a cell says in the default filters: counts, range, the pooled estimate or why there is none."""

    n_studies: int = 0
    n_patients: int = 0
    n_results: int = 0
    range: str = ""
    estimate: str = ""
    refusal: str = ""


class States:
    """The states of some cells over time; one query for their events, and one for when they were computed."""

    def __init__(self, pairs: Iterable[Pair], outcomes: dict[int, Outcome]) -> None:
        self._outcomes = outcomes
        wanted = set(pairs)
        self._events: dict[Pair, list[Any]] = defaultdict(list)
        events = CellSummary.pgh_event_model.objects.filter(
            therapy__in={therapy for therapy, _outcome in wanted},
            outcome__in={outcome for _therapy, outcome in wanted},
        )
        for event in events.order_by("pgh_id") if wanted else ():
            self._events[event.therapy_id, event.outcome_id].append(event)
        state = SummaryState.objects.first()
        self._computed_at = state.computed_at if state else None

    def around(self, pair: Pair, first: datetime, last: datetime) -> tuple[State, State | None]:
        """Return what the cell said before the first moment, and after the last one.

        The second is None while the summaries are not yet computed since.
        """
        events = self._events.get(pair, [])
        times = [event.computed_at for event in events]
        n_before = bisect_left(times, first)
        before = self._state(events[n_before - 1]) if n_before else State()
        n_after = bisect_left(times, last)
        if n_after < len(events):
            return before, self._state(events[n_after])
        is_computed = self._computed_at is not None and self._computed_at >= last
        return before, (self._state(events[-1]) if events else State()) if is_computed else None

    def _state(self, event: Any) -> State:
        unit = self._outcomes[event.outcome_id].unit
        return State(
            n_studies=event.n_studies,
            n_patients=event.n_patients,
            n_results=event.n_results,
            range="" if event.low is None else printed.span(event.low, event.high, unit),
            estimate=estimates.words(event.estimate, event.ci_low, event.ci_high),
            refusal=event.refusal,
        )
