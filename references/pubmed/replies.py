"""Recognises what an E-utility sent: an answer, an error inside HTTP 200, a web page, half of a reply."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote_plus

from lxml import etree

from references.pubmed.errors import (
    BadQuery,
    EntrezError,
    HistoryExpired,
    Misconfigured,
    RateLimited,
    Unavailable,
    Unreadable,
)
from references.pubmed.transport import Reply

ARTICLE_SET_ROOTS: Final = frozenset({"PubmedArticleSet", "PubmedBookArticleSet"})

# The statuses with which NCBI refuses a request for what it says.
REFUSALS: Final = frozenset({400, 413, 414, 422})

# What NCBI says, lower case, and what it means. The first match wins: an out-of-range position is reported
# inside "Search Backend failed" and "Cannot retrieve history data", yet asking again cannot help.
_RATE = ("rate limit exceeded",)
_KEY = ("api key invalid", "api key not", "invalid api key")
_RANGE = ("out of range", "out of acceptable range", "cannot be larger than")
_HISTORY = ("unable to obtain query", "cannot retrieve history data", "fetch uids from history", "webenv")
_FAILURE = (
    "proxy_stream",
    "backend failed",
    "viewer error",
    "cannot get document summary",
    "error forwarding request",
    "empty response",
    "timeout",
    "timed out",
    "temporarily",
    "try again",
    "bad gateway",
    "server error",
)
_QUERY = (
    "empty term",
    "nothing todo",
    "id list is empty",
    "empty id list",
    "invalid",
    "too many uids",
    "not supported",
)

_HEAD = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?[^>]*\?>\s*|<!--.*?-->\s*|<!DOCTYPE[^>\[]*>\s*)*<([A-Za-z_][\w.:-]*)", re.S
)
_COMMENT = re.compile(rb"<!--(.*?)-->", re.S)
_ERROR_ELEMENT = re.compile(rb"<(ERROR|error)\b[^>]*>(.*?)</\1>", re.S)
_JSON_ERROR = re.compile(rb'"(?:error|ERROR)"\s*:\s*"((?:[^"\\]|\\.)*)"')
_LONGEST_MESSAGE = 300


@dataclass(frozen=True)
class History:
    """A result set that NCBI keeps for some hours."""

    web_env: str
    query_key: str


@dataclass(frozen=True)
class SearchReply:
    """One page of a search.

    `count` is the number of records found, `pmids` those of this page in PubMed's order, `translated_query`
    what PubMed made of the words, `warnings` one sentence for each word it ignored or did not find.
    """

    count: int
    pmids: tuple[str, ...]
    history: History | None
    translated_query: str
    warnings: tuple[str, ...]


def accepted(reply: Reply) -> bytes:
    """Return the body of a reply that is an answer.

    Raises RateLimited, Unavailable, BadQuery, HistoryExpired, Misconfigured or Unreadable for one that is
    not.
    """
    if reply.status == 429:
        raise RateLimited(
            "PubMed refused because too many requests were sent.", retry_after=reply.retry_after
        )
    if reply.status >= 500:
        raise Unavailable(f"PubMed failed with HTTP {reply.status}.", retry_after=reply.retry_after)
    if 300 <= reply.status < 400 or reply.status in {404, 405, 410}:
        raise Misconfigured(
            f"There are no E-utilities at ENTREZ_BASE_URL: it answers with HTTP {reply.status}."
        )
    if reply.status in REFUSALS:
        raise error_saying(_message(reply.body), is_refusal=True)
    if reply.status != 200:
        raise Unavailable(f"NCBI denies access (HTTP {reply.status}).")
    return _answer(reply)


def _answer(reply: Reply) -> bytes:
    start = reply.body[:2048].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not start:
        raise Unavailable("PubMed sent an empty reply.")
    if start.startswith((b"<!doctype html", b"<html")) or reply.content_type == "text/html":
        raise Unreadable("PubMed sent a web page instead of data.")
    found = _ERROR_ELEMENT.search(reply.body)
    if found:
        raise error_saying(_message(found.group(2)), is_refusal=False)
    if start.startswith(b"{"):
        found = _JSON_ERROR.search(reply.body)
        # A summary of an unknown PMID holds an error of its own; only one at the top concerns the whole
        # reply.
        if found and b'"result"' not in reply.body[: found.start()]:
            raise error_saying(_message(found.group(1)), is_refusal=False)
    for comment in _COMMENT.findall(reply.body):
        if b"failed" in comment.lower():
            raise Unavailable(f"PubMed failed while answering: {_message(comment)}.")
    return reply.body


def error_saying(text: str, *, is_refusal: bool) -> EntrezError:
    """Return the typed error for a message of NCBI; `is_refusal` says that it came with an HTTP 4xx."""
    said = text.lower()
    if any(sign in said for sign in _RATE):
        return RateLimited("PubMed refused because too many requests were sent.")
    if any(sign in said for sign in _KEY):
        return Misconfigured("NCBI does not accept the API key in ENTREZ_API_KEY.")
    if any(sign in said for sign in _RANGE):
        return BadQuery(f"PubMed rejected the request: {text}.")
    if any(sign in said for sign in _HISTORY):
        return HistoryExpired()
    if any(sign in said for sign in _FAILURE):
        return Unavailable(f"PubMed failed while answering: {text}.")
    if is_refusal or any(sign in said for sign in _QUERY):
        return BadQuery(f"PubMed rejected the query: {text or 'no reason given'}.")
    return Unavailable(f"PubMed answered with an error: {text}.")


def _message(body: bytes) -> str:
    found = _ERROR_ELEMENT.search(body) or _JSON_ERROR.search(body)
    text = (found.groups()[-1] if found else body[:4096]).decode("utf-8", "replace")
    if " " not in text.strip() and "+" in text:
        text = unquote_plus(text)
    text = " ".join(html.unescape(re.sub(r"<[^>]*>", " ", text)).split())
    return text[:_LONGEST_MESSAGE].rstrip(". ")


def article_set(body: bytes) -> bytes:
    """Return a whole PubmedArticleSet as it is; raises Unavailable when cut short, else Unreadable."""
    _require_whole(body, ARTICLE_SET_ROOTS)
    return body


def is_empty_set(body: bytes) -> bool:
    """Say whether a whole PubmedArticleSet holds no record at all."""
    return not re.search(rb"<(?:PubmedArticle|PubmedBookArticle|DeleteCitation)[\s>]", body)


def search_reply(body: bytes) -> SearchReply:
    """Read an ESearch reply.

    Raises BadQuery when PubMed found nothing it could search for, Unavailable when cut short, else
    Unreadable.
    """
    root = _xml(body, "eSearchResult")
    count = _number(root, "Count")
    translated_query = _text(root, "QueryTranslation")
    warnings = tuple(_warnings(root))
    if count == 0 and not translated_query:
        reasons = " ".join(warnings) or "It holds nothing to search for."
        raise BadQuery(f"PubMed understood no part of the query. {reasons}")
    web_env, query_key = _text(root, "WebEnv"), _text(root, "QueryKey")
    return SearchReply(
        count=count,
        pmids=tuple(node.text or "" for node in root.iterfind("IdList/Id")),
        history=History(web_env, query_key) if web_env and query_key else None,
        translated_query=translated_query,
        warnings=warnings,
    )


def _warnings(root: etree._Element) -> list[str]:
    sentences = {
        "PhraseNotFound": "Not found in PubMed: {}.",
        "FieldNotFound": "PubMed knows no such field: {}.",
        "PhraseIgnored": "Ignored by PubMed: {}.",
        "QuotedPhraseNotFound": "Quoted phrase not found: {}.",
        "OutputMessage": "{}.",
    }
    notes = [*root.iterfind("ErrorList/*"), *root.iterfind("WarningList/*")]
    return [
        sentences.get(str(note.tag), "{}.").format((note.text or "").strip().rstrip("."))
        for note in notes
        if (note.text or "").strip()
    ]


def posted_history(body: bytes) -> History:
    """Read an EPost reply; raises Unavailable when cut short, Unreadable without a result set."""
    root = _xml(body, "ePostResult")
    web_env, query_key = _text(root, "WebEnv"), _text(root, "QueryKey")
    if not web_env or not query_key:
        raise Unreadable("PubMed accepted a list of PMIDs but named no result set.")
    return History(web_env, query_key)


def xml_root(body: bytes, root_name: str) -> etree._Element:
    """Return the root of a small whole reply; raises Unavailable when cut short, else Unreadable."""
    return _xml(body, root_name)


def _xml(body: bytes, root_name: str) -> etree._Element:
    _require_whole(body, frozenset({root_name}))
    if b"<!ENTITY" in body:
        raise Unreadable("PubMed's reply defines entities, which no reply of NCBI does.")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(body, parser)
    except etree.XMLSyntaxError:
        raise Unreadable("PubMed's reply is not well-formed XML.") from None


def _require_whole(body: bytes, roots: frozenset[str]) -> None:
    opening = _HEAD.match(body)
    name = opening.group(1).decode() if opening else ""
    if name not in roots:
        raise Unreadable(
            f"PubMed sent <{name}> instead of <{min(roots)}>." if name else "PubMed sent no XML."
        )
    tail = _COMMENT.sub(b"", body[-4096:]).rstrip()
    # A set without records may be one empty tag.
    if not re.search(rb"(?:</%b\s*>|<%b[^<>]*/>)$" % (name.encode(), name.encode()), tail):
        raise Unavailable("PubMed's reply stops before its end.")


def _text(root: etree._Element, path: str) -> str:
    return (root.findtext(path) or "").strip()


def _number(root: etree._Element, path: str) -> int:
    text = _text(root, path)
    if not text.isdigit():
        raise Unreadable(f"PubMed's reply states no {path}.")
    return int(text)
