"""JSON in and out: errors with a place, and every printed digit kept."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from therapies.services.evidence import json_text
from therapies.services.evidence.problems import BAD, Problems


def read(tmp_path: Path, content: bytes) -> tuple[object, list[str]]:
    path, problems = tmp_path / "file.json", Problems()
    path.write_bytes(content)
    return json_text.read(path, problems.at("file.json")), [str(problem) for problem in problems.found]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b'[\n {"a": 1,}\n]', "file.json: line 2, column 10: not well-formed JSON"),
        (b"", "file.json: line 1, column 1: not well-formed JSON"),
        (b"\xff\xfe", "file.json: the file is not UTF-8 (byte 0)."),
        (b'[{"code": "x", "a": 1, "a": 2}]', "file.json: “a” stands twice in one object (the one of “x”)."),
        (b"[NaN]", "file.json: NaN is not a number in JSON."),
        (b"[" + b"9" * 5000 + b"]", "file.json: the number 99999999999999999999… is out of all bounds."),
        (b"[" * 100_000, "file.json: the file is nested too deeply"),
    ],
)
def test_read_says_where_the_text_is_broken(tmp_path: Path, content: bytes, sentence: str) -> None:
    value, problems = read(tmp_path, content)

    assert value is BAD
    assert len(problems) == 1
    assert problems[0].startswith(sentence)


def test_read_of_a_missing_file(tmp_path: Path) -> None:
    problems = Problems()

    assert json_text.read(tmp_path / "gone.json", problems.at("gone.json")) is BAD
    assert [str(problem) for problem in problems.found] == ["gone.json: the file is missing."]


def test_read_of_a_directory(tmp_path: Path) -> None:
    problems = Problems()

    assert json_text.read(tmp_path, problems.at("file.json")) is BAD
    assert "cannot be read" in str(problems.found[0])


def test_read_of_a_file_too_large(tmp_path: Path) -> None:
    path, problems = tmp_path / "file.json", Problems()
    with path.open("wb") as file:
        file.truncate(json_text.MOST_BYTES + 1)

    assert json_text.read(path, problems.at("file.json")) is BAD
    assert "larger than 100 MB" in str(problems.found[0])


def test_read_keeps_printed_digits(tmp_path: Path) -> None:
    value, problems = read(tmp_path, b"\xef\xbb\xbf[26.0, 26, 0.10]")

    assert problems == []
    assert list(map(str, value)) == ["26.0", "26", "0.10"]


def test_write_is_the_form_of_json_with_one_space() -> None:
    value = {"a": [], "b": {}, "c": [1, {"d": None, "e": [True, "ü“\n"]}], "f": "x"}

    assert json_text.write(value) == json.dumps(value, indent=1, ensure_ascii=False)


def test_write_keeps_printed_digits() -> None:
    assert json_text.write([Decimal("26.0"), Decimal("1E+2"), 5]) == "[\n 26.0,\n 100,\n 5\n]"
