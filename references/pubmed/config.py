"""How this installation talks to NCBI: one frozen object, built from the environment by the caller."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from references.pubmed.errors import Misconfigured

NCBI_BASE_URL = "https://eutils.ncbi.nlm.nih.gov/entrez/eutils/"

# https://www.ncbi.nlm.nih.gov/books/NBK25497/ (Usage Guidelines and Requirements)
REQUESTS_PER_SECOND = 3
REQUESTS_PER_SECOND_WITH_KEY = 10


@dataclass(frozen=True, kw_only=True)
class EntrezConfig:
    """Address, identity and patience of one client.

    `timeout_seconds` bounds a silence, `reply_seconds` a whole reply, `total_seconds` the time within which a
    new attempt may start. Raises Misconfigured with one sentence when a value cannot work.
    """

    email: str
    base_url: str = NCBI_BASE_URL
    tool: str = "nelm-review"
    api_key: str = field(default="", repr=False)
    timeout_seconds: float = 30.0
    reply_seconds: float = 120.0
    turn_seconds: float = 60.0
    max_attempts: int = 5
    first_pause_seconds: float = 1.0
    longest_pause_seconds: float = 60.0
    total_seconds: float = 180.0

    def __post_init__(self) -> None:
        if not self.base_url.endswith("/"):
            object.__setattr__(self, "base_url", self.base_url + "/")
        address = urlsplit(self.base_url)
        if (
            address.scheme not in {"http", "https"}
            or not address.hostname
            or address.query
            or " " in self.base_url
        ):
            raise Misconfigured(f"ENTREZ_BASE_URL is not a web address: {self.base_url!r}.")
        if "@" not in self.email or any(letter.isspace() for letter in self.email):
            raise Misconfigured(
                "ENTREZ_EMAIL is not an e-mail address: NCBI asks every client to say whom it can write to."
            )
        if self.max_attempts < 1:
            raise Misconfigured("A PubMed request needs at least one attempt.")

    @property
    def requests_per_second(self) -> int:
        """The rate NCBI allows: 3 without an API key, 10 with one."""
        return REQUESTS_PER_SECOND_WITH_KEY if self.api_key else REQUESTS_PER_SECOND

    @property
    def longest_call_seconds(self) -> float:
        """An upper bound for one request with all its attempts: a heartbeat older than this is stale."""
        return self.total_seconds + self.turn_seconds + self.reply_seconds + self.timeout_seconds
