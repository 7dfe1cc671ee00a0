"""What the tests of loading and dumping share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests import evidence_files as files
from therapies.services import evidence
from therapies.services.evidence.ledger import Ledger

Load = Callable[..., Ledger]


@pytest.fixture
def load(tmp_path: Path, db: None) -> Load:
    """Load synthetic files: `load()`, `load(study, study)` or `load(studies=…, review=…)`."""

    def load(*studies: dict[str, Any], dry_run: bool = False, **overrides: Any) -> Ledger:
        contents = files.files(**overrides)
        if studies:
            contents["studies"] = list(studies)
        return evidence.load(files.write(tmp_path, contents), dry_run=dry_run)

    return load
