"""Opens what PubMed XML comes in (bytes, a file, a stream; gzip; any encoding) as chunks of UTF-8."""

from __future__ import annotations

import codecs
import re
import zlib
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import BinaryIO

from references.pubmed.errors import Unreadable

Source = BinaryIO | Path | bytes

CHUNK_BYTES = 256 * 1024
_GZIP_MAGIC = b"\x1f\x8b"
_GZIP_WINDOW = 31
_BYTES_TO_SNIFF = 512

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(rb"""\A\s*<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']""")
# Only encodings of text: Python also has codecs that unpack or execute their input.
_TEXT_ENCODING = re.compile(
    r"(?:us-)?ascii|(?:iso-?8859|latin|l|windows|cp|koi8|mac|euc|iso-?2022|shift|big5|gb)[\w.:-]*|sjis|hz",
    re.IGNORECASE,
)
_UNDECODABLE = "pubmed-undecodable"
# U+0000 is not allowed in XML: the record that holds the damaged bytes is refused, and only that one.
codecs.register_error(_UNDECODABLE, lambda error: ("\0", _end_of(error)))


def utf8_chunks(source: Source) -> Iterator[bytes]:
    """Yield the text of `source` as non-empty chunks of UTF-8, unpacked from gzip if it is gzip.

    Raises Unreadable for damaged gzip data or an unknown encoding, OSError if a path cannot be opened.
    """
    if isinstance(source, bytes):
        yield from _as_utf8(_unpacked(iter((source,))))
        return
    with source.open("rb") if isinstance(source, Path) else nullcontext(source) as stream:
        yield from _as_utf8(_unpacked(iter(lambda: stream.read(CHUNK_BYTES), b"")))


def _unpacked(chunks: Iterator[bytes]) -> Iterator[bytes]:
    head, chunks = _with_head(chunks, len(_GZIP_MAGIC))
    return _gunzipped(chunks) if head.startswith(_GZIP_MAGIC) else chunks


def _gunzipped(chunks: Iterator[bytes]) -> Iterator[bytes]:
    unpacker = zlib.decompressobj(_GZIP_WINDOW)
    for packed in chunks:
        while packed:
            if unpacker.eof:
                packed = packed.lstrip(b"\0")
                if not packed:
                    break
                unpacker = zlib.decompressobj(_GZIP_WINDOW)
            try:
                text = unpacker.decompress(packed, CHUNK_BYTES)
            except zlib.error as error:
                raise Unreadable("The gzip data are damaged") from error
            packed = unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail
            if text:
                yield text
            elif not packed and not unpacker.eof:
                break
    if not unpacker.eof:
        raise Unreadable("The gzip data stop early")


def _as_utf8(chunks: Iterator[bytes]) -> Iterator[bytes]:
    head, chunks = _with_head(chunks, _BYTES_TO_SNIFF)
    encoding, n_mark_bytes = _encoding_of(head)
    if encoding != "utf-8":
        return _transcoded(chunks, encoding, n_mark_bytes)
    return _without_first(chunks, n_mark_bytes) if n_mark_bytes else chunks


def _encoding_of(head: bytes) -> tuple[str, int]:
    for mark, encoding in _BYTE_ORDER_MARKS:
        if head.startswith(mark):
            return encoding, len(mark)
    if head.startswith(b"<\0"):
        return "utf-16-le", 0
    if head.startswith(b"\0<"):
        return "utf-16-be", 0
    declared = _DECLARED.match(head)
    name = declared[1].decode("ascii") if declared else "utf-8"
    # A declaration that can be read byte by byte is not in a two-byte encoding, whatever it claims.
    if name.lower().replace("_", "-").startswith(("utf", "ucs", "unicode", "iso-10646")):
        return "utf-8", 0
    try:
        codecs.lookup(name)
    except LookupError:
        known = False
    else:
        known = _TEXT_ENCODING.fullmatch(name) is not None
    if not known:
        raise Unreadable(f"The XML declares the unknown encoding “{name}”")
    return name, 0


def _transcoded(chunks: Iterator[bytes], encoding: str, n_mark_bytes: int) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)(errors=_UNDECODABLE)
    for chunk in _without_first(chunks, n_mark_bytes):
        if text := decoder.decode(chunk):
            yield _encoded(text)
    if text := decoder.decode(b"", final=True):
        yield _encoded(text)


def _encoded(text: str) -> bytes:
    # A lone half of a surrogate pair has no UTF-8 form; like undecodable bytes it spoils its record only.
    return text.encode("utf-8", errors=_UNDECODABLE)


def _end_of(error: UnicodeError) -> int:
    assert isinstance(error, UnicodeDecodeError | UnicodeEncodeError)
    return error.end


def _with_head(chunks: Iterator[bytes], n_bytes: int) -> tuple[bytes, Iterator[bytes]]:
    """Return at least the first `n_bytes`, if there are as many, and an iterator that begins with them."""
    head = b""
    for chunk in chunks:
        head += chunk
        if len(head) >= n_bytes:
            break
    return head, _prefixed(head, chunks)


def _prefixed(head: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
    if head:
        yield head
    yield from chunks


def _without_first(chunks: Iterator[bytes], n_bytes: int) -> Iterator[bytes]:
    for chunk in chunks:
        if n_bytes:
            chunk, n_bytes = chunk[n_bytes:], max(0, n_bytes - len(chunk))
        if chunk:
            yield chunk
