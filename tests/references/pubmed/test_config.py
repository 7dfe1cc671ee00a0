"""Settings that cannot work are said in one sentence, before anything is asked."""

from __future__ import annotations

import pytest

from references.pubmed.config import NCBI_BASE_URL, EntrezConfig
from references.pubmed.errors import Misconfigured


@pytest.mark.parametrize("email", ["", "nobody", "a b@example.org", "a@example.org\n"])
def test_email_must_be_an_address(email: str) -> None:
    with pytest.raises(Misconfigured, match="ENTREZ_EMAIL"):
        EntrezConfig(email=email)


@pytest.mark.parametrize(
    "base_url",
    ["", "eutils", "ftp://example.org/", "file:///etc/passwd", "http:///x", "http://a b/", "http://a/?x=1"],
)
def test_base_url_must_be_a_web_address(base_url: str) -> None:
    with pytest.raises(Misconfigured, match="ENTREZ_BASE_URL"):
        EntrezConfig(email="a@example.org", base_url=base_url)


def test_base_url_may_lack_its_last_slash() -> None:
    config = EntrezConfig(email="a@example.org", base_url="http://127.0.0.1:8800/entrez/eutils")

    assert config.base_url == "http://127.0.0.1:8800/entrez/eutils/"


def test_base_url_is_ncbi_unless_stated() -> None:
    assert EntrezConfig(email="a@example.org").base_url == NCBI_BASE_URL


def test_attempts_must_be_one_at_least() -> None:
    with pytest.raises(Misconfigured, match="attempt"):
        EntrezConfig(email="a@example.org", max_attempts=0)


def test_api_key_is_not_shown() -> None:
    assert "5ecret" not in repr(EntrezConfig(email="a@example.org", api_key="5ecret"))
