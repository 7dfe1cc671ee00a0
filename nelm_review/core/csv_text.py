"""Tables as CSV that no spreadsheet mistakes for a program."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from typing import Protocol

# A spreadsheet runs a cell that begins with one of these as a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class Writable(Protocol):
    """Whatever takes text: a file, a buffer, a response."""

    def write(self, text: str, /) -> object: ...


def write(
    to: Writable, header: Iterable[str], rows: Iterable[Sequence[object]], *, line_end: str = "\r\n"
) -> None:
    """Write the rows below the header; text that a spreadsheet would run as a formula is quoted."""
    writer = csv.writer(to, lineterminator=line_end)
    writer.writerow(header)
    writer.writerows([_inert(value) for value in row] for row in rows)


def _inert(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value
