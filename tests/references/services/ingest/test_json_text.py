"""The JSON columns say what the record says, whatever its words are."""

from __future__ import annotations

import json

import pytest

from references.pubmed.records import (
    AbstractSection,
    HistoryDate,
    MeshHeading,
    MeshQualifier,
    PartialDate,
    PubmedRecord,
)
from references.services.ingest import json_text

WORDS = [
    "",
    "plain",
    'a "quoted" word',
    "back\\slash",
    "tab\tand\nline",
    "β ≥ 1\u00a0mm 🧪",
    "\u2028",
    "</script>",
]


@pytest.mark.parametrize("words", WORDS)
def test_sections_are_json(words: str) -> None:
    found = json_text.sections([AbstractSection(words, words, words), AbstractSection("", "", words)])

    assert json.loads(found) == [
        {"label": words, "category": words, "text": words},
        {"label": "", "category": "", "text": words},
    ]


@pytest.mark.parametrize("words", WORDS)
def test_headings_are_json(words: str) -> None:
    qualifiers = (MeshQualifier(words, words, True), MeshQualifier("Q1", words, False))
    found = json_text.headings([MeshHeading(words, words, True, qualifiers), MeshHeading("D1", words, False)])

    assert json.loads(found) == [
        {
            "ui": words,
            "descriptor": words,
            "is_major": True,
            "qualifiers": [
                {"ui": words, "name": words, "is_major": True},
                {"ui": "Q1", "name": words, "is_major": False},
            ],
        },
        {"ui": "D1", "descriptor": words, "is_major": False, "qualifiers": []},
    ]


def test_dates_are_json() -> None:
    history = (
        HistoryDate(2020, 1, 2, "revised"),
        HistoryDate(2020, 3, None, "revised"),
        HistoryDate(status="x"),
    )
    record = PubmedRecord(99_000_001, history=history, article_date=PartialDate(2021))

    assert json.loads(json_text.dates(record)) == {
        "revised": ["2020-01-02", "2020-03"],
        "electronic": ["2021"],
    }


def test_nothing_is_an_empty_list_or_object() -> None:
    assert (json_text.sections(()), json_text.headings(())) == ("[]", "[]")
    assert json_text.dates(PubmedRecord(99_000_001)) == "{}"


def test_as_json_leaves_json_alone() -> None:
    assert json_text.as_json(json_text.Json('["a"]')) == '["a"]'
    assert json_text.as_json('["a"]') == '"[\\"a\\"]"'
    assert (json_text.as_json([]), json_text.as_json({}), json_text.as_json(["β"])) == ("[]", "{}", '["β"]')
