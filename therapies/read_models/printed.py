"""A published number in words, as its source prints it, and in its outcome's unit for the shared axis."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from therapies.models import DAYS_PER_MONTH, Outcome, Result

MONTHS_PER_UNIT = {
    Result.Unit.YEARS: Decimal(12),
    Result.Unit.MONTHS: Decimal(1),
    Result.Unit.DAYS: 1 / Decimal(str(DAYS_PER_MONTH)),
}
PLURALS = {Result.Per.PATIENT: "patients", Result.Per.PROCEDURE: "procedures", Result.Per.LESION: "lesions"}


class Kind(StrEnum):
    """What a result gives to draw."""

    VALUE = "value"
    COMPUTED = "computed"
    RANGE = "range"
    NOT_REACHED = "not-reached"
    COUNT = "count"
    NONE = "none"


@dataclass(frozen=True)
class Reading:
    """One result, read: words keep the source's digits and unit; numbers are in the outcome's unit."""

    kind: Kind
    words: str
    counts: str = ""
    interval: str = ""
    range: str = ""
    converted: str = ""
    value: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    range_low: float | None = None
    range_high: float | None = None

    @property
    def is_usable(self) -> bool:
        """Say whether there is a single number for the axis."""
        return self.value is not None


def read(result: Result, outcome: Outcome) -> Reading:
    """Return the result in words and numbers; a fraction without a percentage is computed and marked so."""
    kind = _kind(result)
    value = _value(result, kind)
    return Reading(
        kind=kind,
        words=_words(kind, result, value),
        counts=_counts(result),
        interval=_interval(result),
        range=_range(result) if kind != Kind.RANGE else "",
        converted=_converted(result, outcome, value),
        **numbers(result, outcome),
    )


def numbers(result: Result, outcome: Outcome) -> dict[str, float | None]:
    """Return value, interval and range in the outcome's unit, by the names of a Reading."""
    return {
        name: as_float(in_outcome_unit(number, result.unit, outcome))
        for name, number in (
            ("value", _value(result, _kind(result))),
            ("ci_low", result.ci_low),
            ("ci_high", result.ci_high),
            ("range_low", result.range_low),
            ("range_high", result.range_high),
        )
    }


def in_outcome_unit(value: Decimal | None, unit: str, outcome: Outcome) -> Decimal | None:
    """Convert between units of time (a month is the mean Gregorian month); other units stay as they are."""
    if value is None or unit == outcome.unit:
        return value
    if unit in MONTHS_PER_UNIT and outcome.unit in MONTHS_PER_UNIT:
        return value * MONTHS_PER_UNIT[Result.Unit(unit)] / MONTHS_PER_UNIT[Result.Unit(outcome.unit)]
    return value


def with_unit(number: str, unit: str) -> str:
    """Return “64%” or “13.8 months”, kept on one line."""
    return f"{number}%" if unit == Result.Unit.PERCENT else f"{number}\u00a0{unit}"


def digits(value: Decimal) -> str:
    """Return the number with the digits it was printed with, never in exponent notation."""
    return f"{value:f}"


def rounded(value: float | Decimal) -> str:
    """Return the number with one decimal at most, more only where it would otherwise read as zero."""
    number = Decimal(str(value))
    short = number.quantize(Decimal("0.1"), ROUND_HALF_UP)
    if number and not short:
        return f"{number.normalize():.1g}"
    return f"{short:f}".removesuffix(".0")


def time_point(months: Decimal | float | None) -> str:
    """Return “5 years”, “18 months” or nothing."""
    if months is None:
        return ""
    number = Decimal(str(months)).normalize()
    if number and number % 12 == 0:
        years = number / 12
        return f"{years:f}\u00a0year{'' if years == 1 else 's'}"
    return f"{number:f}\u00a0month{'' if number == 1 else 's'}"


def span(low: float, high: float, unit: str) -> str:
    """Return the words for a range of values: “2–86%”, or the one value there is."""
    first, last = rounded(low), rounded(high)
    return with_unit(first if first == last else f"{first}–{last}", unit)


def _kind(result: Result) -> Kind:
    if result.value is not None:
        return Kind.VALUE
    if result.not_reached:
        return Kind.NOT_REACHED
    if result.events is not None and result.total and result.unit == Result.Unit.PERCENT:
        return Kind.COMPUTED
    if result.range_low is not None or result.range_high is not None:
        return Kind.RANGE
    return Kind.COUNT if result.events is not None else Kind.NONE


def _value(result: Result, kind: Kind) -> Decimal | None:
    return _share(result) if kind == Kind.COMPUTED else result.value


def _share(result: Result) -> Decimal:
    return Decimal(100 * result.events) / Decimal(result.total)


def _words(kind: Kind, result: Result, value: Decimal | None) -> str:
    match kind:
        case Kind.VALUE:
            return with_unit(digits(value), result.unit)
        case Kind.COMPUTED:
            return with_unit(rounded(value), result.unit)
        case Kind.NOT_REACHED:
            return "not reached"
        case Kind.RANGE:
            return with_unit(_ends(result.range_low, result.range_high), result.unit)
        case Kind.COUNT:
            return f"{result.events} event{'' if result.events == 1 else 's'}, total not printed"
        case Kind.NONE:
            return "no number in the form of this outcome"


def _counts(result: Result) -> str:
    unit = PLURALS[Result.Per(result.per)]
    if result.events is not None and result.total:
        return f"{result.events:,} of {result.total:,} {unit}"
    if result.total:
        return f"of {result.total:,} {unit}"
    if result.events is not None and result.value is not None:
        counted = result.per if result.events == 1 else unit
        return f"{result.events:,} {counted} (total not printed)"
    return ""


def _interval(result: Result) -> str:
    if result.ci_low is None and result.ci_high is None:
        return ""
    level = (
        f"{digits(result.ci_level)}%\u00a0CI"
        if result.ci_level is not None
        else "interval (level not stated)"
    )
    return f"{level} {_ends(result.ci_low, result.ci_high)}"


def _range(result: Result) -> str:
    if result.range_low is None and result.range_high is None:
        return ""
    return f"range {_ends(result.range_low, result.range_high)}"


def _ends(low: Decimal | None, high: Decimal | None) -> str:
    if low is None:
        return f"up to {digits(high)} (lower end not printed)"
    if high is None:
        return f"from {digits(low)} (upper end not printed)"
    return f"{digits(low)}–{digits(high)}"


def _converted(result: Result, outcome: Outcome, value: Decimal | None) -> str:
    number = in_outcome_unit(value, result.unit, outcome)
    if number is None or result.unit == outcome.unit or number == value:
        return ""
    return with_unit(rounded(number), outcome.unit)


def as_float(value: Decimal | None) -> float | None:
    """Return the number for an axis; nothing stays nothing."""
    return None if value is None else float(value)
