"""What is wrong with evidence files: sentences with an address, collected so that one run names them all."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

MOST_SHOWN = 50
# What a reader gives instead of a value that it could not read; the reason is noted.
BAD: Final = object()


@dataclass(frozen=True)
class Problem:
    """One broken rule: in which file, at which entry and field, and what the rule is."""

    file: str
    entry: str
    path: str
    sentence: str

    def __str__(self) -> str:
        address = ", ".join(part for part in (self.file, self.entry, self.path) if part)
        return f"{address}: {self.sentence}"


class EvidenceError(Exception):
    """The evidence cannot be read, loaded or written as it is; nothing was changed."""

    def __init__(self, headline: str, problems: tuple[Problem, ...] = ()) -> None:
        self.headline = headline
        self.problems = problems
        shown = [f"  {problem}" for problem in problems[:MOST_SHOWN]]
        if len(problems) > MOST_SHOWN:
            shown.append(f"  … and {len(problems) - MOST_SHOWN} more.")
        super().__init__("\n".join([headline, *shown]))


@dataclass
class Problems:
    """A growing list of problems."""

    found: list[Problem] = field(default_factory=list)

    def at(self, file: str, entry: str = "", path: str = "") -> Place:
        return Place(self, file, entry, path)

    def refuse(self, headline: str) -> None:
        """Raise EvidenceError if anything was found."""
        if self.found:
            raise EvidenceError(headline, tuple(self.found))


@dataclass(frozen=True)
class Place:
    """Where a check stands; what it notes carries this address."""

    problems: Problems
    file: str
    entry: str = ""
    path: str = ""

    def key(self, name: str) -> Place:
        return Place(self.problems, self.file, self.entry, f"{self.path}.{name}" if self.path else name)

    def item(self, index: int) -> Place:
        return Place(self.problems, self.file, self.entry, f"{self.path}[{index}]")

    def note(self, sentence: str) -> None:
        self.problems.found.append(Problem(self.file, self.entry, self.path, sentence))
