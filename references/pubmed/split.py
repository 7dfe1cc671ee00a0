"""Cuts a stream of PubMed XML into the bytes of its records, so that each is read, or refused, on its own.

Nothing outside a record reaches an XML parser: declarations and document types are stepped over here, and a
document type that declares entities is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from typing import NamedTuple

from references.pubmed.errors import Unreadable
from references.pubmed.foreign import complaint_in, described

MAX_RECORD_BYTES = 32 * 1024 * 1024
# How far the end of a comment or CDATA section is looked for, and of any other markup between records.
_MAX_ASIDE_BYTES = 1024 * 1024
_MAX_MARKUP_BYTES = 64 * 1024
_LONGEST_TOKEN = 64

_OUTER = rb"PubmedArticle|PubMedArticle|PubmedBookArticle|DeleteCitation|DeleteDocument"
_INNER = rb"MedlineCitation|BookDocument"
_SETS = rb"PubmedArticleSet|MedlineCitationSet|PubmedBookArticleSet|BookDocumentSet"
# Records of their own only directly in such a set, or in none; elsewhere they are parts of a record.
_INNER_KINDS = frozenset(_INNER.split(b"|"))
_SETS_OF_INNER = frozenset({b"", b"MedlineCitationSet", b"BookDocumentSet"})

_BLANK = re.compile(rb"(?:\s|\xef\xbb\xbf)*+")
_RECORD = re.compile(rb"\s*+<(" + _OUTER + rb"|" + _INNER + rb")(?=[\s/>])")
_SET_TAG = re.compile(rb"<(/?)(" + _SETS + rb")(?=[\s/>])")
_OTHER_START = rb"</?(?:" + _SETS + rb")[\s/>]|<\?xml\s+version\b|<!DOCTYPE\s+(?:" + _SETS + rb")\b"
_OUTER_START = rb"<(?:" + _OUTER + rb")[\s/>]|" + _OTHER_START
_ANY_START = rb"<(?:" + _INNER + rb")[\s/>]|" + _OUTER_START
_NEXT_OUTER = re.compile(_OUTER_START)
_NEXT_ANY = re.compile(_ANY_START)

_DOCTYPE_HEAD = re.compile(rb"""<!DOCTYPE(?:[^"'\[>]|"[^"]*"|'[^']*')*+""")
_SUBSET_END = re.compile(rb"\]\s*>")
_ENTITY_DECLARATION = b"<!ENTITY"
_ENTITIES_REFUSED = "The document type declares entities, which is refused"
_NAMESPACE = re.compile(rb"""\s(xmlns:(?!mml\b)[A-Za-z_][\w.-]*\s*=\s*(?:"[^"<&]*"|'[^'<&]*'))""")
_PMID = re.compile(rb"<PMID[^>]*>(\d{1,9})<")


class Piece(NamedTuple):
    """The bytes of one record and its element's name; `problem` says why they cannot be one, if so."""

    kind: str
    xml: bytes
    problem: str = ""


class RecordSplitter:
    """Hands out the records of a stream of UTF-8 chunks, holding no more than one chunk and one record.

    `namespaces` are the prefix declarations of the set opened last, on which its records may rely.
    """

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self.namespaces: tuple[bytes, ...] = ()
        self._chunks = chunks
        self._buffer = b""
        self._start = 0
        self._end = 0
        self._n_dropped = 0
        self._careful_until = 0
        self._searched_until = {b"-->": 0, b"]]>": 0}
        self._set = b""
        self._is_recognised = False
        self._complaint = ""

    def next_piece(self) -> Piece | None:
        """Return the next record, or None at the proper end.

        Raises Unreadable if the stream is not PubMed XML, declares entities, stops early or reports an error.
        """
        self._start = self._end
        while True:
            found = _RECORD.match(self._buffer, self._start)
            if found and (found[1] not in _INNER_KINDS or self._set in _SETS_OF_INNER):
                self._start = found.start(1) - 1
                self._is_recognised = True
                return self._record(found[1])
            blank = _BLANK.match(self._buffer, self._start)
            self._start = blank.end() if blank else self._start
            n_held = len(self._buffer) - self._start
            if n_held < _LONGEST_TOKEN and self._read():
                continue
            if n_held == 0:
                self._check_end()
                return None
            if not self._step_over_markup() and (stray := self._stray()):
                return stray

    def other_extents(self, piece: Piece) -> Iterator[Piece]:
        """Yield what else the record just handed out may span, its bytes having proved not well-formed.

        First, if it differs, the extent that heeds comments and CDATA sections; last, always, the part up to
        where something else begins, with its problem. The splitter goes on after the one taken last.
        """
        self._careful_until = self._n_dropped + self._end
        kind = piece.kind.encode()
        if b"<!--" in piece.xml or b"<![CDATA[" in piece.xml:
            with suppress(Unreadable):
                heedful = self._careful_extent(kind, skip_asides=True)
                if not heedful.problem and heedful.xml != piece.xml:
                    yield heedful
        extent = self._careful_extent(kind, skip_asides=False)
        yield extent if extent.problem else extent._replace(problem="not well-formed")

    def _read(self) -> bool:
        """Hold one more chunk, dropping what lies before the current start; False at the end."""
        chunk = next(self._chunks, b"")
        if not chunk:
            return False
        self._buffer = self._buffer[self._start :] + chunk
        self._n_dropped += self._start
        self._start = 0
        return True

    def _find(self, needle: bytes, offset: int, limit: int) -> int:
        """Return how far behind the start `needle` stands, looking `limit` bytes on; -1 if it does not."""
        while True:
            found = self._buffer.find(needle, self._start + offset, self._start + limit)
            if found >= 0:
                return found - self._start
            n_held = len(self._buffer) - self._start
            if n_held > limit or not self._read():
                return -1
            offset = max(offset, n_held - len(needle) + 1)

    def _piece(self, kind: bytes, length: int, problem: str = "") -> Piece:
        self._end = self._start + length
        return Piece(kind.decode(), self._buffer[self._start : self._end], problem)

    def _record(self, kind: bytes) -> Piece:
        tag_end = self._find(b">", len(kind), _MAX_MARKUP_BYTES)
        if tag_end > 0 and self._buffer[self._start + tag_end - 1] == ord("/"):
            return self._piece(kind, tag_end + 1)
        if self._n_dropped + self._start >= self._careful_until:
            closing = b"</" + kind
            end = self._find(closing, len(kind), MAX_RECORD_BYTES) + len(closing)
            if end >= len(closing) and self._buffer[self._start + end : self._start + end + 1] == b">":
                return self._piece(kind, end + 1)
            self._careful_until = self._n_dropped + len(self._buffer)
        return self._careful_extent(kind, skip_asides=True)

    def _careful_extent(self, kind: bytes, *, skip_asides: bool) -> Piece:
        """Return the current record up to its end tag or, as a problem, up to where something else begins."""
        token = _tokens_in(kind)
        offset = len(kind) + 1
        n_inner = int(kind in _INNER_KINDS)
        while True:
            found = token.search(self._buffer, self._start + offset)
            if found is None:
                n_held = len(self._buffer) - self._start
                if n_held > MAX_RECORD_BYTES:
                    return self._too_large(kind)
                if not self._read():
                    raise Unreadable(f"The XML stops inside a record{self._pmid_in_words()}")
                offset = max(offset, n_held - _LONGEST_TOKEN)
                continue
            offset = found.end() - self._start
            if found[1]:
                return self._piece(kind, offset)
            n_inner += found[3] is not None
            if n_inner > 1 or not (found[2] or found[3]):
                return self._piece(kind, found.start() - self._start, "its closing tag is missing")
            if found[2] and skip_asides:
                offset = self._end_of_aside(b"-->" if found[2] == b"<!--" else b"]]>", offset)

    def _end_of_aside(self, closing: bytes, offset: int) -> int:
        """Return where a comment or CDATA section ends, or the same offset if its end is not near."""
        # What was searched in vain is not searched again, however many sections are left open.
        searched = self._searched_until[closing] - self._n_dropped - self._start
        limit = offset + _MAX_ASIDE_BYTES
        end = self._find(closing, max(offset, searched), limit)
        if end >= 0:
            return end + len(closing)
        n_searched = min(limit, len(self._buffer) - self._start) - len(closing) + 1
        self._searched_until[closing] = self._n_dropped + self._start + n_searched
        return offset

    def _too_large(self, kind: bytes) -> Piece:
        head = self._buffer[self._start : self._start + _MAX_MARKUP_BYTES]
        self._stray()
        return Piece(kind.decode(), head, f"it is larger than {MAX_RECORD_BYTES // 1024**2} MiB")

    def _pmid_in_words(self) -> str:
        found = _PMID.search(self._buffer, self._start, self._start + _MAX_MARKUP_BYTES)
        return f" (PMID {found[1].decode()})" if found else ""

    def _check_end(self) -> None:
        if self._complaint:
            raise Unreadable(f"PubMed reported an error (“{self._complaint}”)")
        if not self._is_recognised:
            raise Unreadable(
                "It holds no record" if self._n_dropped or self._buffer.strip() else "It is empty"
            )
        if self._set:
            raise Unreadable(f"The XML stops before its closing </{self._set.decode()}>")

    def _step_over_markup(self) -> bool:
        """Step over a comment, declaration, document type or tag of a set, if one stands here."""
        if self._buffer.startswith(b"<!--", self._start):
            length = self._length_to(b"-->", "a comment")
            self._complaint = self._complaint or complaint_in(
                self._buffer[self._start : self._start + length]
            )
        elif self._buffer.startswith(b"<!DOCTYPE", self._start):
            length = self._length_of_doctype()
        elif self._buffer.startswith(b"<?", self._start):
            length = self._length_to(b"?>", "a declaration")
        elif found := _SET_TAG.match(self._buffer, self._start):
            length = self._length_to(b">", "a tag")
            self._enter_or_leave(found[2], is_closing=found[1] != b"", length=length)
        else:
            return False
        self._start = self._end = self._start + length
        return True

    def _enter_or_leave(self, name: bytes, *, is_closing: bool, length: int) -> None:
        tag = self._buffer[self._start : self._start + length]
        self._is_recognised = True
        if is_closing or tag.endswith(b"/>"):
            self._set = b""
        else:
            self._set = name
            self.namespaces = tuple(_NAMESPACE.findall(tag))

    def _length_to(self, closing: bytes, what: str) -> int:
        length = self._find(closing, 1, _MAX_ASIDE_BYTES)
        if length < 0:
            raise Unreadable(f"The XML stops inside {what}")
        return length + len(closing)

    def _length_of_doctype(self) -> int:
        while True:
            limit = self._start + _MAX_MARKUP_BYTES
            head = _DOCTYPE_HEAD.match(self._buffer, self._start, limit)
            end = head.end() if head else self._start
            if self._buffer[end : end + 1] == b">":
                return end + 1 - self._start
            subset_end = _SUBSET_END.search(self._buffer, end, limit)
            seen = self._buffer[self._start : subset_end.end() if subset_end else limit]
            if _ENTITY_DECLARATION in seen:
                raise Unreadable(_ENTITIES_REFUSED)
            if self._buffer[end : end + 1] == b"[" and subset_end:
                return len(seen)
            if len(self._buffer) - self._start > _MAX_MARKUP_BYTES or not self._read():
                raise Unreadable("The XML stops inside its document type")

    def _stray(self) -> Piece | None:
        """Take what stands where a record should, up to the next thing known, and report its beginning."""
        if not self._is_recognised:
            while len(self._buffer) - self._start < _MAX_MARKUP_BYTES and self._read():
                continue
            head = self._buffer[self._start : self._start + _MAX_MARKUP_BYTES]
            raise Unreadable(_ENTITIES_REFUSED if _ENTITY_DECLARATION in head else described(head))
        resume = _NEXT_ANY if self._set in _SETS_OF_INNER else _NEXT_OUTER
        head = b""
        at = self._start + 1
        while True:
            found = resume.search(self._buffer, at)
            stop = found.start() if found else max(at, len(self._buffer) - _LONGEST_TOKEN)
            head += self._buffer[self._start : min(stop, self._start + _MAX_MARKUP_BYTES - len(head))]
            self._start = self._end = stop
            if found:
                break
            if not self._read():
                head += self._buffer[stop:]
                self._start = self._end = len(self._buffer)
                break
            at = self._start
        if _ENTITY_DECLARATION in head:
            raise Unreadable(_ENTITIES_REFUSED)
        complaint = complaint_in(head)
        self._complaint = self._complaint or complaint
        is_cut_tag = found is None and len(head) < _LONGEST_TOKEN and self._set != b""
        return None if is_cut_tag or complaint else Piece("", head, "it is not a PubMed record")


@cache
def _tokens_in(kind: bytes) -> re.Pattern[bytes]:
    """Return what decides where a record of this kind ends: its end tag, an aside, or another start."""
    return re.compile(
        rb"(</" + kind + rb"\s{0,8}>)|(<!--|<!\[CDATA\[)|(<(?:" + _INNER + rb")[\s/>])|" + _OUTER_START
    )
