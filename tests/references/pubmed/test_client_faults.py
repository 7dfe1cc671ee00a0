"""The client against a misbehaving E-utilities server, over a socket."""

from __future__ import annotations

import logging
import time
import traceback
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from references.pubmed.config import EntrezConfig
from references.pubmed.errors import (
    BadQuery,
    EntrezError,
    HistoryExpired,
    Misconfigured,
    RateLimited,
    Unavailable,
    Unreadable,
)
from tests.eutils import EutilsServer, Fault, Unpaced, quick_client

PMIDS = ["99900101", "99900102"]

TRANSIENT = {
    Fault.RATE_LIMITED: RateLimited,
    Fault.SERVER_ERROR: Unavailable,
    Fault.BAD_GATEWAY: Unavailable,
    Fault.UNAVAILABLE: Unavailable,
    Fault.RELAYED_502: Unavailable,
    Fault.VIEWER_TIMEOUT: Unavailable,
    Fault.HTML: Unreadable,
    Fault.ERROR_ELEMENT: Unavailable,
    Fault.JSON_ERROR: Unavailable,
    Fault.BACKEND_COMMENT: Unavailable,
    Fault.EMPTY: Unavailable,
    Fault.CUT: Unavailable,
    Fault.TRUNCATED: Unavailable,
    Fault.DROPPED: Unavailable,
    Fault.RESET: Unavailable,
    Fault.HANG_UP: Unavailable,
    Fault.GARBAGE: Unreadable,
}
LASTING = {Fault.HISTORY_GONE: HistoryExpired, Fault.BAD_KEY: Misconfigured, Fault.REDIRECT: Misconfigured}


@pytest.mark.parametrize("fault", TRANSIENT)
def test_fetch_recovers_from_a_passing_fault(eutils: EutilsServer, fault: Fault) -> None:
    eutils.misbehave("efetch", fault, times=2)
    pauses: list[float] = []

    body = quick_client(eutils, pauses=pauses).fetch(pmids=PMIDS)

    assert body.count(b"<PubmedArticle>") == 2
    assert pauses == [1.0, 2.0]


@pytest.mark.parametrize(("fault", "error"), TRANSIENT.items())
def test_fetch_gives_up_on_a_fault_that_stays(
    eutils: EutilsServer, fault: Fault, error: type[EntrezError]
) -> None:
    eutils.misbehave("efetch", fault, times=100)
    pauses: list[float] = []

    with pytest.raises(error):
        quick_client(eutils, pauses=pauses, max_attempts=4).fetch(pmids=PMIDS)

    assert len(eutils.requests) == 4
    assert pauses == [1.0, 2.0, 4.0]


@pytest.mark.parametrize(("fault", "error"), LASTING.items())
def test_fetch_does_not_repeat_what_cannot_help(
    eutils: EutilsServer, fault: Fault, error: type[EntrezError]
) -> None:
    eutils.misbehave("efetch", fault)

    with pytest.raises(error):
        quick_client(eutils).fetch(pmids=PMIDS)

    assert len(eutils.requests) == 1


@pytest.mark.parametrize(
    "fault", [Fault.HTML, Fault.ERROR_ELEMENT, Fault.CUT, Fault.DROPPED, Fault.EMPTY, Fault.GARBAGE]
)
@pytest.mark.parametrize("utility", ["esearch", "epost", "elink", "esummary"])
def test_every_utility_recognises_what_is_no_answer(eutils: EutilsServer, utility: str, fault: Fault) -> None:
    eutils.misbehave(utility, fault)
    client = quick_client(eutils)
    pauses: list[float] = []
    client = quick_client(eutils, pauses=pauses)
    ask = {"esearch": lambda: client.search("liver"), "epost": lambda: client.post(PMIDS)}
    ask |= {"elink": lambda: client.links(PMIDS), "esummary": lambda: client.summaries(PMIDS)}

    ask[utility]()

    assert pauses == [1.0]


@pytest.mark.parametrize("sends_chunks", [True, False])
def test_fetch_reads_bodies_with_and_without_chunks(eutils: EutilsServer, sends_chunks: bool) -> None:
    eutils.sends_chunks = sends_chunks

    assert quick_client(eutils).fetch(pmids=PMIDS).count(b"<PubmedArticle>") == 2


