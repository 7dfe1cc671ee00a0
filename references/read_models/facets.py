"""The facets of the library: which references each choice keeps, and how a choice changes the address."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_
from urllib.parse import urlencode

from django.db.models import Count, F, Func, Q

from references.forms import CORRECTION_STATES, GAPS, ReferenceSearchForm
from references.models import Reference
from references.models.reference import ReferenceQuerySet

Pairs = list[tuple[str, str]]

MOST_VALUES = 8
EVERYTHING = Q()
YES_NO = ("yes", "no")


def used_in_a_study() -> Q:
    return Q(pk__in=Reference.objects.used_in_studies().values("pk"))


# What each choice of a facet keeps. Facets whose choices the data bring (type, journal, year) are below.
CHOICES: dict[str, dict[str, Q]] = {
    "used": {"yes": used_in_a_study(), "no": ~used_in_a_study()},
    "abstract": {"yes": ~Q(abstract_text=""), "no": Q(abstract_text="")},
    "status": {
        "retracted": Q(is_retracted=True),
        "concern": Q(has_expression_of_concern=True),
        "corrected": Q(pk__in=Reference.objects.corrected().values("pk")),
    },
    "origin": {origin: Q(origin=origin) for origin in Reference.Origin.values},
    "gap": {
        "identifiers": Q(pmid=None, doi=None),
        "title": Q(title=""),
        "year": Q(published_year=None),
    },
}
TITLES = {
    "year": "Year",
    "type": "Publication type",
    "journal": "Journal",
    "used": "Evidence map",
    "abstract": "Abstract",
    "status": "Corrections",
    "origin": "Where it comes from",
    "gap": "Not known yet",
}
LABELS: dict[str, dict[str, str]] = {
    "used": {"yes": "Reports a study of the map", "no": "Not used in the map"},
    "abstract": {"yes": "With abstract", "no": "Without abstract"},
    "status": dict(CORRECTION_STATES),
    "origin": dict(Reference.Origin.choices),
    "gap": dict(GAPS),
}
# A second choice of these adds to the first; of the others it takes its place.
MULTIPLE = {"type", "status", "origin", "gap"}


@dataclass(frozen=True)
class Option:
    """One choice: how many references it would leave, and the query string that takes or drops it."""

    label: str
    n: int
    query: str
    is_chosen: bool


@dataclass(frozen=True)
class Facet:
    """One facet with its choices; `n_more` values were too rare to list."""

    name: str
    title: str
    options: tuple[Option, ...]
    n_more: int = 0


@dataclass(frozen=True)
class Conditions:
    """The chosen facets as conditions: counts of a facet obey all others, never the facet itself."""

    by_facet: dict[str, Q]

    def all(self) -> Q:
        return self.besides("")

    def besides(self, facet: str) -> Q:
        kept = (condition for name, condition in self.by_facet.items() if name != facet)
        return reduce(lambda left, right: left & right, kept, EVERYTHING)


def conditions(form: ReferenceSearchForm) -> Conditions:
    """Return the facets chosen in the form."""
    found: dict[str, Q] = {}
    for name, choices in CHOICES.items():
        chosen = form.readable(name)
        codes = [chosen] if isinstance(chosen, str) else chosen or []
        if codes:
            found[name] = reduce(or_, (choices[code] for code in codes))
    if kinds := form.readable("type"):
        found["type"] = Q(publication_types__overlap=kinds)
    if journal := form.readable("journal"):
        found["journal"] = Q(journal=journal)
    first, last = form.readable("year_from"), form.readable("year_to")
    if first or last:
        found["year"] = Q(published_year__gte=first or 0) & (Q(published_year__lte=last) if last else Q())
    return Conditions(found)


def count(base: ReferenceQuerySet, chosen: Conditions) -> dict[str, int]:
    """Return the number inside all facets (`found`), of all words alone (`any`), and of each fixed choice."""
    counts = {"any": Count("pk"), "found": Count("pk", filter=chosen.all())}
    for name, choices in CHOICES.items():
        for code, condition in choices.items():
            counts[f"{name}_{code}"] = Count("pk", filter=chosen.besides(name) & condition)
    return base.order_by().aggregate(**counts)


def facets(
    base: ReferenceQuerySet, chosen: Conditions, counts: dict[str, int], form: ReferenceSearchForm
) -> tuple[Facet, ...]:
    """Return every facet with its choices and their counts, in reading order."""
    pairs = form.pairs()
    return (
        _years(base.filter(chosen.besides("year")), pairs),
        _types(base.filter(chosen.besides("type")), pairs),
        _journals(base.filter(chosen.besides("journal")), pairs, form),
        *(_fixed(name, counts, pairs) for name in CHOICES),
    )


def query_string(pairs: Iterable[tuple[str, str]]) -> str:
    """Return the pairs as a query string with its question mark (a bare one where nothing is left)."""
    return f"?{urlencode(list(pairs))}"


def without(pairs: Pairs, *names: str) -> Pairs:
    return [(name, value) for name, value in pairs if name not in names]


def _fixed(name: str, counts: dict[str, int], pairs: Pairs) -> Facet:
    options = (
        _option(name, code, LABELS[name][code], counts[f"{name}_{code}"], pairs) for code in CHOICES[name]
    )
    return Facet(name, TITLES[name], tuple(options))


def _types(base: ReferenceQuerySet, pairs: Pairs) -> Facet:
    kind = Func(F("publication_types"), function="unnest", set_returning=True)
    rows = (
        base.order_by().annotate(kind=kind).values_list("kind").annotate(n=Count("pk")).order_by("-n", "kind")
    )
    options = [_option("type", kind, kind, n, pairs) for kind, n in rows]
    return _shortened(
        "type", options, {value for name, value in pairs if name == "type"} - dict(rows).keys(), pairs
    )


def _journals(base: ReferenceQuerySet, pairs: Pairs, form: ReferenceSearchForm) -> Facet:
    rows = (
        base.filter(journal__isnull=False)
        .order_by()
        .values_list("journal", "journal__iso_abbreviation", "journal__title")
        .annotate(n=Count("pk"))
        .order_by("-n", "journal__title", "journal")
    )
    options = [_option("journal", str(pk), short or title, n, pairs) for pk, short, title, n in rows]
    journal = form.readable("journal")
    if journal and not any(option.is_chosen for option in options):
        options.insert(0, _option("journal", str(journal.pk), str(journal), 0, pairs))
    return _shortened("journal", options, (), pairs)


def _shortened(name: str, options: list[Option], absent: Collection[str], pairs: Pairs) -> Facet:
    """Keep the chosen and the most frequent choices; a chosen one that nothing bears stays visible."""
    options = options + [_option(name, value, value, 0, pairs) for value in sorted(absent)]
    kept = [option for place, option in enumerate(options) if place < MOST_VALUES or option.is_chosen]
    return Facet(name, TITLES[name], tuple(kept), n_more=len(options) - len(kept))


def _years(base: ReferenceQuerySet, pairs: Pairs) -> Facet:
    rows = (
        base.filter(published_year__isnull=False)
        .order_by()
        .annotate(decade=F("published_year") / 10 * 10)
        .values_list("decade")
        .annotate(n=Count("pk"))
        .order_by("-decade")
    )
    rest = without(pairs, "year_from", "year_to")
    chosen = [(name, value) for name, value in pairs if name in ("year_from", "year_to")]
    options = []
    for decade, n in rows:
        span = [("year_from", str(decade)), ("year_to", str(decade + 9))]
        is_chosen = chosen == span
        query = query_string(rest if is_chosen else [*rest, *span])
        options.append(Option(f"{decade}–{decade + 9}", n, query, is_chosen))
    return Facet("year", TITLES["year"], tuple(options))


def _option(name: str, value: str, label: str, n: int, pairs: Pairs) -> Option:
    pair = (name, value)
    if pair in pairs:
        return Option(label, n, query_string(other for other in pairs if other != pair), is_chosen=True)
    rest = pairs if name in MULTIPLE else without(pairs, name)
    return Option(label, n, query_string([*rest, pair]), is_chosen=False)
