"""What leaves through Biopython, and what a broken connection is called."""

from __future__ import annotations

import io
import socket
import ssl
from typing import Any

import pytest
from Bio import Entrez

from references.pubmed import transport
from references.pubmed.config import EntrezConfig
from references.pubmed.errors import Unavailable, Unreadable
from references.pubmed.transport import Transport
from tests.eutils import EutilsServer, Fault


def make_transport(eutils: EutilsServer | None = None, **settings: Any) -> Transport:
    base_url = eutils.base_url if eutils else "http://127.0.0.1:9/"
    return Transport(EntrezConfig(**{"email": "a@example.org", "base_url": base_url, **settings}))


@pytest.mark.parametrize(
    ("utility", "parameters"),
    [
        ("esearch", {"db": "pubmed", "term": "liver"}),
        ("efetch", {"db": "pubmed", "id": "99900101", "retmode": "xml"}),
        ("epost", {"db": "pubmed", "id": "99900101"}),
        ("elink", {"dbfrom": "pubmed", "id": ["99900101"]}),
        ("esummary", {"db": "pubmed", "id": "99900101"}),
        ("ecitmatch", {"db": "pubmed", "bdata": "a|b|c|d|e|f|"}),
        ("einfo", {"db": "pubmed"}),
    ],
)
def test_every_utility_of_biopython_goes_to_the_configured_address(
    eutils: EutilsServer, utility: str, parameters: dict[str, Any]
) -> None:
    reply = make_transport(eutils).call(utility, **parameters)

    assert reply.status == 200
    assert [request.endpoint for request in eutils.requests] == [utility]
    assert eutils.requests[0].parameters["email"] == "a@example.org"


def test_reply_carries_status_and_wish_of_the_server(eutils: EutilsServer) -> None:
    eutils.misbehave("esearch", Fault.RATE_LIMITED, retry_after=3)

    reply = make_transport(eutils).call("esearch", db="pubmed", term="liver")

    assert (reply.status, reply.retry_after, reply.content_type) == (429, 3.0, "application/json")
    assert b"API rate limit exceeded" in reply.body


def test_request_is_sent_once_and_without_delay(eutils: EutilsServer) -> None:
    eutils.misbehave("*", Fault.SERVER_ERROR, times=9)
    client = make_transport(eutils)

    for _ in range(5):
        client.call("esearch", db="pubmed", term="liver")

    # Biopython alone would have tried each three times, and 0.37 s apart.
    assert len(eutils.requests) == 5
    assert eutils.requests[-1].at - eutils.requests[0].at < 1.0


def test_other_users_of_biopython_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    opened = []

    class Handle(io.BytesIO):
        headers = type("Headers", (), {"get_content_subtype": lambda self: "xml"})()

    def urlopen(request: Any) -> Handle:
        opened.append(request.full_url)
        return Handle(b"<x/>")

    monkeypatch.setattr(Entrez, "urlopen", urlopen)

    handle = Entrez.esearch(db="pubmed", term="liver", email="b@example.org")

    assert handle.read() == b"<x/>"
    assert opened[0].startswith("https://eutils.ncbi.nlm.nih.gov/entrez/eutils/esearch.fcgi?")


def test_reply_beyond_the_largest_size_is_unreadable(
    eutils: EutilsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "MAX_REPLY_BYTES", 1_000)

    with pytest.raises(Unreadable, match="larger than"):
        make_transport(eutils).call("efetch", db="pubmed", id="99900101,99900102", retmode="xml")


@pytest.mark.parametrize(
    ("failure", "sentence"),
    [
        (socket.gaierror(-2, "Name or service not known"), "The name 127.0.0.1:9 cannot be resolved."),
        (ConnectionRefusedError(), "127.0.0.1:9 refuses connections."),
        (TimeoutError(), "127.0.0.1:9 did not finish answering in time."),
        (ConnectionResetError(), "127.0.0.1:9 dropped the connection before its answer was complete."),
        (OSError(101, "Network is unreachable"), "The connection to 127.0.0.1:9 failed (OSError)."),
    ],
)
def test_failure_to_connect_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, failure: OSError, sentence: str
) -> None:
    def refuse(*arguments: Any, **options: Any) -> None:
        raise failure

    monkeypatch.setattr(socket, "create_connection", refuse)

    with pytest.raises(Unavailable) as caught:
        make_transport().call("esearch", db="pubmed", term="liver")

    assert str(caught.value) == sentence


def test_untrusted_certificate_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: Any, **options: Any) -> None:
        error = ssl.SSLCertVerificationError(1, "certificate verify failed")
        error.reason = "CERTIFICATE_VERIFY_FAILED"
        raise error

    monkeypatch.setattr(socket, "create_connection", refuse)

    with pytest.raises(
        Unavailable, match=r"No secure connection to 127\.0\.0\.1:9: CERTIFICATE_VERIFY_FAILED"
    ):
        make_transport(base_url="https://127.0.0.1:9/").call("esearch", db="pubmed", term="liver")
