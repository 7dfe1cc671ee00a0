"""Journals by the name a citation prints: long or abbreviated, in any case, with or without dots."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import Q, Value
from django.db.models.functions import Lower, Replace

from references.models import Journal


def keep(printed: Sequence[tuple[str, str]], *, current: Sequence[Journal | None]) -> list[Journal | None]:
    """Return the journal of each printed (name, abbreviation), adding those that the library lacks.

    An empty name has no journal; a `current` journal that bears the name stays. Journals that PubMed
    identified come first, and a match of the title before one of the abbreviation.
    """
    known = _by_name({_plain(name) for name, _abbreviation in printed if name})
    new: list[Journal] = []
    for (name, abbreviation), journal in zip(printed, current, strict=True):
        if name and not _bears(journal, name) and _plain(name) not in known:
            new.append(Journal(title=name, iso_abbreviation=abbreviation))
            known = dict.fromkeys(_names(new[-1]), new[-1]) | known
    Journal.objects.bulk_create(new)
    return [
        journal if _bears(journal, name) else known.get(_plain(name))
        for (name, _abbreviation), journal in zip(printed, current, strict=True)
    ]


def _by_name(names: Iterable[str]) -> dict[str, Journal]:
    journals = Journal.objects.annotate(
        plain_title=Replace(Lower("title"), Value("."), Value("")),
        plain_abbreviation=Replace(Lower("iso_abbreviation"), Value("."), Value("")),
    ).filter(Q(plain_title__in=names) | Q(plain_abbreviation__in=names))
    best_last = sorted(journals, key=lambda journal: (journal.nlm_id is not None, -journal.pk))
    by_name = {_plain(journal.iso_abbreviation): journal for journal in best_last}
    by_name |= {_plain(journal.title): journal for journal in best_last}
    by_name.pop("", None)
    return by_name


def _bears(journal: Journal | None, name: str) -> bool:
    return journal is not None and bool(name) and _plain(name) in _names(journal)


def _names(journal: Journal) -> set[str]:
    return {_plain(journal.title), _plain(journal.iso_abbreviation)} - {""}


def _plain(name: str) -> str:
    return name.lower().replace(".", "")
