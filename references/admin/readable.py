"""JSON columns of a reference as lists that a person can read; every text is escaped."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from nelm_review.core.administration.changes import NOTHING


def shown(name: str, render: Callable[[Any], SafeString | str], label: str = "") -> Callable[..., Any]:
    """Return a read-only column of an admin that shows the row's column `name` through `render`."""

    @admin.display(description=label or name.replace("_", " ").capitalize())
    def column(_admin: admin.ModelAdmin, row: Model) -> SafeString | str:
        return render(getattr(row, name))

    return column


def sections(parts: list[dict[str, Any]]) -> SafeString | str:
    """Return an abstract as its headings and paragraphs."""
    if not parts:
        return NOTHING
    rows = ((part.get("label") or part.get("category") or "", part.get("text", "")) for part in parts)
    return format_html('<dl class="readable">{}</dl>', format_html_join("", "<dt>{}</dt><dd>{}</dd>", rows))


def headings(mesh: list[dict[str, Any]]) -> SafeString | str:
    """Return MeSH headings as PubMed prints them: `Descriptor* / qualifier*`, a star for a major topic."""
    if not mesh:
        return NOTHING
    return lines([" / ".join(map(_starred, (heading, *heading.get("qualifiers", ())))) for heading in mesh])


def lines(items: list[str]) -> SafeString | str:
    """Return one list item a text."""
    if not items:
        return NOTHING
    return format_html(
        '<ul class="readable">{}</ul>', format_html_join("", "<li>{}</li>", ((item,) for item in items))
    )


def tree(value: Any) -> SafeString | str:
    """Return any JSON value as nested lists, empty parts left out."""
    if value is None or value in ("", [], {}):
        return NOTHING
    if isinstance(value, dict):
        rows = ((name, tree(item)) for name, item in value.items() if item not in (None, "", [], {}))
        return format_html(
            '<dl class="readable">{}</dl>', format_html_join("", "<dt>{}</dt><dd>{}</dd>", rows)
        )
    if isinstance(value, list):
        return lines([tree(item) for item in value])
    return str(value)


def _starred(topic: dict[str, Any]) -> str:
    name = topic.get("descriptor") or topic.get("name") or ""
    return f"{name}*" if topic.get("is_major") else name
