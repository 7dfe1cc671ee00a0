"""The keeper process: owns one embedded server, and stops it when nobody uses it any more.

Started by `sharing.Keeper` as `python -m nelm_review.local.keeper SERVER DIRECTORY`. It reports on standard
output with one line of JSON (`{}`, or `{"error": …}`), then stays until its last user has gone or it is
asked to stop.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import sys
import time
from pathlib import Path

from nelm_review.local.places import LocalError, VarDir
from nelm_review.local.postgres import Postgres
from nelm_review.local.servers import Server
from nelm_review.local.sharing import Lock
from nelm_review.local.valkey import Valkey

SERVERS = {server.name: server for server in (Postgres, Valkey)}
POLL_SECONDS = 0.25
PREDECESSOR_SECONDS = 60


class AskedToStop(BaseException):
    """A signal asks the keeper to stop."""


def main(argv: list[str]) -> int:
    arguments = argparse.ArgumentParser(prog="keeper")
    arguments.add_argument("server", choices=SERVERS)
    arguments.add_argument("directory", type=Path)
    arguments.add_argument("--throwaway", action="store_true")
    chosen = arguments.parse_args(argv)
    _mind_signals()
    server = SERVERS[chosen.server](VarDir(chosen.directory), is_throwaway=chosen.throwaway)
    try:
        return _keep(server)
    except AskedToStop:
        return 0


def _keep(server: Server) -> int:
    own, users = (Lock(server.var.lock(f"{server.name}-{role}")) for role in ("keeper", "users"))
    if not own.try_take_within(PREDECESSOR_SECONDS):
        _report({"error": f"another keeper holds {own.path}"})
        return 1
    own.note(str(os.getpid()))
    try:
        server.start()
        _report({})
        _stay(server, users)
    except LocalError as error:
        _report({"error": str(error)})
        return 1
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        server.stop()
        if server.is_throwaway:
            shutil.rmtree(server.home.resolve(), ignore_errors=True)
    return 0


def _stay(server: Server, users: Lock) -> None:
    while server.is_running() and not users.try_take():
        time.sleep(POLL_SECONDS)


def _mind_signals() -> None:
    def stop(*_: object) -> None:
        raise AskedToStop

    signal.signal(signal.SIGTERM, stop)
    for ignored in (signal.SIGINT, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)


def _report(answer: dict[str, str]) -> None:
    """Tell the starter how it went, then let go of its pipes."""
    try:
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        pass  # the starter is gone; the users' lock tells whether anybody else is left
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    os.close(nowhere)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
