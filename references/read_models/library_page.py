"""What the page of references shows: the lines of one page, the facets with counts, what is chosen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.core.paginator import InvalidPage, Page, Paginator
from django.db.models import F, Prefetch
from django.utils.safestring import SafeString

from references.forms import SORTS, ReferenceSearchForm
from references.models import Reference
from references.models.reference import ReferenceQuerySet
from references.read_models import citation_text, facets, highlighting
from references.read_models.facets import Facet, Option
from references.read_models.identifying import Identifier, identifier_in

LINES_A_PAGE = 25
MOST_RESEMBLING = 100
NOT_ON_A_LINE = (
    "search_vector", "abstract", "other_abstracts", "mesh", "index_text", "databanks", "grants",
    "coi_statement", "copyright", "other_ids", "keywords", "abstract_text", "dates",
)  # fmt: skip


class Match(StrEnum):
    """How the lines were found."""

    EVERYTHING = "everything"
    WORDS = "words"
    RESEMBLANCE = "resemblance"


@dataclass(frozen=True)
class Line:
    """One reference of the list, its text marked where words of the search stand."""

    reference: Reference
    title: SafeString
    excerpt: SafeString
    authors: str
    journal_line: str
    studies: tuple[Any, ...]


@dataclass(frozen=True)
class Sort:
    """One order that the lines can stand in."""

    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True)
class LibraryPage:
    """One page of references inside a search; `identifier` is one that was asked for and is not here."""

    lines: tuple[Line, ...]
    page: Page[Reference]
    page_message: str
    facets: tuple[Facet, ...]
    chosen: tuple[Option, ...]
    sorts: tuple[Sort, ...]
    match: Match
    identifier: Identifier | None
    pairs: facets.Pairs

    @property
    def n_found(self) -> int:
        return self.page.paginator.count

    @property
    def is_fuzzy(self) -> bool:
        return self.match == Match.RESEMBLANCE

    @property
    def is_narrowed(self) -> bool:
        return bool(self.chosen)

    @property
    def query(self) -> str:
        """Return the state as a query string to which `&page=2` can be added."""
        return facets.query_string(self.pairs)

    @property
    def without_facets(self) -> str:
        """Return the query string of the words alone."""
        return facets.query_string((name, value) for name, value in self.pairs if name in ("q", "sort"))

    @property
    def facet_pairs(self) -> facets.Pairs:
        """Return what the form has no visible field for, to travel with it as hidden fields."""
        return facets.without(self.pairs, "q", "year_from", "year_to", "sort")


def known(identifier: Identifier) -> Reference | None:
    """Return the reference of this library that bears the identifier (a merged one too)."""
    return Reference.objects.filter(**{identifier.kind: identifier.value}).only("pk").first()


def build(form: ReferenceSearchForm, *, page: str = "") -> LibraryPage:
    """Search, count and fetch one page; an impossible page number gives the nearest page and says so."""
    text = form.readable("q") or ""
    chosen = facets.conditions(form)
    base, match, counts = _find(text, chosen)
    sorts = _sorts(form.readable("sort"), match)
    rows = _in_order(base.filter(chosen.all()), sorts)
    paginator = Paginator(_with_line_contents(rows, text, match), LINES_A_PAGE)
    paginator.count = counts["found"]  # known already: spare the paginator its query
    shown, message = _page(paginator, page)
    all_facets = facets.facets(base, chosen, counts, form)
    return LibraryPage(
        lines=tuple(map(_line, shown.object_list)),
        page=shown,
        page_message=message,
        facets=all_facets,
        chosen=(*_chosen_years(form), *(_chosen(all_facets))),
        sorts=sorts,
        match=match,
        identifier=identifier_in(text),
        pairs=form.pairs(),
    )


def _find(text: str, chosen: facets.Conditions) -> tuple[ReferenceQuerySet, Match, dict[str, int]]:
    current = Reference.objects.current()
    if not text:
        return current, Match.EVERYTHING, facets.count(current, chosen)
    base = current.matching(text)
    counts = facets.count(base, chosen)
    if counts["any"]:
        return base, Match.WORDS, counts
    base = _resembling(current, text)
    return base, Match.RESEMBLANCE, facets.count(base, chosen)


def _resembling(current: ReferenceQuerySet, text: str) -> ReferenceQuerySet:
    """Return what comes closest by title, else by author, found once for all the counts that follow."""
    near = current.resembling(text)
    closest = _closest(near)
    if not closest:
        near = current.by_authors_resembling(text)
        closest = _closest(near)
    return near.filter(pk__in=closest)


def _closest(near: ReferenceQuerySet) -> list[int]:
    return list(near.order_by("-rank").values_list("pk", flat=True)[:MOST_RESEMBLING])


def _sorts(asked: str | None, match: Match) -> tuple[Sort, ...]:
    """Return the orders on offer; without words to match there is no best match."""
    offered = [(value, label) for value, label in SORTS if value != "relevance" or match != Match.EVERYTHING]
    values = [value for value, _label in offered]
    chosen = asked if asked in values else values[0]
    return tuple(Sort(value, label, value == chosen) for value, label in offered)


def _in_order(rows: ReferenceQuerySet, sorts: tuple[Sort, ...]) -> ReferenceQuerySet:
    chosen = next(sort.value for sort in sorts if sort.is_chosen)
    year, month = F("published_year"), F("published_month")
    newest = (year.desc(nulls_last=True), month.desc(nulls_last=True), "-pk")
    oldest = (year.asc(nulls_last=True), month.asc(nulls_last=True), "pk")
    return rows.order_by(*{"relevance": ("-rank", *newest), "newest": newest, "oldest": oldest}[chosen])


def _with_line_contents(rows: ReferenceQuerySet, text: str, match: Match) -> ReferenceQuerySet:
    studies = Reference.study_reports.rel.related_model.objects.select_related("study")
    rows = (
        rows.select_related("journal")
        .prefetch_related(Prefetch("study_reports", studies.order_by("study__label")))
        .defer(*NOT_ON_A_LINE)
    )
    if match == Match.WORDS:
        rows = rows.annotate(
            marked_title=highlighting.whole("title", text),
            marked_abstract=highlighting.excerpts("abstract_text", text),
        )
    return rows


def _page(paginator: Paginator[Reference], number: str) -> tuple[Page[Reference], str]:
    if not number:
        return paginator.page(1), ""
    try:
        return paginator.page(number), ""
    except InvalidPage:
        nearest = paginator.get_page(number)
        return nearest, f"There is no page “{number[:20]}”; this is page {nearest.number}."


def _line(reference: Reference) -> Line:
    abstract = getattr(reference, "marked_abstract", "")
    is_marked = highlighting.has_marks(abstract)
    return Line(
        reference=reference,
        title=highlighting.as_html(getattr(reference, "marked_title", reference.title)),
        excerpt=highlighting.as_html(abstract if is_marked else ""),
        authors=citation_text.sentence(citation_text.first_authors(reference)),
        journal_line=citation_text.journal_line(reference),
        studies=tuple(report.study for report in reference.study_reports.all()),
    )


def _chosen(all_facets: Iterable[Facet]) -> Iterable[Option]:
    for facet in all_facets:
        if facet.name != "year":
            yield from (option for option in facet.options if option.is_chosen)


def _chosen_years(form: ReferenceSearchForm) -> Iterable[Option]:
    first, last = form.readable("year_from"), form.readable("year_to")
    if first or last:
        label = f"{first or '…'}–{last or '…'}"
        query = facets.query_string(facets.without(form.pairs(), "year_from", "year_to"))
        yield Option(label, 0, query, is_chosen=True)
