"""The published data sets of tests/data/synthesis, and the figures that metafor gives for them."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log, sqrt
from pathlib import Path

from therapies.synthesis import tables
from therapies.synthesis.effects import Estimate, Measure, Study
from therapies.synthesis.pooling import Method, Pool, Test

FOLDER = Path(__file__).parents[2] / "data" / "synthesis"
Z = 1.959963984540054


@dataclass(frozen=True)
class Reference:
    """One analysis as metafor prints it: figures by column name, None where it has none."""

    file: str
    measure: Measure
    method: Method
    test: Test
    figures: dict[str, float | None]

    def __str__(self) -> str:
        return f"{self.file.removesuffix('.csv')}-{self.measure}-{self.method}-{self.test}"


def studies(name: str) -> Sequence[Study]:
    """Return the studies of a file."""
    return tables.read((FOLDER / f"{name.removesuffix('.csv')}.csv").read_bytes()).studies


def references() -> list[Reference]:
    """Return every analysis of reference.csv."""
    with (FOLDER / "reference.csv").open() as lines:
        return [
            Reference(
                file=row.pop("file"),
                measure=Measure(row.pop("measure")),
                method=Method(row.pop("method")),
                test=Test(row.pop("test")),
                figures={name: None if cell == "NA" else float(cell) for name, cell in row.items()},
            )
            for row in csv.DictReader(lines)
        ]


def flat(pool: Pool) -> dict[str, float | None]:
    """Return the figures of an analysis under the column names of reference.csv."""
    names = ("k", "tau2", "tau2_low", "tau2_high", "i2", "q", "q_p")
    return (
        {name: getattr(pool, name) for name in names}
        | vars(pool.model)
        | {f"natural_{name}": value for name, value in vars(pool.natural).items()}
    )


def bcg() -> list[Estimate]:
    """Return the risk ratios of the BCG trials with their 95 % intervals, from the counts."""
    with (FOLDER / "bcg.csv").open() as lines:
        return [
            risk_ratio(row["study"], *(int(row[name]) for name in list(row)[1:]))
            for row in csv.DictReader(lines)
        ]


def risk_ratio(study: str, events: int, total: int, control_events: int, control_total: int) -> Estimate:
    """Return the ratio of two risks with its interval."""
    ratio = log(events / total) - log(control_events / control_total)
    se = sqrt(1 / events - 1 / total + 1 / control_events - 1 / control_total)
    return Estimate(study, exp(ratio), exp(ratio - Z * se), exp(ratio + Z * se))
