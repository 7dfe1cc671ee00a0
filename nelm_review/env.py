"""Reads the environment: every variable the product knows is read through these three functions."""

from __future__ import annotations

import os

TRUE_WORDS = frozenset({"1", "true", "yes", "on"})
FALSE_WORDS = frozenset({"0", "false", "no", "off", ""})


class BadEnvironment(ValueError):
    """A variable holds something the product cannot use; the message names it."""


def text(name: str, default: str = "") -> str:
    """Return the variable stripped, or the default when it is unset or blank."""
    return os.environ.get(name, "").strip() or default


def flag(name: str, *, default: bool = False) -> bool:
    """Return the variable as a yes or no; raises BadEnvironment on any other word."""
    word = os.environ.get(name, "").strip().lower()
    if not word:
        return default
    if word in TRUE_WORDS:
        return True
    if word in FALSE_WORDS:
        return False
    raise BadEnvironment(f"{name}={word!r} is neither yes nor no: use 1 or 0.")


def words(name: str, default: str = "") -> list[str]:
    """Return the comma-separated variable as a list without blanks."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]
