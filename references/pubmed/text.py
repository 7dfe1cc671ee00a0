"""Text of PubMed elements as plain Unicode: no markup, no exotic spaces, entities decoded."""

from __future__ import annotations

import html
import re
from html.entities import html5
from unicodedata import is_normalized, normalize

from lxml.etree import _Element

from references.pubmed.mathml import math_text
from references.pubmed.superscripts import lowered, raised

_MATH_TAGS = frozenset({"{http://www.w3.org/1998/Math/MathML}math", "math"})
_BREAKING_TAGS = frozenset({"DispFormula", "break", "br", "p", "list-item"})
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_LITERAL_TAG = re.compile(r"<(sup|sub|i|b|u|em|strong|italic|bold)>([^<>]*)</\1>")
_MOST_NESTED_LITERAL_TAGS = 4

# Zero-width and soft-hyphen characters, and marks that turn the direction of what follows, numbers included.
_UNSEEN = "\u00ad\u200b\u2060\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
# Control characters U+0080–U+009F stand for Windows-1252 punctuation:
# https://html.spec.whatwg.org/multipage/parsing.html#numeric-character-reference-end-state
_WINDOWS_1252 = {code: bytes([code]).decode("cp1252", "ignore") for code in range(0x80, 0xA0)}
_REPLACED = {**dict.fromkeys(map(ord, _UNSEEN)), **_WINDOWS_1252}
_TO_REPLACE = re.compile("[\u0080-\u009f" + _UNSEEN + "]")


def clean(text: str | None) -> str:
    """Return text with single ordinary spaces, composed characters, and entities escaped twice decoded."""
    if not text:
        return ""
    if "&" in text or "<" in text:
        return _tidy(_decoded(text))
    if "  " in text or "\n" in text or text[0] == " " or text[-1] == " ":
        return _tidy(text)
    # Python calls every space but the ordinary one, every control and every unseen character not printable.
    if text.isascii():
        is_tidy = "\t" not in text and "\r" not in text
    else:
        is_tidy = text.isprintable() and is_normalized("NFC", text)
    return text if is_tidy else _tidy(text)


def plain(element: _Element) -> str:
    """Return the whole text of an element, its inline markup turned into Unicode."""
    if len(element):
        return _tidy(_flattened(element))
    text = element.text
    # A short cut for the single words that most elements hold.
    return text if text and text.isalnum() and text.isascii() else clean(text)


def _tidy(text: str) -> str:
    if not text.isascii():
        if _TO_REPLACE.search(text):
            text = text.translate(_REPLACED)
        if not is_normalized("NFC", text):
            text = normalize("NFC", text)
    return " ".join(text.split())


def _decoded(text: str) -> str:
    text = _ENTITY.sub(_entity_text, text)
    if "</" not in text:
        return text
    for _ in range(_MOST_NESTED_LITERAL_TAGS):
        text, n_replaced = _LITERAL_TAG.subn(_literal_tag_text, text)
        if not n_replaced:
            break
    return text


def _entity_text(match: re.Match[str]) -> str:
    entity = match[0]
    return html.unescape(entity) if entity[1] == "#" else html5.get(entity[1:], entity)


def _literal_tag_text(match: re.Match[str]) -> str:
    around = match.string
    before, after = around[: match.start()][-1:], around[match.end() : match.end() + 1]
    return _scripted(match[1], match[2], before, after)


def _flattened(element: _Element) -> str:
    text = _decoded_node(element.text)
    for child in element:
        tag = child.tag
        tail = _decoded_node(child.tail)
        if tag == "sup" or tag == "sub":
            text += _scripted(tag, _flattened(child), text[-1:], tail[:1])
        elif tag in _MATH_TAGS:
            text += math_text(child)
        elif tag in _BREAKING_TAGS:
            text += f" {_flattened(child)} "
        elif isinstance(tag, str):
            text += _flattened(child)
        text += tail
    return text


def _decoded_node(text: str | None) -> str:
    if not text:
        return ""
    return _decoded(text) if "&" in text or "<" in text else text


def _scripted(tag: str, content: str, before: str, after: str) -> str:
    inner = _tidy(content)
    if not inner:
        return content
    if tag == "sup":
        script = raised(inner, before=before, after=after)
    elif tag == "sub":
        script = lowered(inner, after=after)
    else:
        return content
    start, end = content[:1], content[-1:]
    return (" " if start.isspace() else "") + script + (" " if end.isspace() else "")
