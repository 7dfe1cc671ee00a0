"""Why a cell of the map holds no number, and how fresh that knowledge is.

“Nobody looked” must never read as “none found”. So a finished search counts for a therapy only where its
query names it, or something above or below it in the tree, in words that anybody can check; what a query
excludes by NOT it does not name.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from django.db import connection
from django.db.models import CharField, F, TextField, Value
from django.utils import timezone

from nelm_review.core.remembered import remembered
from references.models import SOURCE_REVIEW_DOI, SearchRun
from references.models.reference import SEARCH_CONFIG
from therapies.evidence_map import Cell, Row
from therapies.models import Certainty, NotApplicable, Outcome, Study, Therapy
from therapies.scope import Scope

Pair = tuple[str, str]
Search = tuple[str, str, datetime]
# An abbreviation that is a word of every other sentence names nothing.
NO_NAMES = frozenset({"other"})
# PubMed asks for at least four letters before an asterisk.
SHORTEST_STEM = 4


class Gap(StrEnum):
    """The kinds of cell without a number, told apart by shape and words."""

    NOT_SEARCHED = "not-searched"
    SEARCHED = "none-found"
    WAITING = "waiting"
    NOT_EXTRACTABLE = "not-extractable"
    NOT_APPLICABLE = "not-applicable"
    FILTERED = "left-out"


@dataclass(frozen=True)
class Freshness:
    """When a search that covers the therapy last succeeded, and how many of what was found wait unread."""

    searched_on: date | None = None
    n_waiting: int = 0


@dataclass(frozen=True)
class Judgement:
    """The GRADE level of a cell (a code and its words), and why."""

    level: str
    words: str
    reason: str


@dataclass(frozen=True)
class Knowledge:
    """What is known about the cells beside their numbers; `left_out` have results outside the filters."""

    freshness: Mapping[str, Freshness] = field(default_factory=dict)
    certainties: Mapping[Pair, Judgement] = field(default_factory=dict)
    not_applicable: Mapping[Pair, str] = field(default_factory=dict)
    left_out: frozenset[Pair] = frozenset()

    def fresh(self, therapy: str) -> Freshness:
        return self.freshness.get(therapy, Freshness())

    def gap(self, cell: Cell) -> Gap | None:
        """Return why no study of the cell gives a number, None where one does."""
        pair = cell.therapy, cell.outcome
        if cell.n_studies:
            return None if cell.n_usable else Gap.NOT_EXTRACTABLE
        if pair in self.left_out:
            return Gap.FILTERED
        if pair in self.not_applicable and cell.is_empty:
            return Gap.NOT_APPLICABLE
        fresh = self.fresh(cell.therapy)
        if fresh.n_waiting:
            return Gap.WAITING
        return Gap.SEARCHED if fresh.searched_on else Gap.NOT_SEARCHED


def load(scope: Scope, rows: Sequence[Row], outcomes: Iterable[Outcome]) -> Knowledge:
    """Return what is known about every cell, in two queries."""
    asked = tuple((row.therapy.pk, _any_of(names(row.therapy))) for row in rows)
    runs, waiting_sets = _literature(asked)
    searched, waiting = searches(rows, runs), waiting_by_therapy(rows, waiting_sets)
    codes = [row.therapy.code for row in rows]
    freshness = {code: Freshness(searched.get(code), waiting.get(code, 0)) for code in codes}
    return _with_judgements(scope, rows, {outcome.pk: outcome.code for outcome in outcomes}, freshness)


def searches(rows: Sequence[Row], runs: Iterable[Search]) -> dict[str, date]:
    """Return the day of the last search by therapy; `runs` are queries, their translations and their ends."""
    tree = _Tree(rows)
    terms = {row.therapy.code: names(row.therapy) for row in rows}
    last: dict[str, datetime] = {}
    for query, translated, ended in runs:
        text = f"{asked_for(query)} \n {asked_for(translated)}".casefold()
        stems = tuple(stem for stem in re.findall(r"([\w-]+)\*", text) if len(stem) >= SHORTEST_STEM)
        for code, words in terms.items():
            if any(is_named(word, text) or word.startswith(stems) for word in words):
                for covered in (*tree.above[code], *tree.below[code]):
                    last[covered] = max(ended, last.get(covered, ended))
    return {code: timezone.localtime(moment).date() for code, moment in last.items()}


def names(therapy: Therapy) -> tuple[str, ...]:
    """Return everything a therapy is called, in lower case: name, abbreviation, synonyms, MeSH terms."""
    terms = (therapy.name, *therapy.abbreviation.split("/"), *therapy.synonyms, *therapy.mesh)
    return tuple(dict.fromkeys(term.casefold() for term in terms if term.casefold() not in NO_NAMES))


def is_named(term: str, text: str) -> bool:
    """Say whether the text holds the term as whole words; both are in lower case."""
    start = text.find(term)
    while start >= 0:
        stop = start + len(term)
        before, after = text[start - 1 : start], text[stop : stop + 1]
        if not (_continues(before) or _continues(after)):
            return True
        start = text.find(term, start + 1)
    return False


def asked_for(query: str) -> str:
    """Return a PubMed query without the operands of NOT: a word, a “phrase”[tag] or a (group)."""
    kept, position = [], 0
    for found in re.finditer(r"\bNOT\b\s*", query):
        if found.start() >= position:
            kept.append(query[position : found.start()])
            position = _operand_end(query, found.end())
    return " ".join((*kept, query[position:]))


def waiting_by_therapy(
    rows: Sequence[Row], waiting_sets: Iterable[tuple[Sequence[int], int]]
) -> dict[str, int]:
    """Count waiting references by therapy, each once in every therapy that it names or that stands above one.

    `waiting_sets` says of each set of therapies (keys) how many references name these and no others.
    """
    above = _Tree(rows).above
    codes = {row.therapy.pk: row.therapy.code for row in rows}
    waiting: dict[str, int] = defaultdict(int)
    for therapies, n in waiting_sets:
        for code in {up for therapy in therapies for up in above[codes[therapy]]}:
            waiting[code] += n
    return dict(waiting)


class _Tree:
    """What stands above and below each therapy, itself included, by code."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.above: dict[str, tuple[str, ...]] = {}
        self.below: dict[str, list[str]] = {row.therapy.code: [] for row in rows}
        for row in rows:
            code = row.therapy.code
            self.above[code] = (code, *(self.above[row.parent] if row.parent else ()))
            for up in self.above[code]:
                self.below[up].append(code)


