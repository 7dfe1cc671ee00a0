"""What can go wrong with a request to the API, each as JSON with a sentence for the person who sent it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.core.signals import got_request_exception
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.log import log_response
from ninja.errors import HttpError, Throttled, ValidationError
from pydantic import BaseModel, Field

from nelm_review.core.api.throttling import PER_MINUTE

if TYPE_CHECKING:
    from ninja import NinjaAPI

BROKEN = "Something broke on this site while it answered; the request may be fine, and the error was logged."

TOO_OFTEN = (
    f"Your address asked more than {PER_MINUTE} times within a minute. Retry-After says in how many seconds "
    "to go on; larger pages (limit) and If-None-Match need fewer requests."
)


class Problem(BaseModel):
    """Why there is no answer."""

    detail: str = Field(description="One or more sentences for a person.")


class RefusedParameter(BaseModel):
    """One query parameter that cannot be used, and why."""

    parameter: str
    message: str


class Refusal(Problem):
    """The query parameters that cannot be used; nothing was filtered, and nothing is answered."""

    errors: list[RefusedParameter]


class ParametersRefused(Exception):
    """Query parameters that cannot be used: pairs of name and message."""

    def __init__(self, errors: Sequence[tuple[str, str]]) -> None:
        super().__init__(*errors)
        self.refusal = Refusal(
            detail=" ".join(f"{name}: {message}" for name, message in errors),
            errors=[RefusedParameter(parameter=name, message=message) for name, message in errors],
        )


def answer_with_problems(api: NinjaAPI) -> None:
    """Let the API answer every exception in the shape of Problem or Refusal."""

    def answer(request: HttpRequest, problem: Problem, status: int) -> HttpResponse:
        return api.create_response(request, problem.model_dump(), status=status)

    def missing(request: HttpRequest, error: Http404) -> HttpResponse:
        return answer(request, Problem(detail=str(error)), 404)

    def refused(request: HttpRequest, error: ParametersRefused) -> HttpResponse:
        return answer(request, error.refusal, 422)

    def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
        found = [(str(entry["loc"][-1]), f"{entry['msg']}.") for entry in error.errors]
        return refused(request, ParametersRefused(found))

    def throttled(request: HttpRequest, error: Throttled) -> HttpResponse:
        return answer(request, Problem(detail=TOO_OFTEN), 429)

    def other(request: HttpRequest, error: HttpError) -> HttpResponse:
        return answer(request, Problem(detail=str(error)), error.status_code)

    def broken(request: HttpRequest, error: Exception) -> HttpResponse:
        # As Django does for an exception in a view: tell whoever listens, and log it with its traceback.
        got_request_exception.send(sender=None, request=request)
        response = answer(request, Problem(detail=BROKEN), 500)
        words = ("%s: %s", response.reason_phrase, request.path)
        log_response(*words, response=response, request=request, exception=error)
        return response

    api.add_exception_handler(Http404, missing)
    api.add_exception_handler(ParametersRefused, refused)
    api.add_exception_handler(ValidationError, invalid)
    api.add_exception_handler(Throttled, throttled)
    api.add_exception_handler(HttpError, other)
    api.add_exception_handler(Exception, broken)
