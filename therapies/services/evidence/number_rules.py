"""What one result or comparison may say: the constraints of therapies.models.result, with an address."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from therapies.models import Comparison, Outcome, Result
from therapies.models.result import printed_percentage_agrees
from therapies.services.evidence.oddities import how_to_accept
from therapies.services.evidence.problems import Place
from therapies.services.evidence.shapes import ComparisonEntry, OutcomeEntry, ResultEntry

TIME_UNITS = (Result.Unit.YEARS, Result.Unit.MONTHS, Result.Unit.DAYS)
MOST_MONTHS = 1200

# A p value as printed: a sign, a probability, and perhaps what it belongs to: “P < 0.001”, “0.85 (5 years)”.
P_VALUE = re.compile(
    r"(?:p\s*)?(?:[<>=≤≥]|<=|>=)?\s*(?P<value>0?\.\d+|[01](?:\.0+)?)(?:\s*\([^()]+\))?", re.I
)
P_WORDS = ("not significant", "significant", "ns")


def check_result(result: ResultEntry, outcome: OutcomeEntry | None, place: Place) -> None:
    """Note what cannot be true of the result; `outcome` is None where it could not be read."""
    if outcome is not None and result.unit not in (units := _units(outcome)):
        place.key("unit").note(
            f"“{result.unit}” does not fit {outcome.code}, a {outcome.measure}; use {' or '.join(units)}."
        )
    _check_interval(result, place)
    _check_range(result, place)
    for key, value in _values(result):
        if value < 0:
            place.key(key).note(f"{value} is negative; a percentage, time or score is not.")
        elif result.unit == Result.Unit.PERCENT and value > 100:
            place.key(key).note(f"{value} % is more than 100 %.")
    if result.timepoint_months is not None and not 0 <= result.timepoint_months <= MOST_MONTHS:
        place.key("timepoint_months").note(f"{result.timepoint_months} months is no plausible time point.")
    if result.not_reached and result.value is not None:
        place.key("value").note("a median that was not reached has no value; write null.")
    _check_events(result, place)


def _units(outcome: OutcomeEntry) -> tuple[str, ...]:
    match outcome.measure:
        case Outcome.Measure.PROPORTION:
            return (Result.Unit.PERCENT,)
        case Outcome.Measure.MEDIAN_TIME:
            return TIME_UNITS
        case _:
            return (outcome.unit,)


def _values(result: ResultEntry) -> Iterator[tuple[str, Decimal]]:
    for key in ("value", "ci_low", "ci_high", "range_low", "range_high"):
        value = getattr(result, key)
        if value is not None:
            yield key, value


def _check_interval(number: ResultEntry | ComparisonEntry, place: Place) -> None:
    _check_bounds(number.value, number.ci_low, number.ci_high, "ci", "confidence interval", place)
    if isinstance(number, ResultEntry) and number.ci_level is not None:
        if not 0 < number.ci_level < 100:
            place.key("ci_level").note(f"{number.ci_level} is no level; it lies between 0 and 100 %.")
        if number.ci_low is None and number.ci_high is None:
            place.key("ci_level").note("there is a level but no interval.")


def _check_range(result: ResultEntry, place: Place) -> None:
    _check_bounds(result.value, result.range_low, result.range_high, "range", "range", place)


def _check_bounds(
    value: Decimal | None, low: Decimal | None, high: Decimal | None, key: str, name: str, place: Place
) -> None:
    if low is not None and high is not None and low > high:
        place.key(f"{key}_low").note(f"the {name} runs backwards, from {low} to {high}.")
    elif value is not None and low is not None and low > value:
        place.key(f"{key}_low").note(f"the {name} starts at {low}, above the value {value}.")
    elif value is not None and high is not None and high < value:
        place.key(f"{key}_high").note(f"the {name} ends at {high}, below the value {value}.")


def _check_events(result: ResultEntry, place: Place) -> None:
    if result.events is None or result.total is None:
        return
    if result.events > result.total:
        place.key("events").note(f"{result.events} events are more than the total of {result.total}.")
    elif contradicts(result) and result.override_reason is None:
        share = Decimal(100 * result.events) / result.total
        place.key("value").note(
            f"{result.value} % contradicts {result.events} of {result.total} ({share:.1f} %)."
            f" {how_to_accept()}"
        )


def contradicts(result: ResultEntry) -> bool:
    """Say whether a printed percentage is not events/total within rounding."""
    return (
        result.unit == Result.Unit.PERCENT
        and None not in (result.value, result.events, result.total)
        and not printed_percentage_agrees(result.value, result.events, result.total)
    )


def check_comparison(comparison: ComparisonEntry, place: Place) -> None:
    """Note what cannot be true of the comparison."""
    if not comparison.arms:
        place.key("arms").note("a comparison names the arms that it compares.")
    for index, arm in enumerate(comparison.arms):
        if arm in comparison.arms[:index]:
            place.key("arms").item(index).note(f"the arm “{arm}” stands twice.")
    if comparison.measure is None and comparison.value is not None:
        place.key("measure").note("a value needs its measure (HR, OR, RR or MD).")
    _check_interval(comparison, place)
    if comparison.measure in Comparison.RATIOS:
        if comparison.value is not None and comparison.value <= 0:
            place.key("value").note(f"the ratio {comparison.value} is not positive.")
        if comparison.ci_low is not None and comparison.ci_low < 0:
            place.key("ci_low").note(f"the interval of a ratio starts at {comparison.ci_low}, below 0.")
    if comparison.p is not None and not is_p_value(comparison.p):
        place.key("p").note(f"“{comparison.p}” is no p value (as 0.03, <0.001, P = .04 or not significant).")


def is_p_value(printed: str) -> bool:
    match = P_VALUE.fullmatch(printed.strip())
    if match:
        return Decimal(match["value"]) <= 1
    return printed.strip().lower().rstrip(".") in P_WORDS
