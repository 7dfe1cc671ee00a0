"""Everything read as of one moment, whatever others write meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def one_moment(*, is_read_only: bool = False) -> Iterator[None]:
    """Open a REPEATABLE READ transaction; inside another one, whose isolation is chosen, a part of it."""
    is_outermost = not connection.in_atomic_block
    with transaction.atomic():
        if is_outermost:
            access = ", READ ONLY" if is_read_only else ""
            with connection.cursor() as cursor:
                cursor.execute(f"SET TRANSACTION ISOLATION LEVEL REPEATABLE READ{access}")
        yield
