"""`load_evidence` and `dump_evidence`: what a person at the shell reads."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests import evidence_files as files
from therapies.models import Study

pytestmark = pytest.mark.django_db


def test_load_evidence_prints_what_it_did(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("load_evidence", str(files.write(tmp_path)))

    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split()[:2] == ["in", "files"]
    assert lines[1].split() == ["therapies", "2", "2", "0", "0", "0", "0", "0"]
    assert lines[-1] == "The evidence is loaded."


def test_load_evidence_takes_the_shipped_files_by_default(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("load_evidence", "--dry-run")

    assert "Dry run: nothing was written." in capsys.readouterr().out
    assert not Study.objects.exists()


def test_load_evidence_refuses_in_sentences(tmp_path: Path) -> None:
    directory = files.write_studies(
        tmp_path, files.study_entry(design="x"), files.study_entry("b", histology="y")
    )

    with pytest.raises(CommandError) as raised:
        call_command("load_evidence", str(directory))

    headline, *problems = str(raised.value).splitlines()
    assert headline == f"The evidence in {directory} has 2 problems; nothing was written."
    assert problems[0].startswith(
        "  studies.json, study “first-2020”, design: “x” stands here; it must be one of"
    )
    assert problems[1].startswith("  studies.json, study “b”, histology: “y” stands here; it must be one of")


def test_dump_evidence_prints_what_it_wrote(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("load_evidence", str(files.write(tmp_path / "in")))
    capsys.readouterr()

    call_command("dump_evidence", str(tmp_path / "out"))

    assert capsys.readouterr().out == (
        "Wrote 2 therapies, 2 outcomes, 2 studies, 2 results, 2 comparisons and 0 claims"
        f" to {tmp_path / 'out'}.\n"
    )


def test_dump_evidence_refuses_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="load the evidence first"):
        call_command("dump_evidence", str(tmp_path))
