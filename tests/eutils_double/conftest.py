"""A server of the E-utilities double, and a plain way to ask it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from typing import Any
from urllib.parse import urlencode
from urllib.request import HTTPHandler, OpenerDirector, Request

import pytest

from tests.eutils import EutilsServer, Store


@dataclass(frozen=True)
class Response:
    """One HTTP answer."""

    status: int
    headers: Message
    text: str

    def json(self) -> Any:
        """Return the body read as JSON."""
        return json.loads(self.text)


class Visitor:
    """Asks a server without any of the production client."""

    def __init__(self, server: EutilsServer) -> None:
        self.server = server
        self._opener = OpenerDirector()
        self._opener.add_handler(HTTPHandler())

    def get(self, page: str, **parameters: Any) -> Response:
        """GET one of the utilities (`esearch.fcgi`), or a path of the server (`/_control`)."""
        url = f"{self.address(page)}?{urlencode(parameters, doseq=True)}"
        return self.send(Request(url))  # noqa: S310 - the address is our own

    def post(self, page: str, body: bytes = b"", **parameters: Any) -> Response:
        """POST parameters, or a body as it is."""
        content = body or urlencode(parameters, doseq=True).encode()
        return self.send(Request(self.address(page), data=content))  # noqa: S310 - the address is our own

    def address(self, page: str) -> str:
        """Return the URL of a utility or path."""
        return (
            f"http://127.0.0.1:{self.server.port}{page}"
            if page.startswith("/")
            else self.server.base_url + page
        )

    def send(self, request: Request) -> Response:
        """Send any request."""
        with self._opener.open(request, timeout=10) as response:
            return Response(response.status, response.headers, response.read().decode())


@pytest.fixture(scope="session")
def store() -> Store:
    """The shipped evidence, the oddities, and 12,000 generated records."""
    return Store.shipped(n_generated=12_000)


@pytest.fixture
def server(store: Store) -> Iterator[EutilsServer]:
    """A server of one test."""
    with EutilsServer(store) as server:
        yield server


@pytest.fixture
def visitor(server: EutilsServer) -> Visitor:
    """Somebody who asks this test's server."""
    return Visitor(server)
