"""`manage.py` without any configured server: started when needed, not started when not."""

from __future__ import annotations

import os
import subprocess
import sys

import psutil
import pytest
from django.core.management import get_commands

from nelm_review.local.commands import WITHOUT_SERVERS, WITHOUT_TABLES
from nelm_review.local.places import PROJECT

NOT_CONFIGURED = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY")


def manage(var, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if name not in NOT_CONFIGURED}
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=PROJECT,
        env={**inherited, "NELM_VAR_DIR": str(var.root), **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def processes_of(var) -> list[list[str]]:
    lines = [process.info["cmdline"] or [] for process in psutil.process_iter(["cmdline"])]
    return [line for line in lines if any(str(var.root) in word for word in line)]


@pytest.mark.parametrize("name", sorted((WITHOUT_SERVERS | WITHOUT_TABLES) - {"help", "version"}))
def test_command_named_here_exists(name):
    assert name in get_commands()


@pytest.mark.parametrize("words", [("check",), ("help",), ("--version",), ("migrate", "--help"), ()])
def test_command_without_servers_starts_none(var, words):
    run = manage(var, *words)

    assert run.returncode == 0, run.stderr
    assert [path.name for path in var.root.iterdir() if path.is_file()] == []


def test_command_on_a_fresh_machine_finds_every_table_and_leaves_no_process(var):
    count = "from nelm_review.core.models import User; print('accounts:', User.objects.count())"
    run = manage(var, "shell", "--verbosity=0", "--command", count)

    assert run.stdout == "accounts: 0\n", run.stderr
    assert processes_of(var) == []


def test_command_fails_as_django_does(var, settings):
    run = manage(
        var,
        "no_such_command",
        DATABASE_URL=os.environ["DATABASE_URL"],
        REDIS_URL=os.environ["REDIS_URL"],
        SECRET_KEY="given",
    )

    assert run.returncode == 1
    assert "Unknown command" in run.stderr


def test_command_with_servers_but_no_secret_key_says_so(var):
    run = manage(var, "check", DATABASE_URL=os.environ["DATABASE_URL"], REDIS_URL=os.environ["REDIS_URL"])

    assert run.returncode == 1
    assert "SECRET_KEY is not set" in run.stderr


def test_command_in_a_directory_it_may_not_use_says_so_in_one_line(var):
    (var.root / "file").write_text("")
    run = manage(var, "showmigrations", NELM_VAR_DIR=str(var.root / "file"))

    assert run.returncode == 1
    assert len(run.stderr.splitlines()) == 1
    assert "Set NELM_VAR_DIR" in run.stderr
