"""The embedded PostgreSQL: like production's, and there again after whatever happened to it."""

from __future__ import annotations

import contextlib
import os
import signal

import psycopg2
import pytest

from nelm_review.local.places import LocalError
from nelm_review.local.postgres import Postgres
from nelm_review.local.sharing import running


def ask(server: Postgres, question: str) -> object:
    server.read_connection()
    with contextlib.closing(psycopg2.connect(server.url())) as connection:
        connection.autocommit = True
        cursor = connection.cursor()
        cursor.execute(question)
        return cursor.fetchone()[0] if cursor.description else None


@pytest.fixture
def server(var):
    """A database that keeps its data; it need not wait for the disk here."""
    return Postgres(var)


def test_postgres_gives_the_application_no_more_rights_than_production(server):
    with running(server):
        assert ask(server, "SELECT NOT rolsuper AND rolcreatedb FROM pg_roles WHERE rolname = current_user")
        assert ask(
            server, "SELECT count(*) FROM pg_available_extensions WHERE name IN ('pg_trgm', 'unaccent')"
        )
        ask(server, "CREATE EXTENSION pg_trgm")
        ask(server, "CREATE EXTENSION unaccent")


def test_postgres_listens_on_loopback_with_a_password(server):
    with running(server):
        assert ask(server, "SHOW listen_addresses") == "127.0.0.1"
        assert not list((server.home.resolve() / "data").glob(".s.PGSQL.*"))
        with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
            psycopg2.connect(server.url().replace(server.password, "guess"))


def test_postgres_comes_back_after_a_crash_with_its_data_and_a_reused_process_id(server):
    with running(server) as keeper:
        ask(server, "CREATE TABLE kept AS SELECT 42 AS answer")
        data = server.home.resolve() / "data"
        postmaster = int((data / "postmaster.pid").read_text().split()[0])
        os.kill(keeper.started.pid, signal.SIGKILL)
        keeper.started.wait()
        with contextlib.suppress(ProcessLookupError):
            os.kill(postmaster, signal.SIGKILL)
    # A process id that now belongs to somebody else, here to this test, must neither be killed nor believed.
    (data / "postmaster.pid").write_text(f"{os.getpid()}\n{data}\n")

    with running(server):
        assert ask(server, "SELECT answer FROM kept") == 42


def test_postgres_says_when_its_password_is_lost(server):
    with running(server):
        pass
    (server.var.root / "postgres.json").unlink()

    with pytest.raises(LocalError, match="no longer holds the password"), running(server):
        pytest.fail("It must not start.")
