"""`make run`: everything of a copy, started in order, watched, and stopped without a trace."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import io
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator, Sequence

from nelm_review import env
from nelm_review.local.accounts import FILE, demo_accounts
from nelm_review.local.commands import embedded
from nelm_review.local.parts import Part, parts
from nelm_review.local.places import LocalError, VarDir, tail
from nelm_review.local.servers import HOST, PR_SET_PDEATHSIG
from nelm_review.local.sharing import Keeper, Lock, holding

DEFAULT_PORT = "8000"
READY_SECONDS = 120
STOP_SECONDS = 15
WATCH_SECONDS = 0.5


class Stopped(BaseException):
    """Somebody asked the copy to stop."""


class Signals:
    """Turns the first request to stop into `Stopped`, and only counts the impatient ones after it."""

    def __init__(self) -> None:
        self.count = 0
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._receive)
        if "MAKELEVEL" in os.environ and sys.platform.startswith("linux"):
            # `kill -9` of make must not leave its recipe running.
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM))

    def _receive(self, *_: object) -> None:
        self.count += 1
        if self.count == 1:
            raise Stopped

    def mute(self) -> None:
        """From now on, a request to stop interrupts nothing."""
        self.count = max(self.count, 1)


def main() -> int:
    """Run a copy until it is asked to stop; 0 after an orderly stop, 1 when something went wrong."""
    signals = Signals()
    try:
        port = chosen_port()
        var = VarDir.from_environment()
        var.create()
        with only_copy(var):
            os.environ["NELM_VAR_DIR"] = str(var.root)
            os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nelm_review.settings")
            run(port, var, signals)
    except LocalError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except Stopped:
        say("Stopped.")
    return 0


def run(port: int, var: VarDir, signals: Signals) -> None:
    has_demo_accounts = not env.text("DATABASE_URL")
    started: list[Part] = []
    with contextlib.ExitStack() as servers:
        servers.callback(stop, started, signals)
        collecting = start(Part("static", "Static files", ["nelm_review.local.static_files"], var), started)
        with step("Servers"):
            keepers = servers.enter_context(embedded(var))
        servers.callback(stop, started, signals)
        accounts = prepare(var, has_demo_accounts=has_demo_accounts)
        with step("Static files"):
            wait_until_done(collecting)
        started.clear()
        for part in parts(port, var):
            start(part, started, keepers)
        with step("Web server, workers and beat"):
            wait_until_ready(started, keepers)
        say(welcome(port, var, accounts))
        watch(started, keepers)


def start(part: Part, started: list[Part], keepers: Sequence[Keeper] = ()) -> Part:
    """Start a part, listed before it exists so that no signal can make it be forgotten."""
    started.append(part)
    part.start([keeper.users.descriptor for keeper in keepers])
    return part


def wait_until_done(part: Part) -> None:
    """Return when the part has done its work; raises LocalError with its log when it failed."""
    if part.process.wait():
        raise LocalError(f"{part.title} could not be made. {end_of(part)}")


def prepare(var: VarDir, *, has_demo_accounts: bool) -> dict[str, str]:
    """Bring the database up to date; returns the demo accounts' passwords."""
    import django
    from django.apps import apps
    from django.core.management import call_command
    from django.db import connections

    with step("Database"), explained("The database could not be brought up to date"):
        django.setup()
        with holding(var.lock("migrate")):
            call_command("migrate", interactive=False, verbosity=0)
    if not apps.get_model("therapies", "Study").objects.exists():
        with step("Evidence"), explained("The shipped evidence could not be loaded"):
            call_command("load_evidence", stdout=io.StringIO())
    accounts = {}
    if has_demo_accounts:
        with explained("The demo accounts could not be made"):
            accounts = demo_accounts(var)
    connections.close_all()
    return accounts


def wait_until_ready(everything: list[Part], keepers: list[Keeper]) -> None:
    """Return when every part answers; raises LocalError with the log of one that stopped or stays silent."""
    waiting, deadline = list(everything), time.monotonic() + READY_SECONDS
    while waiting := [part for part in waiting if not part.is_ready()]:
        check(everything, keepers)
        if time.monotonic() > deadline:
            raise LocalError(f"{waiting[0].title} does not answer. {end_of(waiting[0])}")
        time.sleep(0.1)


