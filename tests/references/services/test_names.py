"""Printed names taken apart, and put together again as they were."""

from __future__ import annotations

import pytest

from references.services.names import Person, initials_of, read_author, read_authors

PEOPLE = {
    "Criss CR": Person("Criss", "CR"),
    "Di Sarno A": Person("Di Sarno", "A"),
    "de Luca di Roseto C": Person("de Luca di Roseto", "C"),
    "van den Bosch MAAJ": Person("van den Bosch", "MAAJ"),
    "Wängberg B": Person("Wängberg", "B"),
    "Gowdra Halappa V": Person("Gowdra Halappa", "V"),
    "O’Neill J-P": Person("O’Neill", "J-P"),
    "Gillams": Person("Gillams"),
    "de Baere": Person("de Baere"),
    "Ozao-Choy": Person("Ozao-Choy"),
    "RESiN Investigators": Person(collective_name="RESiN Investigators"),
    "NICE": Person(collective_name="NICE"),
    "Working Group IV": Person(collective_name="Working Group IV"),
    "National Institute for Health and Care Excellence": Person(
        collective_name="National Institute for Health and Care Excellence"
    ),
}


@pytest.mark.parametrize(("printed", "person"), PEOPLE.items())
def test_read_author(printed: str, person: Person) -> None:
    assert read_author(printed) == person


@pytest.mark.parametrize("printed", [*PEOPLE, "x" * 400])
def test_read_author_prints_the_same_again(printed: str) -> None:
    assert read_author(printed).printed == printed


@pytest.mark.parametrize(
    ("printed", "names", "has_more"),
    [
        ([], [], False),
        (["Criss CR", "Makary MS"], ["Criss CR", "Makary MS"], False),
        (["Cozzi", "et al."], ["Cozzi"], True),
        (["Braat AJAT et al."], ["Braat AJAT"], True),
        (["Braat, et al."], ["Braat"], True),
        (["et al."], [], True),
    ],
)
def test_read_authors(printed: list[str], names: list[str], has_more: bool) -> None:
    people, more = read_authors(printed)

    assert ([person.printed for person in people], more) == (names, has_more)


@pytest.mark.parametrize(
    ("fore_name", "initials"),
    [("Cody R", "CR"), ("Jean-Luc", "JL"), ("A.B.", "AB"), ("élise", "É"), ("", "")],
)
def test_initials_of(fore_name: str, initials: str) -> None:
    assert initials_of(fore_name) == initials
