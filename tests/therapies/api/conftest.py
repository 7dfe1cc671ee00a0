"""The shipped evidence, loaded once for the tests of a module."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction


@pytest.fixture(scope="module")
def _loaded_evidence(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("load_evidence", verbosity=0)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def shipped_evidence(_loaded_evidence: None, db: None) -> None:
    """The evidence of therapies/data; what a test changes in it is undone."""
