"""What workers do with the literature; each task carries a primary key and calls a service."""

from __future__ import annotations

from typing import Any

from celery import shared_task

from references.services import searches

# A turn this short lets other runs have theirs, and lets a worker that is told to stop do so soon.
TURN_SECONDS = 8.0


@shared_task(bind=True, max_retries=None)
def run_search(self: Any, run_pk: int) -> None:
    """Carry a run out for one turn, and ask for the next one while there is something left to do."""
    again_in = searches.execute(run_pk, seconds=TURN_SECONDS)
    if again_in is not None:
        raise self.retry(countdown=again_in)


@shared_task
def requeue_stale_runs() -> None:
    """Announce the runs that nobody carries out."""
    searches.requeue_stale()
