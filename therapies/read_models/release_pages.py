"""Releases as readers see them: the list, and one of them with the one before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models.functions import Length

from therapies.models import Release
from therapies.services.releases import texts

if TYPE_CHECKING:
    from therapies.models.release import ReleaseQuerySet

KILO = 1_000


@dataclass(frozen=True)
class ReleaseEntry:
    """One release: its counts in words, how to cite it, and the size of its archive."""

    release: Release
    counts: tuple[tuple[int, str], ...]
    citation: str
    n_bytes: int
    previous: Release | None = None

    @property
    def kilobytes(self) -> int:
        return round(self.n_bytes / KILO)


def index() -> list[ReleaseEntry]:
    """Return every release, the newest first; one query, no archive."""
    rows = list(_rows().newest_first())
    before = [*rows[1:], None]
    return [_entry(row, previous) for row, previous in zip(rows, before, strict=False)]


def show(version: str) -> ReleaseEntry:
    """Return one release; Release.DoesNotExist says in words when there is none."""
    release = _rows().filter(version=version).first()
    if release is None:
        raise Release.DoesNotExist(f"There is no release “{version}”.")
    before = Release.objects.without_archive().filter(released_at__lt=release.released_at)
    return _entry(release, before.newest_first().first())


def _rows() -> ReleaseQuerySet:
    return Release.objects.without_archive().annotate(n_bytes=Length("archive"))


def _entry(release: Release, previous: Release | None) -> ReleaseEntry:
    known = [(release.counts[name], words) for name, words in texts.COUNTED.items() if name in release.counts]
    return ReleaseEntry(
        release=release,
        counts=tuple(known),
        citation=texts.citation(release.version, release.released_at.date()),
        n_bytes=release.n_bytes,
        previous=previous,
    )
