"""Somebody who reads the API without an account, as a fixture (a pytest plugin)."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from nelm_review.core.api import throttling

Answer = dict[str, Any]


@pytest.fixture
def ask(client: Any) -> Callable[..., Answer]:
    """Read an answer, `ask("/therapies")`; numbers with a point come as Decimals, with their digits."""

    def read(address: str, *, status: int = 200) -> Answer:
        response = client.get(f"/api/v1{address}")
        assert response.status_code == status, response.content
        assert response["Content-Type"] == "application/json; charset=utf-8"
        return json.loads(response.content, parse_float=Decimal)

    return read


@pytest.fixture(autouse=True)
def _as_often_as_tests_like(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let tests ask the API without its limit; those of the limit override this fixture."""
    monkeypatch.setattr(throttling.PerAddress, "allow_request", lambda throttle, request: True)
