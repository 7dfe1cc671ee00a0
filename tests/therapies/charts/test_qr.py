"""QR codes: the path paints exactly the dark modules, inside their quiet zone."""

from __future__ import annotations

import re

import segno

from therapies.charts import qr

LINK = "https://nelm.example/evidence/tace/orr/"
RUN = re.compile(r"M(\d+) (\d+)h(\d+)v1h-(\d+)z")


def painted(code: qr.Code) -> set[tuple[int, int]]:
    return {
        (int(x) + step, int(y))
        for x, y, length, _back in RUN.findall(code.path)
        for step in range(int(length))
    }


def test_code_paints_the_dark_modules_and_no_others():
    code = qr.draw(LINK)

    matrix = segno.make(LINK, micro=False, error="m", boost_error=False).matrix
    dark = {
        (x + qr.QUIET_ZONE, y + qr.QUIET_ZONE)
        for y, row in enumerate(matrix)
        for x, module in enumerate(row)
        if module
    }
    assert painted(code) == dark
    assert RUN.sub("", code.path) == ""
    assert code.size == len(matrix) + 2 * qr.QUIET_ZONE


def test_code_has_its_three_finders():
    code = qr.draw(LINK)
    first, last = qr.QUIET_ZONE, code.size - qr.QUIET_ZONE - 7

    for x, y in ((first, first), (last, first), (first, last)):
        assert {(x + step, y) for step in range(7)} <= painted(code)


def test_quiet_zone_is_empty():
    code = qr.draw(LINK)
    inside = range(qr.QUIET_ZONE, code.size - qr.QUIET_ZONE)

    assert all(x in inside and y in inside for x, y in painted(code))


def test_text_too_long_to_be_read_off_paper_has_no_code():
    assert qr.draw("a" * qr.LONGEST) is not None
    assert qr.draw("a" * (qr.LONGEST + 1)) is None
