"""The part of PubMed's query language that the double speaks, evaluated from left to right as PubMed does.

Words (all of them must occur), "quoted phrases", trunc* words, AND, OR, NOT, parentheses, field tags, PMID
ranges `lo:hi[uid]` and years `2010:2020[dp]`. What is not found or not known is reported the way ESearch
reports it. https://pubmed.ncbi.nlm.nih.gov/help/#understanding-search-field-tags
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from tests.eutils.records import Record, folded

FIELDS = {
    "all": "All Fields",
    "uid": "PMID",
    "ti": "Title",
    "tiab": "Title/Abstract",
    "au": "Author",
    "ta": "Journal",
    "dp": "Date - Publication",
    "edat": "Date - Entry",
    "mh": "MeSH Terms",
    "pt": "Publication Type",
    "la": "Language",
    "aid": "Article Identifier",
    "vi": "Volume",
    "ip": "Issue",
    "pg": "Pagination",
    "sb": "Filter",
}
_ALIASES = {
    "all fields": "all", "tw": "all", "text word": "all", "ab": "tiab", "title/abstract": "tiab", "title":
    "ti", "author": "au", "pmid": "uid", "journal": "ta", "jour": "ta", "pdat": "dp", "date - publication":
    "dp", "crdt": "edat", "mhda": "edat", "date - entry": "edat", "mesh": "mh", "mesh terms": "mh", "majr":
    "mh", "publication type": "pt", "ptyp": "pt", "language": "la", "doi": "aid", "lid": "aid", "subset":
    "sb", "filter": "sb", "volume": "vi", "issue": "ip", "pagination": "pg",
}  # fmt: skip
# Words that PubMed leaves out. https://pubmed.ncbi.nlm.nih.gov/help/#help-stopwords
_STOPWORDS = frozenset(
    {
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "by",
        "for",
        "from",
        "in",
        "is",
        "it",
        "of",
        "on",
        "or",
        "that",
    }
    | {"the", "to", "was", "were", "which", "with"}
)
_TOKEN = re.compile(
    r"""\s*(?: (?P<paren>[()]) | (?:"(?P<quoted>[^"]*)" | (?P<word>[^\s()"\[\]]+)) (?:\s*\[(?P<tag>[^\]]*)\])?
        | \[(?P<lonely>[^\]]*)\] | (?P<stray>.) )""",
    re.X | re.S,
)
# Fields whose value is one word, which no word before it can belong to.
_SINGLE = frozenset({"uid", "dp", "edat", "vi", "ip", "pg", "la", "aid"})
_RANGE = re.compile(r'"?([\d/]+)"?:"?([\d/]+)"?')


class Library(Protocol):
    """What a query is evaluated against."""

    def everything(self) -> set[int]: ...
    def records(self) -> Collection[Record]: ...
    def between(self, low: int, high: int) -> set[int]: ...
    def subset(self, name: str) -> set[int] | None: ...


@dataclass
class Found:
    """PMIDs with what PubMed would say about the query; errors and warnings are (element name, text)."""

    pmids: set[int] = field(default_factory=set)
    translation: str = ""
    errors: list[tuple[str, str]] = field(default_factory=list)
    warnings: list[tuple[str, str]] = field(default_factory=list)


def evaluate(text: str, library: Library) -> Found:
    """Return what a query finds; never fails, as PubMed never does."""
    if re.fullmatch(r"\d+(?:[\s,]+\d+)*", text.strip()):
        text = " OR ".join(f"{pmid}[uid]" for pmid in re.findall(r"\d+", text))
    return _Evaluation(text, library).run()


class _Evaluation:
    def __init__(self, text: str, library: Library) -> None:
        self._tokens = [found for found in _TOKEN.finditer(text.strip()) if found.group().strip()]
        self._position = 0
        self._library = library
        self._found = Found()

    def run(self) -> Found:
        result = self._group()
        while self._position < len(self._tokens):  # an unpaired closing parenthesis ended the group early
            self._position += 1
            result = self._joined(result, "AND", self._group())
        if result:
            self._found.pmids, self._found.translation = result
        if not self._found.pmids:
            self._found.warnings.append(("OutputMessage", "No items found."))
        return self._found

    def _group(self) -> tuple[set[int], str] | None:
        result: tuple[set[int], str] | None = None
        operator = "AND"
        while self._position < len(self._tokens):
            token = self._tokens[self._position]
            if token["paren"] == ")":
                break
            if token["paren"] == "(":
                self._position += 1
                inner = self._group()
                self._position += 1
                result = self._joined(result, operator, inner and (inner[0], f"({inner[1]})"))
                operator = "AND"
            elif token["word"] in {"AND", "OR", "NOT"} and token["tag"] is None:
                operator = token["word"]
                self._position += 1
            else:
                result = self._joined(result, operator, self._term())
                operator = "AND"
        return result

    def _joined(
        self, left: tuple[set[int], str] | None, operator: str, right: tuple[set[int], str] | None
    ) -> tuple[set[int], str] | None:
        if right is None:
            return left
        if left is None:
            return right if operator != "NOT" else (self._library.everything() - right[0], f"NOT {right[1]}")
        if operator == "AND":
            joined = left[0] & right[0]
        elif operator == "OR":
            joined = left[0] | right[0]
        else:
            joined = left[0] - right[0]
        return joined, f"{left[1]} {operator} {right[1]}"

    def _term(self) -> tuple[set[int], str] | None:
        """Read one word or phrase; plain words before a tagged word belong to its phrase."""
        token = self._tokens[self._position]
        self._position += 1
        if token["lonely"] is not None or token["stray"] is not None:
            return None
        phrase, tag = (token["quoted"] if token["quoted"] is not None else token["word"]), token["tag"]
        is_quoted = token["quoted"] is not None
        ahead = self._position
        words = [phrase]
        while not is_quoted and tag is None and ahead < len(self._tokens):
            following = self._tokens[ahead]
            if following["word"] is None or following["word"] in {"AND", "OR", "NOT"}:
                break
            words.append(following["word"])
            ahead += 1
            if following["tag"] is not None and _field(following["tag"]) in _SINGLE:
                break
            if following["tag"] is not None:
                phrase, tag, self._position = " ".join(words), following["tag"], ahead
        if tag is None and not is_quoted and phrase.lower() in _STOPWORDS:
            self._found.warnings.append(("PhraseIgnored", phrase))
            return None
        return self._looked_up(phrase, tag, is_quoted=is_quoted)

    def _looked_up(self, phrase: str, tag: str | None, *, is_quoted: bool) -> tuple[set[int], str] | None:
        name = "all" if tag is None else _field(tag)
        if name not in FIELDS:
            self._found.errors.append(("FieldNotFound", tag or ""))
            return None
        pmids = self._matches(name, phrase)
        if not pmids and name not in {"uid", "dp", "edat", "sb"}:
            if is_quoted:
                self._found.warnings.append(("QuotedPhraseNotFound", f'"{phrase}"'))
            else:
                self._found.errors.append(("PhraseNotFound", phrase))
        return pmids, f'"{phrase}"[{FIELDS[name]}]'

    def _matches(self, name: str, phrase: str) -> set[int]:
        if name == "sb":
            return self._library.subset(phrase.strip().lower()) or set()
        span = _RANGE.fullmatch(phrase.strip())
        if name == "uid":
            low, high = span.groups() if span else (phrase, phrase)
            return self._library.between(int(low), int(high)) if low.isdigit() and high.isdigit() else set()
        if name in {"dp", "edat"}:
            low, high = span.groups() if span else (phrase, phrase)
            return dated_between(self._library, name, day_of(low, is_last=False), day_of(high, is_last=True))
        matches = _MATCHERS[name]
        return {record.pmid for record in self._library.records() if matches(record, phrase)}


def _field(tag: str) -> str:
    # A proximity search such as [tiab:~3] is looked up without its distance.
    name = tag.split(":")[0].strip().lower()
    return _ALIASES.get(name, name)


def dated_between(library: Library, kind: str, start: date | None, end: date | None) -> set[int]:
    """Return the PMIDs published (`dp`) or entered (otherwise) between two days, both included."""
    if start is None or end is None:
        return set()
    found = set()
    for record in library.records():
        day = record.published_on if kind == "dp" else record.entered_on or record.published_on
        if day and start <= day <= end:
            found.add(record.pmid)
    return found


def day_of(text: str, *, is_last: bool) -> date | None:
    """Return the first or last day of `2020`, `2020/5` or `2020/5/7`; None for anything else."""
    parts = [int(part) if part.isdigit() else 0 for part in text.split("/")]
    if not 1 <= len(parts) <= 3:
        return None
    year, month, day = (*parts, *(12 if is_last else 1, 31 if is_last else 1)[len(parts) - 1 :])
    try:
        return date(year, month, min(day, calendar.monthrange(year, month)[1]))
    except ValueError:
        return None


def _holds(text: str, phrase: str) -> bool:
    wanted = folded(phrase)
    if not wanted.strip():
        return False
    return (wanted.rstrip() if phrase.rstrip().endswith("*") else wanted) in text


def _is_author(record: Record, phrase: str) -> bool:
    # "smith j" finds "Smith JA": initials may be cut short, the last name may not.
    return any(
        author.startswith(folded(phrase).rstrip()) and _holds(author, phrase.split()[0])
        for author in record.authors
    )


_MATCHERS: Mapping[str, Callable[[Record, str], bool]] = {
    "all": lambda record, phrase: _holds(record.everything, phrase) or str(record.pmid) == phrase,
    "ti": lambda record, phrase: _holds(record.title, phrase),
    "tiab": lambda record, phrase: any(
        _holds(t, phrase) for t in (record.title, record.abstract, record.keywords)
    ),
    "au": _is_author,
    "ta": lambda record, phrase: folded(phrase) in record.journals,
    "mh": lambda record, phrase: folded(phrase.split("/")[0]) in record.headings,
    "pt": lambda record, phrase: folded(phrase) in record.types,
    "la": lambda record, phrase: any(
        language.startswith(folded(phrase)[:4]) for language in record.languages
    ),
    "aid": lambda record, phrase: phrase.lower() in {record.doi.lower(), record.pmcid.lower()} - {""},
    "vi": lambda record, phrase: record.volume.lower() == phrase.lower(),
    "ip": lambda record, phrase: record.issue.lower() == phrase.lower(),
    "pg": lambda record, phrase: bool(record.pages) and record.pages.split("-")[0] == phrase.split("-")[0],
}
