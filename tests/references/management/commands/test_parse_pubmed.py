"""`parse_pubmed`: JSON lines from PubMed files."""

from __future__ import annotations

import gzip
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.pubmed_corpus import article_set
from tests.references.pubmed.documents import DATA


def parse(*files: object) -> list[dict]:
    out = io.StringIO()
    call_command("parse_pubmed", *map(str, files), stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_parse_pubmed_prints_one_object_a_record() -> None:
    records = parse(DATA / "everything_a_record_can_hold.xml", DATA / "book_chapter.xml")

    assert [record["pmid"] for record in records] == [99_000_001, 99_000_030, 99_000_031]
    assert records[0]["authors"][0]["orcid"] == "0000-0002-1825-0097"


def test_parse_pubmed_reads_packed_files(tmp_path: Path) -> None:
    path = tmp_path / "records.xml.gz"
    path.write_bytes(gzip.compress(article_set(3)))

    assert len(parse(path)) == 3


def test_parse_pubmed_prints_broken_records_and_succeeds() -> None:
    records = parse(DATA / "broken_in_the_middle.xml")

    assert set(records[1]) == {"error", "pmid", "position"}
    assert records[2]["pmid"] == 99_000_042


def test_parse_pubmed_names_every_file_it_cannot_read_after_printing_the_rest(tmp_path: Path) -> None:
    cut, page = tmp_path / "cut.xml", tmp_path / "page.xml"
    cut.write_bytes(article_set(2)[:-40])
    page.write_bytes(b"<html></html>")
    out = io.StringIO()

    with pytest.raises(CommandError) as failure:
        call_command("parse_pubmed", str(cut), str(tmp_path / "absent"), str(page), stdout=out)

    assert len(out.getvalue().splitlines()) == 1
    assert str(failure.value) == (
        f"{cut} cannot be read: The XML stops inside a record (PMID 99000001), after 1 record. "
        f"{tmp_path / 'absent'} cannot be read: No such file or directory. "
        f"{page} cannot be read: It is an HTML page, not PubMed XML."
    )


def test_parse_pubmed_reads_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(article_set(2))))
    assert len(parse("-")) == 2


def test_parse_pubmed_stops_quietly_when_its_reader_does(tmp_path: Path) -> None:
    path = tmp_path / "records.xml"
    path.write_bytes(article_set(400))
    with subprocess.Popen(
        [sys.executable, "manage.py", "parse_pubmed", path],
        cwd=Path(__file__).parents[4],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as command:
        assert command.stdout is not None
        assert command.stderr is not None
        command.stdout.readline()
        command.stdout.close()
        complaint = command.stderr.read()

    assert (command.returncode, complaint) == (0, b"")
