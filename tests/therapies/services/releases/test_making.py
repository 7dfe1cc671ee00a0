"""Making a release: whole, the same for the same evidence, and never changed afterwards."""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile

import pytest
import yaml
from django.db import IntegrityError, InternalError, connection, transaction

from nelm_review.core.models import User
from tests.builders import make_arm, make_outcome, make_result, make_study, make_therapy
from therapies.models import Release
from therapies.services import evidence, publishing, releases

pytestmark = pytest.mark.usefixtures("shipped_evidence")


def files(release: Release) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(bytes(release.archive))) as archive:
        assert archive.testzip() is None
        return {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}


def test_make_keeps_the_evidence_files_as_they_are_shipped(admin: User) -> None:
    found = files(releases.make(by=admin))

    for name in evidence.FILES:
        assert found[f"evidence/{name}"] == (evidence.DATA / name).read_bytes()


def test_make_names_every_file_with_its_checksum(admin: User) -> None:
    found = files(releases.make(by=admin))

    listed = dict(line.split("  ")[::-1] for line in found.pop("checksums.sha256").decode().splitlines())
    assert listed == {name: hashlib.sha256(content).hexdigest() for name, content in found.items()}


def test_make_counts_what_it_holds(admin: User) -> None:
    release = releases.make(by=admin)

    n_lines = len(files(release)["csv/results.csv"].decode().splitlines())
    assert release.counts["results"] == n_lines - 1 > 0
    assert f"- {release.counts['results']:,} results" in files(release)["README.md"].decode()


def test_make_names_the_day_and_then_the_next_of_that_day(admin: User) -> None:
    first = releases.make(by=admin)
    make_result(make_arm(make_study()), make_outcome())

    second = releases.make(by=admin)

    assert re.fullmatch(r"\d{4}\.\d{2}\.\d{2}", first.version)
    assert second.version == f"{first.version}.2"


def test_make_refuses_evidence_that_has_not_changed(admin: User) -> None:
    first = releases.make(by=admin)

    with pytest.raises(releases.NothingNew, match=f"since release {re.escape(first.version)}"):
        releases.make(by=admin)


def test_make_gives_the_same_evidence_the_same_bytes(admin: User) -> None:
    first = releases.make(by=admin)
    extra = make_result(make_arm(make_study(), make_therapy("synthetic")), make_outcome())
    second = releases.make(by=admin)
    publishing.withdraw(extra, by=admin, reason="Only for a moment.")

    third = releases.make(by=admin)

    assert files(third)["csv/results.csv"] == files(first)["csv/results.csv"]
    assert files(second)["csv/results.csv"] != files(first)["csv/results.csv"]


def test_make_leaves_out_what_readers_do_not_see(admin: User) -> None:
    hidden = make_result(is_published=False)

    release = releases.make(by=admin)

    assert releases.content(release).rows[type(hidden)].get(hidden.pk) is None


def test_make_gives_away_no_account_and_no_abstract(admin: User) -> None:
    records = json.loads(files(releases.make(by=admin))["records.json"])

    columns = {column for name, table in records.items() if name != "form" for column in table["columns"]}
    assert not {column for column in columns if column.endswith("_by_id")}
    assert "abstract" not in columns


def test_make_writes_a_citation_file_of_the_format(admin: User) -> None:
    release = releases.make(by=admin)

    cff = yaml.safe_load(files(release)["CITATION.cff"])
    assert cff["cff-version"] == "1.2.0"
    assert cff["version"] == release.version
    assert cff["type"] == "dataset"
    assert {"message", "title", "authors", "date-released", "license"} <= cff.keys()


def test_make_quotes_text_that_a_spreadsheet_would_run(admin: User) -> None:
    make_result(make_arm(make_study("formula", label="=1+1")), make_outcome())

    assert "formula,'=1+1," in files(releases.make(by=admin))["csv/studies.csv"].decode()


@pytest.mark.parametrize("sql", ["UPDATE therapies_release SET note = 'x'", "DELETE FROM therapies_release"])
def test_release_refuses_raw_sql(admin: User, sql: str) -> None:
    releases.make(by=admin)

    with pytest.raises(InternalError, match="Cannot"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)

    assert Release.objects.count() == 1


def test_release_refuses_a_version_that_is_no_day(admin: User) -> None:
    release = releases.make(by=admin)
    release.pk, release.version = None, "newest"

    with pytest.raises(IntegrityError, match="release_version_is_a_day"), transaction.atomic():
        release.save(force_insert=True)
