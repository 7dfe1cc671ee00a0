"""What the tests stand on: their servers, their Chromium, their workers, and no network."""

from __future__ import annotations

import os
import socket

import pytest
from django.conf import settings
from django.core.cache import cache
from redis import Redis

from tests import chromium as chromium_module
from tests.services import redis_url


def test_network_is_out_of_reach():
    with pytest.raises(AssertionError, match="tests never reach the network"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)


def test_clearing_the_cache_leaves_the_queues():
    with Redis.from_url(settings.CELERY_BROKER_URL) as broker:
        broker.set("test-queue", "waiting")
        cache.clear()

        assert broker.get("test-queue") == b"waiting"
        broker.delete("test-queue")


@pytest.mark.parametrize("worker", range(30))
def test_parallel_workers_share_no_redis_database(worker):
    pairs = {redis_url(os.environ["REDIS_URL"], number) for number in (2 * worker, 2 * worker + 1)}
    others = {redis_url(os.environ["REDIS_URL"], number) for number in range(62) if number // 2 != worker}

    assert len(pairs) == 2
    assert not pairs & others


def test_find_chromium_takes_the_named_one(monkeypatch, tmp_path):
    program = tmp_path / "my-chromium"
    program.write_text("")
    program.chmod(0o755)
    monkeypatch.setenv("CHROMIUM", str(program))

    assert chromium_module.find_chromium() == str(program)


def test_find_chromium_finds_none_on_a_bare_machine(monkeypatch):
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", "")

    assert chromium_module.find_chromium() == ""


@pytest.mark.browser
def test_browser_page_opens_a_page_of_ours(browser_page):
    response = browser_page.goto("/healthz")

    assert response.status == 200
    assert "ok" in browser_page.content()


@pytest.mark.worker
def test_start_worker_gives_a_worker_on_the_test_database(start_worker):
    worker = start_worker()

    assert worker.is_ready()
    worker.kill()
    assert not worker.is_ready()
