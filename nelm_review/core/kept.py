"""Answers that readers keep: a validator for every public page, and its body until the data changes.

A page is made from the database, the code and the request, so its validator is made from these three, before
the page. Whoever already has the page is told so (304); an anonymous visitor may get the body that this
process made for another one. A change of the data changes `changes.stamp`, in every process at once, and with
it every validator: nothing need be thrown away for a page to be right.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, wraps
from pathlib import Path
from urllib.parse import urlencode

import django
from django.conf import settings
from django.contrib.messages import get_messages
from django.core.cache import caches
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.middleware.gzip import re_accepts_gzip
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags

from nelm_review.core import changes

View = Callable[..., HttpResponse]

PROJECT = Path(__file__).resolve().parents[2]
SOURCES = ("nelm_review", "references", "therapies", "templates", "static", "requirements.txt")
# Compressed. The map of ten thousand studies has a seventh of it; with MAX_ENTRIES it bounds the memory.
MOST_BYTES_KEPT = 256 * 1024
VARIES_BY = ("Cookie", "HX-Request", "HX-History-Restore-Request", "HX-Target")
# Stored by the browser of one person, and never shown without asking whether it is still right.
PRIVATE = "private, no-cache"


def kept(view: View) -> View:
    """Give a page that only reads a validator, and serve anonymous visitors what this process has kept of it.

    To be the innermost decorator. Inside a transaction it does nothing: what is not committed may be undone.
    """

    @wraps(view)
    def answer(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not can_be_validated() or len(get_messages(request)):
            return view(request, *args, **kwargs)
        state = changes.stamp()
        with changes.held(state):
            return keep(request, *args, **kwargs)

    def keep(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        tag = validator(request, who=_visitor(request))
        if is_known(request, tag):
            return _labelled(HttpResponseNotModified(), tag)
        is_shared = request.user.is_anonymous
        pages = caches["pages"]
        if is_shared and (page := pages.get(tag)):
            return _labelled(page.response(request), tag)
        response = view(request, *args, **kwargs)
        if not _is_for_anybody(request, response):
            return response
        if is_shared and (page := _Page.of(response)):
            pages.set(tag, page)
            response = page.response(request)  # compressed once, not again on its way out
        return _labelled(response, tag)

    return answer


def can_be_validated() -> bool:
    """Say whether a validator would be true: not inside a transaction, and not while templates are edited."""
    return not (connection.in_atomic_block or settings.DEBUG)


def validator(request: HttpRequest, *, who: Iterable[str] = ()) -> str:
    """Return the ETag of what the request asks for: one query.

    It is weak, because compression changes the bytes and not the page. The day is part of it: a page may say
    how long ago something was.
    """
    query = sorted(((name, values) for name, values in request.GET.lists()), key=lambda pair: pair[0])
    parts = (
        changes.stamp(),
        code_version(),
        timezone.now().date().isoformat(),
        request.build_absolute_uri(request.path),
        urlencode(query, doseq=True),
        *sorted(f"{name}: {value}" for name, value in request.headers.items() if name.startswith("Hx-")),
        *who,
    )
    digest = hashlib.sha256("\n".join(part.replace("\n", " ") for part in parts).encode()).hexdigest()
    return f'W/"{digest[:32]}"'


def is_known(request: HttpRequest, tag: str) -> bool:
    """Say whether the visitor holds this very answer (`If-None-Match`, weak comparison, RFC 9110 13.1.2).

    “*” asks whether there is any answer at all, which is not known before it is made.
    """
    opaque = tag.removeprefix("W/")
    held = parse_etags(request.headers.get("If-None-Match", ""))
    return any(given.removeprefix("W/") == opaque for given in held)


@cache
def code_version() -> str:
    """Return a digest of all that makes a page besides the data: our files, and Django's version."""
    digest = hashlib.sha256(django.__version__.encode())
    for path in sorted(_files()):
        digest.update(str(path.relative_to(PROJECT)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _files() -> Iterable[Path]:
    for name in SOURCES:
        found = PROJECT / name
        every = found.rglob("*") if found.is_dir() else [found]
        yield from (path for path in every if path.is_file() and path.suffix != ".pyc")


def _visitor(request: HttpRequest) -> tuple[str, ...]:
    """Return what a page may show of who asks; nothing of an anonymous visitor."""
    user = request.user
    if user.is_anonymous:
        return ()
    secret = request.COOKIES.get(settings.CSRF_COOKIE_NAME, "")
    return (str(user.pk), user.get_username(), user.role, str(user.is_superuser), secret)


def _is_for_anybody(request: HttpRequest, response: HttpResponse) -> bool:
    """Say whether the page is one that may come back: whole, and without a form's secret or a cookie."""
    is_page = response.status_code == 200 and not response.streaming
    has_secret = request.META.get("CSRF_COOKIE_NEEDS_UPDATE") or request.session.modified
    return is_page and not has_secret and not response.cookies


def _labelled(response: HttpResponse, tag: str) -> HttpResponse:
    response["ETag"] = tag
    response["Cache-Control"] = PRIVATE
    patch_vary_headers(response, VARIES_BY)
    return response


@dataclass(frozen=True)
class _Page:
    """A page as it is kept: compressed, as nearly every visitor wants it."""

    body: bytes
    headers: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, response: HttpResponse) -> _Page | None:
        body = gzip.compress(response.content, compresslevel=6, mtime=0)
        return cls(body, tuple(response.items())) if len(body) <= MOST_BYTES_KEPT else None

    def response(self, request: HttpRequest) -> HttpResponse:
        response = HttpResponse(headers=dict(self.headers))
        # The rule of GZipMiddleware, which would compress the page otherwise.
        if re_accepts_gzip.search(request.headers.get("Accept-Encoding", "")):
            response.content = self.body
            response["Content-Encoding"] = "gzip"
        else:
            response.content = gzip.decompress(self.body)
        patch_vary_headers(response, ("Accept-Encoding",))
        return response
