"""The shared limiter on a real Redis-compatible server, across processes."""

from __future__ import annotations

import multiprocessing
import os
import time
import uuid

import pytest
import redis

from references.pubmed.client import EntrezClient
from references.pubmed.config import EntrezConfig
from references.pubmed.errors import Misconfigured, Unavailable
from references.pubmed.limiter import WINDOW_SECONDS, RedisLimiter, identity_of
from tests.eutils import EutilsServer


@pytest.fixture
def identity() -> str:
    """A window of this test's own: the server is shared."""
    return f"test-{uuid.uuid4().hex}"


def make_limiter(identity: str, *, rate: int = 10, **options: float) -> RedisLimiter:
    return RedisLimiter(os.environ["REDIS_URL"], requests_per_second=rate, identity=identity, **options)  # type: ignore[arg-type]


def take_turns(identity: str, rate: int, n_turns: int) -> tuple[float, float, list[float]]:
    """Take turns; return when the first was asked for, when the last came, and all turns anybody got."""
    limiter = make_limiter(identity, rate=rate)
    server = redis.Redis.from_url(os.environ["REDIS_URL"])
    granted: set[float] = set()
    started = time.monotonic()
    for _ in range(n_turns):
        limiter.wait()
        for key in server.scan_iter(match=f"*{identity}*"):
            granted.update(float(stamp) for stamp in server.lrange(key, 0, -1))
    ended = time.monotonic()
    server.close()
    return started, ended, sorted(granted)


def test_processes_together_keep_the_rate(identity: str) -> None:
    rate, n_processes, n_turns = 10, 3, 8

    with multiprocessing.get_context("spawn").Pool(n_processes) as pool:
        spans = pool.starmap(take_turns, [(identity, rate, n_turns)] * n_processes)
        pool.close()
        pool.join()

    stamps = sorted({stamp for _, _, granted in spans for stamp in granted})
    assert len(stamps) == n_processes * n_turns
    # The limiter counts two of its seconds to a window of ours.
    gaps = [
        (later - sooner) * WINDOW_SECONDS / 2 for sooner, later in zip(stamps, stamps[rate:], strict=False)
    ]
    assert min(gaps) >= WINDOW_SECONDS - 0.001
    n_full_windows = (n_processes * n_turns - 1) // rate
    took = max(ended for _, ended, _ in spans) - min(started for started, _, _ in spans)
    assert took >= n_full_windows * WINDOW_SECONDS


def test_first_turns_need_no_waiting(identity: str) -> None:
    limiter = make_limiter(identity, rate=3)
    started = time.monotonic()

    for _ in range(3):
        limiter.wait()

    assert time.monotonic() - started < WINDOW_SECONDS


def test_keys_and_addresses_have_windows_of_their_own(identity: str) -> None:
    started = time.monotonic()

    for name in ("one", "other", "third"):
        make_limiter(f"{identity}-{name}", rate=1).wait()

    assert time.monotonic() - started < WINDOW_SECONDS


def test_window_is_named_by_key_digest_or_address() -> None:
    keyed = EntrezConfig(email="a@example.org", api_key="5ecret")
    plain = EntrezConfig(email="a@example.org")

    assert identity_of(plain) == "host-eutils.ncbi.nlm.nih.gov"
    assert identity_of(keyed).startswith("key-")
    assert "5ecret" not in identity_of(keyed)
    assert (plain.requests_per_second, keyed.requests_per_second) == (3, 10)


def test_turn_that_does_not_come_up_in_time_is_unavailable(identity: str) -> None:
    limiter = make_limiter(identity, rate=1, turn_seconds=0.1)
    limiter.wait()

    with pytest.raises(Unavailable, match=r"No turn to ask PubMed came up within 0\.1 s"):
        limiter.wait()


def test_hold_stops_every_process(identity: str) -> None:
    make_limiter(identity).hold(0.3)
    started = time.monotonic()

    make_limiter(identity).wait()

    assert time.monotonic() - started >= 0.25


def test_hold_is_never_longer_than_the_patience_for_a_turn(identity: str) -> None:
    limiter = make_limiter(identity, turn_seconds=0.2)

    limiter.hold(3_600)
    time.sleep(0.25)

    limiter.wait()


def test_unreachable_redis_is_unavailable_and_keeps_its_password() -> None:
    limiter = RedisLimiter("redis://:5ecret@127.0.0.1:9/0", requests_per_second=3, identity="x")

    with pytest.raises(Unavailable, match=r"rate limiter \(Redis\) does not answer") as caught:
        limiter.wait()
    with pytest.raises(Unavailable):
        limiter.hold(1)

    assert "5ecret" not in str(caught.value)


def test_address_that_is_no_redis_is_misconfigured() -> None:
    with pytest.raises(Misconfigured, match="REDIS_URL"):
        RedisLimiter("ftp://127.0.0.1/", requests_per_second=3, identity="x")


def test_client_waits_for_its_turn(identity: str, eutils: EutilsServer) -> None:
    config = EntrezConfig(email="a@example.org", base_url=eutils.base_url)
    client = EntrezClient.sharing_limits(config, os.environ["REDIS_URL"])
    eutils.has_limits = True
    started = time.monotonic()

    for _ in range(4):
        client.search("liver", retmax=0)

    assert time.monotonic() - started >= WINDOW_SECONDS
