"""The style guide: every component of the site with examples, beside the tokens and plain elements.

An app shows its components through a module `component_examples` that holds EXAMPLES, by component name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.module_loading import module_has_submodule
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from nelm_review.core.pages import render_page

TEMPLATES = Path(settings.BASE_DIR) / "templates"
COLOURS = (
    "paper", "surface", "sunken", "row", "ink", "ink-soft", "ink-faint", "line", "line-strong", "accent",
    "accent-wash", "better", "worse", "neutral", "axis", "focus", "notice", "danger", "success",
)  # fmt: skip
_COMMENT = re.compile(r"\{#(.*?)#\}", re.DOTALL)


@dataclass(frozen=True)
class Example:
    """One way to use a component: the values it is given, and the class (or table) it must stand in."""

    title: str
    context: Mapping[str, Any] = field(default_factory=dict)
    inside: str = ""


@dataclass(frozen=True)
class Specimen:
    """A component as the page shows it: its own opening comment, and each example drawn."""

    name: str
    comment: str
    drawn: tuple[tuple[Example, SafeString], ...]


@login_not_required
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Show every component of the site."""
    context = {"specimens": specimens(), "colours": COLOURS}
    return render_page(request, "styleguide/styleguide.html", context)


def component_names() -> list[str]:
    """Return the components there are, by name."""
    return sorted(path.stem for path in (TEMPLATES / "components").glob("*.html"))


def examples() -> dict[str, tuple[Example, ...]]:
    """Gather the examples of all apps, by component name."""
    found: dict[str, tuple[Example, ...]] = {}
    for config in apps.get_app_configs():
        if module_has_submodule(config.module, "component_examples"):
            found |= import_module(f"{config.name}.component_examples").EXAMPLES
    return found


def specimens() -> list[Specimen]:
    """Draw every component; one without examples is listed with none."""
    shown = examples()
    return [
        Specimen(
            name,
            comment=opening_comment(name),
            drawn=tuple((example, _drawn(name, example)) for example in shown.get(name, ())),
        )
        for name in component_names()
    ]


def opening_comment(name: str) -> str:
    """Return what the component says about itself and its inputs, or nothing if it says nothing."""
    match = _COMMENT.search((TEMPLATES / "components" / f"{name}.html").read_text(encoding="utf-8"))
    return " ".join(match[1].split()) if match else ""


def _drawn(name: str, example: Example) -> SafeString:
    return render_to_string(f"components/{name}.html", dict(example.context))
