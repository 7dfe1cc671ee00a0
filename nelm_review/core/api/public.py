"""An API that anybody may read: no account, GET only, JSON for every answer and every error.

Any site may read it from its own pages (CORS), never with credentials; every answer has a validator, and one
that the reader holds already costs neither work nor a request of its limit.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from functools import cached_property, update_wrapper
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import URLPattern, path, resolve, reverse
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI
from ninja.errors import HttpError
from ninja.operation import Operation
from ninja.responses import NinjaJSONEncoder

from nelm_review.core import kept
from nelm_review.core.api.description import Description
from nelm_review.core.api.docs import LocalSwagger
from nelm_review.core.api.numbers import DigitKeepingRenderer
from nelm_review.core.api.paging import MOST_ITEMS, Page, links
from nelm_review.core.api.problems import answer_with_problems
from nelm_review.core.api.throttling import POLICY, PerAddress

View = Callable[..., HttpResponse]
READING = ("GET", "HEAD")
ALLOWED = ", ".join((*READING, "OPTIONS"))
# Nothing here depends on who asks, so caches on the way may keep it too; each asks whether it is still right.
CACHING = "public, no-cache"
# https://fetch.spec.whatwg.org/#http-responses
SHARED = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Link, Retry-After, RateLimit-Policy, X-Max-Limit",
    "RateLimit-Policy": POLICY,
    "X-Max-Limit": str(MOST_ITEMS),
}
PREFLIGHT = {
    "Allow": ALLOWED,
    "Access-Control-Allow-Methods": ALLOWED,
    "Access-Control-Allow-Headers": "*",
    "Access-Control-Max-Age": "86400",
}


class PublicAPI(NinjaAPI):
    """A django-ninja API whose every address is open to readers without an account, and only to reading."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            renderer=DigitKeepingRenderer(), docs=LocalSwagger(), throttle=[PerAddress()], **options
        )
        answer_with_problems(self)

    @property
    def urls(self) -> tuple[list[URLPattern], str, str]:
        """The addresses for `path()`: operations, `openapi.json`, `docs`, and an answer for any other."""
        patterns, app_name, namespace = super().urls
        for pattern in patterns:
            if pattern.name == "openapi-json":
                pattern.callback = self._open(self._described, self._description_tag)
            elif pattern.name == "openapi-view":
                pattern.callback = self._open(kept.kept(pattern.callback))
            else:
                pattern.callback = self._open(pattern.callback, kept.validator)
        root = path("", self._open(self._to_docs))
        other = path("<path:address>", self._open(self._nothing_here))
        return [root, *patterns, other], app_name, namespace

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """Name an operation as its function, which is what generated clients call their methods."""
        return operation.view_func.__name__

    def create_response(self, request: HttpRequest, data: Any, **options: Any) -> HttpResponse:
        """Return the data as JSON; a Page also says where its neighbours are."""
        response = super().create_response(request, data, **options)
        if isinstance(data, dict) and data.keys() == Page.model_fields.keys():
            response["Link"] = links(request, data)
        return response

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> Description:
        """Return the OpenAPI description; ValueError where two of its schemas share a name."""
        return Description(
            self, self.get_root_path(path_params or {}) if path_prefix is None else path_prefix
        )

    @cached_property
    def description_json(self) -> bytes:
        """The OpenAPI description as it is sent, made once a process."""
        return json.dumps(self.get_openapi_schema(), cls=NinjaJSONEncoder).encode()

    def _open(self, view: View, tag_of: Callable[[HttpRequest], str] | None = None) -> View:
        """Open the view to readers; the tag of the request, where there is one, validates its answers."""

        def read(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method == "OPTIONS":
                return HttpResponse(status=204, headers=SHARED | PREFLIGHT)
            method, request.method = request.method, "GET"  # ninja does not know HEAD
            try:
                response = self._answer(request, method, view, tag_of, **kwargs)
            except Http404 as missing:
                response = self.on_exception(request, missing)
            finally:
                request.method = method
            for name, value in SHARED.items():
                response[name] = value
            return response

        # Nothing is written here, so a POST without a CSRF token is told what is wrong instead of a 403 page.
        return login_not_required(csrf_exempt(update_wrapper(read, view)))

    def _answer(
        self,
        request: HttpRequest,
        method: str,
        view: View,
        tag_of: Callable[[HttpRequest], str] | None,
        **kwargs: Any,
    ) -> HttpResponse:
        if method not in READING:
            error = HttpError(405, f"This API is read-only: {method} is not possible, GET is.")
            response = self.on_exception(request, error)
            response["Allow"] = ALLOWED
            return response
        if tag_of is None or not kept.can_be_validated():
            return view(request, **kwargs)
        tag = tag_of(request)
        response = HttpResponseNotModified() if kept.is_known(request, tag) else view(request, **kwargs)
        if response.status_code in (200, 304):
            response["ETag"], response["Cache-Control"] = tag, CACHING
        return response

    def _described(self, request: HttpRequest) -> HttpResponse:
        """Answer with the OpenAPI description."""
        return HttpResponse(self.description_json, content_type="application/json")

    def _description_tag(self, request: HttpRequest) -> str:
        return f'W/"{hashlib.sha256(self.description_json).hexdigest()[:32]}"'

    def _to_docs(self, request: HttpRequest) -> HttpResponseRedirect:
        return redirect(f"{self.urls_namespace}:openapi-view")

    def _nothing_here(self, request: HttpRequest, address: str) -> HttpResponse:
        """Forgive a slash at the end, which Django's own addresses have; deny anything else in words."""
        bare = request.path.removesuffix("/")
        if bare != request.path and resolve(bare).url_name:
            query = request.META["QUERY_STRING"]
            return redirect(f"{bare}?{query}" if query else bare)
        docs = reverse(f"{self.urls_namespace}:openapi-view")
        raise Http404(f"There is nothing at {request.path[:200]}; {docs} shows what there is.")
