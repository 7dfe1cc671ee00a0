"""What workers do with the evidence; each task calls a service, and finds out itself what there is to do."""

from __future__ import annotations

from celery import shared_task

from therapies.services import summaries


@shared_task
def recalculate_summaries() -> None:
    """Bring the summaries of the cells to the present evidence; nothing to do where they are."""
    summaries.recalculate()
