"""Studies and references that a search finds, a few of each and how many there are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import (
    BooleanField,
    Case,
    Count,
    ExpressionWrapper,
    F,
    IntegerField,
    Q,
    Value,
    When,
    Window,
)

from references.models import Reference
from references.read_models import highlighting
from references.read_models.library_page import NOT_ON_A_LINE
from therapies.models import Study, StudyReport
from therapies.models.study import retracted_study_ids

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from therapies.models.study import StudyQuerySet

SHOWN = 5
# A shorter text resembles too much.
SHORTEST_TO_RESEMBLE = 5
_YEAR = re.compile(r"\b(?:19|20)\d{2}\b")


@dataclass(frozen=True)
class Found:
    """The first rows and the number of all; `is_close` where nothing holds the very words."""

    rows: Sequence[Study] | Sequence[Reference] = ()
    n_found: int = 0
    is_close: bool = False


@dataclass(frozen=True)
class Asked:
    """A search as publications are looked up: its words, and a year apart from them."""

    text: str
    words: str
    year: int | None


def asked(text: str) -> Asked:
    """Return the search with its first year taken out of the words, unless the year is all there is."""
    match = _YEAR.search(text)
    words = " ".join(_YEAR.sub(" ", text, count=1).split()) if match else text
    return Asked(text, words or text, int(match[0]) if match and words else None)


def studies(search: Asked) -> Found:
    """Return studies by name, population, publication, key, registry number, author and year."""
    every = _for_hits(Study.objects.all())
    registered = StudyReport.objects.filter(reference__trial_ids__contains=[search.text.upper()])
    is_named = Q(key__iexact=search.text) | Q(registry_id__iexact=search.text)
    is_named |= Q(pk__in=registered.values("study_id"))
    matching = every.matching(search.words)
    if search.year:
        whole = Study.objects.matching(search.text).values("pk")
        matching = matching.filter(Q(year=search.year) | Q(pk__in=whole))
    found = every.filter(is_named | Q(pk__in=matching.values("pk")))
    first = Case(
        When(is_named, then=Value(0)),
        When(label__istartswith=search.words, then=Value(1)),
        When(label__icontains=search.words, then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )
    rows = _first(found.order_by(first, F("year").desc(nulls_last=True), "label", "pk"))
    if rows or len(search.words) < SHORTEST_TO_RESEMBLE:
        return _found(rows)
    near = every.filter(label__trigram_word_similar=search.words)
    return _found(
        _first(near.order_by(TrigramWordSimilarity(search.words, "label").desc(), "pk")), is_close=True
    )


def studies_of(reference: Reference) -> Found:
    """Return the studies that a publication reports."""
    reported = StudyReport.objects.filter(reference=reference)
    return _found(_first(_for_hits(Study.objects.filter(pk__in=reported.values("study_id")))))


def references(search: Asked) -> Found:
    """Return publications by their words, best first; by titles that come close where none holds them."""
    current = Reference.objects.current()
    matching = current.matching(search.words)
    if search.year:
        whole = current.matching(search.text).values("pk")
        matching = matching.filter(Q(published_year=search.year) | Q(pk__in=whole))
    shown = _for_lines(matching).annotate(marked_title=highlighting.whole("title", search.words))
    rows = _first(shown.order_by("-rank", F("published_year").desc(nulls_last=True), "-pk"))
    if rows or len(search.words) < SHORTEST_TO_RESEMBLE:
        return _found(rows)
    near = _for_lines(current.resembling(search.words))
    return _found(_first(near.order_by("-rank", "-pk")), is_close=True)


def _for_hits(studies: StudyQuerySet) -> StudyQuerySet:
    """Add `year` and `is_withdrawn`: whether the primary report was retracted."""
    retracted = ExpressionWrapper(Q(pk__in=retracted_study_ids()), output_field=BooleanField())
    return studies.with_overview().annotate(is_withdrawn=retracted)


def _for_lines(references: QuerySet[Reference]) -> QuerySet[Reference]:
    return references.select_related("journal").defer(*NOT_ON_A_LINE)


def _first(rows: QuerySet) -> list:
    return list(rows.annotate(n_found=Window(Count("pk")))[:SHOWN])


def _found(rows: list, *, is_close: bool = False) -> Found:
    return Found(rows, rows[0].n_found if rows else 0, is_close and bool(rows))
