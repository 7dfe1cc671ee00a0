"""Writes the JSON columns.

Those that every record fills are put together directly: making dicts for the general encoder, and the encoder
itself, would take three times as long.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from json.encoder import encode_basestring
from typing import Any

from references.pubmed.records import AbstractSection, MeshHeading, PubmedRecord

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_FLAGS = {True: "true", False: "false"}


class Json(str):
    """Text that is JSON already."""

    __slots__ = ()


def as_json(value: Any) -> str:
    """Return the value as JSON; text that is JSON already stays as it is."""
    if type(value) is Json:
        return value
    # Most lists of a record are empty, and the encoder takes its time over them too.
    return "[]" if value == [] else _encode(value)


def sections(found: Iterable[AbstractSection]) -> Json:
    """Return the sections of an abstract as `[{"label", "category", "text"}]`."""
    items = [
        f'{{"label":{_quoted(section.label)},"category":{_quoted(section.nlm_category)},'
        f'"text":{_quoted(section.text)}}}'
        for section in found
    ]
    return Json(f"[{','.join(items)}]")


def headings(found: Iterable[MeshHeading]) -> Json:
    """Return headings as `[{"ui", "descriptor", "is_major", "qualifiers": [{"ui", "name", "is_major"}]}]`."""
    items = []
    for heading in found:
        qualifiers = ",".join(
            [
                f'{{"ui":{_quoted(qualifier.ui)},"name":{_quoted(qualifier.name)},'
                f'"is_major":{_FLAGS[qualifier.is_major]}}}'
                for qualifier in heading.qualifiers
            ]
        )
        items.append(
            f'{{"ui":{_quoted(heading.ui)},"descriptor":{_quoted(heading.descriptor)},'
            f'"is_major":{_FLAGS[heading.is_major]},"qualifiers":[{qualifiers}]}}'
        )
    return Json(f"[{','.join(items)}]")


def dates(record: PubmedRecord) -> Json:
    """Return the dates of a record's life by name, ISO 8601 as far as known: `{"received": ["2020-01"]}`."""
    found: dict[str, str] = {}
    named = [(step.status, step) for step in record.history]
    named += [
        ("electronic", record.article_date),
        ("record_completed", record.date_completed),
        ("record_revised", record.date_revised),
    ]
    for name, date in named:
        if date is not None and (iso := date.iso):
            found[name] = f'{found[name]},"{iso}"' if name in found else f'"{iso}"'
    members = ",".join([f"{_quoted(name)}:[{listed}]" for name, listed in found.items()])
    return Json(f"{{{members}}}")


def _quoted(text: str) -> str:
    if '"' not in text and "\\" not in text and text.isprintable():
        return f'"{text}"'
    return encode_basestring(text)
