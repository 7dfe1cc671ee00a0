"""Page ranges."""

from __future__ import annotations

import pytest

from references.pubmed.pages import expand_pages, first_and_last


@pytest.mark.parametrize(
    ("printed", "spelt_out"),
    [
        ("1637-44", "1637-1644"),
        ("113-25", "113-125"),
        ("1637–44", "1637–1644"),
        ("e12-8", "e12-e18"),
        ("e9-12", "e9-e12"),
        ("S12-8", "S12-S18"),
        ("S224-S225", "S224-S225"),
        ("1637.e1-8", "1637.e1-1637.e8"),
        ("1637.e1-e8", "1637.e1-1637.e8"),
        ("123-5, 130", "123-125, 130"),
        ("100-5, 200-11; quiz 20-1", "100-105, 200-211; quiz 20-21"),
        ("123a-5b", "123a-125b"),
    ],
)
def test_expand_pages_completes_a_shortened_end(printed: str, spelt_out: str) -> None:
    assert expand_pages(printed) == spelt_out


@pytest.mark.parametrize(
    "printed",
    [
        "",
        "5",
        "1007-1042",
        "ix-xii",
        "98-2",
        "10-2012",
        "A1-B3",
        "1-e3",
        "026002",
        "12-34-56",
        "e20240066enerr",
        "2-1",
    ],
)
def test_expand_pages_leaves_everything_else_as_printed(printed: str) -> None:
    assert expand_pages(printed) == printed


def test_expand_pages_takes_endless_digits() -> None:
    assert expand_pages("1" * 100_000 + "-2").startswith("111")


@pytest.mark.parametrize(
    ("start", "end", "pages"),
    [
        ("113", "125", "113-125"),
        ("113", "25", "113-125"),
        ("7", "", "7"),
        ("7", "7", "7"),
        ("", "", ""),
        ("", "9", "9"),
    ],
)
def test_first_and_last_joins_two_elements(start: str, end: str, pages: str) -> None:
    assert first_and_last(start, end) == pages
