"""Servers shared between processes: the last user stops them, however the users end."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time

import psutil
import pytest
import redis

from nelm_review.local.places import PROJECT, LocalError, VarDir, write_private
from nelm_review.local.servers import HOST
from nelm_review.local.sharing import Keeper, Lock, running
from nelm_review.local.valkey import Valkey

GONE_SECONDS = 20
USER = """
import sys
from pathlib import Path
from nelm_review.local.places import VarDir
from nelm_review.local.sharing import running
from nelm_review.local.valkey import Valkey
with running(Valkey(VarDir(Path(sys.argv[1])), is_throwaway=True)):
    print("running", flush=True)
    sys.stdin.read()
"""


def another_user(var: VarDir) -> subprocess.Popen[str]:
    """Start a process that uses the server until its standard input is closed."""
    user = subprocess.Popen(
        [sys.executable, "-c", USER, str(var.root)],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert user.stdout.readline() == "running\n"
    return user


def leave(user: subprocess.Popen[str]) -> None:
    user.stdin.close()
    user.wait(GONE_SECONDS)
    user.stdout.close()


def answers(server: Valkey) -> bool:
    server.read_connection()
    try:
        with redis.Redis.from_url(server.url()) as client:
            return client.ping()
    except redis.ConnectionError:
        return False


def wait_until_dead(keeper: Keeper) -> None:
    deadline = time.monotonic() + GONE_SECONDS
    while keeper.is_alive():
        assert time.monotonic() < deadline, "the keeper is still there"
        time.sleep(0.05)


@pytest.fixture
def server(var):
    return Valkey(var, is_throwaway=True)


def test_running_stops_the_server_at_the_end(server):
    with running(server) as keeper:
        assert answers(server)

    assert not keeper.is_alive()
    assert not answers(server)


def test_running_shares_a_server_that_is_there(server):
    user = another_user(server.var)
    with running(server):
        pass

    assert answers(server)
    leave(user)
    assert not answers(server)


def test_running_outlives_the_process_that_started_it(server):
    user = another_user(server.var)
    with running(server):
        leave(user)

        assert answers(server)
    assert not answers(server)


def test_running_survives_a_killed_user(server):
    user = another_user(server.var)
    user.kill()
    user.wait()
    user.stdin.close()
    user.stdout.close()

    wait_until_dead(Keeper(server))
    assert not answers(server)


def test_running_starts_anew_after_a_killed_keeper(server):
    with running(server) as keeper:
        first = keeper.started.pid
        os.kill(first, signal.SIGKILL)
        keeper.started.wait()

    with running(server) as keeper:
        assert keeper.started.pid != first
        assert answers(server)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Only Linux tells children of a death.")
def test_running_leaves_no_server_after_a_killed_keeper(server):
    with running(server) as keeper:
        [child] = psutil.Process(keeper.started.pid).children()
        os.kill(keeper.started.pid, signal.SIGKILL)
        keeper.started.wait()

        assert psutil.wait_procs([child], timeout=GONE_SECONDS)[1] == []


def test_running_moves_to_another_port_when_its_own_is_taken(server):
    with socket.create_server((HOST, 0)) as other:
        taken = other.getsockname()[1]
        saved = json.dumps({"port": taken, "password": "saved"})
        write_private(server.var.root / "valkey.json", saved)
        with running(server):
            assert answers(server)

    assert server.port != taken
    assert server.password == "saved"


def test_running_says_why_a_server_does_not_start(server):
    server.home.write_text("in the way")

    with pytest.raises(LocalError, match="Valkey did not start"), running(server):
        pytest.fail("It must not start.")


def test_lock_is_ours_alone(var):
    first, second = (Lock(var.lock("test")) for _ in range(2))
    first.take()

    assert not second.try_take()
    first.close()
    assert second.try_take()
    second.close()


def test_lock_gives_up_after_its_patience(var):
    first, second = (Lock(var.lock("test")) for _ in range(2))
    first.take()

    assert not second.try_take_within(0.1)
    first.close()
    second.close()
