"""A pooled estimate in words: “48.4% (95% CI 30.1–67.2%)”."""

from __future__ import annotations

from therapies.read_models import printed

LEVEL = 95


def percent(value: float | None) -> str:
    return "" if value is None else f"{printed.rounded(value)}%"


def interval(low: float | None, high: float | None) -> str:
    """Return “30.1–67.2%”, or nothing where an end is not known."""
    return "" if low is None or high is None else f"{printed.rounded(low)}–{printed.rounded(high)}%"


def words(estimate: float | None, low: float | None, high: float | None) -> str:
    """Return the estimate in percent with its interval, or nothing where nothing is pooled."""
    if estimate is None:
        return ""
    return f"{percent(estimate)} ({LEVEL}% CI {interval(low, high)})"
