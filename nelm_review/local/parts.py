"""The processes of a running copy beside its servers: web, two Celery workers and beat."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
from typing import BinaryIO

from nelm_review import probe
from nelm_review.local.places import PROJECT, VarDir, open_log
from nelm_review.local.servers import HOST, dies_with_parent

WORTH_SHOWING = re.compile(r"\b(WARNING|ERROR|CRITICAL)\b")
SHOWN_AT_ONCE = 10


class Part:
    """One supervised process: it logs to a file of its own and dies with its supervisor."""

    def __init__(self, name: str, title: str, command: list[str], var: VarDir) -> None:
        self.name = name
        self.title = title
        self.command = command
        self.log = var.log(name)
        self.process: subprocess.Popen[bytes] | None = None
        self._followed: BinaryIO | None = None

    def start(self, inherited: list[int]) -> None:
        """Start the process, handing it the descriptors whose locks it shares."""
        log = open_log(self.log)
        try:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *self.command],
                cwd=PROJECT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                pass_fds=inherited,
                preexec_fn=dies_with_parent(signal.SIGTERM),
            )
        finally:
            os.close(log)
        self._followed = self.log.open("rb")

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def is_ready(self) -> bool:
        return self.is_running()

    def send(self, stop_signal: signal.Signals) -> None:
        """Signal the process and everything it has started."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, stop_signal)

    def ask_to_stop(self) -> None:
        if self.is_running():
            self.process.terminate()

    def close(self) -> None:
        if self._followed:
            self._followed.close()

    def news(self) -> list[str]:
        """Return the warnings and errors logged since the last call, a handful at most."""
        if not self._followed:
            return []
        lines = [
            line.decode("utf-8", "replace").rstrip()
            for line in self._followed.readlines()
            if WORTH_SHOWING.search(line.decode("utf-8", "replace"))
        ]
        if len(lines) > SHOWN_AT_ONCE:
            lines = [*lines[:SHOWN_AT_ONCE], f"… and {len(lines) - SHOWN_AT_ONCE} more in {self.log}"]
        return lines


class Web(Part):
    """gunicorn; ready when the readiness page says so."""

    def __init__(self, port: int, var: VarDir) -> None:
        command = ["gunicorn", "nelm_review.wsgi", "--bind", f"{HOST}:{port}", *WEB_OPTIONS]
        super().__init__("web", "Web server", command, var)
        self.port = port

    def is_ready(self) -> bool:
        return self.is_running() and probe.is_ready(self.port)


class Worker(Part):
    """A Celery worker; ready when it answers over the broker."""

    def __init__(self, queue: str, title: str, concurrency: int, node: str, var: VarDir) -> None:
        self.node = f"{queue}@{node}"
        command = ["celery", "-A", "nelm_review", "worker", "-n", self.node, "-Q", queue]
        command += ["-c", str(concurrency), *WORKER_OPTIONS]
        super().__init__(f"worker-{queue}", title, command, var)

    def is_ready(self) -> bool:
        from nelm_review.celery import app

        return self.is_running() and bool(app.control.ping(destination=[self.node], timeout=0.5))


# The web server needs neither gunicorn's control socket nor a home directory to put it in.
WEB_OPTIONS = ("--worker-class", "gthread", "--workers", "2", "--threads", "4", "--graceful-timeout", "5")
WEB_OPTIONS += ("--no-control-socket", "--access-logfile", "-")
WORKER_OPTIONS = ("-l", "INFO", "--without-gossip", "--without-mingle")


def parts(port: int, var: VarDir) -> list[Part]:
    """Return every process of a copy that serves on the port, in the order in which they start."""
    node, schedule = f"nelm-{port}", var.root / "beat-schedule"
    beat = ["celery", "-A", "nelm_review", "beat", "-l", "INFO", "--pidfile=", "-s", str(schedule)]
    return [
        Web(port, var),
        Worker("default", "Worker", 2, node, var),
        Worker("entrez", "Entrez worker", 2, node, var),
        Part("beat", "Beat", beat, var),
    ]
