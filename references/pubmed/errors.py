"""What can go wrong between us and PubMed, each error one plain sentence for the person who caused it."""

from __future__ import annotations


class EntrezError(Exception):
    """Base of every PubMed failure; `str()` is one sentence fit for a page, a log line or a run's state."""

    default_message = "PubMed could not be used."

    def __init__(self, message: str = "") -> None:
        super().__init__(message or self.default_message)


class Unavailable(EntrezError):
    """PubMed did not answer, or failed while answering; `retry_after` is its wish in seconds, if stated."""

    default_message = "PubMed is unavailable at the moment; try again later."

    def __init__(self, message: str = "", *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class RateLimited(EntrezError):
    """PubMed refused because too many requests were sent; `retry_after` is its wish in seconds, if stated."""

    default_message = "PubMed refused because too many requests were sent; try again later."

    def __init__(self, message: str = "", *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class BadQuery(EntrezError):
    """PubMed understood the request and rejected it; asking again unchanged cannot help."""

    default_message = "PubMed rejected the query."


class Unreadable(EntrezError):
    """The bytes are not PubMed XML, or stop being it part of the way through."""

    default_message = "This is not PubMed XML."


class HistoryExpired(EntrezError):
    """The result set kept on NCBI's history server is gone; search or post again to get a new one."""

    default_message = "The result set kept at NCBI has expired; search again."


class Misconfigured(EntrezError):
    """Our own settings for PubMed cannot work; only an administrator can help."""

    default_message = "The settings for PubMed cannot work."
