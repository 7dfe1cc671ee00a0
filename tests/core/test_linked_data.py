"""Linked data: whatever a title says, it stays inside its block."""

from __future__ import annotations

import json

import pytest
from django.template.loader import render_to_string

from nelm_review.core import linked_data

HOSTILE = (
    "</script><script>alert(1)</script>",
    "<!-- <script>",
    "]]>",
    "\"quoted\" & 'so'",
    "a\u2028b",
    "back\\slash",
)


def rendered(data: dict[str, object]) -> str:
    return render_to_string("components/linked_data.html", {"data": linked_data.text(data)})


@pytest.mark.parametrize("title", HOSTILE)
def test_block_holds_a_hostile_title_as_data(title):
    block = rendered({"@type": "Thing", "name": title})

    assert block.count("<") == 2
    assert block.count(">") == 2
    inside = block.split(">", 1)[1].rsplit("<", 1)[0]
    assert json.loads(inside) == {"@context": "https://schema.org", "@type": "Thing", "name": title}


def test_what_is_not_known_is_left_out():
    found = json.loads(
        linked_data.text({"a": "", "b": None, "c": [], "d": 0, "e": {"f": None, "g": [{"h": ""}]}})
    )

    assert found == {"@context": "https://schema.org", "d": 0, "e": {"g": [{}]}}


def test_text_that_did_not_come_from_here_is_escaped_like_any_other():
    block = render_to_string("components/linked_data.html", {"data": '{"name": "</script>"}'})

    assert block.count("</script>") == 1
