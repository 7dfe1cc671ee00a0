"""Asks again after a transient failure: exponential pauses with full jitter, bounded in number and in time.

The pauses follow https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ ("full jitter");
Retry-After is read as https://www.rfc-editor.org/rfc/rfc9110#field.retry-after defines it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

from references.pubmed.config import EntrezConfig
from references.pubmed.errors import EntrezError, RateLimited, Unavailable, Unreadable

# An unreadable reply is a maintenance page more often than a change of format, so it is worth a second look.
TRANSIENT = (Unavailable, RateLimited, Unreadable)

Answer = TypeVar("Answer")


@dataclass(frozen=True, kw_only=True)
class Backoff:
    """Runs one request again while its failure is transient.

    `sleep` takes seconds, `random` gives a fraction from 0 to 1, `clock` gives seconds; tests pass their own.
    """

    config: EntrezConfig
    sleep: Callable[[float], object]
    random: Callable[[], float]
    clock: Callable[[], float]

    def run(
        self, ask: Callable[[], Answer], *, before_pause: Callable[[EntrezError, float], object]
    ) -> Answer:
        """Return the first answer of `ask`, or raise its last error once attempts or time are used up.

        `before_pause` hears of each failure that is followed by another attempt, with the seconds until then.
        """
        deadline = self.clock() + self.config.total_seconds
        attempt = 1
        while True:
            try:
                return ask()
            except TRANSIENT as error:
                pause = self.pause_seconds(attempt, retry_after=getattr(error, "retry_after", None))
                if attempt >= self.config.max_attempts or self.clock() + pause > deadline:
                    raise
                before_pause(error, pause)
                self.sleep(pause)
                attempt += 1

    def pause_seconds(self, attempt: int, *, retry_after: float | None) -> float:
        """Return the pause after this attempt (counted from 1), never shorter than the server's wish."""
        if retry_after is not None:
            return retry_after + self.random() * self.config.first_pause_seconds
        ceiling = min(
            self.config.longest_pause_seconds, self.config.first_pause_seconds * 2.0 ** min(attempt - 1, 32)
        )
        return self.random() * ceiling


def retry_after_seconds(value: str | None, *, now: datetime) -> float | None:
    """Return a Retry-After header (seconds or an HTTP date) as seconds from now; None for all else."""
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())
