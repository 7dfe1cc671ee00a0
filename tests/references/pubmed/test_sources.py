"""Bytes, files and streams as chunks of UTF-8."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import pytest

from references.pubmed.errors import Unreadable
from references.pubmed.records import BrokenRecord
from references.pubmed.sources import CHUNK_BYTES, utf8_chunks
from tests.references.pubmed.documents import article, article_set, read_all, read_one


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        ("utf-8", "utf-8"),
        ("iso-8859-1", "ISO-8859-1"),
        ("latin-1", "latin-1"),
        ("windows-1252", "windows-1252"),
        ("cp850", "cp850"),
        ("utf-8-sig", "UTF-8"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16"),
        ("utf-16-be", "UTF-16"),
        ("utf-32", "UTF-32"),
        ("utf-8", "UTF-16"),
    ],
)
def test_sources_honour_mark_and_declaration(encoding: str, declared: str) -> None:
    text = article_set(article(article="<ArticleTitle>Ünal's naïve größe.</ArticleTitle>")).decode()
    document = f"<?xml version='1.0' encoding='{declared}'?>{text}".encode(encoding)

    assert read_one(document).title == "Ünal's naïve größe."


def test_sources_confine_undecodable_bytes_to_their_record() -> None:
    whole = article_set(article(99_000_001), article(99_000_002), article(99_000_003)).decode()
    halves = f"<?xml version='1.0' encoding='utf-16'?>{whole}".encode("utf-16-le").split(
        "02".encode("utf-16-le")
    )
    lone_surrogate = b"\x00\xd8"
    records, problem = read_all(b"\xff\xfe" + halves[0] + lone_surrogate + b"".join(halves[1:]))

    assert problem == ""
    assert [type(record) is BrokenRecord for record in records] == [False, True, False]


def test_sources_confine_bytes_outside_the_declared_encoding() -> None:
    whole = article_set(article(99_000_001), article(99_000_002))
    records, _ = read_all(
        b"<?xml version='1.0' encoding='us-ascii'?>" + whole.replace(b"A synth", b"A\xe9", 1)
    )

    assert [type(record) is BrokenRecord for record in records] == [True, False]


def test_sources_unpack_several_gzip_members_and_padding() -> None:
    packed = gzip.compress(b"one ") + gzip.compress(b"two") + b"\0" * 512
    assert b"".join(utf8_chunks(packed)) == b"one two"


def test_sources_unpack_gzip_without_growing() -> None:
    packed = gzip.compress(b" " * 50_000_000)
    assert max(map(len, utf8_chunks(packed))) <= CHUNK_BYTES


def test_sources_refuse_gzip_that_stops_early_after_what_it_held() -> None:
    packed = gzip.compress(bytes(range(256)) * 20_000)[:-20]
    chunks = utf8_chunks(io.BytesIO(packed))

    assert next(chunks)
    with pytest.raises(Unreadable, match="The gzip data stop early"):
        list(chunks)


def test_sources_close_the_file_they_opened(tmp_path: Path) -> None:
    path = tmp_path / "x.xml"
    path.write_bytes(b"abc")
    chunks = utf8_chunks(path)
    next(chunks)
    chunks.close()  # an open file would raise a ResourceWarning, which is an error here

    assert list(utf8_chunks(path)) == [b"abc"]


def test_sources_of_nothing_are_empty() -> None:
    assert list(utf8_chunks(b"")) == list(utf8_chunks(io.BytesIO())) == []
