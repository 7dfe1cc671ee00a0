"""Marked text: found words are marked, everything from outside is escaped, nothing is lost."""

from __future__ import annotations

import pytest

from references.models import Reference
from references.read_models import highlighting
from references.read_models.highlighting import GREATER, LESS, START, STOP
from tests.builders import make_reference


def _marked(title: str, text: str) -> str:
    make_reference(title)
    row = Reference.objects.annotate(marked=highlighting.whole("title", text)).get()
    return highlighting.as_html(row.marked)


def test_as_html_escapes_before_it_marks():
    marked = f"{START}<script>{STOP} & {LESS}b{GREATER}"
    assert highlighting.as_html(marked) == "<mark>&lt;script&gt;</mark> &amp; &lt;b&gt;"


def test_as_html_drops_unbalanced_marks():
    assert highlighting.as_html(f"{STOP}a{START}b{START}c{STOP}d{STOP}") == "ab<mark>c</mark>d"


def test_as_html_does_not_take_entities_for_markup():
    assert highlighting.as_html("&lt;b&gt;") == "&amp;lt;b&amp;gt;"


@pytest.mark.django_db
def test_whole_marks_every_form_of_a_word():
    assert _marked("Embolization, embolized, embolus", "embolization") == (
        "<mark>Embolization</mark>, <mark>embolized</mark>, embolus"
    )


@pytest.mark.django_db
def test_whole_marks_words_whatever_their_accents():
    assert _marked("Müller and the liver", "muller") == "<mark>Müller</mark> and the liver"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "title",
    [
        "Synthetic <script>alert(1)</script> in the liver",
        'Liver <img src=x onerror="alert(1)">',
        "n<b and c>d in 12 livers, p<0.05",
        "&lt;script&gt;alert(1)&lt;/script&gt; liver",
        "Liver &amp; <!-- spleen --> <a href='javascript:x'>x</a>",
    ],
)
def test_whole_keeps_every_character_and_lets_no_markup_through(title):
    html = _marked(title, "liver")

    bare = html.replace("<mark>", "").replace("</mark>", "")
    assert "<mark>" in html
    assert "<" not in bare
    assert ">" not in bare
    unescaped = bare.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"').replace("&#x27;", "'")
    assert unescaped.replace("&amp;", "&") == title


@pytest.mark.django_db
def test_excerpts_show_passages_around_the_words():
    abstract = " ".join(["filler"] * 80 + ["the liver was treated"] + ["filler"] * 80)
    make_reference(abstract_text=abstract)

    row = Reference.objects.annotate(marked=highlighting.excerpts("abstract_text", "liver")).get()

    assert highlighting.has_marks(row.marked)
    assert len(row.marked.split()) < 80


def test_has_marks_without_a_found_word():
    assert not highlighting.has_marks("plain")
