"""`manage.py pool FILE.csv`: pool the studies of a CSV file with the code that draws the diamonds."""

from __future__ import annotations

import dataclasses
import json
import math
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from therapies.synthesis import pooling, tables
from therapies.synthesis.effects import Measure
from therapies.synthesis.errors import CannotPool
from therapies.synthesis.pooling import Method, Pool, Test

FIGURES = (
    "k",
    "measure",
    "method",
    "test",
    "tau2",
    "tau2_low",
    "tau2_high",
    "i2",
    "q",
    "q_p",
    "model",
    "natural",
)


class Command(BaseCommand):
    help = (
        "Pool the studies of a CSV file with the columns study,events,total or study,estimate,ci_low,ci_high:"
        " random effects, with every figure unrounded under --json. Needs no database."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, metavar="FILE")
        parser.add_argument(
            "--measure",
            choices=[measure.value for measure in Measure],
            help="Default: plo (logit) for counts, log-ratio for estimates.",
        )
        parser.add_argument(
            "--method", choices=[method.value for method in Method], default=Method.REML.value
        )
        parser.add_argument(
            "--test",
            choices=[test.value for test in Test],
            help="Default: knha (Hartung–Knapp); z (normal) for glmm.",
        )
        parser.add_argument("--json", action="store_true", dest="as_json", help="Print one JSON object.")

    def handle(
        self,
        *,
        path: Path,
        measure: str | None,
        method: str,
        test: str | None,
        as_json: bool,
        **options: Any,
    ) -> None:
        try:
            table = tables.read(path.read_bytes(), Measure(measure) if measure else None)
            found = pooling.pool(
                table.studies, measure=table.measure, method=Method(method), test=Test(test) if test else None
            )
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
        except CannotPool as error:
            raise CommandError(f"{path} cannot be pooled.\n{error}") from error
        self.stdout.write(as_line(found) if as_json else as_text(found))


def as_line(found: Pool) -> str:
    """Return every figure as one JSON object; what is not defined or not finite is null."""
    figures = dataclasses.asdict(found)
    return json.dumps({name: _finite(figures[name]) for name in FIGURES}, allow_nan=False)


def as_text(found: Pool) -> str:
    """Return the figures for a person, with four significant digits."""
    level = f"{100 * found.level:g} %"
    at = found.natural
    lines = [
        ("Studies", f"{found.k} ({found.measure}, {found.method}, {found.test})"),
        ("Pooled", f"{at.estimate:.4g} ({level} CI {at.ci_low:.4g} to {at.ci_high:.4g})"),
        ("Prediction", f"{at.pi_low:.4g} to {at.pi_high:.4g}"),
        ("τ²", f"{found.tau2:.4g}{_limits(found)}"),
        ("I²", f"{found.i2:.1f} %"),
    ]
    if found.q is not None and found.q_p is not None:
        lines.append(("Q", f"{found.q:.4g}, p = {found.q_p:.4g}"))
    return "\n".join(f"{name:<12}{text}" for name, text in lines)


def _limits(found: Pool) -> str:
    if found.tau2_low is None or found.tau2_high is None:
        return ""
    return f" ({found.tau2_low:.4g} to {found.tau2_high:.4g})"


def _finite(figure: Any) -> Any:
    if isinstance(figure, dict):
        return {name: _finite(value) for name, value in figure.items()}
    return None if isinstance(figure, float) and not math.isfinite(figure) else figure
