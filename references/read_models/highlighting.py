"""Marks the words of a search in text from outside: PostgreSQL finds them, we escape, then we mark.

Control characters stand for the marks on the way, because no text of a record holds them. They also stand
for angle brackets: `ts_headline` takes `<b` in “n<b and c>d” for a tag and would drop it.
https://www.postgresql.org/docs/current/textsearch-controls.html#TEXTSEARCH-HEADLINE
"""

from __future__ import annotations

import re

from django.contrib.postgres.search import SearchHeadline, SearchQuery
from django.db.models import F, Func, Value
from django.db.models.functions import Replace
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString

from references.models.reference import SEARCH_CONFIG

LESS, GREATER, START, STOP = "\x01", "\x02", "\x03", "\x04"
ELLIPSIS = " … "
_MARKED = re.compile(f"{START}([^{START}{STOP}]*){STOP}")
_STRAY = re.compile(f"[{LESS}{GREATER}{START}{STOP}]")
_BRACKETS = str.maketrans({LESS: "<", GREATER: ">"})


def whole(field: str, text: str) -> Func:
    """Return the field's whole text with the words of a search marked, to be read by `as_html`."""
    return _headline(field, text, highlight_all=True)


def excerpts(field: str, text: str) -> Func:
    """Return up to two passages of the field around the words of a search, to be read by `as_html`."""
    return _headline(field, text, max_fragments=2, max_words=32, min_words=14, fragment_delimiter=ELLIPSIS)


def as_html(marked: str) -> SafeString:
    """Escape the text and put `<mark>` around what was marked."""
    pieces: list[SafeString] = []
    end = 0
    for match in _MARKED.finditer(marked):
        pieces.append(_escaped(marked[end : match.start()]))
        pieces.append(format_html("<mark>{}</mark>", _escaped(match[1])))
        end = match.end()
    pieces.append(_escaped(marked[end:]))
    return format_html_join("", "{}", ((piece,) for piece in pieces))


def has_marks(marked: str) -> bool:
    return _MARKED.search(marked) is not None


def _escaped(piece: str) -> SafeString:
    return conditional_escape(_STRAY.sub("", piece.translate(_BRACKETS)))


def _headline(field: str, text: str, **options: object) -> Func:
    bare = F(field)
    for bracket, stand_in in (("<", LESS), (">", GREATER)):
        bare = Replace(bare, Value(bracket), Value(stand_in))
    query = SearchQuery(text, config=SEARCH_CONFIG, search_type="websearch")
    return SearchHeadline(
        bare,
        query,
        config=SEARCH_CONFIG,
        start_sel=START,
        stop_sel=STOP,
        **options,
    )
