"""Words of a search: how they are compared, corrected and marked."""

from __future__ import annotations

import pytest

from therapies.read_models.site_search import words

KNOWN = ("chemoembolization", "embolization", "survival", "progression", "resin")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("DEB-TACE", ("deb", "tace")),
        ("chemoembolisation", ("chemoembolization",)),
        ("Tumour réponse", ("tumor", "reponse")),
        ("Grade ≥3 / major", ("grade", "3", "major")),
        ("_;--", ()),
    ],
)
def test_text_falls_into_plain_words(text, found):
    assert words.words(text) == found


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("progression", "progressive", True),
        ("ablation", "ablative", True),
        ("resin", "resection", False),
        ("tae", "tace", False),
        ("os", "osborne", False),
        ("liver", "liver", True),
    ],
)
def test_words_are_alike_when_only_their_ending_differs(one, other, alike):
    assert words.are_alike(one, other) is alike


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        (("chemoembolizaton", "survival"), ("chemoembolization", "survival")),
        (("embolzation",), ("embolization",)),
        (("gillams", "2005"), ("gillams", "2005")),
        (("tcae",), ("tcae",)),
    ],
)
def test_mistyped_words_become_the_closest_known_one(asked, meant):
    assert words.corrected(asked, KNOWN) == meant


def test_known_words_ask_the_database_nothing():
    assert words.corrected(("survival", "after", "tace"), KNOWN) == ("survival", "after", "tace")


def test_marks_stand_around_words_that_begin_like_the_search():
    assert words.marked("Chemoembolisation, TACE", ("tace", "chemoembolization")) == (
        "<mark>Chemoembolisation</mark>, <mark>TACE</mark>"
    )


def test_marked_text_is_escaped_first():
    marked = words.marked('<b onclick="x">tace</b> & more', ("tace", "b"))

    assert marked == "&lt;b onclick=&quot;x&quot;&gt;<mark>tace</mark>&lt;/b&gt; &amp; more"


def test_stop_words_and_single_letters_are_not_marked():
    assert words.marked("a survival after the test", ("after", "the", "s")) == "a survival after the test"


def test_excerpt_of_a_short_text_is_the_text():
    assert words.excerpt("unresectable disease", ("disease",)) == "unresectable disease"


def test_excerpt_of_a_long_text_holds_the_word_found():
    text = "filler " * 60 + "carcinoid syndrome " + "filler " * 60

    passage = words.excerpt(text, ("carcinoid",))

    assert "carcinoid" in passage
    assert passage.startswith("… ")
    assert passage.endswith(" …")
    assert len(passage) <= words.EXCERPT + 4


def test_excerpt_of_one_endless_word_is_cut():
    assert len(words.excerpt("x" * 1000, ("y",))) <= words.EXCERPT + 4
