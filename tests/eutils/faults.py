"""The ways in which the E-utilities double misbehaves, and the plan that says when it does."""

from __future__ import annotations

import json
import random
import threading
from dataclasses import dataclass
from enum import Enum

from tests.eutils import xml
from tests.eutils.answers import Answer


class Fault(Enum):
    """One kind of misbehaviour; each was seen at NCBI or on the way to it."""

    RATE_LIMITED = "rate-limited"  # HTTP 429, with Retry-After when the plan names seconds
    SERVER_ERROR = "server-error"  # HTTP 500
    BAD_GATEWAY = "bad-gateway"  # HTTP 502 with a web page
    UNAVAILABLE = "unavailable"  # HTTP 503, with Retry-After when the plan names seconds
    RELAYED_502 = "relayed-502"  # HTTP 400 that mentions proxy_stream()
    VIEWER_TIMEOUT = "viewer-timeout"  # HTTP 400 for a time-out behind NCBI's own front
    BAD_KEY = "bad-key"  # HTTP 400 because of the API key
    HTML = "html"  # a web page in HTTP 200
    ERROR_ELEMENT = "error-element"  # <ERROR> in HTTP 200
    JSON_ERROR = "json-error"  # {"error": …} in HTTP 200
    BACKEND_COMMENT = "backend-comment"  # a set that ends in a comment saying that the backend failed
    HISTORY_GONE = "history-gone"  # the result set has expired
    EMPTY = "empty"  # not one byte
    EMPTY_SET = "empty-set"  # a whole set without records
    CUT = "cut"  # half of the body, in a complete HTTP message
    TRUNCATED = "truncated"  # half of the body, with the Content-Length of all of it
    DROPPED = "dropped"  # half of the body in chunks, without the last chunk
    RESET = "reset"  # the connection is reset half-way
    HANG_UP = "hang-up"  # the connection is closed before the first byte
    STALL = "stall"  # half of the body, then silence
    DRIP = "drip"  # one byte at a time
    REDIRECT = "redirect"  # HTTP 302 to another address
    GARBAGE = "garbage"  # bytes that are nothing
    MISSING = "missing"  # a set without its last record
    DUPLICATE = "duplicate"  # a set with its first record twice
    MALFORMED = "malformed"  # a set whose first record is not well-formed


# What may befall any request at random and may go away by itself.
PASSING = (
    Fault.RATE_LIMITED,
    Fault.SERVER_ERROR,
    Fault.BAD_GATEWAY,
    Fault.RELAYED_502,
    Fault.HTML,
    Fault.ERROR_ELEMENT,
    Fault.CUT,
    Fault.TRUNCATED,
    Fault.DROPPED,
    Fault.RESET,
    Fault.HANG_UP,
)
_PAGE = "<!DOCTYPE html>\n<html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>\n"
_HTML = "text/html; charset=UTF-8"
_JSON = "application/json; charset=UTF-8"
_XML = "text/xml; charset=UTF-8"


def _failure(message: str) -> str:
    return xml.failure("eFetchResult", message)


_REPLACEMENTS = {
    Fault.SERVER_ERROR: ("Internal Server Error\n", 500, "text/plain"),
    Fault.BAD_GATEWAY: (_PAGE.format("502 Bad Gateway"), 502, _HTML),
    Fault.UNAVAILABLE: ("", 503, _HTML),
    Fault.RELAYED_502: (_failure("Error: proxy_stream(): upstream answered 502"), 400, _XML),
    Fault.VIEWER_TIMEOUT: (
        _failure(" Error: External viewer error: Empty Response. Bytes read: 0 Status: Timeout"), 400, _XML,
    ),
    Fault.BAD_KEY: ('{"error":"API key invalid","api-key":"WHO","type":"api-key"}', 400, _JSON),
    Fault.HTML: (_PAGE.format("Down for maintenance"), 200, _HTML),
    Fault.ERROR_ELEMENT: (_failure("Error occurred: cannot connect to the storage"), 200, _XML),
    Fault.JSON_ERROR: ('{"error":"error forwarding request","api-key":"WHO"}', 200, _JSON),
    Fault.HISTORY_GONE: (_failure("Unable to obtain query #1"), 200, _XML),
    Fault.EMPTY: ("", 200, _XML),
    Fault.REDIRECT: ("", 302, _HTML),
    Fault.GARBAGE: ("\x00\x01 nothing", 200, _XML),
}  # fmt: skip


