"""`manage.py` on a machine with nothing installed: the servers are there for the length of the command."""

from __future__ import annotations

import contextlib
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator, Sequence

import psycopg2

from nelm_review import env
from nelm_review.local.places import PROJECT, LocalError, VarDir
from nelm_review.local.postgres import Postgres
from nelm_review.local.servers import Server
from nelm_review.local.sharing import Keeper, holding, running
from nelm_review.local.valkey import Valkey

# These read and write no table, so they must not wait for a server.
WITHOUT_SERVERS = frozenset(
    {"help", "version", "check", "collectstatic", "findstatic", "diffsettings", "parse_pubmed", "pool"}
)
# These decide themselves which tables there are.
WITHOUT_TABLES = frozenset({"migrate", "makemigrations", "showmigrations", "sqlmigrate", "squashmigrations"})
NOWHERE = {
    "DATABASE_URL": "postgresql://this-command@127.0.0.1:1/starts-no-server",
    "REDIS_URL": "redis://127.0.0.1:1/0",
}


def embedded_servers(var: VarDir, *, is_throwaway: bool = False) -> list[Server]:
    """Return the servers that the environment does not name, as objects that are not started yet."""
    return [
        server(var, is_throwaway=is_throwaway)
        for server in (Postgres, Valkey)
        if not env.text(server.variable)
    ]


@contextlib.contextmanager
def servers_for_command(argv: Sequence[str]) -> Iterator[None]:
    """Give the command of `manage.py` the servers it needs, shared with `make run` if that is running."""
    words = argv[1:]
    command = words[0] if words else "help"
    missing = [name for name in NOWHERE if not env.text(name)]
    if not missing:
        yield
    elif command in WITHOUT_SERVERS or command.startswith("-") or {"--help", "-h"} & set(words):
        os.environ.update({name: NOWHERE[name] for name in missing})
        if not env.text("SECRET_KEY"):
            os.environ["SECRET_KEY"] = secrets.token_urlsafe(50)
        yield
    else:
        try:
            with embedded(VarDir.from_environment()):
                if command not in WITHOUT_TABLES:
                    make_tables_once(VarDir.from_environment())
                yield
        except LocalError as error:
            sys.exit(str(error))


@contextlib.contextmanager
def embedded(var: VarDir) -> Iterator[list[Keeper]]:
    """Run the servers that the environment does not name, and put them in the environment."""
    var.create()
    if not env.text("SECRET_KEY"):
        os.environ["SECRET_KEY"] = var.secret_key()
    with contextlib.ExitStack() as stack:
        keepers = []
        for server in embedded_servers(var):
            keepers.append(stack.enter_context(running(server)))
            server.read_connection()
            os.environ[server.variable] = server.url()
        yield keepers


def make_tables_once(var: VarDir) -> None:
    """Run `migrate` on a database that has no table yet; raises LocalError with its words when it fails."""
    with holding(var.lock("migrate")):
        if has_tables():
            return
        migrate = subprocess.run(
            [sys.executable, str(PROJECT / "manage.py"), "migrate", "--skip-checks", "--verbosity=0"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        if migrate.returncode:
            raise LocalError(f"`migrate` failed on the new database:\n{migrate.stderr.strip()}")


def has_tables() -> bool:
    """Say whether `migrate` has ever run on the database."""
    with (
        contextlib.closing(psycopg2.connect(os.environ["DATABASE_URL"])) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT to_regclass('django_migrations') IS NOT NULL")
        return bool(cursor.fetchone()[0])
