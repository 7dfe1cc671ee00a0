"""A directory of its own for each test that starts servers."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from nelm_review.local.places import VarDir


@pytest.fixture
def var() -> Iterator[VarDir]:
    """An empty directory for a copy; PostgreSQL may run under another account than the tests."""
    root = Path(tempfile.mkdtemp(prefix="nelm-local-"))
    root.chmod(0o711)
    place = VarDir(root)
    place.create()
    yield place
    shutil.rmtree(root)
