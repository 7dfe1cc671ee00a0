"""Templates: text from outside stays escaped, and nothing needs a looser content security policy."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
from django.core.management import call_command
from django.template.loader import get_template

from tests.repository.tree import PACKAGES, ROOT, python_files, shown, templates

UNESCAPED = {
    "the filter `safe`": re.compile(r"\|\s*safe(seq)?\b"),
    "autoescape off": re.compile(r"{%\s*autoescape\s+off"),
    "a style element": re.compile(r"<style\b", re.IGNORECASE),
    "a style attribute": re.compile(r"\sstyle\s*=", re.IGNORECASE),
    "a script without src": re.compile(r"<script\b(?![^>]*\bsrc=)", re.IGNORECASE),
    "an event handler": re.compile(r"\son[a-z]+\s*=", re.IGNORECASE),
    "hx-on": re.compile(r"\shx-on", re.IGNORECASE),
    "hx-boost": re.compile(r"\shx-boost", re.IGNORECASE),
    "a javascript: address": re.compile(r"javascript:", re.IGNORECASE),
    "something fetched from elsewhere": re.compile(
        r"<(?:script|img|iframe|source|video|audio|embed)\b[^>]*\bsrc=[\"'](?:https?:)?//"
        r"|<link\b(?=[^>]*\brel=[\"'](?:stylesheet|preload|icon|preconnect))[^>]*\bhref=[\"'](?:https?:)?//",
        re.IGNORECASE,
    ),
}
COMMENT = re.compile(r"{#.*?#}|{%\s*comment.*?{%\s*endcomment\s*%}", re.DOTALL)
LONGEST_TEMPLATE = 150


# A block of data, which no browser runs; what it holds is made by nelm_review.core.linked_data alone.
DATA_BLOCK = '<script type="application/ld+json">{{ data }}</script>'
WRITES_DATA = ROOT / "templates" / "components" / "linked_data.html"


def markup(path: Path) -> str:
    text = COMMENT.sub("", path.read_text(encoding="utf-8"))
    return text.replace(DATA_BLOCK, "") if path == WRITES_DATA else text


@pytest.mark.parametrize("what", UNESCAPED)
def test_templates_are_without(what: str) -> None:
    found = {shown(path): match[0] for path in templates() if (match := UNESCAPED[what].search(markup(path)))}

    assert not found


@pytest.mark.parametrize("bad", ["{{ x|safe }}", '<p style="a">', "<script>", '<a onclick="x">', "<style>"])
def test_template_guards_see_what_they_forbid(bad: str) -> None:
    assert any(pattern.search(bad) for pattern in UNESCAPED.values())


def test_templates_are_short() -> None:
    lines = {shown(path): len(path.read_text(encoding="utf-8").splitlines()) for path in templates()}

    assert not {name: length for name, length in lines.items() if length > LONGEST_TEMPLATE}


def test_templates_compile() -> None:
    for path in templates():
        folder = next(parent for parent in path.parents if parent.name == "templates")
        get_template(str(path.relative_to(folder)))


def test_modules_mark_nothing_safe() -> None:
    trusting = re.compile(r"\bmark_safe\b|\bSafeString\(")

    assert not [shown(path) for path in python_files(*PACKAGES) if trusting.search(path.read_text("utf-8"))]


def test_static_files_all_exist_and_lead_to_files_that_exist(tmp_path: Path, settings: Any) -> None:
    settings.STATIC_ROOT = tmp_path
    manifest = {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": manifest}

    call_command("collectstatic", interactive=False, verbosity=0)

    wanted = {
        name
        for path in templates()
        for name in re.findall(r"{%\s*static\s+[\"']([^\"'{]+)[\"']", path.read_text(encoding="utf-8"))
    }
    assert wanted
    assert wanted <= set(ManifestStaticFilesStorage(location=tmp_path).hashed_files)


def test_own_style_sheets_and_scripts_stay_small() -> None:
    # What the site's pages load; the administration adds its own small sheet to Django's.
    own = {
        kind: sum(path.stat().st_size for path in (ROOT / "static" / kind).rglob(f"*.{kind}"))
        for kind in ("css", "js")
    }

    assert own["css"] <= 40_000
    assert own["js"] <= 10_000
    assert (ROOT / "static/core/administration.css").stat().st_size <= 3_000
