"""What every test has: real servers, settings fit for tests, no network, a clean cache."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from tests import services

pytest_plugins = ["tests.api_reader", "tests.cast", "tests.celery_workers", "tests.chromium"]

# Django reads its settings once, so the servers must be there before anything imports a model.
services.start()
services.prepare_django()


def pytest_unconfigure() -> None:
    services.stop()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Copy the tables from one migrated database: parallel workers need not each run the migrations."""
    services.use_migrated_template()


@pytest.fixture(scope="session", autouse=True)
def no_network() -> Iterator[None]:
    """Refuse every connection that leaves this machine."""
    allowed = {"127.0.0.1", "::1", "localhost", urlsplit(os.environ["REDIS_URL"]).hostname}
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        if isinstance(address, tuple) and address[0] not in allowed:
            self.close()
            raise AssertionError(f"A test tried to reach {address[0]}; tests never reach the network.")
        return connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        yield


@pytest.fixture(autouse=True)
def _clean_cache() -> Iterator[None]:
    yield
    from django.core.cache import cache

    cache.clear()
