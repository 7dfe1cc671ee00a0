"""The double as a server: limits, log, faults on request, control while it runs, and the command line."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from http.client import IncompleteRead, RemoteDisconnected
from pathlib import Path

import pytest

from tests.eutils import EutilsServer, Fault, Store
from tests.eutils.evidence import SHIPPED
from tests.eutils.faults import parse_plan
from tests.eutils_double.conftest import Visitor

PROJECT = Path(__file__).resolve().parents[2]


def ask(visitor: Visitor, **parameters: str):  # type: ignore[no-untyped-def]
    return visitor.get("efetch.fcgi", db="pubmed", id="99900101,99900102", retmode="xml", **parameters)


def test_server_keeps_a_log(visitor: Visitor, server: EutilsServer) -> None:
    visitor.get("esearch.fcgi", db="pubmed", term="liver", tool="t", email="e@example.org", api_key="k")
    visitor.post("epost.fcgi", db="pubmed", id="1,2")

    first, second = server.requests
    assert (first.endpoint, first.method, first.status) == ("esearch", "GET", 200)
    assert first.parameters == {
        "db": "pubmed",
        "term": "liver",
        "tool": "t",
        "email": "e@example.org",
        "api_key": "k",
    }
    assert (second.endpoint, second.method, second.parameters["id"]) == ("epost", "POST", "1,2")
    assert first.at <= second.at

    server.forget_requests()
    assert server.requests == []


@pytest.mark.parametrize(("key", "limit"), [("", 3), ("0123", 10)])
def test_server_enforces_the_limits_of_ncbi(
    visitor: Visitor, server: EutilsServer, key: str, limit: int
) -> None:
    server.has_limits = True
    parameters = {"api_key": key} if key else {}

    responses = [ask(visitor, **parameters) for _ in range(limit + 1)]

    assert [response.status for response in responses] == [200] * limit + [429]
    assert responses[0].headers["X-RateLimit-Limit"] == str(limit)
    assert responses[0].headers["X-RateLimit-Remaining"] == str(limit - 1)
    assert responses[-1].headers["Retry-After"] == "2"
    assert responses[-1].json() == {
        "error": "API rate limit exceeded",
        "api-key": key or "127.0.0.1",
        "count": str(limit + 1),
        "limit": str(limit),
    }


def test_server_without_limits_says_nothing_of_them(visitor: Visitor) -> None:
    assert "X-RateLimit-Limit" not in ask(visitor).headers


@pytest.mark.parametrize(
    ("fault", "status", "sign"),
    [
        (Fault.RATE_LIMITED, 429, "API rate limit exceeded"),
        (Fault.SERVER_ERROR, 500, "Internal"),
        (Fault.BAD_GATEWAY, 502, "<html>"),
        (Fault.UNAVAILABLE, 503, ""),
        (Fault.RELAYED_502, 400, "proxy_stream()"),
        (Fault.VIEWER_TIMEOUT, 400, "Timeout"),
        (Fault.BAD_KEY, 400, "API key invalid"),
        (Fault.HTML, 200, "<!DOCTYPE html>"),
        (Fault.ERROR_ELEMENT, 200, "<ERROR>"),
        (Fault.JSON_ERROR, 200, '{"error":'),
        (Fault.BACKEND_COMMENT, 200, "Backend failed"),
        (Fault.HISTORY_GONE, 200, "Unable to obtain query #1"),
        (Fault.REDIRECT, 302, ""),
        (Fault.GARBAGE, 200, "\x00"),
        (Fault.MALFORMED, 200, "</ArticleTitel>"),
    ],
)
def test_fault_is_what_it_says_and_happens_once(
    visitor: Visitor, server: EutilsServer, fault: Fault, status: int, sign: str
) -> None:
    server.misbehave("efetch", fault)

    response = ask(visitor)

    assert response.status == status
    assert sign in response.text
    assert server.requests[-1].fault is fault
    assert ask(visitor).text.count("<PubmedArticle>") == 2


@pytest.mark.parametrize(
    ("fault", "n_records"), [(Fault.MISSING, 1), (Fault.DUPLICATE, 3), (Fault.EMPTY_SET, 0)]
)
def test_fault_changes_the_records_of_a_set(
    visitor: Visitor, server: EutilsServer, fault: Fault, n_records: int
) -> None:
    server.misbehave("efetch", fault)

    text = ask(visitor).text

    assert text.count("<PubmedArticle>") == n_records
    assert text.endswith("</PubmedArticleSet>\n")


def test_cut_body_is_a_complete_message(visitor: Visitor, server: EutilsServer) -> None:
    server.misbehave("efetch", Fault.CUT)

    assert not ask(visitor).text.rstrip().endswith("</PubmedArticleSet>")


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.TRUNCATED, IncompleteRead),
        (Fault.DROPPED, IncompleteRead),
        (Fault.RESET, ConnectionResetError),
        (Fault.HANG_UP, RemoteDisconnected),
    ],
)
def test_fault_breaks_the_connection(
    visitor: Visitor, server: EutilsServer, fault: Fault, error: type[Exception]
) -> None:
    server.misbehave("efetch", fault)

    # urllib wraps what happens before the first byte.
    with pytest.raises((error, OSError)) as caught:
        ask(visitor)

    assert isinstance(caught.value, error) or isinstance(getattr(caught.value, "reason", None), error)


def test_retry_after_is_sent_only_on_request(visitor: Visitor, server: EutilsServer) -> None:
    server.misbehave("efetch", Fault.RATE_LIMITED)
    server.misbehave("efetch", Fault.RATE_LIMITED, retry_after=9)

    assert ask(visitor).headers["Retry-After"] is None
    assert ask(visitor).headers["Retry-After"] == "9"


def test_fault_waits_for_its_endpoint_and_its_turn(visitor: Visitor, server: EutilsServer) -> None:
    server.misbehave("efetch", Fault.SERVER_ERROR, after=1, times=2)

    visitor.get("esearch.fcgi", db="pubmed", term="liver")
    assert [ask(visitor).status for _ in range(4)] == [200, 500, 500, 200]


def test_fault_for_any_endpoint(visitor: Visitor, server: EutilsServer) -> None:
    server.misbehave("*", Fault.SERVER_ERROR, times=2)

    assert visitor.get("esearch.fcgi", db="pubmed", term="liver").status == 500
    assert ask(visitor).status == 500


def test_behaving_drops_every_fault(visitor: Visitor, server: EutilsServer) -> None:
    server.misbehave("*", Fault.SERVER_ERROR, times=99)
    server.mischief.rate = 1.0

    server.behave()

    assert ask(visitor).status == 200


def test_random_faults_come_at_their_rate(store: Store) -> None:
    with EutilsServer(store, fault_rate=0.5, seed=3) as server:
        n_faults = sum(server.mischief.next_for("efetch") is not None for _ in range(1_000))

    assert 430 < n_faults < 570


def test_running_server_is_controlled_by_json(visitor: Visitor, server: EutilsServer) -> None:
    wish = {"misbehave": {"endpoint": "efetch", "fault": "unavailable", "times": 2, "retry_after": 4}}

    told = visitor.post("/_control", json.dumps(wish).encode()).json()

    assert told["faults"] == ["efetch:unavailable:2"]
    response = ask(visitor)
    assert (response.status, response.headers["Retry-After"]) == (503, "4")
    visitor.post("/_control", b'{"behave": true, "expire_histories": true}')
    assert ask(visitor).status == 200
    assert visitor.post("/_control", b'{"fault_rate": 0.25}').json()["fault_rate"] == 0.25


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"misbehave": {"endpoint": "efetch", "fault": "rain"}}', b'{"rain": 1}']
)
def test_control_refuses_what_it_does_not_know(visitor: Visitor, body: bytes) -> None:
    response = visitor.post("/_control", body or b" ")

    assert response.status == 400
    assert "error" in response.json()


def test_log_of_a_running_server_hides_the_api_key(visitor: Visitor) -> None:
    ask(visitor, api_key="5ecret")

    response = visitor.get("/_requests")

    assert response.json()[0]["parameters"]["api_key"] == "***"
    assert "5ecret" not in response.text


def test_plan_is_read_from_the_command_line() -> None:
    plan = parse_plan("efetch:html:3")

    assert (plan.endpoint, plan.fault, plan.times) == ("efetch", Fault.HTML, 3)
    assert parse_plan("*:reset").times == 1


@pytest.mark.parametrize("text", ["efetch", "efetch:rain", "efetch:html:often"])
def test_plan_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not ENDPOINT:FAULT"):
        parse_plan(text)


def test_command_serves_until_told_to_stop(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "tests.eutils",
        "--port",
        "0",
        "--generate",
        "5",
        "--fault",
        "esearch:html:1",
    ]
    process = subprocess.Popen(
        command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert "records. ENTREZ_BASE_URL=http://127.0.0.1:" in line
        port = int(line.rpartition("127.0.0.1:")[2].partition("/")[0])
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            connection.sendall(b"GET /entrez/eutils/esearch.fcgi?term=x&api_key=5ecret HTTP/1.0\r\n\r\n")
            assert b"Down for maintenance" in b"".join(iter(lambda: connection.recv(4096), b""))
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=20)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 0
    assert "/entrez/eutils/esearch.fcgi" in errors
    assert "5ecret" not in errors


def test_command_says_that_its_port_is_taken(server: EutilsServer) -> None:
    command = [
        sys.executable,
        "-m",
        "tests.eutils",
        "--port",
        str(server.port),
        "--evidence",
        os.fspath(SHIPPED),
    ]

    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=30, check=False)

    assert done.returncode == 1
    assert "cannot start" in done.stdout
    assert done.stderr == ""
