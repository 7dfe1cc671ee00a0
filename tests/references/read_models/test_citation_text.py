"""Where and when a reference appeared, as PubMed prints it."""

from __future__ import annotations

import pytest

from references.models import Journal, Reference
from references.read_models import citation_text

JOURNAL = Journal(title="Journal of Synthetic Records", iso_abbreviation="J Synth Rec")


def _reference(**fields) -> Reference:
    return Reference(**fields)


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        (
            {
                "journal": JOURNAL, "published_year": 2021, "published_month": 2, "published_day": 3,
                "volume": "12", "issue": "Suppl 1", "pages": "1234-1242",
            },
            "J Synth Rec. 2021 Feb 3;12(Suppl 1):1234–1242.",
        ),
        ({"journal": JOURNAL, "published_year": 2020, "volume": "8"}, "J Synth Rec. 2020;8."),
        ({"journal": JOURNAL, "published_year": 2020, "pages": "e90"}, "J Synth Rec. 2020;e90."),
        ({"journal": JOURNAL, "published_text": "1998 Dec-1999 Jan"}, "J Synth Rec. 1998 Dec-1999 Jan."),
        ({"journal": JOURNAL, "pages": "S10-S19, 30"}, "J Synth Rec. S10–S19, 30."),
        ({"published_year": 2019}, "2019."),
        ({"book": {"title": "Synthetic Reviews"}, "published_year": 2018}, "Synthetic Reviews. 2018."),
        ({"journal": Journal(title="Acta Synth.")}, "Acta Synth."),
        ({}, ""),
    ],
)  # fmt: skip
def test_journal_line_names_what_is_known(fields, line):
    assert citation_text.journal_line(_reference(**fields)) == line


def test_published_prefers_the_printed_words():
    reference = _reference(published_year=2023, published_month=3, published_text="2023 Spring")
    assert citation_text.published(reference) == "2023 Spring"


def test_electronic_date_differs_from_the_issue():
    reference = _reference(published_year=2021, published_month=2, dates={"electronic": ["2020-12-31"]})
    assert citation_text.electronic_date(reference) == "2020 Dec 31"


def test_electronic_date_of_the_same_day_is_not_repeated():
    dates = {"electronic": ["2021-02"]}
    reference = _reference(published_year=2021, published_month=2, dates=dates)
    assert citation_text.electronic_date(reference) == ""


def test_milestones_keep_their_order_and_show_the_last_date():
    dates = {"accepted": ["2020-09"], "received": ["2020-06-01"], "revised": ["2020-07-01", "2020-08-02"]}
    assert citation_text.milestones(_reference(dates=dates)) == [
        ("Received", "2020 Jun 1"),
        ("Revised", "2020 Aug 2"),
        ("Accepted", "2020 Sep"),
    ]


@pytest.mark.parametrize(
    ("names", "has_more", "shown"),
    [
        ("Writer A, Other B", False, "Writer A, Other B"),
        ("Writer A", True, "Writer A, et al."),
        ("A, B, C, D, E, F", False, "A, B, C, D, E, F"),
        ("A, B, C, D, E, F, G", False, "A, B, C, D, E, F, et al."),
        ("", True, ""),
    ],
)
def test_first_authors_says_when_names_are_left_out(names, has_more, shown):
    reference = _reference(authors_text=names, has_more_authors=has_more)
    assert citation_text.first_authors(reference) == shown


def test_sentence_ends_with_one_full_stop():
    assert [citation_text.sentence(words) for words in ("a", "a.", "")] == ["a.", "a.", ""]