@dataclass
class Plan:
    """Misbehave so many times at one endpoint (`efetch`, or `*` for any), once `after` requests went well."""

    endpoint: str
    fault: Fault
    times: int = 1
    after: int = 0
    retry_after: str | None = None


class Mischief:
    """Decides for each request whether something goes wrong, and what."""

    def __init__(self, *, rate: float = 0.0, seed: int = 0) -> None:
        self.rate = rate
        self._random = random.Random(seed)
        self._plans: list[Plan] = []
        self._lock = threading.Lock()

    def plan(self, plan: Plan) -> None:
        """Add a plan behind those there are."""
        with self._lock:
            self._plans.append(plan)

    def behave(self) -> None:
        """Drop every plan and the random faults."""
        with self._lock:
            self._plans.clear()
            self.rate = 0.0

    def waiting(self) -> list[Plan]:
        """Return the plans that are not used up."""
        with self._lock:
            return [plan for plan in self._plans if plan.times > 0]

    def next_for(self, endpoint: str) -> Plan | None:
        """Return what goes wrong with this request, and count it as done."""
        with self._lock:
            for plan in self._plans:
                if plan.endpoint in {endpoint, "*"} and plan.times > 0:
                    if plan.after > 0:
                        plan.after -= 1
                        continue
                    plan.times -= 1
                    return plan
            if self.rate and self._random.random() < self.rate:
                return Plan(endpoint, self._random.choice(PASSING))
        return None


def parse_plan(text: str) -> Plan:
    """Read `efetch:html:3`, the number being optional; raises ValueError with the words there are."""
    endpoint, _, rest = text.partition(":")
    name, _, times = rest.partition(":")
    try:
        return Plan(endpoint, Fault(name), times=int(times or 1))
    except ValueError:
        words = ", ".join(fault.value for fault in Fault)
        raise ValueError(f"{text!r} is not ENDPOINT:FAULT[:TIMES]; faults are {words}.") from None


def rate_limited(count: int, limit: int, *, who: str, retry_after: str | None) -> Answer:
    """Return what NCBI says above its limit."""
    content = {"error": "API rate limit exceeded", "api-key": who, "count": str(count), "limit": str(limit)}
    headers = {"X-RateLimit-Limit": str(limit), "X-RateLimit-Remaining": "0"}
    if retry_after is not None:
        headers["Retry-After"] = retry_after
    return Answer(json.dumps(content), status=429, content_type=_JSON, headers=headers)


def spoilt(answer: Answer, plan: Plan, *, who: str) -> Answer:
    """Return the answer as a fault of content leaves it; faults of the connection leave it alone."""
    if plan.fault is Fault.RATE_LIMITED:
        return rate_limited(5, 3, who=who, retry_after=plan.retry_after)
    if plan.fault in _REPLACEMENTS:
        body, status, content_type = _REPLACEMENTS[plan.fault]
        headers = {} if plan.retry_after is None else {"Retry-After": plan.retry_after}
        if plan.fault is Fault.REDIRECT:
            headers["Location"] = "https://login.example.org/"
        return Answer(body.replace("WHO", who), status=status, content_type=content_type, headers=headers)
    return _spoilt_set(answer, plan.fault)


def _spoilt_set(answer: Answer, fault: Fault) -> Answer:
    if fault is Fault.BACKEND_COMMENT:
        whole = answer.content().decode().rstrip()
        head, _, root = whole.rpartition("</")
        return Answer(f"{head}<!-- Error: Backend failed to give all records --></{root}\n")
    if fault is Fault.CUT:
        whole = answer.content().decode()
        return Answer(whole[: len(whole) // 2], content_type=answer.content_type)
    if answer.records is None:
        return answer
    records = answer.records
    if fault is Fault.EMPTY_SET:
        records = []
    elif fault is Fault.MISSING:
        records = records[:-1]
    elif fault is Fault.DUPLICATE:
        records = [*records[:1], *records]
    elif fault is Fault.MALFORMED and records:
        records = [records[0].replace("</ArticleTitle>", "</ArticleTitel>", 1), *records[1:]]
    return Answer(records=records)
