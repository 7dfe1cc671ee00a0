"""Extracted numbers as a cell of a table: value, counts, effect, and whether readers see it."""

from __future__ import annotations

from therapies.models import Comparison, Result
from therapies.read_models import printed

NOT_REPORTED = "—"


def value_of(result: Result) -> str:
    """Return the value with interval and range, as printed, and say so where it is computed."""
    reading = printed.read(result, result.outcome)
    words = f"{reading.words} (computed)" if reading.kind == printed.Kind.COMPUTED else reading.words
    return "; ".join(filter(None, (words, reading.interval, reading.range)))


def counts_of(result: Result) -> str:
    return printed.read(result, result.outcome).counts or NOT_REPORTED


def effect_of(comparison: Comparison) -> str:
    """Return measure, value and interval of a comparison, as far as printed."""
    if comparison.value is None:
        return NOT_REPORTED
    low, high = (
        "?" if end is None else printed.digits(end) for end in (comparison.ci_low, comparison.ci_high)
    )
    interval = "" if low == high == "?" else f" ({low}–{high})"
    return f"{comparison.measure} {printed.digits(comparison.value)}{interval}"


def state_of(number: Result | Comparison) -> str:
    """Say whether readers see the number, in a word."""
    if number.withdrawn_at is not None:
        return "withdrawn"
    return "published" if number.published_at is not None else "draft"