def _continues(letter: str) -> bool:
    return letter.isalnum() or letter == "_"


def _operand_end(query: str, start: int) -> int:
    """Return where the operand that begins at `start` ends, its [tag] included."""
    opening = query[start : start + 1]
    if opening == "(":
        depth = 0
        for position in range(start, len(query)):
            depth += {"(": 1, ")": -1}.get(query[position], 0)
            if not depth:
                return position + 1
        return len(query)
    pattern = r'"[^"]*"?\s*(\[[^\]]*\])?' if opening == '"' else r"[^\s()\[]*\s*(\[[^\]]*\])?"
    found = re.compile(pattern).match(query, start)
    return found.end() if found else len(query)


# A reference waits when a search found it, no study uses it, and nothing speaks against it.
_LITERATURE = """
WITH asked AS MATERIALIZED (
    SELECT therapy, websearch_to_tsquery(%s::regconfig, words) AS names
    FROM unnest(%s::bigint[], %s::text[]) AS given (therapy, words)
)
SELECT query, translated_query, max(finished_at), NULL::bigint[], 0
FROM references_searchrun WHERE state = %s AND kind = %s GROUP BY 1, 2
UNION ALL
SELECT '', '', NULL, therapies, count(*) FROM (
    SELECT array_agg(asked.therapy ORDER BY asked.therapy) AS therapies
    FROM asked JOIN references_reference found ON found.search_vector @@ asked.names
    WHERE found.merged_into_id IS NULL AND NOT found.is_retracted AND found.doi IS DISTINCT FROM %s
      AND EXISTS (SELECT FROM references_searchhit hit WHERE hit.reference_id = found.id)
      AND NOT EXISTS (SELECT FROM therapies_studyreport report WHERE report.reference_id = found.id)
    GROUP BY found.id
) AS waiting GROUP BY therapies
"""


# What the literature holds does not depend on any filter.
@remembered(most=1)
def _literature(asked: tuple[tuple[int, str], ...]) -> tuple[list[Search], list[tuple[list[int], int]]]:
    """Return the finished queries with their last end, and of each set of therapies how much waits.

    `asked` are therapies by key and the words by which a reference names them.
    """
    keys, words = [pk for pk, _words in asked], [words for _pk, words in asked]
    done = SearchRun.State.DONE.value, SearchRun.Kind.QUERY.value
    with connection.cursor() as cursor:
        cursor.execute(_LITERATURE, [SEARCH_CONFIG, keys, words, *done, SOURCE_REVIEW_DOI])
        found = cursor.fetchall()
    runs = [(query, translated, ended) for query, translated, ended, _set, _n in found if ended]
    return runs, [(therapies, n) for _query, _translated, _ended, therapies, n in found if therapies]


def _any_of(terms: Iterable[str]) -> str:
    return " or ".join('"{}"'.format(term.replace('"', " ")) for term in terms)


def _with_judgements(
    scope: Scope, rows: Sequence[Row], outcomes: Mapping[int, str], freshness: Mapping[str, Freshness]
) -> Knowledge:
    tree = _Tree(rows)
    therapies = {row.therapy.pk: row.therapy.code for row in rows}
    certainties, not_applicable, left_out = {}, {}, set()
    for kind, therapy, outcome, level, reason in _judgements(scope):
        if outcome not in outcomes or therapy not in therapies:
            continue
        code, measured = therapies[therapy], outcomes[outcome]
        if kind == "certainty":
            certainties[code, measured] = Judgement(level, Certainty.Level(level).label.lower(), reason)
        elif kind == "not-applicable":
            not_applicable |= {(below, measured): reason for below in tree.below[code]}
        else:
            left_out |= {(up, measured) for up in tree.above[code]}
    return Knowledge(freshness, certainties, not_applicable, frozenset(left_out))


@remembered(most=16)
def _judgements(scope: Scope) -> list[tuple[str, int, int, str, str]]:
    """Return (kind, therapy, outcome, level, reason) of each judgement, and the pairs that filters hide."""

    def columns(rows, kind, therapy, level, reason):
        return rows.order_by().values_list(
            Value(kind, output_field=CharField()),
            F(therapy),
            F("outcome_id"),
            F(level) if level else Value("", output_field=CharField()),
            F(reason) if reason else Value("", output_field=TextField()),
        )

    everything = Scope(with_mixed_histology=True).results()
    # Reviews are counted apart, inside the filters or not.
    everything = everything.exclude(arm__study__design__in=Study.REVIEW_DESIGNS)
    if not scope.is_filtered:
        everything = everything.filter(arm__study__histology=Study.Histology.MIXED)
    judged = columns(Certainty.objects.all(), "certainty", "therapy_id", "level", "reason")
    return list(
        judged.union(
            columns(NotApplicable.objects.all(), "not-applicable", "therapy_id", "", "reason"),
            columns(everything, "left-out", "arm__therapy_id", "", "").distinct(),
            all=True,
        )
    )
