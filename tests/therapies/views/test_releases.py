"""The pages of releases: listed, described, downloaded, compared, and a cell as one of them holds it."""

from __future__ import annotations

import hashlib
import io
import zipfile
from typing import Any

import pytest
from django.test import Client

from tests.builders import (
    make_arm,
    make_outcome,
    make_reference,
    make_release,
    make_report,
    make_result,
    make_study,
    make_therapy,
)
from therapies import analysis
from therapies.models import Criteria, Outcome, Result, Study, Therapy
from therapies.services.releases import texts

pytestmark = pytest.mark.django_db
OLD, NEW = "2026.01.01", "2026.02.01"
CELL = f"/releases/{OLD}/evidence/whole/rate/"


@pytest.fixture
def cell() -> tuple[Therapy, Outcome]:
    """Make three studies of 20 patients that may be pooled, and one of mixed tumour types."""
    therapy, outcome = make_therapy("whole"), make_outcome("rate")
    for number, events in enumerate((6, 10, 13), start=1):
        reference = make_reference(published_year=2010 + number)
        study = make_report(make_study(f"synthetic-{number}"), reference).study
        fields = {"events": events, "total": 20, "value": None, "criteria": Criteria.RECIST_1_1}
        make_result(make_arm(study, therapy), outcome, **fields)
    make_result(make_arm(study, therapy), make_outcome("beside"))
    mixed = make_study("mixed", histology=Study.Histology.MIXED)
    make_result(
        make_arm(mixed, therapy), outcome, events=2, total=20, value=None, criteria=Criteria.RECIST_1_1
    )
    return therapy, outcome


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


def test_index_says_that_there_is_none_yet(client: Client) -> None:
    assert "No release has been made yet" in text(client.get("/releases/"))


def test_index_lists_the_newest_first(client: Client) -> None:
    make_release(OLD)
    make_release(NEW, note="Corrected <one> value.")

    page = text(client.get("/releases/"))

    assert page.index(NEW) < page.index(f'"/releases/{OLD}/"')
    assert "Corrected &lt;one&gt; value." in page


def test_release_shows_citation_and_checksum(client: Client) -> None:
    release = make_release(OLD)

    page = text(client.get(f"/releases/{OLD}/"))

    assert f"Release {OLD}, 1 January 2026." in page
    assert release.sha256 in page


def test_release_that_does_not_exist_says_so(client: Client) -> None:
    response = client.get("/releases/2020.01.01/")

    assert response.status_code == 404


def test_archive_is_what_was_made_and_may_be_kept_for_good(client: Client) -> None:
    release = make_release(OLD)

    response = client.get(f"/releases/{OLD}/archive.zip")

    assert hashlib.sha256(response.content).hexdigest() == release.sha256
    assert zipfile.ZipFile(io.BytesIO(response.content)).testzip() is None
    assert "immutable" in response["Cache-Control"]
    assert response["Content-Disposition"] == f'attachment; filename="nelm-review-{OLD}.zip"'


def test_archive_is_not_sent_twice(client: Client) -> None:
    release = make_release(OLD)

    response = client.get(f"/releases/{OLD}/archive.zip", headers={"If-None-Match": f'"{release.sha256}"'})

    assert response.status_code == 304


def test_compare_shows_what_entered_left_and_was_corrected(client: Client, cell: Any) -> None:
    make_release(OLD)
    results = list(Result.objects.filter(arm__study__histology=Study.Histology.NET).order_by("pk"))
    Result.objects.filter(pk=results[0].pk).update(events=7)
    Result.objects.filter(pk=results[1].pk).update(published_at=None, published_by=None)
    make_result(make_arm(make_study("fresh", label="Fresh <study>"), cell[0]), cell[1])
    make_release(NEW)

    page = text(client.get("/releases/compare/", {"from": OLD, "to": NEW}))

    assert "events: <del>6</del> → <ins>7</ins>" in page
    assert "Entered: 1" in page
    assert "Left: 1" in page
    assert "Corrected: 1" in page
    assert "Fresh &lt;study&gt;" in page


