"""Normal forms of DOIs, PMCIDs, PMIDs and ORCID iDs."""

from __future__ import annotations

import pytest

from references.pubmed.identifiers import normal_doi, normal_orcid, normal_pmcid, normal_pmid
from tests.pubmed_corpus import synthetic_orcid


@pytest.mark.parametrize(
    ("printed", "doi"),
    [
        ("10.99999/ABC", "10.99999/abc"),
        (" https://doi.org/10.99999/abc. ", "10.99999/abc"),
        ("http://dx.doi.org/10.99999/abc", "10.99999/abc"),
        ("doi:10.99999/abc;", "10.99999/abc"),
        ("DOI 10.99999/abc", "10.99999/abc"),
        (
            "10.1002/(SICI)9999-0258(19980815/30)17:15/16<1661::AID-SIM968>3.0.CO;2-2",
            "10.1002/(sici)9999-0258(19980815/30)17:15/16<1661::aid-sim968>3.0.co;2-2",
        ),
        ("10.99999.1/abc", "10.99999.1/abc"),
        ("10.1/x", ""),
        ("10.99999/", ""),
        ("10.99999/a b", ""),
        ("S0140-9999(00)00001-1", ""),
        ("", ""),
    ],
)
def test_normal_doi_reads_printed_forms(printed: str, doi: str) -> None:
    assert normal_doi(printed) == doi


@pytest.mark.parametrize(
    ("printed", "pmcid"),
    [
        ("PMC99000001", "PMC99000001"),
        ("pmc99000001", "PMC99000001"),
        ("99000001", "PMC99000001"),
        (" PMC 7.2 ", "PMC7"),
        ("pmc-id: PMC99000001;manuscript-id: NIHMS1;", "PMC99000001"),
        ("PMC007", "PMC7"),
        ("PMC0", ""),
        ("NIHMS1", ""),
        ("", ""),
    ],
)
def test_normal_pmcid_reads_printed_forms(printed: str, pmcid: str) -> None:
    assert normal_pmcid(printed) == pmcid


@pytest.mark.parametrize(
    ("printed", "pmid"),
    [
        ("99000001", 99_000_001),
        (" 7\n", 7),
        ("0", None),
        ("x", None),
        ("٣", None),
        ("1234567890", None),
        (None, None),
    ],
)
def test_normal_pmid_reads_numbers_only(printed: str | None, pmid: int | None) -> None:
    assert normal_pmid(printed) == pmid


@pytest.mark.parametrize(
    "printed",
    [
        "0000-0002-1825-0097",
        "https://orcid.org/0000-0002-1825-0097",
        "http://orcid.org/0000-0002-1825-0097/",
        "0000000218250097",
        "ORCID: 0000–0002–1825–0097",
        " 0000-0002-1825-0097 ",
    ],
)
def test_normal_orcid_reads_printed_forms(printed: str) -> None:
    assert normal_orcid(printed) == "0000-0002-1825-0097"


def test_normal_orcid_reads_a_small_x() -> None:
    assert normal_orcid("0000-0002-1694-233x") == "0000-0002-1694-233X"


@pytest.mark.parametrize("printed", ["0000-0002-1825-0098", "0000-0002-1825-009", "9" * 17, "", "none"])
def test_normal_orcid_refuses_a_wrong_one(printed: str) -> None:
    assert normal_orcid(printed) == ""


@pytest.mark.parametrize("number", [0, 1, 12_345, 999_999_999])
def test_normal_orcid_accepts_every_right_check_digit(number: int) -> None:
    assert normal_orcid(synthetic_orcid(number)) == synthetic_orcid(number)
