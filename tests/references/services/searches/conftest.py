"""An E-utilities server for each test, and a client that does not dawdle."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from references.models import SearchRun
from references.pubmed.client import EntrezClient
from references.services import searches
from tests.eutils.clients import quick_client
from tests.eutils.server import EutilsServer
from tests.eutils.store import Store


@pytest.fixture(scope="session")
def record_store() -> Store:
    """The shipped evidence, the oddities, and 25,000 generated records."""
    return Store.shipped(n_generated=25_000)


@pytest.fixture
def pubmed(record_store: Store) -> Iterator[EutilsServer]:
    """PubMed, as this test sees it."""
    with EutilsServer(record_store) as server:
        yield server


@pytest.fixture
def client(pubmed: EutilsServer) -> EntrezClient:
    return quick_client(pubmed, max_attempts=2)


@pytest.fixture
def execute(client: EntrezClient) -> Callable[..., float | None]:
    """Carry a run out with the quick client and load what became of it."""

    def execute(run: SearchRun, **options: Any) -> float | None:
        again_in = searches.execute(run.pk, client=client, **options)
        run.refresh_from_db()
        return again_in

    return execute
