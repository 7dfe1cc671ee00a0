"""The summaries of the cells, computed anew whenever the evidence has changed."""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass
from typing import Any

from celery import current_app
from django.db import connection, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from nelm_review.core.history import recorded
from nelm_review.core.models import User
from therapies import analysis, evidence_map
from therapies.evidence_map import Cell, EvidenceMap
from therapies.models import CellSummary, SummaryState
from therapies.models.cell_summary import state_of_library
from therapies.scope import Scope
from therapies.services import cells
from therapies.services.cells import Estimate

SERVICE = "summaries.recalculate"
TASK = "therapies.tasks.recalculate_summaries"
# Somebody waits for the page: one attempt, which takes seconds at most.
_IMPATIENCE = {"max_retries": 0, "socket_connect_timeout": 2.0, "socket_timeout": 5.0}

logger = logging.getLogger(__name__)

Pair = tuple[int, int]


@dataclass(frozen=True)
class Recalculation:
    """What one recalculation wrote; `was_current` says that there was nothing to do."""

    was_current: bool = False
    n_new: int = 0
    n_changed: int = 0
    n_same: int = 0


def is_current() -> bool:
    """Say whether the summaries were computed from the present evidence by the present method."""
    return SummaryState.objects.of_present_evidence().filter(method=analysis.METHOD).exists()


def recalculate() -> Recalculation:
    """Bring every summary to the present evidence, and write the rows that changed; the others stay.

    Nothing is deleted: a cell that emptied gets counts of zero. Who comes second waits for the first, and
    then finds nothing to do.
    """
    if is_current():
        return Recalculation(was_current=True)
    with transaction.atomic():
        _wait_for_others()
        if is_current():
            return Recalculation(was_current=True)
        # Read before the evidence: a change in between then makes the summaries old, never wrong.
        state = state_of_library()
        now = timezone.now()
        stamps = {
            "method": analysis.METHOD,
            "evidence_version": state["evidence_version"],
            "computed_at": now,
        }
        with recorded(by=User.objects.shell(), service=SERVICE):
            done = _write(_wanted(), stamps)
            SummaryState.objects.update_or_create(
                pk=1, defaults={**state, "method": analysis.METHOD, "computed_at": now}
            )
    return done


def announce() -> None:
    """Have a worker recalculate once this transaction is committed; else the sweeper does it."""
    transaction.on_commit(_tell_the_workers)


def _tell_the_workers() -> None:
    try:
        with current_app.connection_for_write(transport_options=_IMPATIENCE) as broker:
            # By name: services do not know the tasks that call them.
            current_app.send_task(TASK, retry=False, connection=broker)
    except OperationalError as error:
        logger.warning("The summaries of the cells are recalculated later: %s", error)


def _wait_for_others() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [SERVICE])


def _wanted() -> dict[Pair, dict[str, Any]]:
    """Return what the summary of every cell that holds something should say, by therapy and outcome."""
    scope = Scope()
    evidence = evidence_map.build(scope)
    pooled = _pooled(scope, evidence)
    wanted = {}
    for row in evidence.rows:
        for column in evidence.columns:
            key = row.therapy.code, column.outcome.code
            cell = evidence.cells.get(key)
            if cell is not None and not cell.is_empty:
                fields = _counts(cell, column.timepoint) | asdict(pooled.get(key, Estimate()))
                wanted[row.therapy.pk, column.outcome.pk] = fields
    return wanted


def _pooled(scope: Scope, evidence: EvidenceMap) -> dict[cells.Key, Estimate]:
    loaded = scope.results().select_related("arm__study__cohort", "arm__therapy", "outcome", "reported_in")
    # In the order of the pages: of studies that tie, the first stays in a pool.
    results = list(loaded.order_by("arm__study__label", "arm__study_id", "position"))
    high_risk = analysis.studies_at_high_risk({result.arm.study_id for result in results})
    return cells.estimates(cells.by_cell(evidence.rows, results), high_risk=high_risk)


def _counts(cell: Cell, timepoint: float | None) -> dict[str, Any]:
    spread = cell.spread
    return {
        "n_studies": cell.n_studies,
        "n_patients": cell.n_patients,
        "n_results": cell.n_results,
        "timepoint_months": timepoint,
        "low": spread.low if spread else None,
        "middle": spread.middle if spread else None,
        "high": spread.high if spread else None,
    }


def _write(wanted: dict[Pair, dict[str, Any]], stamps: dict[str, Any]) -> Recalculation:
    new, changed, n_same = [], [], 0
    stored = {(row.therapy_id, row.outcome_id): row for row in CellSummary.objects.all()}
    for therapy, outcome in wanted.keys() - stored.keys():
        fields = wanted[therapy, outcome] | stamps
        new.append(CellSummary(therapy_id=therapy, outcome_id=outcome, **fields))
    for pair, row in stored.items():
        fields = wanted.get(pair, NOTHING) | {"method": stamps["method"]}
        if all(getattr(row, name) == value for name, value in fields.items()):
            n_same += 1
            continue
        for name, value in (fields | stamps).items():
            setattr(row, name, value)
        changed.append(row)
    CellSummary.objects.bulk_create(new)
    CellSummary.objects.bulk_update(changed, [*NOTHING, *stamps], batch_size=500)
    return Recalculation(n_new=len(new), n_changed=len(changed), n_same=n_same)


# What the summary of a cell says that emptied.
NOTHING = _counts(Cell("", ""), None) | asdict(Estimate())
