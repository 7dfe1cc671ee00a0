"""The production client, set up for a server on this machine: no pacing, no pauses, short time-outs."""

from __future__ import annotations

from typing import Any

from references.pubmed.client import EntrezClient
from references.pubmed.config import EntrezConfig
from tests.eutils.server import EutilsServer


class Unpaced:
    """A limiter that never makes anybody wait; it remembers what it was asked to hold."""

    def __init__(self) -> None:
        self.n_turns = 0
        self.holds: list[float] = []

    def wait(self) -> None:
        self.n_turns += 1

    def hold(self, seconds: float) -> None:
        self.holds.append(seconds)


def quick_client(
    server: EutilsServer,
    *,
    limiter: Unpaced | None = None,
    pauses: list[float] | None = None,
    **settings: Any,
) -> EntrezClient:
    """Return a client of this server; `settings` go to EntrezConfig, `pauses` collects its pauses."""
    usual = {"email": "tests@example.org", "timeout_seconds": 5.0, "base_url": server.base_url}
    return EntrezClient(
        EntrezConfig(**{**usual, **settings}),
        limiter or Unpaced(),
        sleep=(pauses if pauses is not None else []).append,
        random=lambda: 1.0,
    )
