"""Writes rows for COPY in PostgreSQL's text format.

https://www.postgresql.org/docs/current/sql-copy.html (text format)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from django.db import connection
from django.db.backends.utils import CursorWrapper

# XML admits no control characters but tab and line ends, so no text of a record can be this.
NULL = "\x01"
READ_CHARACTERS = 8 * 1024 * 1024


def joined(fields: Sequence[str]) -> str:
    """Return fields of one line of COPY text; escapes only where something needs it."""
    row = "\t".join(fields)
    if "\\" in row or "\n" in row or "\r" in row or row.count("\t") != len(fields) - 1:
        row = "\t".join(_escaped(field) for field in fields)
    return row


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def number(value: int | None) -> str:
    return NULL if value is None else str(value)


def flag(value: bool) -> str:
    return "t" if value else "f"


def nullable(value: str | None) -> str:
    return NULL if value is None else value


def moment(value: datetime | None) -> str:
    return NULL if value is None else value.isoformat()


def array(values: Iterable[str]) -> str:
    """Return a text[] literal. https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO"""
    quoted = '","'.join(values)
    if not quoted:
        return '{""}' if tuple(values) else "{}"
    if "\\" in quoted or quoted.count('"') != 2 * (len(tuple(values)) - 1):
        quoted = '","'.join(value.replace("\\", "\\\\").replace('"', '\\"') for value in values)
    return f'{{"{quoted}"}}'


def escaped_binary(value: bytes) -> str:
    """Return a bytea literal that is escaped already, so that no `line` need look at every digit of it."""
    return f"\\\\x{value.hex()}"


def copy(cursor: CursorWrapper, table: str, columns: Sequence[str], rows: Iterator[str]) -> None:
    """Stream the lines into the table; each is made only when the server is ready for it.

    Table and columns are literals of this package, never outside text.
    """
    names = ", ".join(f'"{column}"' for column in columns)
    command = f"COPY {table} ({names}) FROM STDIN WITH (NULL E'\\x01')"
    with connection.wrap_database_errors:
        cursor.copy_expert(command, _Lines(rows), READ_CHARACTERS)


class _Lines:
    """A file to read from, as COPY wants it, over lines that do not exist yet."""

    def __init__(self, rows: Iterator[str]) -> None:
        self._rows = rows

    def read(self, size: int = -1) -> bytes:
        taken: list[str] = []
        n_taken = 0
        for row in self._rows:
            taken.append(row)
            n_taken += len(row)
            if 0 <= size <= n_taken:
                break
        return "".join(taken).encode()
