"""Author names as citations print them, taken apart: “de Jong MC”, “Christante”, “RESiN Investigators”."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

ET_AL = "et al."
LONGEST_PART = 300

_INITIALS = re.compile(r"[^\W\d_](?:[.\-]?[^\W\d_]){0,4}\.?")
_FAMILY = re.compile(
    r"(?:(?:d[aeiou]|del|della|der|den|di|dos|du|el|la|le|ten|ter|van|von|zu|zur)\s+)*[^\W\d_][\w’'\-]*"
)
_GROUP = re.compile(
    r"\b(?:group|study|trial|committee|society|consortium|investigators|network|institute)\b", re.I
)


@dataclass(frozen=True)
class Person:
    """One author: a person with a family name, or a group with a collective name."""

    last_name: str = ""
    initials: str = ""
    fore_name: str = ""
    collective_name: str = ""
    affiliations: tuple[str, ...] = ()
    is_corresponding: bool = False

    @property
    def printed(self) -> str:
        """The name as a citation prints it."""
        return self.collective_name or " ".join(part for part in (self.last_name, self.initials) if part)


def read_authors(printed: Iterable[str]) -> tuple[tuple[Person, ...], bool]:
    """Return the authors of a printed list, and whether it ended in “et al.”."""
    names = [name.strip() for name in printed]
    has_more = any(name.endswith(ET_AL) for name in names)
    bare = [name.removesuffix(ET_AL).strip(" ,") for name in names]
    return tuple(read_author(name) for name in bare if name), has_more


def read_author(printed: str) -> Person:
    """Take a printed name apart; what does not look like a person's stays whole, as a group's.

    A person is a family name with up to five initials after it (“Di Sarno A”) or a lone family name, perhaps
    behind particles (“de Baere”). A word in capitals alone is an acronym.
    """
    family, _space, initials = printed.rpartition(" ")
    if _GROUP.search(printed) or len(printed) > LONGEST_PART:
        return Person(collective_name=printed)
    if family and initials.isupper() and _INITIALS.fullmatch(initials):
        return Person(last_name=family, initials=initials)
    if _FAMILY.fullmatch(printed) and not printed.isupper():
        return Person(last_name=printed)
    return Person(collective_name=printed)


def initials_of(fore_name: str) -> str:
    """Return the initials of given names, as citations print them: “Cody R” gives CR, “Jean-Luc” JL."""
    return "".join(part[0].upper() for part in re.split(r"[\s\-.]+", fore_name) if part)
