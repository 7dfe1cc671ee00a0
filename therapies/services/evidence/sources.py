"""The publications that the notes of the therapies rest on → references and sources."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models.functions import Upper

from nelm_review.core.settling import Wanted, settle
from references.models import Reference
from therapies.models import ClaimSource
from therapies.services.evidence.ledger import SERVICE, Loading
from therapies.services.evidence.matching import pair
from therapies.services.evidence.shapes import NoteSourceEntry


def publications(loading: Loading) -> Iterator[tuple[NoteSourceEntry, Reference | None]]:
    """Yield the sources that no study reports, each with the reference that stands for it so far.

    That is the one of the last load, else one of the same title and year, in whatever case.
    """
    notes = loading.evidence.notes
    described = [source for source in notes.references if source.publication] if notes else []
    stored = ClaimSource.objects.select_related("reference").defer("reference__search_vector")
    known = {source.code: source.reference for source in stored.filter(code__in=[s.key for s in described])}
    titles = {source.publication.title.upper() for source in described if source.key not in known}
    same = Reference.objects.current().alias(upper_title=Upper("title")).filter(upper_title__in=titles)
    by_title = {
        (reference.title.upper(), reference.published_year): reference
        for reference in same.defer("search_vector").order_by("-pk")
    }
    for source in described:
        entry = source.publication
        yield source, known.get(source.key) or by_title.get((entry.title.upper(), entry.year))


def keep_sources(loading: Loading) -> None:
    """Bring the sources to the state of the file; one that is not in the file stays."""
    if loading.evidence.notes is None:
        return
    wanted = [
        Wanted(
            f"source {entry.key}",
            {
                "code": entry.key,
                "reference_id": _reference(loading, entry).pk,
                "read_at": entry.read_at,
            },
        )
        for entry in loading.evidence.notes.references
    ]
    left = pair(wanted, list(ClaimSource.objects.select_for_update()), "code")
    loading.ledger.enter_absent("sources", [f"source {row.code}" for row in left])
    loading.ledger.enter("sources", settle(ClaimSource, wanted, service=SERVICE))
    loading.sources = {
        entry.key: want.row for entry, want in zip(loading.evidence.notes.references, wanted, strict=True)
    }


def _reference(loading: Loading, entry: NoteSourceEntry) -> Reference:
    if entry.study is None:
        return loading.note_publications[entry.key]
    return loading.publications[entry.study, (entry.reference or 1) - 1]
