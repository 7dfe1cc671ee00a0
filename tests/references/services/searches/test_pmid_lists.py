"""Lists of PMIDs as people paste them."""

from __future__ import annotations

import pytest

from references.services.searches import MAX_PMIDS, BadRequest, read_pmids


@pytest.mark.parametrize(
    "text",
    [
        "99000001\n99000002",
        "99000001, 99000002;99000001",
        "\ufeff99000001\r\n\r\n\t99000002  \n",
        "PMID: 99000001\npmid:99000002",
        "https://pubmed.ncbi.nlm.nih.gov/99000001/ https://www.ncbi.nlm.nih.gov/pubmed/99000002",
        "099000001 99000002",
    ],
)
def test_read_pmids_in_many_forms(text: str) -> None:
    assert read_pmids(text) == (99_000_001, 99_000_002)


def test_read_pmids_names_the_lines_that_are_wrong() -> None:
    with pytest.raises(BadRequest) as refusal:
        read_pmids("99000001\n12a45\n99000002 10.1000/x\n")

    assert str(refusal.value) == "Line 2: “12a45” is not a PMID. Line 3: “10.1000/x” is not a PMID."


@pytest.mark.parametrize("word", ["0", "-1", "1234567890", "١٢٣", "1.5", "<script>", "\x00", "12345.1"])
def test_read_pmids_refuses_what_is_none(word: str) -> None:
    with pytest.raises(BadRequest, match="Line 1"):
        read_pmids(word)


def test_read_pmids_names_only_the_first_of_many_errors() -> None:
    with pytest.raises(BadRequest) as refusal:
        read_pmids("\n".join(["x" * 1_000] * 100))

    assert str(refusal.value).endswith("… and 95 more.")
    assert len(str(refusal.value)) < 500


@pytest.mark.parametrize("text", ["", " \n\t", ",;"])
def test_read_pmids_of_nothing(text: str) -> None:
    with pytest.raises(BadRequest, match="The list of PMIDs is empty"):
        read_pmids(text)


def test_read_pmids_above_the_limit() -> None:
    with pytest.raises(BadRequest, match="A run takes at most 100,000 PMIDs; these are 100,001"):
        read_pmids("\n".join(str(number) for number in range(1, MAX_PMIDS + 2)))
