"""Says in words what a reply is that is not PubMed XML."""

from __future__ import annotations

import html
import re

_LONGEST_QUOTE = 160
# Every repetition is bounded: what is searched may be anything.
_ERROR_ELEMENT = re.compile(rb"<error\b[^>]{0,200}>(.{0,1000}?)(?:</error|\Z)", re.IGNORECASE | re.DOTALL)
_JSON_ERROR = re.compile(rb'"error"\s*:\s*"([^"]*)"')
_FAILURE = re.compile(rb"[^<>]{0,80}backend failed[^<>]{0,200}", re.IGNORECASE)
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body|pre|title)\b", re.IGNORECASE)
_HTML_TITLE = re.compile(rb"<(title|h1)\b[^>]{0,200}>(.{0,500}?)</\1", re.IGNORECASE | re.DOTALL)
_ELEMENT = re.compile(rb"<([A-Za-z_][\w.:-]*)")
_TAG = re.compile(rb"<[^>]*>")


def complaint_in(reply: bytes) -> str:
    """Return the error that an E-utility put into its reply, or an empty string."""
    for pattern in (_ERROR_ELEMENT, _JSON_ERROR):
        if found := pattern.search(reply):
            return _quotable(found[1]) or "no reason given"
    found = _FAILURE.search(reply)
    return _quotable(found[0]) if found else ""


def described(reply: bytes) -> str:
    """Return one clause without full stop on what the beginning of a reply shows it to be."""
    start = reply.lstrip()
    if complaint := complaint_in(start):
        return f"PubMed reported an error (“{complaint}”)"
    if _HTML.match(start):
        title = _HTML_TITLE.search(start)
        return "It is an HTML page" + (f" (“{_quotable(title[2])}”)" if title else "") + ", not PubMed XML"
    if start.startswith((b"{", b"[")):
        return f"It is JSON, not PubMed XML: {_quotable(start)}"
    if element := _ELEMENT.match(start):
        return f"It is not PubMed XML: its outermost element is <{element[1].decode()[:60]}>"
    return f"It is not XML: it starts with “{_quotable(start)}”"


def _quotable(text: bytes) -> str:
    words = " ".join(html.unescape(_TAG.sub(b" ", text[:4096]).decode("utf-8", "replace")).split())
    words = "".join(letter if letter.isprintable() else "\ufffd" for letter in words).strip("-! ")
    return words if len(words) <= _LONGEST_QUOTE else words[:_LONGEST_QUOTE].rstrip() + "…"
