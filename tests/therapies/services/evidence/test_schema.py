"""The JSON Schema that ships with the data agrees with what load_evidence accepts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests import evidence_files as files
from tests.therapies.services.evidence.test_rules import Break, in_review, in_study, in_therapy, result
from therapies.services import evidence

SCHEMA = json.loads((evidence.DATA / "schema.json").read_text())


def errors(contents: dict[str, Any]) -> list[str]:
    document = {f"{stem}.json": content for stem, content in contents.items()}
    return [error.json_path for error in Draft202012Validator(SCHEMA).iter_errors(document)]


def test_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_schema_accepts_the_shipped_files() -> None:
    stems = [path.stem for path in evidence.DATA.glob("*.json") if path.stem != "schema"]

    shipped = {Path(name).stem for name in evidence.FILES + evidence.OPTIONAL}
    assert set(stems) == shipped | {"oddities"}
    assert errors({stem: json.loads((evidence.DATA / f"{stem}.json").read_text()) for stem in stems}) == []


def test_schema_accepts_what_the_reader_accepts() -> None:
    assert errors(files.files()) == []
    assert errors(files.files(therapy_notes=files.notes())) == []


ENTRIES = {
    "therapy": files.therapy_entry(),
    "outcome": files.outcome_entry(),
    "publication": files.publication_entry(),
    "arm": files.arm_entry(),
    "source": files.source_entry(),
    "result": files.result_entry(),
    "comparison": files.comparison_entry(),
    "study": files.study_entry(),
    "review": files.review_entry(),
    "cited_publication": files.cited_publication_entry(),
    "therapy_notes": files.notes(),
    "note": files.note_entry(),
    "claim": files.note_entry()["claims"][0],
}


@pytest.mark.parametrize("name", ENTRIES)
def test_schema_requires_the_keys_that_the_reader_requires(name: str) -> None:
    assert SCHEMA["$defs"][name]["required"] == list(ENTRIES[name])


@pytest.mark.parametrize(
    "change",
    [
        in_therapy(0, kind="x"),
        in_therapy(0, code="Two Words"),
        in_study(design="cohort"),
        in_study(extra=1),
        in_study(n_patients=0),
        in_study(label=" "),
        in_study(references=[]),
        result(value="50"),
        result(value=101),
        result(value=-1),
        result(not_reached=True),
        result(per="organ"),
        result(unit="weeks"),
        result(total=0),
        in_review(published_on="last year"),
        in_review(references=[files.cited_entry(citation="Whole.")]),
    ],
)
def test_schema_and_reader_refuse_the_same(tmp_path: Path, change: Break) -> None:
    contents = files.files()
    change(contents)

    assert errors(contents)
    with pytest.raises(evidence.EvidenceError):
        evidence.check(files.write(tmp_path, contents))
