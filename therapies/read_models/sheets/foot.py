"""The foot of a sheet: of which day and state it is, and where to check it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from nelm_review.core import changes
from therapies.charts import qr
from therapies.models import Release
from therapies.read_models import release_cell
from therapies.read_models.evidence_cell import Evidence
from therapies.services import releases
from therapies.services.releases import texts

# Names in an address that change how a page is shown, and not what it says.
OF_THE_SCREEN = ("page", "more", "beside")


@dataclass(frozen=True)
class Foot:
    """`link` is absolute and `code` is its QR code, None where it is too long for one.

    `release` is the newest one and `state` the version of the evidence; `is_permanent` says that the release
    holds the very numbers of the sheet, and that the link leads there.
    """

    made_on: date
    link: str
    code: qr.Code | None
    release: Release | None
    state: int
    is_permanent: bool = False

    @property
    def review(self) -> str:
        """Return the citation of the review that the map grew from."""
        return texts.REVIEW


def of_cell(evidence: Evidence, path: str, absolute: Callable[[str], str]) -> Foot:
    """Return the foot of a cell's sheet; its link is permanent where the newest release holds the cell."""
    therapy, outcome = evidence.therapy.code, evidence.outcome
    within = [row.therapy.pk for row in evidence.within]
    query = evidence.question.links.to(**dict.fromkeys(OF_THE_SCREEN))
    if release := releases.latest_for_cell(therapy, within, outcome):
        link = absolute(release_cell.address(release, therapy, outcome.code, query))
        return _foot(link, release, is_permanent=True)
    return of_page(path + query.removesuffix("?"), absolute)


def of_page(path: str, absolute: Callable[[str], str]) -> Foot:
    """Return the foot of a sheet whose link leads to a page of today."""
    return _foot(absolute(path), releases.latest())


def _foot(link: str, release: Release | None, *, is_permanent: bool = False) -> Foot:
    state = changes.versions()[changes.EVIDENCE]
    return Foot(timezone.localdate(), link, qr.draw(link), release, state, is_permanent)
