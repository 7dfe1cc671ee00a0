"""Keeps one row for each journal that the records name, whatever each record leaves out about it."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q
from django.db.models.functions import Lower

from references.models import Journal
from references.pubmed import records

# A record names one ISSN only, the print or the electronic one, so what is known grows record by record.
COLUMNS = ("title", "iso_abbreviation", "issn_print", "issn_electronic", "issn_linking")

Key = tuple[str, str]


def key_of(journal: records.Journal | None) -> Key | None:
    """Return what tells one journal from another: its NLM id, else its title; None where it has neither."""
    if journal is None:
        return None
    if journal.nlm_id:
        return ("nlm_id", journal.nlm_id)
    title = (journal.title or journal.iso_abbreviation or journal.medline_ta).lower()
    return ("title", title) if title else None


def store(named: Iterable[records.Journal]) -> dict[Key, int]:
    """Add and complete the journals, and return their primary keys by `key_of`."""
    wanted: dict[Key, dict[str, str]] = {}
    for journal in named:
        if key := key_of(journal):
            known = wanted.setdefault(key, {"nlm_id": journal.nlm_id})
            known.update({name: value for name, value in _stated(journal).items() if value})
    existing = _existing(wanted)
    missing: list[Journal] = []
    changed: dict[int, Journal] = {}
    for key, stated in wanted.items():
        row = existing.get(key) or _without_id(stated, existing)
        if row is None:
            missing.append(Journal(**{**stated, "nlm_id": stated["nlm_id"] or None}))
            existing[key] = missing[-1]
            continue
        existing[key] = row
        # One without a primary key was named in this very batch before, without its id.
        if _complete(row, stated) and row.pk is not None:
            changed[row.pk] = row
    Journal.objects.bulk_update(changed.values(), ("nlm_id", *COLUMNS), batch_size=500)
    Journal.objects.bulk_create(missing, batch_size=1_000)
    return {key: existing[key].pk for key in wanted}


def _stated(journal: records.Journal) -> dict[str, str]:
    return {
        "title": journal.title or journal.medline_ta or journal.iso_abbreviation or journal.nlm_id,
        "iso_abbreviation": journal.iso_abbreviation or journal.medline_ta,
        "issn_print": journal.issn_print,
        "issn_electronic": journal.issn_electronic,
        "issn_linking": journal.issn_linking,
    }


def _existing(wanted: dict[Key, dict[str, str]]) -> dict[Key, Journal]:
    ids = [value for kind, value in wanted if kind == "nlm_id"]
    titles = {
        name.lower()
        for stated in wanted.values()
        for name in (stated.get("title"), stated.get("iso_abbreviation"))
        if name
    }
    by_title = Q(nlm_id__isnull=True, lower_title__in=titles)
    rows = (
        Journal.objects.annotate(lower_title=Lower("title"))
        .filter(Q(nlm_id__in=ids) | by_title)
        .order_by("pk")
        .select_for_update(of=("self",), no_key=True)
    )
    return {("nlm_id", row.nlm_id) if row.nlm_id else ("title", row.title.lower()): row for row in rows}


def _without_id(stated: dict[str, str], existing: dict[Key, Journal]) -> Journal | None:
    """Take over a journal known only by its printed name (long or abbreviated) until now."""
    for name in ("title", "iso_abbreviation"):
        row = existing.get(("title", stated.get(name, "").lower()))
        if row is not None and row.nlm_id is None:
            return row
    return None


def _complete(row: Journal, stated: dict[str, str]) -> bool:
    before = [row.nlm_id, *(getattr(row, name) for name in COLUMNS)]
    row.nlm_id = row.nlm_id or stated["nlm_id"] or None
    for name in COLUMNS:
        setattr(row, name, stated.get(name) or getattr(row, name))
    return before != [row.nlm_id, *(getattr(row, name) for name in COLUMNS)]
