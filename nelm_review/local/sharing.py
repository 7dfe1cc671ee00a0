"""Sharing a server between processes: file locks that the kernel releases, however a process ends."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from nelm_review.local.places import PROJECT, LocalError
from nelm_review.local.servers import Server

POLL_SECONDS = 0.05
STOP_SECONDS = 60


class Lock:
    """An advisory lock on a file; it ends with the process that holds it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)

    def share(self) -> None:
        fcntl.flock(self.descriptor, fcntl.LOCK_SH)

    def take(self) -> None:
        fcntl.flock(self.descriptor, fcntl.LOCK_EX)

    def try_take(self) -> bool:
        """Say whether the lock is now ours alone; a share held before is lost when it is not."""
        try:
            fcntl.flock(self.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def try_take_within(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while not self.try_take():
            if time.monotonic() > deadline:
                return False
            time.sleep(POLL_SECONDS)
        return True

    def note(self, text: str) -> None:
        """Leave a word in the file for whoever finds the lock taken."""
        os.ftruncate(self.descriptor, 0)
        os.pwrite(self.descriptor, text.encode(), 0)

    def close(self) -> None:
        os.close(self.descriptor)


@contextlib.contextmanager
def holding(path: Path) -> Iterator[None]:
    """Hold the lock alone for the length of the block."""
    lock = Lock(path)
    try:
        lock.take()
        yield
    finally:
        lock.close()


class Keeper:
    """The process that owns one server of one directory, seen from the outside."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.path = server.var.lock(f"{server.name}-keeper")
        self.users = Lock(server.var.lock(f"{server.name}-users"))
        self.started: subprocess.Popen[str] | None = None

    def is_alive(self) -> bool:
        lock = Lock(self.path)
        try:
            return not lock.try_take()
        finally:
            lock.close()

    def start(self) -> None:
        """Start the keeper and wait until its server answers; raises LocalError if it does not."""
        command = [sys.executable, "-m", "nelm_review.local.keeper", self.server.name]
        command += [str(self.server.var.root)] + (["--throwaway"] if self.server.is_throwaway else [])
        self.started = subprocess.Popen(
            command,
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        try:
            report, complaint = self.started.stdout.readline(), ""
            if not report:
                complaint = self.started.stderr.read()
        finally:
            self.started.stdout.close()
            self.started.stderr.close()
        answer = json.loads(report) if report else {"error": complaint.strip() or "it ended without a word"}
        if "error" in answer:
            self.started.wait()
            raise LocalError(f"{self.server.title} did not start: {answer['error']}")

    def stop(self) -> None:
        """Ask the keeper to stop its server and wait until both are gone."""
        if self.started and self.started.poll() is None:
            self.started.terminate()
            self.started.wait(STOP_SECONDS)
            return
        lock = Lock(self.path)
        try:
            if not lock.try_take():
                with contextlib.suppress(ValueError, ProcessLookupError):
                    os.kill(int(self.path.read_text()), signal.SIGTERM)
                if not lock.try_take_within(STOP_SECONDS):
                    raise LocalError(f"{self.server.title} does not stop; its log is {self.server.log}.")
        finally:
            lock.close()


@contextlib.contextmanager
def running(server: Server) -> Iterator[Keeper]:
    """Keep the server up for the length of the block, started here or shared with other processes.

    The last user stops it. Raises LocalError when it cannot be started.
    """
    keeper = Keeper(server)
    try:
        keeper.users.share()
        with holding(server.var.lock(f"{server.name}-start")):
            if not keeper.is_alive():
                keeper.start()
        yield keeper
    finally:
        if keeper.users.try_take():
            keeper.stop()
        keeper.users.close()
