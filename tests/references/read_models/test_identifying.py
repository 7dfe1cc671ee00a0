"""Pasted identifiers: every form a reader may paste, and words that only look like one."""

from __future__ import annotations

import pytest

from references.read_models.identifying import Identifier, identifier_in


@pytest.mark.parametrize(
    "text",
    [
        "99000001",
        " 99000001 ",
        "PMID: 99000001",
        "pmid 99000001",
        "PMID99000001",
        "https://pubmed.ncbi.nlm.nih.gov/99000001/",
        "pubmed.ncbi.nlm.nih.gov/99000001",
        "https://www.ncbi.nlm.nih.gov/pubmed/99000001?dopt=Abstract",
    ],
)
def test_identifier_in_a_pmid_in_any_form(text):
    assert identifier_in(text) == Identifier("pmid", 99000001)


@pytest.mark.parametrize(
    "text",
    [
        "10.99999/Synthetic.1",
        "doi:10.99999/synthetic.1",
        "DOI: 10.99999/SYNTHETIC.1",
        "https://doi.org/10.99999/synthetic.1",
        "http://dx.doi.org/10.99999%2Fsynthetic.1",
        "https://publisher.example/article/10.99999/synthetic.1",
        "10.99999/synthetic.1.",
    ],
)
def test_identifier_in_a_doi_in_any_form(text):
    assert identifier_in(text) == Identifier("doi", "10.99999/synthetic.1")


@pytest.mark.parametrize(
    "text",
    [
        "PMC99000001",
        "pmc99000001",
        "PMCID: PMC99000001",
        "PMC99000001.2",
        "https://pmc.ncbi.nlm.nih.gov/articles/PMC99000001/",
        "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC99000001/?report=reader",
        "https://europepmc.org/article/PMC/PMC99000001",
    ],
)
def test_identifier_in_a_pmcid_in_any_form(text):
    assert identifier_in(text) == Identifier("pmcid", "PMC99000001")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2019",
        "90",
        "PMID 0",
        "1234567890",
        "PMC",
        "PMC0",
        "liver metastases 99000001",
        "10.99999/synthetic.1 embolization",
        "177Lu",
        "10 of 24",
        "https://example.org/",
        "٩٩٠٠٠٠٠١",
    ],
)
def test_identifier_in_words_and_short_numbers_is_none(text):
    assert identifier_in(text) is None


@pytest.mark.parametrize(
    ("identifier", "address"),
    [
        (Identifier("pmid", 99000001), "https://pubmed.ncbi.nlm.nih.gov/99000001/"),
        (Identifier("pmcid", "PMC99000001"), "https://pmc.ncbi.nlm.nih.gov/articles/PMC99000001/"),
        (Identifier("doi", "10.99999/a<b>#c?d"), "https://doi.org/10.99999/a%3Cb%3E%23c%3Fd"),
    ],
)
def test_identifier_address_is_safe_to_follow(identifier, address):
    assert identifier.address == address


def test_identifier_says_its_kind():
    assert str(Identifier("pmcid", "PMC99000001")) == "PMCID PMC99000001"
