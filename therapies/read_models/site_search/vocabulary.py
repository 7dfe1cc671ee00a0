"""Which therapies and outcomes a search names: by name, abbreviation, synonym or MeSH heading.

The whole vocabulary is a few dozen rows, so it is compared in memory; only typing errors ask PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from therapies.models import Outcome, Therapy
from therapies.read_models.site_search.words import STOPWORDS, are_alike, words

Phrase = tuple[str, ...]
# What clinicians type and the names of outcomes do not hold.
EVERYDAY = {
    "toxicity": ("adverse",),
    "complication": ("adverse",),
    "complications": ("adverse",),
    "harm": ("adverse",),
    "harms": ("adverse",),
    "safety": ("adverse",),
    "death": ("mortality",),
    "os": ("overall", "survival"),
    "pfs": ("progression", "free", "survival"),
    "markers": ("biochemical",),
    "symptoms": ("symptomatic",),
}


@dataclass(frozen=True)
class Entry:
    """One therapy or outcome with what it is called; `headings` (MeSH) are shared, so never an exact name."""

    item: Therapy | Outcome
    names: tuple[Phrase, ...]
    headings: tuple[Phrase, ...] = ()

    @cached_property
    def words(self) -> frozenset[str]:
        return frozenset(word for phrase in (*self.names, *self.headings) for word in phrase)


@dataclass(frozen=True)
class Named:
    """What the words of a search name: entries by their very name, then by single words, best first."""

    exact: tuple[Entry, ...] = ()
    by_words: tuple[Entry, ...] = ()
    rest: tuple[str, ...] = field(default=())

    @property
    def best(self) -> tuple[Entry, ...]:
        """Return the entries that a phrase most likely means."""
        return self.exact or self.by_words

    @property
    def all(self) -> tuple[Entry, ...]:
        return (*self.exact, *(entry for entry in self.by_words if entry not in self.exact))


def of_therapies(therapies: Iterable[Therapy]) -> list[Entry]:
    """Return the therapies with their names, abbreviations, codes, synonyms and MeSH headings."""
    return [
        Entry(
            therapy,
            _phrases(therapy.name, therapy.abbreviation, therapy.code, *therapy.synonyms),
            _phrases(*therapy.mesh),
        )
        for therapy in therapies
    ]


def of_outcomes(outcomes: Iterable[Outcome]) -> list[Entry]:
    """Return the outcomes with their names, short names and codes."""
    return [Entry(outcome, _phrases(outcome.name, outcome.short_name, outcome.code)) for outcome in outcomes]


def find(entries: Sequence[Entry], asked: Sequence[str]) -> Named:
    """Return what the words name; `rest` are the words that no exact name took."""
    spans = _longest(_spans(entries, asked))
    exact = tuple(entries[place] for place in dict.fromkeys(place for _start, _stop, place in spans))
    taken = {place for start, stop, _entry in spans for place in range(start, stop)}
    rest = tuple(word for place, word in enumerate(asked) if place not in taken and word not in STOPWORDS)
    return Named(exact, _by_words(entries, rest if exact else _telling(asked)), rest)


def is_called(entry: Entry, asked: Phrase) -> bool:
    """Say whether the whole search is one of the names."""
    return asked in entry.names


def everyday(asked: Sequence[str]) -> tuple[str, ...]:
    """Return the words with everyday ones replaced by those of the outcomes' names."""
    return tuple(part for word in asked for part in EVERYDAY.get(word, (word,)))


def _phrases(*texts: str) -> tuple[Phrase, ...]:
    return tuple(dict.fromkeys(phrase for text in texts if (phrase := words(text))))


def _spans(entries: Sequence[Entry], asked: Sequence[str]) -> list[tuple[int, int, int]]:
    """Return (start, stop, place of the entry) of every name that stands in the words."""
    found = set()
    for place, entry in enumerate(entries):
        for phrase in (*entry.names, *entry.headings):
            for start in range(len(asked) - len(phrase) + 1):
                if tuple(asked[start : start + len(phrase)]) == phrase:
                    found.add((start, start + len(phrase), place))
    return sorted(found, key=lambda span: (span[0], -span[1], span[2]))


def _longest(spans: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Leave out a name inside a longer one: “TACE” in “DEB-TACE”."""

    def is_inside(span: tuple[int, int, int]) -> bool:
        start, stop, _place = span
        return any(
            (low, high) != (start, stop) and low <= start and stop <= high for low, high, _other in spans
        )

    return [span for span in spans if not is_inside(span)]


def _telling(asked: Sequence[str]) -> tuple[str, ...]:
    return tuple(word for word in asked if word not in STOPWORDS)


def _by_words(entries: Sequence[Entry], asked: Sequence[str]) -> tuple[Entry, ...]:
    """Return the entries that hold most of the words, the others left out."""
    scores = [sum(any(are_alike(word, own) for own in entry.words) for word in asked) for entry in entries]
    most = max(scores, default=0)
    if not most:
        return ()
    return tuple(entry for entry, score in zip(entries, scores, strict=True) if score == most)
