"""Modules: named for what they hold, small enough to read, without leftovers."""

from __future__ import annotations

import re
from pathlib import Path

from tests.repository.tree import PACKAGES, ROOT, python_files, shown

BANNED_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "managers"}
LONGEST_MODULE = 400
LEFTOVERS = re.compile(r"#.*\b(TODO|FIXME|XXX|HACK)\b|\bbreakpoint\(\)|\bpdb\.set_trace\b")
TOP_LEVEL = {
    *("manage.py", "nelm_review", "therapies", "references", "templates", "static", "tests", "docs"),
    *("requirements.txt", "requirements-dev.txt", "docker-compose.yml", "Dockerfile", "Makefile"),
    *("README.md", "CHANGELOG.md", "CITATION.cff", "LICENSE", "pyproject.toml"),
}
WRITTEN_BY_TOOLS = {"var", "node_modules"}


def test_modules_are_named_for_what_they_hold() -> None:
    names = {name for path in python_files(*PACKAGES, "tests") for name in (path.stem, path.parent.name)}

    assert not names & BANNED_NAMES


def test_modules_are_short() -> None:
    lines = {shown(path): len(path.read_text("utf-8").splitlines()) for path in python_files(*PACKAGES)}

    assert not {name: length for name, length in lines.items() if length > LONGEST_MODULE}


def test_modules_have_no_leftovers() -> None:
    this = Path(__file__)
    modules = [path for path in python_files(*PACKAGES, "tests") if path != this]

    assert not [shown(path) for path in modules if LEFTOVERS.search(path.read_text("utf-8"))]


def test_top_level_holds_only_what_the_architecture_names() -> None:
    present = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")}

    assert present - WRITTEN_BY_TOOLS <= TOP_LEVEL


def test_biopython_is_imported_by_the_pubmed_package_only() -> None:
    importers = [
        shown(path)
        for path in python_files(*PACKAGES)
        if re.search(r"^\s*(from|import) Bio\b", path.read_text(encoding="utf-8"), re.MULTILINE)
    ]

    assert importers
    assert all(path.startswith("references/pubmed/") for path in importers)
