"""From the text of a CSV file to the studies in it, with every bad row named by its line."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from therapies.synthesis.effects import Counts, Estimate, Measure, Study
from therapies.synthesis.errors import CannotPool

COUNT_COLUMNS = ("study", "events", "total")
ESTIMATE_COLUMNS = ("study", "estimate", "ci_low", "ci_high")
WHOLE = re.compile(r"[+-]?[0-9]+(\.0*)?")
DECIMAL = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
MOST_DIGITS = 30
MOST_SENTENCES = 20


@dataclass(frozen=True)
class Table:
    """The studies of a file and the measure that fits them."""

    studies: Sequence[Study]
    measure: Measure


def read(content: bytes, measure: Measure | None = None) -> Table:
    """Return the studies of a CSV file (UTF-8, with or without BOM) under the measure, or the usual one.

    The usual measure is the logit for counts and the log ratio for estimates. Columns are found by name, in
    any order and case; others are ignored, as are blank lines. Raises CannotPool with one sentence a line for
    everything that is wrong.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise CannotPool(f"Line {line} is not UTF-8: save the file as “CSV UTF-8”.") from error
    records = _records(text)
    _, header = next(records, (1, []))
    names = [re.sub(r"[\s_-]+", "_", cell.strip().lower()) for cell in header]
    measure = _measure(names, measure)
    make = _estimate if measure is Measure.LOG_RATIO else _counts
    studies, problems = _studies(records, names, make)
    if problems:
        more = len(problems) - MOST_SENTENCES
        raise CannotPool("\n".join(problems[:MOST_SENTENCES] + ([f"And {more} more."] if more > 0 else [])))
    if not studies:
        raise CannotPool("The file has a header and no study below it.")
    return Table(studies, measure)


def _records(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines that say something, each with its number; raises CannotPool for a broken file."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise CannotPool(f"Line {line} cannot be read as CSV: {error}.") from error


def _measure(names: Sequence[str], wanted: Measure | None) -> Measure:
    """Return the measure that the columns allow; raises CannotPool."""
    if twice := sorted({name for name in names if name and names.count(name) > 1}):
        raise CannotPool(f"The header names a column twice: {', '.join(twice)}.")
    has_counts, has_estimates = (set(columns) <= set(names) for columns in (COUNT_COLUMNS, ESTIMATE_COLUMNS))
    if wanted is not None:
        columns = ESTIMATE_COLUMNS if wanted is Measure.LOG_RATIO else COUNT_COLUMNS
        if not set(columns) <= set(names):
            raise CannotPool(f"The measure {wanted} needs the columns {', '.join(columns)}. {_found(names)}")
        return wanted
    if has_counts and has_estimates:
        raise CannotPool("The file has both counts and estimates: say which to pool by the measure.")
    if not (has_counts or has_estimates):
        raise CannotPool(
            f"The first line must name the columns {', '.join(COUNT_COLUMNS)},"
            f" or {', '.join(ESTIMATE_COLUMNS)}. {_found(names)}"
        )
    return Measure.PLO if has_counts else Measure.LOG_RATIO


def _found(names: Sequence[str]) -> str:
    if not names:
        return "The file is empty."
    shown = ", ".join(name or "(no name)" for name in names)
    hint = " Columns are separated by commas." if len(names) == 1 and re.search(r"[;\t]", names[0]) else ""
    return f"It names {shown[:200]}.{hint}"


def _studies(
    records: Iterator[tuple[int, list[str]]], names: Sequence[str], make: Callable[[dict[str, str]], Study]
) -> tuple[list[Study], list[str]]:
    """Return the studies of the rows that make one, and a sentence for each row that does not."""
    studies, problems = [], []
    for line, cells in records:
        try:
            studies.append(make(_row(names, cells)))
        except CannotPool as error:
            problems.append(f"Line {line}: {error}")
    return studies, problems


def _row(names: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    if any(cell.strip() for cell in cells[len(names) :]):
        raise CannotPool(
            f"there are {len(cells)} cells under {len(names)} columns; a name with a comma needs quotes."
        )
    row = dict.fromkeys(names, "")
    row.update(zip(names, (cell.strip() for cell in cells), strict=False))
    return row


def _counts(row: dict[str, str]) -> Counts:
    return Counts(row["study"], *(_whole(row, name) for name in COUNT_COLUMNS[1:]))


def _estimate(row: dict[str, str]) -> Estimate:
    return Estimate(row["study"], *(_decimal(row, name) for name in ESTIMATE_COLUMNS[1:]))


def _whole(row: dict[str, str], name: str) -> int:
    cell = row[name]
    if not WHOLE.fullmatch(cell) or len(cell) > MOST_DIGITS:
        raise CannotPool(f"{name} must be a whole number, {_shown(cell)}.")
    return int(cell.split(".")[0])


def _decimal(row: dict[str, str], name: str) -> float:
    cell = row[name]
    if not DECIMAL.fullmatch(cell) or len(cell) > MOST_DIGITS:
        raise CannotPool(f"{name} must be a number with a decimal point, {_shown(cell)}.")
    return float(cell)


def _shown(cell: str) -> str:
    return f"not “{cell[:40]}”" if cell else "and the cell is empty"
