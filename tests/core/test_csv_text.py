"""CSV text: what a spreadsheet would run is quoted, everything else stays as it is."""

from __future__ import annotations

import io

import pytest

from nelm_review.core import csv_text


def written(*cells: object) -> str:
    buffer = io.StringIO(newline="")
    csv_text.write(buffer, ("a",), [cells], line_end="\n")
    return buffer.getvalue().removeprefix("a\n")


@pytest.mark.parametrize("start", csv_text.FORMULA_STARTS)
def test_text_that_would_run_is_quoted(start: str):
    assert f"'{start}SUM(A1)" in written(f"{start}SUM(A1)")


def test_numbers_and_other_text_stay():
    assert written(-3, None, "a, b") == '-3,,"a, b"\n'
