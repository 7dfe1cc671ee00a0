"""An API that anybody may read: no account, GET only, JSON for every answer and every error."""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import URLPattern, path, resolve, reverse
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI
from ninja.errors import HttpError
from ninja.operation import Operation

from nelm_review.core.api.docs import LocalSwagger
from nelm_review.core.api.numbers import DigitKeepingRenderer
from nelm_review.core.api.problems import answer_with_problems

View = Callable[..., HttpResponse]
READING = ("GET", "HEAD")


class PublicAPI(NinjaAPI):
    """A django-ninja API whose every address is open to readers without an account, and only to reading."""

    def __init__(self, **options: Any) -> None:
        super().__init__(renderer=DigitKeepingRenderer(), docs=LocalSwagger(), **options)
        answer_with_problems(self)

    @property
    def urls(self) -> tuple[list[URLPattern], str, str]:
        """The addresses for `path()`: operations, `openapi.json`, `docs`, and an answer for any other."""
        patterns, app_name, namespace = super().urls
        for pattern in patterns:
            pattern.callback = self._open(pattern.callback)
        root = path("", self._open(self._to_docs))
        other = path("<path:address>", self._open(self._nothing_here))
        return [root, *patterns, other], app_name, namespace

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """Name an operation as its function, which is what generated clients call their methods."""
        return operation.view_func.__name__

    def _open(self, view: View) -> View:
        def read(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method not in READING:
                error = HttpError(405, f"This API is read-only: {request.method} is not possible, GET is.")
                response = self.on_exception(request, error)
                response["Allow"] = ", ".join(READING)
                return response
            method, request.method = request.method, "GET"  # ninja does not know HEAD
            try:
                return view(request, *args, **kwargs)
            except Http404 as missing:
                return self.on_exception(request, missing)
            finally:
                request.method = method

        # Nothing is written here, so a POST without a CSRF token is told what is wrong instead of a 403 page.
        return login_not_required(csrf_exempt(update_wrapper(read, view)))

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
