"""Who made a reference: names in reading order, affiliations listed once and numbered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from references.models import Author

MOST_SHOWN = 12


@dataclass(frozen=True)
class Byline:
    """One person or group, with the numbers of their affiliations."""

    author: Author
    name: str
    affiliations: tuple[int, ...]


@dataclass(frozen=True)
class People:
    """Authors, editors and investigators; long lists of authors are shown in two parts."""

    authors: tuple[Byline, ...]
    editors: tuple[Byline, ...]
    investigators: tuple[Byline, ...]
    affiliations: tuple[str, ...]

    @property
    def first_authors(self) -> tuple[Byline, ...]:
        """The authors to show at once: all of them unless they are many."""
        return self.authors[: self._n_first]

    @property
    def more_authors(self) -> tuple[Byline, ...]:
        return self.authors[self._n_first :]

    @property
    def _n_first(self) -> int:
        # Hiding two or three names would save nothing.
        return len(self.authors) if len(self.authors) <= MOST_SHOWN + 3 else MOST_SHOWN


def people(authors: Iterable[Author]) -> People:
    """Number the affiliations in the order in which they first appear."""
    numbers: dict[str, int] = {}
    lines: dict[str, list[Byline]] = {role: [] for role in Author.Role.values}
    for author in authors:
        own = tuple(numbers.setdefault(place, len(numbers) + 1) for place in author.affiliations)
        lines[author.role].append(Byline(author, _name(author), own))
    return People(
        authors=tuple(lines[Author.Role.AUTHOR]),
        editors=tuple(lines[Author.Role.EDITOR]),
        investigators=tuple(lines[Author.Role.INVESTIGATOR]),
        affiliations=tuple(numbers),
    )


def _name(author: Author) -> str:
    """Return “Ada B Sample Jr”; where only initials are known, “Sample AB” as citations print it."""
    if author.collective_name:
        return author.collective_name
    if not author.fore_name:
        return str(author)
    return " ".join(part for part in (author.fore_name, author.last_name, author.suffix) if part)
