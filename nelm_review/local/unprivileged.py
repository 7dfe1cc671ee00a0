"""Running PostgreSQL for root: the server refuses root, so it gets another account and paths it can reach.

Nothing of root's is opened up for that account. Where it cannot reach the checkout (a clone below `/root`),
the server's programs are copied, and its data kept, under `/var/lib/nelm-review`.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
from pathlib import Path

from nelm_review.local.places import LocalError

SHARED_HOME = Path("/var/lib/nelm-review")
READ, ENTER = 4, 1
ACCOUNTS = ("nobody", "daemon")
WAY_OUT = "Run as an ordinary user, set NELM_VAR_DIR to a place that everyone can enter, or set DATABASE_URL."


def is_root() -> bool:
    return os.geteuid() == 0


def pick_account(data: Path) -> pwd.struct_passwd:
    """Return the account that owns the data already, or one that owns nothing of importance."""
    if data.exists() and (owner := data.stat().st_uid):
        try:
            return pwd.getpwuid(owner)
        except KeyError as error:
            raise LocalError(f"{data} belongs to user id {owner}, which has no account here.") from error
    for name in ACCOUNTS:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise LocalError(f"PostgreSQL refuses to run as root and there is no account “nobody”. {WAY_OUT}")


def may(account: pwd.struct_passwd, wanted: int, status: os.stat_result) -> bool:
    """Say whether the file's mode grants the account what is wanted (4 read, 1 enter; no other groups)."""
    if status.st_uid == account.pw_uid:
        wanted <<= 6
    elif status.st_gid == account.pw_gid:
        wanted <<= 3
    return status.st_mode & wanted == wanted


def can_reach(account: pwd.struct_passwd, path: Path) -> bool:
    """Say whether the account can walk down to the path's own name."""
    return all(may(account, ENTER, parent.stat()) for parent in path.resolve().parents)


def can_read(account: pwd.struct_passwd, tree: Path) -> bool:
    """Say whether the account can walk down to the tree and read all of it."""
    return can_reach(account, tree) and all(
        may(account, READ | ENTER if path.is_dir() else READ, path.stat())
        for path in (tree, *tree.rglob("*"))
    )


def reachable_programs(install: Path, libraries: Path, version: str, account: pwd.struct_passwd) -> Path:
    """Return the server's installation, or a copy of it that any account can read."""
    if can_read(account, install) and (not libraries.exists() or can_read(account, libraries)):
        return install
    home = SHARED_HOME / f"postgresql-{version}"
    copy = home / install.parent.name / install.name
    if not copy.exists():
        draft = home.with_name(f".{home.name}.{os.getpid()}")
        _make_shared(draft)
        try:
            shutil.copytree(install, draft / install.parent.name / install.name)
            if libraries.exists():
                shutil.copytree(libraries, draft / libraries.name)
            _open_to_readers(draft)
            draft.replace(home)
        except OSError as error:
            if copy.exists():  # another copy of the project was faster
                return copy
            raise LocalError(f"Cannot copy PostgreSQL to {home} ({error.strerror}). {WAY_OUT}") from error
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    return copy


def reachable_home(home: Path, account: pwd.struct_passwd) -> Path:
    """Make the server's home belong to the account and return it.

    Where the account could not reach it, the home is kept elsewhere and a link to it stays in its place.
    """
    if home.is_symlink() and home.exists():
        home = home.resolve()
    elif home.is_symlink() or not can_reach(account, home):
        if home.is_dir():
            raise LocalError(f"{home} belongs to {account.pw_name}, who cannot reach it. {WAY_OUT}")
        home = _home_elsewhere(home)
    home.mkdir(mode=0o700, exist_ok=True)
    os.chown(home, account.pw_uid, account.pw_gid)
    home.chmod(0o700)
    return home


def _home_elsewhere(home: Path) -> Path:
    """Make an empty directory for what belongs at `home`, and put a link to it there."""
    elsewhere = SHARED_HOME / hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
    # Data without its link is what a deleted checkout of the same name has left.
    shutil.rmtree(elsewhere, ignore_errors=True)
    _make_shared(elsewhere)
    (elsewhere / "belongs-to.txt").write_text(f"{home}\n", encoding="utf-8")
    home.unlink(missing_ok=True)
    home.symlink_to(elsewhere)
    return elsewhere


def _make_shared(path: Path) -> None:
    try:
        SHARED_HOME.mkdir(mode=0o755, parents=True, exist_ok=True)
        SHARED_HOME.chmod(0o755)
        path.mkdir(mode=0o755)
    except OSError as error:
        raise LocalError(
            f"PostgreSQL refuses to run as root, and {path} cannot be made ({error.strerror}). {WAY_OUT}"
        ) from error


def _open_to_readers(tree: Path) -> None:
    for path in (tree, *tree.rglob("*")):
        is_program = path.is_dir() or path.parent.name == "bin"
        path.chmod(0o755 if is_program else 0o644)
