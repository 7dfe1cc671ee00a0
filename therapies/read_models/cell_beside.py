"""Ways on from a cell: the same outcome of neighbouring therapies, the other outcomes of the same one."""

from __future__ import annotations

from dataclasses import dataclass

from therapies import evidence_map
from therapies.evidence_map import Cell, EvidenceMap, Row
from therapies.read_models import lineage, profile
from therapies.read_models.profile import Profile
from therapies.scope import Scope


@dataclass(frozen=True)
class Beside:
    """What lies around one cell of the map."""

    row: Row
    neighbours: tuple[tuple[Row, Cell], ...]
    profile: Profile


def read(scope: Scope, therapy: str, outcome: str) -> Beside:
    """Return what lies around a cell; Therapy.DoesNotExist or Outcome.DoesNotExist says what is missing."""
    evidence = evidence_map.build(scope)
    row = lineage.row_of(evidence.rows, therapy)
    lineage.outcome_of([column.outcome for column in evidence.columns], outcome)
    return Beside(
        row=row,
        neighbours=_neighbours(evidence, row, outcome),
        profile=profile.read(evidence, row, leave_out=outcome),
    )


def _neighbours(evidence: EvidenceMap, row: Row, outcome: str) -> tuple[tuple[Row, Cell], ...]:
    """Return the filled cells of the same outcome one step up, down or beside in the tree."""
    near = [*lineage.above(evidence.rows, row)[-1:], *lineage.directly_below(evidence.rows, row)]
    near += [other for other in evidence.rows if other.parent == row.parent and other != row]
    cells = [(other, evidence.cell(other.therapy.code, outcome)) for other in near]
    return tuple((other, cell) for other, cell in cells if not cell.is_empty)
