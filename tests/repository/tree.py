"""The files of the project that the guards read: what git would track, not what lies around."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("nelm_review", "references", "therapies")


def python_files(*folders: str) -> list[Path]:
    """Return the modules below the folders, without migrations."""
    return [
        path
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*.py"))
        if "migrations" not in path.parts
    ]


def templates() -> list[Path]:
    return sorted(path for folder in ("templates", *PACKAGES) for path in (ROOT / folder).rglob("*.html"))


def shown(path: Path) -> str:
    """Return the path as a person writes it, for the names of test cases."""
    return str(path.relative_to(ROOT))
