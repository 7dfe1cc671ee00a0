"""The processes beside the servers, and what of their logs reaches the terminal."""

from __future__ import annotations

import sys

import pytest
from django.conf import settings

from nelm_review.local import parts
from nelm_review.local.parts import SHOWN_AT_ONCE, Part


@pytest.fixture
def part(var):
    made = []

    def make(*lines: str) -> Part:
        made.append(Part("test", "Test", ["tests.local.speaking", *lines], var))
        made[-1].start([])
        made[-1].process.wait()
        return made[-1]

    yield make
    for each in made:
        each.close()


def test_news_are_warnings_and_errors(part):
    lines = [
        "2026 INFO a: fine",
        "2026 WARNING b: look",
        "[2026] [7] [ERROR] broken",
        "SecurityWarning: root",
    ]

    assert part(*lines).news() == ["2026 WARNING b: look", "[2026] [7] [ERROR] broken"]


def test_news_are_told_once(part):
    noisy = part("2026 ERROR a: broken")
    noisy.news()

    assert noisy.news() == []


def test_news_of_a_flood_are_cut_short(part):
    news = part(*(f"2026 ERROR a: {n}" for n in range(100))).news()

    assert len(news) == SHOWN_AT_ONCE + 1
    assert news[-1].startswith(f"… and {100 - SHOWN_AT_ONCE} more in ")


def test_parts_take_every_queue_that_tasks_are_sent_to(var):
    taken = {
        part.command[part.command.index("-Q") + 1] for part in parts.parts(8000, var) if "-Q" in part.command
    }

    assert taken == {settings.CELERY_TASK_DEFAULT_QUEUE} | {
        route["queue"] for route in settings.CELERY_TASK_ROUTES.values()
    }


def test_parts_of_two_copies_do_not_share_a_name(var):
    first, second = (
        {part.node for part in parts.parts(port, var) if hasattr(part, "node")} for port in (8000, 8001)
    )

    assert not first & second


def test_part_runs_under_the_interpreter_of_its_supervisor(part):
    assert part("x").process.args[0] == sys.executable
