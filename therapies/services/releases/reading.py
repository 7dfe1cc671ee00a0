"""Releases found and read back."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache

from therapies.models import Outcome, Release
from therapies.services.releases import archive, digests, frozen, records
from therapies.services.releases.frozen import Frozen

N_KEPT = 4


def latest() -> Release | None:
    """Return the newest release, without its archive."""
    return Release.objects.without_archive().newest_first().first()


def latest_for_cell(therapy: str, within: Collection[int], outcome: Outcome) -> Release | None:
    """Return the newest release where it holds the cell exactly as it is published now; seven queries.

    `therapy` is the code of the cell's therapy, `within` the keys of it and of everything below it. None
    where there is no release, or where a result of the cell, its arm, study or publication has changed.
    """
    newest = latest()
    if newest is None:
        return None
    then = Release.objects.filter(pk=newest.pk).values_list(
        f"cell_digests__{therapy}/{outcome.code}", flat=True
    )
    return newest if then.get() == digests.of_now(within, outcome) else None


def content(release: Release) -> Frozen:
    """Return the evidence of a release; the last few are kept in memory, for a release never changes."""
    return _content(release.pk, release.sha256)


def of_now() -> Frozen:
    """Return the published evidence of this moment in the same form."""
    return frozen.thaw(records.collect())


@lru_cache(maxsize=N_KEPT)
def _content(pk: int, sha256: str) -> Frozen:
    packed = Release.objects.values_list("archive", flat=True).get(pk=pk, sha256=sha256)
    return frozen.thaw(records.read(archive.read(bytes(packed), archive.RECORDS)))
