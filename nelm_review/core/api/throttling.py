"""How often one address may ask: a moving window in Redis, or in this process where Redis does not answer.

The limit protects the site from one reader, and readers must not lose the API because the counter is gone.
So without Redis each process counts for itself, which lets through at most as many times more as there are
processes.
"""

from __future__ import annotations

import logging
import re
import threading
import time
from ipaddress import IPv6Address, ip_address

from django.conf import settings
from django.http import HttpRequest
from limits import RateLimitItemPerMinute
from limits.errors import StorageError
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import MovingWindowRateLimiter
from ninja.throttling import BaseThrottle

PER_MINUTE = 120
POLICY = f'"address";q={PER_MINUTE};w=60'  # draft-ietf-httpapi-ratelimit-headers-10

_PREFIX = "nelm-review:api"
_UNIX = re.compile(r"^unix://")  # as redis-py names a socket; limits has a name of its own
_REDIS_TIMEOUT_SECONDS = 0.25
_REDIS_LEFT_ALONE_SECONDS = 30.0
_IPV6_NETWORK_BITS = 64  # what one household or office is given

logger = logging.getLogger(__name__)


class PerAddress(BaseThrottle):
    """Lets each address ask so many times within any minute; who is refused is told when to come back."""

    def __init__(self, per_minute: int = PER_MINUTE) -> None:
        self.item = RateLimitItemPerMinute(per_minute)
        self._own = MovingWindowRateLimiter(MemoryStorage())
        self._shared: MovingWindowRateLimiter | None = None
        self._shared_again_at = 0.0
        # One object serves all threads, and ninja asks for the wait in a second call.
        self._refused = threading.local()

    def allow_request(self, request: HttpRequest) -> bool:
        """Count the request; False where its address has asked too often."""
        address = address_of(request)
        try:
            return self._hit(self._window(), address)
        except StorageError as error:
            self._shared_again_at = time.monotonic() + _REDIS_LEFT_ALONE_SECONDS
            logger.warning("Redis does not answer; requests are counted by process: %s", error)
            return self._hit(self._own, address)

    def wait(self) -> float | None:
        """Return how many seconds the request that was refused last in this thread has to wait."""
        return max(1.0, self._refused.until - time.time())

    def _window(self) -> MovingWindowRateLimiter:
        if time.monotonic() < self._shared_again_at:
            return self._own
        if self._shared is None:
            storage = RedisStorage(
                _UNIX.sub("redis+unix://", settings.CACHES["default"]["LOCATION"]),
                key_prefix=_PREFIX,
                wrap_exceptions=True,
                socket_timeout=_REDIS_TIMEOUT_SECONDS,
                socket_connect_timeout=_REDIS_TIMEOUT_SECONDS,
            )
            self._shared = MovingWindowRateLimiter(storage)
        return self._shared

    def _hit(self, window: MovingWindowRateLimiter, address: str) -> bool:
        if window.hit(self.item, address):
            return True
        self._refused.until = window.get_window_stats(self.item, address).reset_time
        return False


def address_of(request: HttpRequest) -> str:
    """Return whom a request is counted for: an IPv4 address, or the network of an IPv6 address.

    Behind a proxy (any public host name means one) it is the last entry of X-Forwarded-For, which the proxy
    wrote; the entries before it are whatever the visitor sent.
    """
    address = request.META.get("REMOTE_ADDR", "")
    forwarded = request.headers.get("X-Forwarded-For", "")
    if forwarded and not settings.IS_LOCAL_ONLY:
        address = forwarded.rsplit(",", 1)[-1].strip()
    try:
        known = ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(known, IPv6Address):
        if known.ipv4_mapped:
            return str(known.ipv4_mapped)
        return f"{IPv6Address(int(known) >> (128 - _IPV6_NETWORK_BITS) << (128 - _IPV6_NETWORK_BITS))}/64"
    return str(known)