def watch(everything: list[Part], keepers: list[Keeper]) -> None:
    """Pass on warnings and errors until a part stops, which raises LocalError."""
    while True:
        for part in everything:
            for line in part.news():
                say(f"{part.title}: {line}")
        check(everything, keepers)
        time.sleep(WATCH_SECONDS)


def check(everything: list[Part], keepers: list[Keeper]) -> None:
    """Raise LocalError if any part or server has stopped by itself."""
    for keeper in keepers:
        if not keeper.is_alive():
            server = keeper.server
            raise LocalError(f"{server.title} stopped by itself. {end_of(server)}")
    for part in everything:
        if not part.is_running():
            code = part.process.returncode
            how = f"exit code {code}" if code >= 0 else f"signal {-code}"
            raise LocalError(f"{part.title} stopped by itself ({how}). {end_of(part)}")


def end_of(source: Part | object) -> str:
    return f"Its log, {source.log}, ends:\n{tail(source.log)}"


def stop(everything: list[Part], signals: Signals) -> None:
    """Ask every part to stop; force those that take too long, or all at a second Ctrl-C."""
    signals.mute()
    if any(part.is_running() for part in everything):
        say("\nStopping …")
    for part in reversed(everything):
        part.ask_to_stop()
    deadline, asked = time.monotonic() + STOP_SECONDS, signals.count
    while any(part.is_running() for part in everything):
        if time.monotonic() > deadline or signals.count > asked:
            break
        time.sleep(0.05)
    for part in everything:
        part.send(signal.SIGKILL)
        if part.process:
            part.process.wait()
        part.close()


@contextlib.contextmanager
def only_copy(var: VarDir) -> Iterator[None]:
    """Refuse to run two copies on one directory."""
    lock = Lock(var.lock("run"))
    try:
        if not lock.try_take():
            raise LocalError(
                f"`make run` is already running on {var.root}. "
                "A second copy needs its own directory and port: NELM_VAR_DIR=… PORT=… make run."
            )
        yield
    finally:
        lock.close()


def chosen_port() -> int:
    """Return PORT; raises LocalError when it is no port, or a taken one."""
    word = env.text("PORT", DEFAULT_PORT)
    if not word.isdecimal() or not 0 < int(word) < 65536:
        raise LocalError(f"PORT={word} is not a port: use a number from 1 to 65535.")
    port = int(word)
    if reason := why_closed(port):
        others = (other for other in range(max(port, 1023) + 1, 65536) if not why_closed(other))
        advice = f"choose another: PORT={next(others, DEFAULT_PORT)} make run."
        raise LocalError(f"Port {port} is {reason}. Stop what uses it, or {advice}")
    return port


def why_closed(port: int) -> str:
    """Say why this account cannot listen on the port; an empty string when it can."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            return "reserved for root" if error.errno == errno.EACCES else "taken"
    return ""


@contextlib.contextmanager
def step(title: str) -> Iterator[None]:
    """Say what is being done and how long it took."""
    began = time.monotonic()
    say(f"  {title} … ", end="")
    try:
        yield
    except BaseException:
        say("")
        raise
    say(f"ready ({time.monotonic() - began:.1f} s)")


@contextlib.contextmanager
def explained(sentence: str) -> Iterator[None]:
    """Turn any failure of the block into a LocalError that opens with the sentence."""
    try:
        yield
    except Exception as error:
        raise LocalError(f"{sentence}: {error}") from error


def welcome(port: int, var: VarDir, accounts: dict[str, str]) -> str:
    width = max(map(len, accounts), default=0)
    rows = [f"    {name:<{width}}   {password}" for name, password in accounts.items()]
    if rows:
        rows = [f"  Demo accounts, also in {var.root / FILE}:", *rows, ""]
    address, logs = f"  NELM Review is at http://{HOST}:{port}", f"  Logs: {var.root / 'logs'}"
    return "\n".join(["", address, "", *rows, logs, "  Ctrl-C stops everything.", ""])


def say(text: str, end: str = "\n") -> None:
    """Print for the person at the terminal, if there still is one."""
    with contextlib.suppress(OSError):
        sys.stdout.write(text + end)
        sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
