"""The shipped evidence, loaded once for the tests of a module, and the client that reads it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction

Answer = dict[str, Any]


@pytest.fixture(scope="module")
def _loaded_evidence(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("load_evidence", verbosity=0)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def shipped_evidence(_loaded_evidence: None, db: None) -> None:
    """The evidence of therapies/data; what a test changes in it is undone."""


@pytest.fixture
def ask(client: Any) -> Callable[..., Answer]:
    """Ask the API without an account: `ask("/therapies")`; fails where the status is not the one expected."""

    def read(address: str, query: Any = "", *, status: int = 200) -> Answer:
        response = (
            client.get(f"/api/v1{address}", query_params=query) if query else client.get(f"/api/v1{address}")
        )
        assert response.status_code == status, response.content
        assert response["Content-Type"] == "application/json; charset=utf-8"
        return json.loads(response.content, parse_float=Decimal)

    return read
