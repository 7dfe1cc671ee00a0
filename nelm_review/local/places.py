"""Where the embedded servers keep their data, secrets, locks and logs: one directory, `var/` by default."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from nelm_review import env

PROJECT = Path(__file__).resolve().parents[2]
LOG_TAIL_LINES = 15
LOG_TAIL_BYTES = 16_384


class LocalError(RuntimeError):
    """Something on this machine keeps the project from running; the message says what to do about it."""


@dataclass(frozen=True)
class VarDir:
    """The directory that holds everything a running copy writes."""

    root: Path

    @classmethod
    def from_environment(cls) -> VarDir:
        """Return NELM_VAR_DIR, or `var/` in the project."""
        return cls(Path(env.text("NELM_VAR_DIR", str(PROJECT / "var"))).resolve())

    def create(self) -> None:
        """Make the directory; raises LocalError when this account may not write there."""
        try:
            self.root.mkdir(mode=0o711, parents=True, exist_ok=True)
            for name in ("locks", "logs"):
                (self.root / name).mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise LocalError(
                f"Cannot write to {self.root} ({error.strerror}). Set NELM_VAR_DIR to a directory you own."
            ) from error
        if not os.access(self.root / "locks", os.W_OK | os.X_OK):
            raise LocalError(
                f"{self.root} belongs to another account. Set NELM_VAR_DIR to a directory you own."
            )

    def lock(self, name: str) -> Path:
        return self.root / "locks" / f"{name}.lock"

    def log(self, name: str) -> Path:
        return self.root / "logs" / f"{name}.log"

    def secret_key(self) -> str:
        """Return the secret key of this copy, made at random the first time."""
        path = self.root / "secret-key.txt"
        if not path.exists():
            write_private(path, secrets.token_urlsafe(50))
        return path.read_text(encoding="utf-8").strip()


def write_private(path: Path, text: str) -> None:
    """Replace the file in one step, readable by its owner alone."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)


def open_log(path: Path) -> int:
    """Return a descriptor on a fresh log; the log of the previous run stays beside it as `.old`."""
    if path.exists():
        path.replace(path.with_suffix(".log.old"))
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)


def tail(path: Path) -> str:
    """Return the last lines of a log, indented; empty when there is none."""
    if not path.exists():
        return ""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - LOG_TAIL_BYTES))
        lines = file.read().decode("utf-8", "replace").splitlines()
    return "\n".join(f"    {line}" for line in lines[-LOG_TAIL_LINES:])
