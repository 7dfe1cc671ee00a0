"""What every benchmark needs: a scratch database on the test servers, and honest repeated timing."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests import services


@contextmanager
def database() -> Iterator[None]:
    """Start the servers that the environment does not name, and make an empty, migrated database."""
    services.start()
    try:
        services.prepare_django()
        from django.db import connection
        from django.test.utils import setup_test_environment

        setup_test_environment()
        connection.creation.create_test_db(verbosity=0, autoclobber=True)
        yield
        connection.close()
    finally:
        services.stop()


def timed(*subjects: Callable[[], object], rounds: int = 5) -> list[list[float]]:
    """Run the subjects in turn, A B A B …, after one warm-up each; return the seconds of every round."""
    for subject in subjects:
        subject()
    seconds: list[list[float]] = [[] for _ in subjects]
    for _ in range(rounds):
        for index, subject in enumerate(subjects):
            start = time.perf_counter()
            subject()
            seconds[index].append(time.perf_counter() - start)
    return seconds


def line(name: str, seconds: list[float]) -> str:
    """Return one line of figures: minimum, median and maximum in milliseconds."""
    low, middle, high = min(seconds), statistics.median(seconds), max(seconds)
    return f"{name:<52} min {low * 1000:8.1f}  median {middle * 1000:8.1f}  max {high * 1000:8.1f} ms"