def test_search_that_hides_pmids_is_asked_again(
    eutils: EutilsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = eutils.utilities.search
    replies = iter([True, False])

    def search(given):  # type: ignore[no-untyped-def]
        answer = whole(given)
        if next(replies):
            answer.body = answer.body.replace("<Id>99900101</Id>\n", "")
        return answer

    monkeypatch.setitem(eutils.utilities._answers, "esearch", search)

    assert "99900101" in quick_client(eutils).search("synthetic[ti]").pmids
    assert len(eutils.requests) == 2


def test_search_that_repeats_a_pmid_is_asked_again(
    eutils: EutilsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = eutils.utilities.search

    def search(given):  # type: ignore[no-untyped-def]
        answer = whole(given)
        answer.body = answer.body.replace("<Id>99900101</Id>", "<Id>99900102</Id>")
        return answer

    monkeypatch.setitem(eutils.utilities._answers, "esearch", search)

    with pytest.raises(Unavailable, match="different PMIDs"):
        quick_client(eutils).search("synthetic[ti]")


def test_stalled_reply_ends_after_the_timeout(eutils: EutilsServer) -> None:
    eutils.misbehave("efetch", Fault.STALL)
    started = time.monotonic()

    body = quick_client(eutils, timeout_seconds=0.2).fetch(pmids=PMIDS)

    assert body.count(b"<PubmedArticle>") == 2
    assert time.monotonic() - started < 3


def test_dripping_reply_ends_after_its_own_timeout(eutils: EutilsServer) -> None:
    eutils.misbehave("efetch", Fault.DRIP)

    with pytest.raises(Unavailable, match="did not finish answering in time"):
        quick_client(eutils, reply_seconds=0.2, max_attempts=1).fetch(pmids=PMIDS)


def test_retry_after_in_seconds_is_honoured(eutils: EutilsServer) -> None:
    eutils.misbehave("efetch", Fault.RATE_LIMITED, retry_after=7)
    pauses: list[float] = []

    quick_client(eutils, pauses=pauses).fetch(pmids=PMIDS)

    assert pauses == [8.0]  # the 7 s asked for, and a jitter of up to 1 s on top


def test_retry_after_as_a_date_is_honoured(eutils: EutilsServer) -> None:
    moment = format_datetime(datetime.now(UTC) + timedelta(seconds=20), usegmt=True)
    eutils.misbehave("efetch", Fault.RATE_LIMITED, retry_after=moment)
    pauses: list[float] = []

    quick_client(eutils, pauses=pauses).fetch(pmids=PMIDS)

    assert 18.0 < pauses[0] <= 21.0


def test_retry_after_of_an_unavailable_server_is_honoured(eutils: EutilsServer) -> None:
    eutils.misbehave("efetch", Fault.UNAVAILABLE, retry_after=5)
    pauses: list[float] = []

    quick_client(eutils, pauses=pauses).fetch(pmids=PMIDS)

    assert pauses == [6.0]


def test_retry_after_beyond_our_patience_is_handed_on(eutils: EutilsServer) -> None:
    eutils.misbehave("efetch", Fault.RATE_LIMITED, retry_after=3_600)

    with pytest.raises(RateLimited) as caught:
        quick_client(eutils).fetch(pmids=PMIDS)

    assert caught.value.retry_after == 3_600
    assert len(eutils.requests) == 1


def test_being_rate_limited_holds_every_process_back(eutils: EutilsServer) -> None:
    eutils.misbehave("efetch", Fault.RATE_LIMITED, retry_after=7)
    limiter = Unpaced()

    quick_client(eutils, limiter=limiter).fetch(pmids=PMIDS)

    assert limiter.holds == [8.0]
    assert limiter.n_turns == 2


def test_server_that_is_not_there_is_unavailable(eutils: EutilsServer) -> None:
    client = quick_client(eutils, max_attempts=2)
    eutils.__exit__()

    with pytest.raises(Unavailable, match=rf"127\.0\.0\.1:{eutils.port} refuses connections"):
        client.fetch(pmids=PMIDS)


def test_address_without_utilities_is_misconfigured(eutils: EutilsServer) -> None:
    client = quick_client(eutils, base_url=eutils.base_url + "elsewhere/")

    with pytest.raises(Misconfigured, match=r"ENTREZ_BASE_URL.*HTTP 404"):
        client.search("liver")


@pytest.mark.parametrize(
    "fault", [Fault.BAD_KEY, Fault.JSON_ERROR, Fault.RATE_LIMITED, Fault.RESET, Fault.HTML, Fault.STALL]
)
def test_api_key_reaches_no_error_and_no_log(
    eutils: EutilsServer, fault: Fault, caplog: pytest.LogCaptureFixture
) -> None:
    key = "5ecret+key/0123456789"
    eutils.misbehave("efetch", fault, times=2)
    client = quick_client(eutils, api_key=key, max_attempts=2, timeout_seconds=0.2)

    with caplog.at_level(logging.DEBUG), pytest.raises(EntrezError) as caught:
        client.fetch(pmids=PMIDS)

    told = "".join(traceback.format_exception(caught.value)) + caplog.text + repr(client.config)
    assert eutils.requests[0].parameters["api_key"] == key
    assert "5ecret" not in told


def test_api_key_in_a_message_of_the_server_is_blanked(
    eutils: EutilsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(given):  # type: ignore[no-untyped-def]
        answer = eutils.utilities.search({"term": ["liver"], "db": [given["api_key"][0]]})
        answer.status = 400
        return answer

    monkeypatch.setitem(eutils.utilities._answers, "efetch", refuse)

    with pytest.raises(BadQuery, match=r"Invalid db name specified: \[API key\]"):
        quick_client(eutils, api_key="5ecret").fetch(pmids=PMIDS)


def test_long_pull_survives_random_faults(eutils: EutilsServer) -> None:
    eutils.mischief.rate = 0.2
    client = quick_client(eutils, max_attempts=10)
    listed = client.all_pmids("generated[sb]")

    fetched = sum(
        client.fetch(pmids=listed[start : start + 20]).count(b"<PubmedArticle>")
        for start in range(0, 1_000, 20)
    )

    assert len(set(listed)) == 25_000
    assert fetched == 1_000
    assert any(request.fault for request in eutils.requests)


def test_errors_inside_a_set_are_left_to_the_parser(eutils: EutilsServer) -> None:
    eutils.misbehave("efetch", Fault.MALFORMED)

    body = quick_client(eutils).fetch(pmids=PMIDS)

    assert body.count(b"</ArticleTitel>") == 1
    assert len(eutils.requests) == 1


def test_longest_call_covers_a_stalled_last_attempt() -> None:
    config = EntrezConfig(
        email="a@example.org", total_seconds=10, turn_seconds=20, reply_seconds=30, timeout_seconds=5
    )

    assert config.longest_call_seconds == 65
