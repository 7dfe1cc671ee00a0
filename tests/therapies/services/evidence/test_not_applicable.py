"""Outcomes that do not apply as a file: loaded, kept where an editor changed them, and written back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from nelm_review.core.history import recorded
from nelm_review.core.models import User
from tests import evidence_files as files
from tests.therapies.services.evidence.conftest import Load
from tests.therapies.services.evidence.test_rules import problems_of
from therapies.models import NotApplicable, Result
from therapies.services import evidence

pytestmark = pytest.mark.django_db


def entry(**overrides: Any) -> dict[str, Any]:
    return {"therapy": "alpha", "outcome": "rate", "reason": "A synthetic reason.", **overrides}


def test_load_keeps_a_pair_with_its_reason_and_changes_nothing_the_second_time(load: Load) -> None:
    ledger = load(not_applicable=[entry()])

    row = NotApplicable.objects.get()
    assert (row.therapy.code, row.outcome.code, row.reason) == ("alpha", "rate", "A synthetic reason.")
    assert ledger.tallies["not applicable"].new == 1
    assert load(not_applicable=[entry()]).is_unchanged


def test_load_brings_a_changed_reason_and_leaves_a_pair_that_left_the_file(load: Load) -> None:
    load(not_applicable=[entry()])

    load(not_applicable=[entry(reason="Another.")])
    ledger = load(not_applicable=[])

    assert NotApplicable.objects.get().reason == "Another."
    assert "rate of alpha: not in the files; it stays." in ledger.notes


def test_load_leaves_what_somebody_else_changed(load: Load, admin: User) -> None:
    load(not_applicable=[entry()])
    with recorded(by=admin, service="admin", reason="Better so."):
        NotApplicable.objects.update(reason="An editor's.")

    load(not_applicable=[entry()])

    assert NotApplicable.objects.get().reason == "An editor's."


def test_load_without_the_file_leaves_the_pairs_alone(load: Load, tmp_path: Path) -> None:
    load(not_applicable=[entry()])
    (tmp_path / "not_applicable.json").unlink()

    assert load().tallies["not applicable"].absent == 0
    assert NotApplicable.objects.count() == 1


def test_dump_writes_the_pairs_back(load: Load, tmp_path: Path) -> None:
    load(not_applicable=[entry()])

    evidence.dump(tmp_path / "out")

    assert json.loads((tmp_path / "out" / "not_applicable.json").read_text()) == [entry()]


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ([entry(therapy="nowhere")], "is no therapy"),
        ([entry(outcome="nothing")], "is no outcome"),
        ([entry(), entry(reason="Again.")], "stands above"),
        ([entry(reason=" ")], "reason"),
        ([{"therapy": "alpha", "outcome": "rate"}], "reason"),
        ({}, "one list"),
    ],
)
def test_check_names_what_is_wrong(tmp_path: Path, entries: Any, words: str) -> None:
    (problem,) = problems_of(files.write(tmp_path, files.files(not_applicable=entries)))

    assert problem.startswith("not_applicable.json")
    assert words in problem


def test_schema_asks_for_what_the_reader_asks_for() -> None:
    schema = json.loads((evidence.DATA / "schema.json").read_text())
    document = {f"{stem}.json": content for stem, content in files.files(not_applicable=[entry()]).items()}

    assert not list(Draft202012Validator(schema).iter_errors(document))
    assert schema["$defs"]["not_applicable"]["required"] == list(entry())


def test_no_shipped_pair_has_a_published_result() -> None:
    evidence.load()

    assert NotApplicable.objects.count() == 4
    for row in NotApplicable.objects.all():
        found = Result.objects.published().filter(outcome=row.outcome, arm__therapy=row.therapy)
        assert not found.exists()
