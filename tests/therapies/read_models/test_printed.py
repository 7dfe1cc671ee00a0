"""Numbers in words: digits and units as the source prints them, conversions beside them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from therapies.models import Outcome, Result
from therapies.read_models import printed
from therapies.read_models.printed import Kind

RATE = Outcome(code="rate", measure=Outcome.Measure.PROPORTION, unit="%")
SURVIVAL = Outcome(code="os", measure=Outcome.Measure.MEDIAN_TIME, unit="months")
STAY = Outcome(code="stay", measure=Outcome.Measure.MEDIAN_TIME, unit="days")


def read(outcome: Outcome = RATE, **fields) -> printed.Reading:
    for name, number in fields.items():
        if isinstance(number, str) and name not in ("unit", "per"):
            fields[name] = Decimal(number)
    return printed.read(Result(**{"unit": outcome.unit, **fields}), outcome)


@pytest.mark.parametrize(
    ("value", "words"), [("64", "64%"), ("26.0", "26.0%"), ("0", "0%"), ("1E+2", "100%")]
)
def test_value_keeps_its_printed_digits(value, words):
    assert read(value=value).words == words


def test_fraction_without_a_percentage_is_computed_and_marked():
    reading = read(events=57, total=62, per="procedure")

    assert (reading.kind, reading.words, reading.counts) == (Kind.COMPUTED, "91.9%", "57 of 62 procedures")
    assert reading.value == pytest.approx(91.935, abs=0.001)


def test_printed_percentage_is_never_replaced_by_its_fraction():
    reading = read(value="69", events=9, total=14)

    assert (reading.kind, reading.words, reading.counts) == (Kind.VALUE, "69%", "9 of 14 patients")


def test_no_events_at_all_are_zero_percent():
    assert read(events=0, total=11).words == "0%"


@pytest.mark.parametrize(
    ("value", "unit", "months", "words"),
    [("5.3", "years", 63.6, "63.6\u00a0months"), ("419", "days", 13.77, "13.8\u00a0months")],
)
def test_time_is_converted_beside_the_printed_one(value, unit, months, words):
    reading = read(SURVIVAL, value=value, unit=unit)

    assert reading.words == f"{value}\u00a0{unit}"
    assert reading.converted == words
    assert reading.value == pytest.approx(months, abs=0.01)


def test_interval_is_converted_with_its_value():
    reading = read(SURVIVAL, value="5.3", unit="years", ci_low="4.2", ci_high="6.7", ci_level="95")

    assert reading.interval == "95%\u00a0CI 4.2–6.7"
    assert (reading.ci_low, reading.ci_high) == pytest.approx((50.4, 80.4))


def test_time_in_the_unit_of_its_outcome_is_not_converted():
    reading = read(STAY, value="4", range_low="1", range_high="8")

    assert (reading.converted, reading.value, reading.range) == ("", 4.0, "range 1–8")


def test_interval_end_that_was_not_printed_is_said():
    assert read(value="30", ci_low="22.1").interval.endswith("from 22.1 (upper end not printed)")


def test_interval_without_a_level_says_so():
    assert "level not stated" in read(value="30", ci_low="22", ci_high="40").interval


def test_median_not_reached_is_words_without_a_number():
    reading = read(SURVIVAL, not_reached=True)

    assert (reading.words, reading.value, reading.is_usable) == ("not reached", None, False)


def test_range_without_a_value_is_a_range():
    reading = read(range_low="57", range_high="91")

    assert (reading.kind, reading.words, reading.range) == (Kind.RANGE, "57–91%", "")
    assert not reading.is_usable


def test_events_without_a_total_are_not_a_percentage():
    reading = read(events=1)

    assert (reading.kind, reading.words) == (Kind.COUNT, "1 event, total not printed")
    assert not reading.is_usable


def test_nothing_printed_is_not_zero():
    reading = read()

    assert (reading.kind, reading.value) == (Kind.NONE, None)
    assert "0" not in reading.words


def test_percentage_of_a_total_names_the_total():
    assert read(value="30", total=1200).counts == "of 1,200 patients"


@pytest.mark.parametrize(
    ("months", "words"),
    [
        ("12", "1\u00a0year"),
        ("60", "5\u00a0years"),
        ("120", "10\u00a0years"),
        ("1", "1\u00a0month"),
        ("1.5", "1.5\u00a0months"),
        ("20.0", "20\u00a0months"),
        (None, ""),
    ],
)
def test_time_point_in_words(months, words):
    assert printed.time_point(months and Decimal(months)) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [(91.935, "91.9"), (100.0, "100"), (2.0, "2"), (0.25, "0.3"), (0.01, "0.01"), (0, "0")],
)
def test_rounded_number_never_becomes_zero(value, words):
    assert printed.rounded(value) == words


@pytest.mark.parametrize(("low", "high", "words"), [(2, 85.71, "2–85.7%"), (10, 10, "10%"), (0, 0, "0%")])
def test_span_of_values(low, high, words):
    assert printed.span(low, high, "%") == words
