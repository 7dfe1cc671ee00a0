"""Reading the studies of a CSV file."""

from __future__ import annotations

import pytest

from therapies.synthesis import tables
from therapies.synthesis.effects import Counts, Estimate, Measure
from therapies.synthesis.errors import CannotPool


def problem(text: str | bytes, measure: Measure | None = None) -> str:
    with pytest.raises(CannotPool) as raised:
        tables.read(text.encode() if isinstance(text, str) else text, measure)
    return str(raised.value)


def test_read_counts() -> None:
    table = tables.read(b"study,events,total\nA,1,10\nB,0,12\n")

    assert (list(table.studies), table.measure) == ([Counts("A", 1, 10), Counts("B", 0, 12)], Measure.PLO)


def test_read_estimates() -> None:
    table = tables.read(b"study,estimate,ci_low,ci_high\nA,0.5,.25,1\nB,1e0,0.5,2.\n")

    assert list(table.studies) == [Estimate("A", 0.5, 0.25, 1), Estimate("B", 1, 0.5, 2)]
    assert table.measure is Measure.LOG_RATIO


def test_read_takes_what_spreadsheets_write() -> None:
    text = '\ufeffTotal, EVENTS ,Note,Study\r\n10,1.0,x,"Müller, A"\r\n\r\n,,,\r\n 12 ,+3,,B,,\r\n'

    assert list(tables.read(text.encode()).studies) == [Counts("Müller, A", 1, 10), Counts("B", 3, 12)]


@pytest.mark.parametrize("header", ["Study,Estimate,CI low,CI high", "study,estimate,ci-low,Ci_High"])
def test_read_takes_names_of_columns_in_other_spellings(header: str) -> None:
    assert tables.read(f"{header}\nA,2,1,4".encode()).measure is Measure.LOG_RATIO


def test_read_takes_a_study_without_a_name() -> None:
    assert list(tables.read(b"study,events,total\n,1,10\n").studies) == [Counts("", 1, 10)]


def test_read_takes_the_wanted_measure() -> None:
    assert tables.read(b"study,events,total\nA,1,10", Measure.PFT).measure is Measure.PFT


def test_read_refuses_a_measure_that_does_not_fit_the_columns() -> None:
    assert problem("study,events,total\nA,1,10", Measure.LOG_RATIO) == (
        "The measure log-ratio needs the columns study, estimate, ci_low, ci_high."
        " It names study, events, total."
    )


def test_read_asks_when_both_kinds_of_columns_are_there() -> None:
    text = "study,events,total,estimate,ci_low,ci_high\nA,1,10,2,1,4"

    assert "say which to pool" in problem(text)
    assert list(tables.read(text.encode(), Measure.LOG_RATIO).studies) == [Estimate("A", 2, 1, 4)]


def test_read_names_every_bad_row_by_its_line() -> None:
    text = (
        'study,events,total\nA,-1,3\n\nB,1,0\nC,5,4\nD,x,4\nE,,4\nF,G,1,2\n"two\nlines",1.5,4\nH,1\nI,nan,3\n'
    )

    assert problem(text).splitlines() == [
        "Line 2: “A”: events cannot be negative (-1).",
        "Line 4: “B”: the total is 0, so there is no proportion.",
        "Line 5: “C”: 5 events are more than the total of 4.",
        "Line 6: events must be a whole number, not “x”.",
        "Line 7: events must be a whole number, and the cell is empty.",
        "Line 8: there are 4 cells under 3 columns; a name with a comma needs quotes.",
        "Line 9: events must be a whole number, not “1.5”.",
        "Line 11: total must be a whole number, and the cell is empty.",
        "Line 12: events must be a whole number, not “nan”.",
    ]


def test_read_names_bad_estimates_by_their_line() -> None:
    text = 'study,estimate,ci_low,ci_high\nA,0.5,0.6,1\nB,"0,5",0.1,1\nC,inf,1,2\nD,1e999,1,2\nE,0,0,1\n'

    assert problem(text).splitlines() == [
        "Line 2: “A”: the interval 0.6 to 1 does not contain the estimate 0.5.",
        "Line 3: estimate must be a number with a decimal point, not “0,5”.",
        "Line 4: estimate must be a number with a decimal point, not “inf”.",
        "Line 5: “D”: the estimate is not a number (inf).",
        "Line 6: “E”: the estimate must be above 0 to have a logarithm (0).",
    ]


def test_read_does_not_list_bad_rows_without_end() -> None:
    lines = problem("study,events,total\n" + "A,2,1\n" * 30).splitlines()

    assert (len(lines), lines[-1]) == (21, "And 10 more.")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty."),
        (b"\n\n", "The file is empty."),
        (b"study,events,total\n", "a header and no study"),
        (b"study;events;total\nA;1;2", "Columns are separated by commas."),
        (b"A,1,10\nB,2,10", "The first line must name the columns study, events, total"),
        (b"events,total\n1,2", "It names events, total."),
        (b"study,events,events,total\nA,1,1,2", "names a column twice: events"),
        ("study,events,total\nMüller,1,2".encode("latin-1"), "Line 2 is not UTF-8"),
        ("study,events,total\nA,1,2".encode("utf-16"), "Line 1 is not UTF-8"),
        (b'study,events,total\n"A,1,2\nB,1,2\n', "Line 2 cannot be read as CSV"),
        (b"study,events,total\nA,\xd9\xa3,4", "events must be a whole number"),
        (b"study,events,total\nA,1_0,40", "events must be a whole number"),
        (b"study,events,total\nA," + b"9" * 5000 + b",4", "events must be a whole number"),
    ],
)
def test_read_refuses_files_in_words(content: bytes, words: str) -> None:
    assert words in problem(content)
