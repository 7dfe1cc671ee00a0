"""What became of each record that was handed in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """What happened to one record."""

    NEW = "new"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    DELETED = "deleted"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One record's fate; `note` is one sentence, always there for a failure.

    `pmid` is None only where an unreadable record names none. `reference_id` is None where no reference holds
    the record: it failed, or PubMed withdrew what was never here.
    """

    pmid: int | None
    state: State
    reference_id: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class IngestReport:
    """The fates of all records of one call, each PMID once, in the order in which the records came."""

    outcomes: tuple[Outcome, ...] = ()

    def count(self, state: State) -> int:
        return sum(outcome.state == state for outcome in self.outcomes)

    @property
    def new(self) -> int:
        return self.count(State.NEW)

    @property
    def updated(self) -> int:
        return self.count(State.UPDATED)

    @property
    def unchanged(self) -> int:
        return self.count(State.UNCHANGED)

    @property
    def deleted(self) -> int:
        """How many PMIDs PubMed withdrew, whether or not a reference held them."""
        return self.count(State.DELETED)

    @property
    def failed(self) -> int:
        return self.count(State.FAILED)

    @property
    def by_pmid(self) -> dict[int, Outcome]:
        return {outcome.pmid: outcome for outcome in self.outcomes if outcome.pmid is not None}


def counted(reports: Iterable[IngestReport]) -> Counter[State]:
    """Add up the outcomes of many reports."""
    return Counter(outcome.state for report in reports for outcome in report.outcomes)
