"""What a load did: counts by kind, and by name whatever stayed different from the files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from nelm_review.core.models import User
from nelm_review.core.settling import Settled, Wanted
from therapies.services.evidence.shapes import Evidence, Oddities

SERVICE = "evidence.load"
KINDS = (
    "therapies", "outcomes", "cohorts", "references", "studies", "reports", "arms", "results", "comparisons",
    "sources", "claims", "populations", "not applicable",
)  # fmt: skip


@dataclass
class Tally:
    """How many rows of one kind are in the files, what became of them, and how many others there are."""

    new: int = 0
    updated: int = 0
    unchanged: int = 0
    kept: int = 0
    withdrawn: int = 0
    absent: int = 0

    @property
    def n(self) -> int:
        return self.new + self.updated + self.unchanged + self.kept


@dataclass
class Ledger:
    """The report of one load."""

    tallies: dict[str, Tally] = field(default_factory=lambda: {kind: Tally() for kind in KINDS})
    notes: list[str] = field(default_factory=list)
    is_dry_run: bool = False

    @property
    def is_unchanged(self) -> bool:
        """Say whether no row was written."""
        return not any(tally.new or tally.updated or tally.withdrawn for tally in self.tallies.values())

    def enter(
        self, kind: str, settled: Settled[Any], *, is_expected: Callable[[Any], bool] = lambda row: False
    ) -> None:
        """Count what became of the rows, and name those that stay different where that is not expected."""
        tally = self.tallies[kind]
        tally.new += len(settled.new)
        tally.updated += len(settled.updated)
        tally.unchanged += len(settled.unchanged)
        tally.kept += len(settled.kept)
        self.notes += [_kept(want) for want in settled.kept if not is_expected(want.row)]

    def enter_withdrawn(self, kind: str, settled: Settled[Any]) -> None:
        self.tallies[kind].withdrawn += len(settled.updated)
        self.notes += [f"{want.name}: withdrawn, it is no longer in the files." for want in settled.updated]
        self.enter_absent(kind, [want.name for want in settled.kept])

    def enter_absent(self, kind: str, names: Sequence[str]) -> None:
        """Count rows that the files do not hold and that stay as they are."""
        self.tallies[kind].absent += len(names)
        self.notes += [f"{name}: not in the files; it stays." for name in names]

    def __str__(self) -> str:
        rows = [("", "in files", "new", "updated", "unchanged", "kept", "withdrawn", "not in files")]
        for kind, tally in self.tallies.items():
            numbers = (tally.n, tally.new, tally.updated, tally.unchanged, tally.kept)
            rows.append((kind, *map(str, numbers), str(tally.withdrawn), str(tally.absent)))
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
        lines = [
            "  ".join(
                [row[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(row[1:], widths[1:], strict=True))]
            )
            for row in rows
        ]
        return "\n".join([*lines, *(f"- {note}" for note in self.notes), self._conclusion()])

    def _conclusion(self) -> str:
        if self.is_unchanged and any(tally.kept for tally in self.tallies.values()):
            return "Nothing was written: what differs was changed here, and is kept."
        if self.is_unchanged:
            return "The library is unchanged: it holds these files already."
        return "Dry run: nothing was written." if self.is_dry_run else "The evidence is loaded."


def _kept(want: Wanted[Any]) -> str:
    differences = [
        f"{name.removesuffix('_id')} is {_shown(getattr(want.row, name))}, in the files {_shown(value)}"
        for name, value in want.fields.items()
        if name in want.differing()
    ]
    return f"{want.name}: kept as it was changed here ({'; '.join(differences)})."


def _shown(value: Any) -> str:
    if value is None or value == "":
        return "empty"
    text = format(value, "f") if isinstance(value, Decimal) else str(value)
    return text if len(text) <= 60 else f"{text[:59]}…"


@dataclass
class Loading:
    """One load under way: what is loaded, who signs it, and the rows found or made so far."""

    evidence: Evidence
    oddities: Oddities
    by: User
    now: datetime
    ledger: Ledger = field(default_factory=Ledger)
    therapies: dict[str, Any] = field(default_factory=dict)
    outcomes: dict[str, Any] = field(default_factory=dict)
    cohorts: dict[str, Any] = field(default_factory=dict)
    studies: dict[str, Any] = field(default_factory=dict)
    arms: dict[tuple[str, str], Any] = field(default_factory=dict)
    reports: dict[tuple[str, int], Any] = field(default_factory=dict)
    publications: dict[tuple[str, int], Any] = field(default_factory=dict)
    note_publications: dict[str, Any] = field(default_factory=dict)
    sources: dict[str, Any] = field(default_factory=dict)
