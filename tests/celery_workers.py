"""Real Celery workers for tests, on the test database and the real broker."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest

from nelm_review.local.places import PROJECT, tail
from nelm_review.local.servers import dies_with_parent

START_SECONDS = 60
STOP_SECONDS = 20


@dataclass
class Worker:
    """One worker process; `log` is the file with everything it wrote."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def is_ready(self) -> bool:
        from nelm_review.celery import app

        return bool(app.control.ping(destination=[self.name], timeout=0.5))

    def kill(self) -> None:
        """End the worker and its pool at once, as the kernel does when memory runs out."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """Let the worker finish its task and end."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()


def test_database_url() -> str:
    """Return the URL of the database that the running tests use."""
    from django.db import connection

    at = connection.settings_dict
    account = f"{quote(at['USER'])}:{quote(at['PASSWORD'])}"
    return f"postgresql://{account}@{at['HOST']}:{at['PORT'] or 5432}/{at['NAME']}"


test_database_url.__test__ = False


def command(name: str, queues: str, concurrency: int) -> list[str]:
    worker = [sys.executable, "-m", "celery", "-A", "nelm_review", "worker", "-n", name, "-Q", queues]
    return [*worker, "-c", str(concurrency), "-l", "INFO", "--without-gossip", "--without-mingle"]


@pytest.fixture
def start_worker(transactional_db: None, tmp_path: Path) -> Iterator[Callable[..., Worker]]:
    """Give `start_worker(queues="default,entrez", concurrency=1, **environment)`: it returns a ready Worker.

    Every worker it started is stopped when the test ends. Mark such tests `worker`.
    """
    workers: list[Worker] = []

    def start(queues: str = "default,entrez", concurrency: int = 1, **environment: str) -> Worker:
        name = f"test-{os.getpid()}-{len(workers)}@localhost"
        log = tmp_path / f"worker-{len(workers)}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                command(name, queues, concurrency),
                cwd=PROJECT,
                env={**os.environ, "DATABASE_URL": test_database_url(), **environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=dies_with_parent(signal.SIGTERM),
            )
        worker = Worker(name, process, log)
        workers.append(worker)
        deadline = time.monotonic() + START_SECONDS
        while not worker.is_ready():
            if process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"The Celery worker did not start:\n{tail(log)}")
        return worker

    yield start
    for worker in workers:
        worker.stop()
