"""The query language of the double."""

from __future__ import annotations

from datetime import date

import pytest

from tests.eutils import Store
from tests.eutils.query import day_of

ODD = {99_900_101, 99_900_102, 99_900_103, 99_900_104, 99_900_105, 99_900_106, 99_900_107} | {
    99_900_109, 99_900_110, 99_900_111, 99_900_112, 99_900_113, 99_900_114, 99_900_115,
}  # fmt: skip


@pytest.mark.parametrize(
    ("query", "pmids"),
    [
        ("synthetic[ti]", ODD),
        ("synthetic [TI]", ODD),
        ('"synthetic letter"[Title]', {99_900_114, 99_900_115}),
        ("synthetic letter[ti]", {99_900_114, 99_900_115}),
        ("synthetic letter[ti] NOT zed[au]", {99_900_115}),
        ("synthetic letter[ti] AND (zed z[au] OR ghost g[au])", {99_900_114}),
        ("zed[au] AND 2020[dp] OR ghost[au]", {99_900_103, 99_900_114}),
        ("ghost[au] OR zed[au] AND 2020[dp]", {99_900_114}),
        ("retract*[ti]", {99_900_103, 99_900_104}),
        ("177Lu[ti]", {99_900_101}),
        ("Müßig[au]", {99_900_108}),
        ("muessig[au]", set()),
        ("mussig j[au]", {99_900_108}),
        ("Erfundene Notiz[ti]", {99_900_108}),
        ("Synthetic Neuroendocrine Study Group[au]", {99_900_102}),
        ("99900101", {99_900_101}),
        ("99900101, 99900102 5", {99_900_101, 99_900_102}),
        ("99900101[uid] OR 99900102[PMID]", {99_900_101, 99_900_102}),
        ("99900113:99900114[UID]", {99_900_113, 99_900_114}),
        ("synthetic[ti] AND 2022[dp]", {99_900_105, 99_900_111}),
        ("synthetic[ti] AND 2022/01:2022/01[dp]", {99_900_105, 99_900_111}),
        ("synthetic[ti] AND 1998:1999[dp]", {99_900_107}),
        ("synthetic[ti] AND 2021/01/01:2021/02/28[edat]", {99_900_101}),
        ("liver neoplasms[mh] AND synthetic[ti]", {99_900_101}),
        ("retracted publication[pt]", {99_900_103}),
        ("ger[la]", {99_900_108}),
        ("10.99999/synthetic.EVERYTHING[doi]", {99_900_101}),
        ("Ann Placeholder Med[ta] AND 4[vi] AND 20[pg]", {99_900_103}),
        ("pubmed books[sb]", {99_900_112}),
        ("generated[sb] AND 90000003:90000005[uid]", {90_000_003, 90_000_004, 90_000_005}),
        ("synthetic[ti] AND the AND letter", {99_900_114, 99_900_115, 99_900_110}),
        ("((synthetic letter[ti]", {99_900_114, 99_900_115}),
        ("synthetic letter[ti])", {99_900_114, 99_900_115}),
        ("nosuchword", set()),
    ],
)
def test_query_finds(store: Store, query: str, pmids: set[int]) -> None:
    assert store.search(query).pmids == pmids


def test_whole_database_can_be_asked_for(store: Store) -> None:
    assert len(store.search("all[sb]").pmids) == len(store)
    assert len(store.search("all[SB] NOT pubmed books[SB]").pmids) == len(store) - 1


def test_query_is_translated(store: Store) -> None:
    found = store.search("(liver metastases[tiab] OR cryo*) NOT 2010:2012[dp]")

    assert found.translation == (
        '("liver metastases"[Title/Abstract] OR "cryo*"[All Fields]) NOT "2010:2012"[Date - Publication]'
    )


@pytest.mark.parametrize(
    ("query", "errors", "warnings"),
    [
        ("liver OR xyzzy", [("PhraseNotFound", "xyzzy")], []),
        ("liver OR spleen[foo]", [("FieldNotFound", "foo")], []),
        ('liver OR "xyzzy plugh"', [], [("QuotedPhraseNotFound", '"xyzzy plugh"')]),
        ("the liver", [], [("PhraseIgnored", "the")]),
        ("xyzzy", [("PhraseNotFound", "xyzzy")], [("OutputMessage", "No items found.")]),
    ],
)
def test_query_is_commented_on(
    store: Store, query: str, errors: list[tuple[str, str]], warnings: list[tuple[str, str]]
) -> None:
    found = store.search(query)

    assert (found.errors, found.warnings) == (errors, warnings)


@pytest.mark.parametrize(
    "query", ["()", "[ti]", "AND", "(((", ")))", '""', "]", "NOT", "1:2:3[uid]", "x:y[uid]", "[", "0:[dp]"]
)
def test_nonsense_finds_something_or_nothing_but_never_fails(store: Store, query: str) -> None:
    assert store.search(query).pmids <= store.everything()


def test_dates_narrow_a_search(store: Store) -> None:
    window = ("pdat", date(2019, 1, 1), date(2019, 12, 31))

    assert store.search("synthetic[ti]", dates=window).pmids == {99_900_109}


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2020", date(2020, 1, 1), date(2020, 12, 31)),
        ("2020/2", date(2020, 2, 1), date(2020, 2, 29)),
        ("2020/02/07", date(2020, 2, 7), date(2020, 2, 7)),
        ("2020/13", None, None),
        ("soon", None, None),
        ("", None, None),
        ("1/2/3/4", None, None),
    ],
)
def test_partial_date_has_a_first_and_a_last_day(text: str, first: date | None, last: date | None) -> None:
    assert day_of(text, is_last=False) == first
    assert day_of(text, is_last=True) == last
