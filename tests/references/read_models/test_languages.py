"""Languages of publications by their MARC codes."""

from __future__ import annotations

from references.read_models.languages import Language, language


def test_language_has_a_name_and_a_tag():
    assert language("ger") == Language("German", "de")


def test_language_of_an_unlisted_code_is_the_code():
    assert language("xxx") == Language("xxx", "")
