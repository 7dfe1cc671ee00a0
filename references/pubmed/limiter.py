"""Holds all processes together below NCBI's rate: one moving window in Redis, one turn for each request."""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Callable
from typing import Protocol
from urllib.parse import urlsplit

from limits import RateLimitItemPerSecond
from limits.errors import ConfigurationError, StorageError
from limits.storage import RedisStorage
from limits.strategies import MovingWindowRateLimiter

from references.pubmed.config import EntrezConfig
from references.pubmed.errors import Misconfigured, Unavailable

# Turns are counted when they are granted, NCBI counts them when they arrive: a window a little longer than a
# second absorbs the difference between two journeys.
WINDOW_SECONDS = 1.15

# `limits` keeps whole seconds only, so the window is two of its seconds and its clock runs faster by this
# factor.
_COUNTED_SECONDS = 2
_CLOCK_RATIO = _COUNTED_SECONDS / WINDOW_SECONDS

_KEY_PREFIX = "nelm-review:entrez"
_REDIS_TIMEOUT_SECONDS = 5.0


class Limiter(Protocol):
    """Decides when the next request may leave."""

    def wait(self) -> None:
        """Return when it is this caller's turn; raises Unavailable when no turn can be had."""

    def hold(self, seconds: float) -> None:
        """Grant nobody a turn for so many seconds, because NCBI asked for a pause."""


class RedisLimiter:
    """A limiter that every process and thread with the same Redis, API key and address shares.

    At most `requests_per_second` turns start within any WINDOW_SECONDS. Raises Unavailable when Redis does
    not answer, so that work pauses instead of running unlimited.
    """

    def __init__(
        self,
        redis_url: str,
        *,
        requests_per_second: int,
        identity: str,
        turn_seconds: float = 60.0,
        sleep: Callable[[float], object] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        try:
            self._storage = _SharedClockStorage(
                redis_url.replace("unix://", "redis+unix://", 1)
                if redis_url.startswith("unix://")
                else redis_url,
                key_prefix=_KEY_PREFIX,
                wrap_exceptions=True,
                socket_timeout=_REDIS_TIMEOUT_SECONDS,
                socket_connect_timeout=_REDIS_TIMEOUT_SECONDS,
            )
        except (ConfigurationError, ValueError):
            # The address may carry a password, so it is not repeated.
            raise Misconfigured("REDIS_URL is not the address of a Redis server.") from None
        self._window = MovingWindowRateLimiter(self._storage)
        self._item = RateLimitItemPerSecond(requests_per_second, _COUNTED_SECONDS)
        self._identity = identity
        self._turn_seconds = turn_seconds
        self._look_again_seconds = WINDOW_SECONDS / requests_per_second / 4
        self._sleep = sleep
        self._clock = clock

    @classmethod
    def for_config(cls, config: EntrezConfig, redis_url: str) -> RedisLimiter:
        """Return the limiter that belongs to the client's rate, address and API key."""
        return cls(
            redis_url,
            requests_per_second=config.requests_per_second,
            identity=identity_of(config),
            turn_seconds=config.turn_seconds,
        )

    def wait(self) -> None:
        """Return when it is this caller's turn; raises Unavailable without Redis or a turn in time."""
        deadline = self._clock() + self._turn_seconds
        while not self._take_turn():
            if self._clock() > deadline:
                raise Unavailable(f"No turn to ask PubMed came up within {self._turn_seconds:g} s.")
            self._sleep(self._look_again_seconds * random.uniform(0.5, 1.5))  # noqa: S311 - spreads, guards nothing

    def hold(self, seconds: float) -> None:
        """Grant nobody a turn for so many seconds; raises Unavailable without Redis."""
        try:
            self._storage.hold(self._identity, min(seconds, self._turn_seconds))
        except StorageError as error:
            raise _no_redis(error) from None

    def _take_turn(self) -> bool:
        try:
            return not self._storage.is_held(self._identity) and self._window.hit(self._item, self._identity)
        except StorageError as error:
            raise _no_redis(error) from None


def identity_of(config: EntrezConfig) -> str:
    """Return the name of the shared window: by API key (as a digest) where there is one, else by host."""
    if config.api_key:
        return "key-" + hashlib.sha256(config.api_key.encode()).hexdigest()[:16]
    return f"host-{urlsplit(config.base_url).netloc}"


class _SharedClockStorage(RedisStorage):
    """Counts by the clock of Redis, which all processes share: the clocks of two machines may differ."""

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        seconds, microseconds = self.storage.time()
        now = (seconds + microseconds / 1_000_000) * _CLOCK_RATIO
        return bool(self.lua_acquire_moving_window([self.prefixed_key(key)], [now, limit, expiry, amount]))

    def hold(self, identity: str, seconds: float) -> None:
        try:
            self.storage.set(self.prefixed_key(f"hold/{identity}"), 1, px=max(1, round(seconds * 1000)))
        except self.base_exceptions as error:
            raise StorageError(error) from error

    def is_held(self, identity: str) -> bool:
        try:
            return bool(self.storage.exists(self.prefixed_key(f"hold/{identity}")))
        except self.base_exceptions as error:
            raise StorageError(error) from error


def _no_redis(error: StorageError) -> Unavailable:
    return Unavailable(
        f"The shared rate limiter (Redis) does not answer ({type(error.storage_error).__name__}); "
        "without it PubMed is not asked."
    )
