"""Releases of the published evidence: made, found, read back.

from therapies.services import releases
releases.make(by=user, note="…")   # raises releases.ReleaseError with a sentence
releases.latest()                  # Release | None
releases.content(release)          # frozen.Frozen: its evidence as model instances, without a database
releases.of_now()                  # the same for the evidence of this moment
"""

from therapies.services.releases.frozen import Frozen
from therapies.services.releases.making import (
    MadeMeanwhile,
    NothingNew,
    NothingPublished,
    ReleaseError,
    make,
)
from therapies.services.releases.reading import content, latest, latest_for_cell, of_now

__all__ = [
    "Frozen",
    "MadeMeanwhile",
    "NothingNew",
    "NothingPublished",
    "ReleaseError",
    "content",
    "latest",
    "latest_for_cell",
    "make",
    "of_now",
]