def test_compare_shows_the_cell_then_and_now(client: Client, cell: Any) -> None:
    make_release(OLD)
    Result.objects.filter(events=6).update(published_at=None, published_by=None)

    page = text(client.get("/releases/compare/", {"from": OLD, "to": "now"}))

    then, now = page.split('data-label="Then"')[1].split('data-label="Now"')
    assert "3 studies, 60 patients, 3 results; range 30–65%; pooled <b>" in then
    assert "2 studies, 40 patients, 2 results; range 50–65%; <span" in now
    assert "not pooled" in now


def test_compare_of_equal_evidence_says_so(client: Client, cell: Any) -> None:
    make_release(OLD)

    assert "Nothing differs" in text(client.get("/releases/compare/", {"from": OLD}))


@pytest.mark.parametrize("query", [{"from": "no-such"}, {"from": OLD, "to": "<b>"}, {"from": "now"}])
def test_compare_of_a_release_that_does_not_exist_says_so(client: Client, query: dict[str, str]) -> None:
    make_release(OLD)

    response = client.get("/releases/compare/", query)

    assert response.status_code == 200
    assert "There is no such release" in text(response)


def test_cell_gives_the_same_number_after_the_evidence_changed(client: Client, cell: Any) -> None:
    make_release(OLD)
    before = text(client.get(CELL)).split('<dl class="tally">')[1].split("</dl>")[0]
    Result.objects.filter(arm__therapy=cell[0]).update(events=1)
    Study.objects.update(label="Renamed")

    after = text(client.get(CELL))

    assert after.split('<dl class="tally">')[1].split("</dl>")[0] == before
    assert "Pooled, 3 results" in before
    assert "Renamed" not in after


def test_cell_keeps_to_the_filters_of_the_link(client: Client, cell: Any) -> None:
    make_release(OLD)

    page = text(client.get(CELL, {"year_from": 2012}))

    assert "Study synthetic-1" not in page
    assert "fewer than three are not" in page


def test_cell_names_what_is_left_out_and_why(client: Client, cell: Any) -> None:
    make_release(OLD)

    page = text(client.get(CELL, {"histology": "all"}))

    assert "the study mixes tumour types" in page


def test_cell_leaves_a_study_out_as_the_link_says(client: Client, cell: Any) -> None:
    make_release(OLD)

    page = text(client.get(CELL, {"without": "synthetic-2"}))

    assert "left out by you" in page
    assert "Nothing is pooled" in page


def test_cell_is_quiet_about_the_method_that_is_in_force(client: Client, cell: Any) -> None:
    make_release(OLD)

    page = text(client.get(CELL, {"analysis": analysis.METHOD}))

    assert "This link was made with" not in page
    assert f"method of analysis {analysis.METHOD}" in page


def test_cell_warns_of_another_method_and_says_what_it_was(
    client: Client, cell: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_release(OLD)
    monkeypatch.setattr(analysis, "METHOD", "9")
    monkeypatch.setitem(texts.METHOD_WORDS, "9", "another way")

    page = text(client.get(CELL, {"analysis": "1"}))

    assert "This link was made with method of analysis 1; this site now uses method 9." in page
    assert "Method 9: another way" in page
    assert "Method 1: random effects on the logit scale" in page


def test_cell_escapes_a_method_that_nobody_knows(client: Client, cell: Any) -> None:
    make_release(OLD)

    page = text(client.get(CELL, {"analysis": "<script>"}))

    assert "&lt;script&gt;; this site" in page
    assert "not known to this version of the site" in page


@pytest.mark.parametrize(
    "address",
    [
        f"/releases/{NEW}/evidence/whole/rate/",
        f"/releases/{OLD}/evidence/nowhere/rate/",
        f"/releases/{OLD}/evidence/whole/nothing/",
    ],
)
def test_cell_that_does_not_exist_is_not_found(client: Client, cell: Any, address: str) -> None:
    make_release(OLD)

    assert client.get(address).status_code == 404


def test_the_method_in_force_is_told_in_words() -> None:
    assert analysis.METHOD in texts.METHOD_WORDS
