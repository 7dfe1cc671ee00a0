"""Words of a search: how text falls into words, when two words are alike, and how found ones are marked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence

from django.db import connection
from django.utils.safestring import SafeString

from references.read_models import highlighting

# Words that say nothing about which therapy or outcome is meant.
STOPWORDS = frozenset(
    (
        "a", "after", "an", "and", "as", "at", "between", "by", "compared", "comparison", "for", "from", "in",
        "metastases", "nelm", "net", "nets", "of", "on", "or", "rate", "the", "therapy", "to", "treatment",
        "versus", "vs", "with",
    )
)  # fmt: skip
SHORTEST_TO_CORRECT = 5
# Of pg_trgm, 0 to 1: “embolzation” reaches 0.6 of “embolization”; names of authors stay below.
CLOSE_ENOUGH = 0.45
# A shared beginning may lack this many letters: progression, progressive.
ENDING = 3
_WORD = re.compile(r"[^\W_]+")
EXCERPT = 160


def words(text: str) -> tuple[str, ...]:
    """Return the words of a text in lower case, without accents, in American spelling of -isation."""
    return tuple(plain(word) for word in _WORD.findall(unicodedata.normalize("NFKC", text)))


def plain(word: str) -> str:
    """Return one word as it is compared."""
    decomposed = unicodedata.normalize("NFKD", word.casefold())
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return bare.replace("isation", "ization").replace("tumour", "tumor")


def are_alike(one: str, other: str) -> bool:
    """Say whether two words are equal, or share all but the ending."""
    if one == other:
        return True
    shortest = min(len(one), len(other))
    needed = max(4, shortest - ENDING)
    return shortest >= needed and one[:needed] == other[:needed]


def corrected(asked: Sequence[str], known: Collection[str]) -> tuple[str, ...]:
    """Return the words with those that are mistyped replaced by the closest known one; at most one query."""
    unknown = {
        word
        for word in asked
        if len(word) >= SHORTEST_TO_CORRECT and word.isalpha() and word not in STOPWORDS and word not in known
    }
    closest = _closest(unknown, known) if unknown else {}
    return tuple(closest.get(word, word) for word in asked)


def _closest(unknown: Iterable[str], known: Iterable[str]) -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT DISTINCT ON (asked) asked, word
            FROM unnest(%s::text[]) AS asked CROSS JOIN unnest(%s::text[]) AS word
            WHERE similarity(asked, word) >= %s
            ORDER BY asked, similarity(asked, word) DESC, word
            """,
            [sorted(unknown), sorted(known), CLOSE_ENOUGH],
        )
        return dict(cursor.fetchall())


def marked(text: str, asked: Collection[str]) -> SafeString:
    """Return the text escaped, with `<mark>` around the words that begin with a word of the search."""
    found = [word for word in asked if len(word) > 1 and word not in STOPWORDS]

    def mark(match: re.Match[str]) -> str:
        is_found = any(plain(match[0]).startswith(word) for word in found)
        return f"{highlighting.START}{match[0]}{highlighting.STOP}" if is_found else match[0]

    return highlighting.as_html(_WORD.sub(mark, text))


def excerpt(text: str, asked: Collection[str]) -> str:
    """Return the passage of a text around the first word of the search, cut at spaces."""
    if len(text) <= EXCERPT:
        return text
    places = (
        match.start()
        for match in _WORD.finditer(text)
        if any(plain(match[0]).startswith(word) for word in asked)
    )
    start = max(next(places, 0) - EXCERPT // 3, 0)
    start = text.find(" ", start) + 1 if start else 0
    end = text.rfind(" ", start, start + EXCERPT) if start + EXCERPT < len(text) else len(text)
    passage = text[start : end if end > start else start + EXCERPT]
    return f"{'… ' if start else ''}{passage}{' …' if start + len(passage) < len(text) else ''}"
