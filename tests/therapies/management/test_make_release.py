"""`manage.py make_release`: made, written out, refused in words."""

from __future__ import annotations

import hashlib
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from nelm_review.core.models import User
from tests.therapies.api.conftest import _loaded_evidence, shipped_evidence
from therapies.models import Release

__all__ = ["_loaded_evidence", "shipped_evidence"]


@pytest.mark.usefixtures("shipped_evidence")
def test_make_release_writes_the_archive_that_it_keeps(tmp_path: Path, admin: User) -> None:
    said = StringIO()

    call_command("make_release", note="First.", by="admin", output=tmp_path, stdout=said)

    release = Release.objects.get()
    written = (tmp_path / f"nelm-review-{release.version}.zip").read_bytes()
    assert hashlib.sha256(written).hexdigest() == release.sha256
    assert release.sha256 in said.getvalue()
    assert (release.released_by, release.note) == (admin, "First.")


@pytest.mark.usefixtures("shipped_evidence")
def test_make_release_signs_as_the_shell_and_refuses_a_second_one() -> None:
    call_command("make_release", stdout=StringIO())

    with pytest.raises(CommandError, match="holds the same evidence"):
        call_command("make_release", stdout=StringIO())

    assert Release.objects.get().released_by == User.objects.shell()


@pytest.mark.django_db
def test_make_release_names_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no active account “nobody”"):
        call_command("make_release", by="nobody")
    with pytest.raises(CommandError, match="is no directory"):
        call_command("make_release", output=tmp_path / "nowhere")
