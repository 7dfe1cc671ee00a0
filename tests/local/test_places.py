"""The directory of a copy: private, its own, and clear about what is wrong with it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nelm_review.local.places import LOG_TAIL_LINES, LocalError, VarDir, open_log, tail, write_private


def test_from_environment_takes_the_named_directory(monkeypatch, tmp_path):
    monkeypatch.setenv("NELM_VAR_DIR", str(tmp_path / "copy"))

    assert VarDir.from_environment().root == tmp_path / "copy"


def test_create_on_a_file_is_a_clear_error(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(LocalError, match="Set NELM_VAR_DIR to a directory you own"):
        VarDir(tmp_path / "file").create()


def test_secret_key_stays_the_same(var):
    assert var.secret_key() == var.secret_key()
    assert len(var.secret_key()) >= 50


def test_secret_key_is_another_in_another_directory(var, tmp_path):
    assert VarDir(tmp_path).secret_key() != var.secret_key()


def test_write_private_is_for_the_owner_alone(tmp_path):
    path = tmp_path / "secret"
    write_private(path, "first")
    write_private(path, "second")

    assert path.read_text() == "second"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_open_log_keeps_the_log_of_the_run_before(tmp_path):
    log = tmp_path / "web.log"
    for text in (b"first run", b"second run"):
        descriptor = open_log(log)
        os.write(descriptor, text)
        os.close(descriptor)

    assert log.read_text() == "second run"
    assert (tmp_path / "web.log.old").read_text() == "first run"


def test_tail_gives_the_last_lines(tmp_path):
    log = tmp_path / "web.log"
    log.write_text("\n".join(f"line {n}" for n in range(10_000)))

    assert tail(log).splitlines()[-1].strip() == "line 9999"
    assert len(tail(log).splitlines()) == LOG_TAIL_LINES


def test_tail_of_no_log_is_empty(tmp_path: Path):
    assert tail(tmp_path / "none.log") == ""
