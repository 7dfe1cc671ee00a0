"""`make run`: a whole copy, once, looked at from all sides; and what keeps a copy from starting."""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from nelm_review.core.roles import Role
from nelm_review.local.accounts import FILE
from nelm_review.local.places import PROJECT, LocalError
from nelm_review.local.run import chosen_port
from nelm_review.local.servers import HOST, free_port

# One copy serves the module, so one parallel worker must run it.
pytestmark = pytest.mark.xdist_group("make run")

START_SECONDS = 180
STOP_SECONDS = 60
NOT_CONFIGURED = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "MAKELEVEL")


@dataclass
class Copy:
    """A copy that runs for the tests of this module."""

    root: Path
    port: int
    process: subprocess.Popen[bytes]

    @property
    def output(self) -> str:
        return (self.root / "output.txt").read_text(encoding="utf-8")

    def wait_for(self, words: str) -> None:
        deadline = time.monotonic() + START_SECONDS
        while words not in self.output:
            assert self.process.poll() is None, self.output
            assert time.monotonic() < deadline, self.output
            time.sleep(0.1)

    def stop(self, how: signal.Signals) -> int:
        self.process.send_signal(how)
        return self.process.wait(STOP_SECONDS)

    def descendants(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)


def run(root: Path, port: int, **environment: str) -> Copy:
    inherited = {name: value for name, value in os.environ.items() if name not in NOT_CONFIGURED}
    with (root / "output.txt").open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "nelm_review.local.run"],
            cwd=PROJECT,
            env={**inherited, "NELM_VAR_DIR": str(root), "PORT": str(port), **environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    return Copy(root, port, process)


@pytest.fixture(scope="module")
def root() -> Iterator[Path]:
    place = Path(tempfile.mkdtemp(prefix="nelm-run-"))
    place.chmod(0o711)  # PostgreSQL may run under another account than the tests
    yield place
    shutil.rmtree(place)


@pytest.fixture(scope="module")
def copies(root: Path) -> Iterator[list[Copy]]:
    """The copies started in this module; only the last may still run."""
    started: list[Copy] = []
    yield started
    for each in started:
        if each.process.poll() is None:
            each.stop(signal.SIGTERM)


@pytest.fixture
def copy(root: Path, copies: list[Copy]) -> Copy:
    """A copy that is ready: the one of the test before, or the next start in the same directory."""
    if not copies or copies[-1].process.poll() is not None:
        copies.append(run(root, free_port()))
        copies[-1].wait_for("Ctrl-C stops everything.")
    return copies[-1]


def get(copy: Copy, path: str) -> int:
    connection = http.client.HTTPConnection(HOST, copy.port, timeout=30)
    with contextlib.closing(connection):
        connection.request("GET", path)
        return connection.getresponse().status


def test_run_serves_pages(copy):
    assert [get(copy, path) for path in ("/healthz", "/readyz", "/", "/accounts/login/")] == [200] * 4


def test_run_loads_the_shipped_evidence_once(copy):
    count = "from therapies.models import Study; print(Study.objects.count())"
    shell = [sys.executable, "manage.py", "shell", "--verbosity=0", "--command", count]
    inherited = {name: value for name, value in os.environ.items() if name not in NOT_CONFIGURED}
    counted = subprocess.run(
        shell,
        cwd=PROJECT,
        env={**inherited, "NELM_VAR_DIR": str(copy.root)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert int(counted.stdout) > 0
    assert get(copy, "/readyz") == 200


def test_run_prints_an_account_for_each_role(copy):
    printed = dict(re.findall(r"^ {4}([a-z-]+) +(\S+)$", copy.output, re.MULTILINE))

    assert set(printed) == {role.value for role in Role}
    assert all(f"{name} {word}" in (copy.root / FILE).read_text() for name, word in printed.items())


def test_run_keeps_the_database_from_other_accounts(copy):
    private = ["postgres", "valkey", "locks", "logs", "postgres.json", "valkey.json", "secret-key.txt", FILE]

    assert not [name for name in private if (copy.root / name).stat().st_mode & 0o077]


def test_run_on_a_taken_port_says_so_before_it_starts_anything(copy, tmp_path):
    other = run(tmp_path, copy.port)

    assert other.process.wait(STOP_SECONDS) == 1
    assert re.fullmatch(
        rf"Port {copy.port} is taken\. Stop what uses it, or choose another: PORT=\d+ make run\.\n",
        other.output,
    )
    assert [path.name for path in tmp_path.iterdir()] == ["output.txt"]


def test_run_twice_in_one_directory_says_so(copy):
    other = subprocess.run(
        [sys.executable, "-m", "nelm_review.local.run"],
        cwd=PROJECT,
        env={**os.environ, "NELM_VAR_DIR": str(copy.root), "PORT": str(free_port())},
        capture_output=True,
        text=True,
        check=False,
    )

    assert other.returncode == 1
    assert f"`make run` is already running on {copy.root}" in other.stderr
    assert get(copy, "/readyz") == 200


@pytest.mark.parametrize("port", ["eighty", "0", "65536", "-1", "80.5"])
def test_run_refuses_what_is_no_port(port, tmp_path, monkeypatch):
    monkeypatch.setenv("PORT", port)

    with pytest.raises(LocalError, match=f"PORT={port} is not a port"):
        chosen_port()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_run_stops_everything_when_asked(how, copy):
    everything = copy.descendants()
    code = copy.stop(how)

    assert code == 0, copy.output
    assert len(everything) > 10
    assert not [process for process in everything if process.is_running()]
    assert copy.output.rstrip().endswith("Stopped.")


def test_run_again_finds_the_same_accounts(root, copies, copy):
    before = (root / FILE).read_text()
    copy.stop(signal.SIGTERM)
    copies.append(run(root, copy.port))
    copies[-1].wait_for("Ctrl-C stops everything.")

    assert (root / FILE).read_text() == before
    assert "Evidence" not in copies[-1].output


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Only Linux tells children of a death.")
def test_run_killed_outright_leaves_no_process(copy):
    everything = copy.descendants()
    copy.process.kill()
    copy.process.wait()

    assert psutil.wait_procs(everything, timeout=STOP_SECONDS)[1] == []


@pytest.mark.parametrize("part", ["gunicorn", "beat"])
def test_run_stops_everything_when_a_part_dies(part, copy):
    everything = copy.descendants()
    [child] = [each for each in psutil.Process(copy.process.pid).children() if part in each.cmdline()]
    child.kill()

    assert copy.process.wait(STOP_SECONDS) == 1
    assert "stopped by itself (signal 9). Its log, " in copy.output
    assert psutil.wait_procs(everything, timeout=STOP_SECONDS)[1] == []


def test_run_says_what_a_part_logged_when_it_does_not_start(root, copies):
    if copies and copies[-1].process.poll() is None:
        copies[-1].stop(signal.SIGTERM)
    broken = run(root, free_port(), DEBUG="perhaps")

    assert broken.process.wait(STOP_SECONDS) == 1
    assert "neither yes nor no" in broken.output
