"""What is reported for one therapy: every outcome with evidence as a strip, benefits beside harms."""

from __future__ import annotations

from dataclasses import dataclass, replace

from therapies.evidence_map import EvidenceMap, Row
from therapies.models import Outcome
from therapies.read_models import map_page
from therapies.read_models.map_page import DrawnCell, DrawnColumn

HARM_DOMAINS = (Outcome.Domain.SAFETY, Outcome.Domain.RESOURCES)


@dataclass(frozen=True)
class OutcomeLine:
    """One outcome of the therapy on the axis that the whole map uses for it."""

    column: DrawnColumn
    drawn: DrawnCell


@dataclass(frozen=True)
class DomainLines:
    """The outcomes of one domain."""

    label: str
    lines: tuple[OutcomeLine, ...]


@dataclass(frozen=True)
class Profile:
    """A therapy's outcomes: what it may do for the patient, and what it may cost."""

    apart: DrawnCell | None
    benefits: tuple[DomainLines, ...]
    harms: tuple[DomainLines, ...]

    @property
    def is_empty(self) -> bool:
        return not (self.benefits or self.harms)


def read(evidence: EvidenceMap, row: Row, *, leave_out: str = "") -> Profile:
    """Draw the outcomes with evidence of one row; `leave_out` is the code of an outcome shown apart."""
    alone = replace(evidence, rows=(replace(row, parent=None, depth=0),))
    page = map_page.draw(alone, with_comparators=True)
    by_domain: dict[str, list[OutcomeLine]] = {}
    apart = None
    for column, drawn in page.rows[0].cells:
        if column.outcome.code == leave_out:
            apart = drawn
        elif not drawn.cell.is_empty:
            by_domain.setdefault(column.outcome.domain, []).append(OutcomeLine(column, drawn))
    groups = {
        domain: DomainLines(Outcome.Domain(domain).label, tuple(lines)) for domain, lines in by_domain.items()
    }
    return Profile(
        apart=apart,
        benefits=tuple(group for domain, group in groups.items() if domain not in HARM_DOMAINS),
        harms=tuple(group for domain, group in groups.items() if domain in HARM_DOMAINS),
    )
