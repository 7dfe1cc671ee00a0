"""Sends requests through Biopython: the only module that imports Bio.

`Bio.Entrez` builds every request and hands it to its `_open`. That function has the one address of NCBI, no
timeout, retries without a pause and paces one process only, so calls made through a Transport are opened here
instead: one attempt, our address, our timeouts. Calls that other code makes through `Bio.Entrez` still go the
old way.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPException, HTTPResponse, IncompleteRead, RemoteDisconnected
from typing import Any
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import HTTPHandler, HTTPSHandler, OpenerDirector, ProxyHandler, Request

from Bio import Entrez
from Bio import __version__ as biopython_version

from references.pubmed.backoff import retry_after_seconds
from references.pubmed.config import NCBI_BASE_URL, EntrezConfig
from references.pubmed.errors import Unavailable, Unreadable

MAX_REPLY_BYTES = 512 * 1024 * 1024
_CHUNK_BYTES = 256 * 1024


@dataclass(frozen=True)
class Reply:
    """One HTTP answer, whatever its status, with its whole body."""

    status: int
    content_type: str
    retry_after: float | None
    body: bytes


class Transport:
    """Calls E-utilities through `Bio.Entrez`, once each; raises Unavailable when no whole answer arrives."""

    def __init__(self, config: EntrezConfig, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._config = config
        self._clock = clock
        self._opener = OpenerDirector()
        # No redirect handler: following one would carry the API key to an address nobody configured.
        for handler in (ProxyHandler(), HTTPHandler(), HTTPSHandler()):
            self._opener.add_handler(handler)

    def call(self, utility: str, **parameters: Any) -> Reply:
        """Return the reply of one E-utility (`esearch`, `efetch` …) to these parameters.

        Tool, e-mail and API key go along. Raises Unavailable, or Unreadable for a reply beyond
        MAX_REPLY_BYTES.
        """
        identity = {
            "tool": self._config.tool,
            "email": self._config.email,
            "api_key": self._config.api_key or None,
        }
        token = _active.set(self)
        try:
            reply: Reply = getattr(Entrez, utility)(**parameters, **identity)
        finally:
            _active.reset(token)
        return reply

    def open(self, request: Request) -> Reply:
        """Send a request that Biopython built, once, to the configured address."""
        outgoing = Request(  # noqa: S310 - EntrezConfig admits http and https only
            self._config.base_url + request.full_url.removeprefix(NCBI_BASE_URL),
            data=request.data,
            headers={"User-Agent": f"{self._config.tool} Biopython/{biopython_version}"},
            method=request.get_method(),
        )
        deadline = self._clock() + self._config.reply_seconds
        try:
            with self._opener.open(outgoing, timeout=self._config.timeout_seconds) as response:
                return Reply(
                    status=response.status,
                    content_type=response.headers.get_content_type(),
                    retry_after=retry_after_seconds(
                        response.headers.get("Retry-After"), now=datetime.now(UTC)
                    ),
                    body=self._body(response, deadline),
                )
        except (OSError, HTTPException) as error:
            raise Unavailable(self._sentence(error)) from None

    def _body(self, response: HTTPResponse, deadline: float) -> bytes:
        stated = response.headers.get("Content-Length", "")
        expected = int(stated) if stated.isdigit() else None
        body = bytearray()
        while expected is None or len(body) < expected:
            chunk = response.read1(_CHUNK_BYTES)
            if not chunk:
                break
            body += chunk
            if self._clock() > deadline:
                raise TimeoutError
            if len(body) > MAX_REPLY_BYTES:
                raise Unreadable(f"PubMed's reply is larger than {MAX_REPLY_BYTES // 2**20} MiB.")
        if expected is not None and len(body) < expected:
            raise IncompleteRead(bytes(body), expected - len(body))
        return bytes(body)

    def _sentence(self, error: Exception) -> str:
        host = urlsplit(self._config.base_url).netloc
        cause = error.reason if isinstance(error, URLError) else error
        if isinstance(cause, socket.gaierror):
            return f"The name {host} cannot be resolved."
        if isinstance(cause, TimeoutError):
            return f"{host} did not finish answering in time."
        if isinstance(cause, ConnectionRefusedError):
            return f"{host} refuses connections."
        if isinstance(cause, ssl.SSLError):
            return f"No secure connection to {host}: {cause.reason}."
        if isinstance(cause, IncompleteRead | RemoteDisconnected | ConnectionError):
            return f"{host} dropped the connection before its answer was complete."
        return f"The connection to {host} failed ({type(cause).__name__})."


_active: ContextVar[Transport | None] = ContextVar("references.pubmed.transport", default=None)


class _Open:
    """Stands where `Bio.Entrez._open` stood."""

    # Biopython's own function keeps the time of its last request in this attribute of whatever bears its
    # name.
    previous = 0.0

    def __init__(self, of_biopython: Callable[[Request], Any]) -> None:
        self._of_biopython = of_biopython

    def __call__(self, request: Request) -> Any:
        transport = _active.get()
        return self._of_biopython(request) if transport is None else transport.open(request)


setattr(Entrez, "_open", _Open(Entrez._open))  # noqa: B010 - Biopython declares it as a function
