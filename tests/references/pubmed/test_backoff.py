"""Pauses between attempts: growing, jittered, bounded."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count

import pytest

from references.pubmed.backoff import Backoff, retry_after_seconds
from references.pubmed.config import EntrezConfig
from references.pubmed.errors import BadQuery, Unavailable

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def make_backoff(*, random: float = 1.0, clock: float | None = None, **settings: float) -> Backoff:
    ticks = count()
    config = EntrezConfig(email="a@example.org", **settings)  # type: ignore[arg-type]
    return Backoff(
        config=config,
        sleep=lambda seconds: None,
        random=lambda: random,
        clock=lambda: 0.0 if clock is None else next(ticks) * clock,
    )


def test_pauses_double_up_to_the_longest() -> None:
    backoff = make_backoff(longest_pause_seconds=10)

    pauses = [backoff.pause_seconds(attempt, retry_after=None) for attempt in range(1, 7)]

    assert pauses == [1, 2, 4, 8, 10, 10]


def test_jitter_takes_any_share_of_the_pause() -> None:
    assert make_backoff(random=0.0).pause_seconds(4, retry_after=None) == 0.0
    assert make_backoff(random=0.25).pause_seconds(4, retry_after=None) == 2.0


def test_pause_is_never_shorter_than_the_wish_of_the_server() -> None:
    assert make_backoff(random=0.0).pause_seconds(1, retry_after=30) == 30


def test_pause_after_very_many_attempts_stays_the_longest() -> None:
    assert make_backoff().pause_seconds(5_000, retry_after=None) == 60


def test_attempts_end_when_time_is_used_up() -> None:
    backoff = make_backoff(clock=4.0, total_seconds=9, max_attempts=99)
    asked = []

    def ask() -> None:
        asked.append(True)
        raise Unavailable

    with pytest.raises(Unavailable):
        backoff.run(ask, before_pause=lambda error, seconds: None)

    assert len(asked) == 2


def test_first_answer_is_returned_without_a_pause() -> None:
    heard: list[object] = []

    answer = make_backoff().run(lambda: "answer", before_pause=lambda error, seconds: heard.append(error))

    assert answer == "answer"
    assert heard == []


def test_error_that_cannot_pass_is_raised_at_once() -> None:
    heard: list[object] = []

    def ask() -> None:
        raise BadQuery

    with pytest.raises(BadQuery):
        make_backoff().run(ask, before_pause=lambda error, seconds: heard.append(error))

    assert heard == []


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        ("2", 2.0),
        (" 120 ", 120.0),
        ("Thu, 01 Jan 2026 00:00:30 GMT", 30.0),
        ("Wed, 31 Dec 2025 23:59:00 GMT", 0.0),
        ("Thu, 01 Jan 2026 01:00:30 +0100", 30.0),
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1e3", None),
        ("²", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_a_date(value: str | None, seconds: float | None) -> None:
    assert retry_after_seconds(value, now=NOW) == seconds
