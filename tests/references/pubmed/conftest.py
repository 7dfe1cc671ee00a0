"""A real E-utilities server for the tests of the PubMed client."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.eutils import EutilsServer, Store


@pytest.fixture(scope="session")
def store() -> Store:
    """The shipped evidence, the oddities, and 25,000 generated records."""
    return Store.shipped(n_generated=25_000)


@pytest.fixture
def eutils(store: Store) -> Iterator[EutilsServer]:
    """A server of one test: well-behaved until told otherwise."""
    with EutilsServer(store) as server:
        yield server
