"""What another account can reach, judged by modes."""

from __future__ import annotations

import os
import pwd
import shutil

import pytest

from nelm_review.local import unprivileged
from nelm_review.local.places import LocalError

NOBODY = pwd.struct_passwd(("nobody", "x", 65534, 65534, "", "/", "/bin/false"))
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="Only root can give files to another account.")


@pytest.mark.parametrize(
    ("mode", "owner", "group", "expected"),
    [
        (0o755, 0, 0, True),
        (0o750, 0, 0, False),
        (0o750, 0, 65534, True),
        (0o700, 65534, 0, True),
        (0o077, 65534, 0, False),
    ],
)
def test_may_looks_at_the_bits_that_count(mode, owner, group, expected):
    status = os.stat_result((0o040000 | mode, 0, 0, 1, owner, group, 0, 0, 0, 0))

    assert unprivileged.may(NOBODY, unprivileged.READ | unprivileged.ENTER, status) is expected


def test_can_read_sees_one_closed_file_deep_down(tmp_path):
    root = tmp_path / "tree"
    (root / "bin").mkdir(parents=True)
    (root / "bin" / "postgres").write_text("")
    (root / "bin" / "postgres").chmod(0o600)

    assert not unprivileged.can_read(NOBODY, root)


@as_root
def test_home_stays_in_its_place_where_it_can_be_reached(var):
    home = unprivileged.reachable_home(var.root / "postgres", NOBODY)

    assert home == var.root / "postgres"
    assert (home.stat().st_uid, home.stat().st_mode & 0o777) == (NOBODY.pw_uid, 0o700)


@pytest.fixture
def shared(tmp_path_factory, monkeypatch):
    place = tmp_path_factory.mktemp("shared")
    monkeypatch.setattr(unprivileged, "SHARED_HOME", place)
    return place


@as_root
def test_home_moves_where_it_cannot_be_reached(var, shared):
    var.root.chmod(0o700)

    home = unprivileged.reachable_home(var.root / "postgres", NOBODY)

    assert home.parent == shared
    assert (var.root / "postgres").resolve() == home
    assert (home / "belongs-to.txt").read_text().strip() == str(var.root / "postgres")


@as_root
def test_home_that_moved_is_found_again(var, shared):
    var.root.chmod(0o700)
    home = unprivileged.reachable_home(var.root / "postgres", NOBODY)
    (home / "data").mkdir()

    assert unprivileged.reachable_home(var.root / "postgres", NOBODY) == home
    assert (home / "data").is_dir()


@as_root
def test_home_of_a_deleted_directory_is_not_taken_over(var, shared):
    var.root.chmod(0o700)
    home = unprivileged.reachable_home(var.root / "postgres", NOBODY)
    (home / "data").mkdir()
    (var.root / "postgres").unlink()

    assert not (unprivileged.reachable_home(var.root / "postgres", NOBODY) / "data").exists()


@as_root
def test_home_whose_owner_cannot_reach_it_is_a_clear_error(var, shared):
    (var.root / "postgres").mkdir()
    var.root.chmod(0o700)

    with pytest.raises(LocalError, match="belongs to nobody, who cannot reach it"):
        unprivileged.reachable_home(var.root / "postgres", NOBODY)


@as_root
def test_programs_are_copied_where_they_cannot_be_read(tmp_path, shared):
    install = tmp_path / "embedded" / "pginstall"
    (install / "bin").mkdir(parents=True)
    (install / "bin" / "postgres").write_text("program")
    tmp_path.chmod(0o700)

    copy = unprivileged.reachable_programs(install, tmp_path / "none", "18.0", NOBODY)

    assert copy == shared / "postgresql-18.0" / "embedded" / "pginstall"
    assert (copy / "bin" / "postgres").stat().st_mode & 0o777 == 0o755
    assert unprivileged.reachable_programs(install, tmp_path / "none", "18.0", NOBODY) == copy
    shutil.rmtree(tmp_path)


def test_pick_account_keeps_the_owner_of_the_data(tmp_path):
    if os.geteuid() == 0:
        os.chown(tmp_path, pwd.getpwnam("daemon").pw_uid, -1)
        expected = "daemon"
    else:
        expected = pwd.getpwuid(os.geteuid()).pw_name

    assert unprivileged.pick_account(tmp_path).pw_name == expected


def test_pick_account_for_new_data_is_a_harmless_one(tmp_path):
    assert unprivileged.pick_account(tmp_path / "none").pw_name in unprivileged.ACCOUNTS
