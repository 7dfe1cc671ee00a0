"""What the search page shows: where a search leads straight to, the cells it names, and groups of hits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.safestring import SafeString

from references.models import Reference
from references.read_models import citation_text, highlighting
from references.read_models.identifying import Identifier, identifier_in
from references.read_models.library_page import NOT_ON_A_LINE
from therapies import evidence_map
from therapies.evidence_map import Row
from therapies.models import Outcome, Study, Therapy
from therapies.read_models import lineage
from therapies.read_models.site_search import publications, vocabulary
from therapies.read_models.site_search.publications import Found
from therapies.read_models.site_search.vocabulary import Named
from therapies.read_models.site_search.words import corrected, excerpt, marked, words
from therapies.scope import Scope

MOST_CELLS, MOST_NAMED = 6, 8


@dataclass(frozen=True)
class Hit:
    """One thing found: its title with marks, where it is, what stands beside and below the title."""

    title: SafeString
    url: str
    note: str = ""
    excerpt: SafeString = field(default_factory=SafeString)
    is_retracted: bool = False


@dataclass(frozen=True)
class Group:
    """The hits of one kind, the first of `n_found`; `more` leads to the rest."""

    label: str
    hits: tuple[Hit, ...]
    n_found: int
    more: str = ""
    is_close: bool = False


@dataclass(frozen=True)
class SiteSearch:
    """The whole answer; `meant` are the words as corrected, `identifier` one that is not in the library."""

    text: str
    go_to: tuple[Hit, ...] = ()
    cells: tuple[Hit, ...] = ()
    groups: tuple[Group, ...] = ()
    meant: str = ""
    identifier: Identifier | None = None

    @property
    def n_found(self) -> int:
        return sum(group.n_found for group in self.groups)

    @property
    def is_empty(self) -> bool:
        return not (self.go_to or self.cells or self.n_found)


def read(text: str) -> SiteSearch:
    """Search everything; at most eight queries, none without words."""
    if not text:
        return SiteSearch("")
    if identifier := identifier_in(text):
        return _identified(text, identifier)
    rows, outcomes = evidence_map.tree(Therapy.objects.all()), list(Outcome.objects.all())
    treated, measured = vocabulary.of_therapies(row.therapy for row in rows), vocabulary.of_outcomes(outcomes)
    asked = words(text)
    known = set().union(*(entry.words for entry in (*treated, *measured)), vocabulary.EVERYDAY)
    meant = corrected(asked, known)
    therapies = vocabulary.find(treated, meant)
    named = vocabulary.find(measured, vocabulary.everyday(therapies.rest if therapies.exact else meant))
    search = publications.asked(text)
    studies, references = publications.studies(search), publications.references(search)
    return SiteSearch(
        text=text,
        go_to=tuple(_straight(text, meant, [*treated, *measured], therapies, studies)),
        cells=_cells(rows, therapies, named),
        groups=(
            _named("Therapies", therapies, meant),
            _named("Outcomes", named, meant),
            _studies(studies, text, asked),
            _references(references, text),
        ),
        meant=" ".join(meant) if meant != asked and (therapies.all or named.all) else "",
    )


def _identified(text: str, identifier: Identifier) -> SiteSearch:
    reference = Reference.objects.filter(**{identifier.kind: identifier.value}).defer(*NOT_ON_A_LINE).first()
    if reference is None:
        return SiteSearch(text, identifier=identifier)
    studies = publications.studies_of(reference)
    hit = Hit(
        marked(str(reference), ()),
        reference.get_absolute_url(),
        f"the reference with {identifier}",
        is_retracted=reference.is_retracted,
    )
    return SiteSearch(text, go_to=(hit,), groups=(_studies(studies, text, ()),))


def _straight(
    text: str,
    meant: tuple[str, ...],
    entries: Sequence[vocabulary.Entry],
    therapies: Named,
    studies: Found,
) -> Iterable[Hit]:
    """Yield what the whole search is the name of, and the comparison of the therapies it names."""
    for entry in entries:
        if vocabulary.is_called(entry, meant):
            kind = "the therapy" if isinstance(entry.item, Therapy) else "the outcome"
            yield Hit(marked(entry.item.name, ()), entry.item.get_absolute_url(), kind)
    for study in studies.rows:
        if text.casefold() in {study.key.casefold(), study.label.casefold(), study.registry_id.casefold()}:
            yield Hit(marked(study.label, ()), study.get_absolute_url(), "the study")
    compared = [entry.item for entry in therapies.exact]
    if len(compared) == 2:
        address = f"{reverse('compare')}?{urlencode([('t', therapy.code) for therapy in compared])}"
        title = f"{compared[0].abbreviation} and {compared[1].abbreviation}"
        yield Hit(marked(title, ()), address, "side by side")


def _cells(rows: Sequence[Row], therapies: Named, outcomes: Named) -> tuple[Hit, ...]:
    """Return the cells where the therapies and outcomes meet, those with most studies first: one query."""
    if not (therapies.best and outcomes.best):
        return ()
    below = {
        entry.item: {row.therapy.pk for row in lineage.within(rows, lineage.row_of(rows, entry.item.code))}
        for entry in therapies.best
    }
    measured = [entry.item for entry in outcomes.best]
    results = Scope().results().filter(outcome__in=measured, arm__therapy__in=set().union(*below.values()))
    results = results.exclude(arm__study__design__in=Study.REVIEW_DESIGNS).order_by()
    in_pair: dict[tuple[int, int], set[int]] = defaultdict(set)
    for therapy, outcome, study in results.values_list("arm__therapy", "outcome", "arm__study").distinct():
        in_pair[therapy, outcome].add(study)
    cells = [
        (len(set().union(*(in_pair[pk, outcome.pk] for pk in within))), therapy, outcome)
        for therapy, within in below.items()
        for outcome in measured
    ]
    cells.sort(key=lambda cell: -cell[0])
    return tuple(_cell(*cell) for cell in cells[:MOST_CELLS])


def _cell(n_studies: int, therapy: Therapy, outcome: Outcome) -> Hit:
    count = f"{n_studies:,} {'study' if n_studies == 1 else 'studies'}" if n_studies else "none found"
    address = reverse("evidence", args=[therapy.code, outcome.code])
    return Hit(marked(f"{therapy.name} × {outcome.name}", ()), address, count)


def _named(label: str, found: Named, asked: Sequence[str]) -> Group:
    hits = tuple(_entry(entry.item, asked) for entry in found.all[:MOST_NAMED])
    return Group(label, hits, len(found.all))


def _entry(item: Therapy | Outcome, asked: Sequence[str]) -> Hit:
    if isinstance(item, Outcome):
        return Hit(marked(item.name, asked), item.get_absolute_url(), excerpt=marked(item.definition, asked))
    also = ", ".join(dict.fromkeys((item.abbreviation, *item.synonyms)))
    mesh = f"; MeSH: {', '.join(item.mesh)}" if item.mesh else ""
    return Hit(marked(item.name, asked), item.get_absolute_url(), excerpt=marked(also + mesh, asked))


def _studies(found: Found, text: str, asked: Sequence[str]) -> Group:
    hits = tuple(
        Hit(
            title=marked(study.label, asked),
            url=study.get_absolute_url(),
            note=", ".join(
                part
                for part in (study.get_design_display(), str(study.year or ""), study.registry_id)
                if part
            ),
            excerpt=marked(excerpt(study.population, asked), asked),
            is_retracted=study.is_withdrawn,
        )
        for study in found.rows
    )
    return Group("Studies", hits, found.n_found, _more("studies", text, found), found.is_close)


def _references(found: Found, text: str) -> Group:
    hits = tuple(
        Hit(
            title=highlighting.as_html(getattr(reference, "marked_title", "") or str(reference)),
            url=reference.get_absolute_url(),
            note=" ".join(
                (
                    citation_text.sentence(citation_text.first_authors(reference)),
                    citation_text.journal_line(reference),
                )
            ).strip(),
            is_retracted=reference.is_retracted,
        )
        for reference in found.rows
    )
    return Group("References", hits, found.n_found, _more("references", text, found), found.is_close)


def _more(name: str, text: str, found: Found) -> str:
    """Return where the rest is; nothing where all is shown or only came close."""
    if found.n_found <= len(found.rows) or found.is_close:
        return ""
    return f"{reverse(name)}?{urlencode({'q': text})}"
