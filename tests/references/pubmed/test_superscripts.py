"""Raised and lowered text."""

from __future__ import annotations

import pytest

from references.pubmed.superscripts import lowered, raised


@pytest.mark.parametrize(
    ("text", "expected"),
    [("177", "¹⁷⁷"), ("-1", "⁻¹"), ("2+", "²⁺"), ("a,b", "ᵃ,ᵇ"), ("*", "*"), ("²", "²"), ("(n)", "⁽ⁿ⁾")],
)
def test_raised_uses_unicode_where_every_character_has_a_form(text: str, expected: str) -> None:
    assert raised(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"), [("Sc", "^Sc"), ("word", "^word"), ("a b", "^(a b)"), ("C3", "^C3")]
)
def test_raised_falls_back_to_a_caret(text: str, expected: str) -> None:
    assert raised(text) == expected


def test_raised_brackets_a_fallback_that_would_run_into_the_next_word() -> None:
    assert raised("Sc", after="x") == "^(Sc)"


def test_raised_keeps_an_ordinal_only_after_a_digit() -> None:
    assert (raised("th", before="8"), raised("th", before="x")) == ("th", "ᵗʰ")


@pytest.mark.parametrize(
    ("text", "expected"), [("2", "₂"), ("1/2", "₁/₂"), ("max", "ₘₐₓ"), ("trend", "_trend"), ("50%", "_(50%)")]
)
def test_lowered_uses_unicode_or_an_underscore(text: str, expected: str) -> None:
    assert lowered(text) == expected
