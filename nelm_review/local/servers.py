"""What the two embedded servers have in common: a home, a port, a password, a process."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from nelm_review.local.places import LocalError, VarDir, open_log, tail, write_private

HOST = "127.0.0.1"
START_SECONDS = 120
STOP_SECONDS = 30
PR_SET_PDEATHSIG = 1


class Server:
    """One embedded server: loopback only, a port of its own, a random password, its data under `var/`."""

    name: str
    title: str
    variable: str
    stop_signal: signal.Signals

    def __init__(self, var: VarDir, *, is_throwaway: bool = False) -> None:
        self.var = var
        self.is_throwaway = is_throwaway
        self.log = var.log(self.name)
        self.port = 0
        self.password = ""
        self.process: subprocess.Popen[bytes] | None = None

    # --- what each server says about itself

    def url(self) -> str:
        """Return the value of the environment variable that points at this server."""
        raise NotImplementedError

    def prepare(self) -> None:
        """Make the data directory and the configuration."""
        raise NotImplementedError

    def command(self) -> list[str]:
        raise NotImplementedError

    def answers(self) -> bool:
        """Say whether the server takes connections, and finish setting it up on the first one."""
        raise NotImplementedError

    def account(self) -> dict[str, object]:
        """Return the Popen arguments that pick the operating-system account."""
        return {}

    @property
    def home(self) -> Path:
        return self.var.root / self.name

    # --- what they share

    @property
    def _connection_file(self) -> Path:
        return self.var.root / f"{self.name}.json"

    def read_connection(self) -> None:
        """Learn the port and password that the keeper chose."""
        saved = json.loads(self._connection_file.read_text(encoding="utf-8"))
        self.port, self.password = saved["port"], saved["password"]

    def choose_connection(self) -> None:
        """Keep the saved port and password; make them up the first time, the port also when it is taken."""
        if self._connection_file.exists():
            self.read_connection()
        self.password = self.password or secrets.token_hex(16)
        self.port = free_port(self.port)
        write_private(self._connection_file, json.dumps({"port": self.port, "password": self.password}))

    def start(self) -> None:
        """Start the server and wait until it answers; raises LocalError with the end of its log."""
        self.choose_connection()
        self.prepare()
        log = open_log(self.log)
        try:
            self.process = subprocess.Popen(
                self.command(),
                cwd="/",
                env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=dies_with_parent(self.stop_signal),
                **self.account(),
            )
        finally:
            os.close(log)
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise LocalError(f"it gave up. Its log, {self.log}, ends:\n{tail(self.log)}")
            time.sleep(0.03)

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def stop(self) -> None:
        """Stop the server in an orderly way, or by force after half a minute."""
        if not self.is_running():
            return
        self.process.send_signal(self.stop_signal)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def free_port(preferred: int = 0) -> int:
    """Return the preferred loopback port, or any other when it is 0 or taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, preferred))
        except OSError:
            probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def dies_with_parent(stop_signal: signal.Signals) -> Callable[[], None] | None:
    """Return a preexec function that has the kernel send the signal when the parent dies (Linux only).

    https://man7.org/linux/man-pages/man2/pr_set_pdeathsig.2const.html
    """
    if not sys.platform.startswith("linux"):
        return None
    parent, prctl = os.getpid(), ctypes.CDLL(None, use_errno=True).prctl

    def arrange() -> None:
        prctl(PR_SET_PDEATHSIG, int(stop_signal))
        if os.getppid() != parent:
            os.kill(os.getpid(), stop_signal)

    return arrange


def end_leftover(pid_file: Path, program: str, marker: str, stop_signal: signal.Signals) -> None:
    """Stop a server that outlived its keeper, and remove the note of its process id.

    A process counts only if its command line names both the program and the marker: ids are reused.
    """
    try:
        process = psutil.Process(int(pid_file.read_text().split()[0]))
        words = process.cmdline()
    except (FileNotFoundError, IndexError, ValueError, psutil.NoSuchProcess):
        words = []
    if words and Path(words[0]).name == program and any(marker in word for word in words):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(stop_signal)
            process.wait(STOP_SECONDS)
    pid_file.unlink(missing_ok=True)
