"""Citations: printed from their parts, and taken apart only where nothing is lost."""

from __future__ import annotations

import pytest

from tests import evidence_files as files
from therapies.services.evidence.cited import print_citation, read_citation
from therapies.services.evidence.shapes import CitedEntry

BARE = CitedEntry(number=1, pmid=None, pmcid=None, doi=None)


def entry(**parts: object) -> CitedEntry:
    return CitedEntry(**{**files.cited_entry(), "authors": ("Writer A", "Typist C"), **parts})


@pytest.mark.parametrize(
    ("parts", "printed"),
    [
        ({}, "Writer A, Typist C. An older synthetic publication. J Synth Rec. 1999;2:3-4."),
        ({"title": "Is it? Yes!"}, "Writer A, Typist C. Is it? Yes! J Synth Rec. 1999;2:3-4."),
        ({"authors": ()}, "An older synthetic publication. J Synth Rec. 1999;2:3-4."),
        ({"volume": None}, "Writer A, Typist C. An older synthetic publication. J Synth Rec. 1999:3-4."),
        ({"pages": None}, "Writer A, Typist C. An older synthetic publication. J Synth Rec. 1999;2."),
    ],
)
def test_citation_goes_there_and_back(parts: dict[str, object], printed: str) -> None:
    assert print_citation(entry(**parts)) == printed
    assert read_citation(printed, BARE) == entry(**parts)


@pytest.mark.parametrize(
    "printed",
    [
        "Somebody: something, somewhere",
        "Writer A. A title. J Synth Rec. 1999 Jan;2(1):3-4. doi: 10.9999/x.",
        "free text",
    ],
)
def test_citation_of_another_form_stays_whole(printed: str) -> None:
    assert read_citation(printed, BARE) == CitedEntry(1, None, None, None, citation=printed)
