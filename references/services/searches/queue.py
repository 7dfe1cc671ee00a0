"""Puts runs in front of the workers. The row is the queue: a message only says that there is one."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from celery import current_app
from django.db import connection, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from references.models import SearchRun

TASK = "references.tasks.run_search"
NO_BROKER = "The queue does not answer at the moment. The run is saved and starts as soon as it does."

# Which run a session is carrying out. A session lock ends with its session, so also with a killed worker; a
# pooler that hands one session to several clients (pgbouncer in transaction mode) must not stand in between.
_LOCKS = 0x6E656C72_00000000

# Somebody may be waiting for the page: one attempt, which takes seconds at most.
_IMPATIENCE = {"max_retries": 0, "socket_connect_timeout": 2.0, "socket_timeout": 5.0}

logger = logging.getLogger(__name__)


def enqueue(run_pk: int) -> bool:
    """Tell the workers about a run; where the broker does not answer, note it on the row and return False.

    The sweeper tells them again.
    """
    try:
        with current_app.connection_for_write(transport_options=_impatient()) as broker:
            # By name: services do not know the tasks that call them.
            current_app.send_task(TASK, args=[run_pk], retry=False, connection=broker)
    except OperationalError as error:
        logger.warning("Run %s could not be announced: %s", run_pk, error)
        SearchRun.objects.active().filter(pk=run_pk).update(error=NO_BROKER)
        return False
    SearchRun.objects.active().filter(pk=run_pk, error=NO_BROKER).update(error="")
    return True


def requeue_stale() -> list[int]:
    """Tell the workers again about runs that nobody carries out, and return their primary keys.

    That is a run whose worker died, or whose message was lost with the broker.
    """
    announced = []
    for pk, heartbeat_at in (
        SearchRun.objects.stale().order_by("heartbeat_at").values_list("pk", "heartbeat_at")
    ):
        if is_carried_out(pk):
            continue
        if not enqueue(pk):
            break
        # As if touched now: the message may wait behind others for a while.
        SearchRun.objects.filter(pk=pk, heartbeat_at=heartbeat_at).update(heartbeat_at=timezone.now())
        announced.append(pk)
    return announced


def _impatient() -> dict[str, Any]:
    return {**current_app.conf.broker_transport_options, **_IMPATIENCE}


@contextmanager
def carrying_out(run_pk: int) -> Iterator[bool]:
    """Hold the run for the length of the block; gives False when another worker holds it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCKS + run_pk])
        is_ours = bool(cursor.fetchone()[0])
    try:
        yield is_ours
    finally:
        # A connection that broke took the lock with it.
        if is_ours and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCKS + run_pk])


def is_carried_out(run_pk: int) -> bool:
    """Say whether a worker holds the run at this moment."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCKS + run_pk])
        return not cursor.fetchone()[0]
