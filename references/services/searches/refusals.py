"""What a person may have asked that cannot be done; each message is a sentence for whoever asked."""

from __future__ import annotations


class SearchError(Exception):
    """A search cannot be started or changed as asked."""


class BadRequest(SearchError):
    """What was given is no query that can be sent, and no list of PMIDs."""


class NotInUse(SearchError):
    """The strategy is put away."""


class AlreadyFinished(SearchError):
    """The run is over."""
