"""The OpenAPI description is a promise: Schemathesis holds every operation to it, on the shipped evidence.

Data that the description allows must be answered as described; data that it does not allow must be refused;
nothing may break. The examples are the same in every run.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance
from schemathesis.specs.openapi.schemas import OpenApiSchema

from references.models import Reference
from therapies.api import api
from therapies.models import Outcome, Result, Study, Therapy

pytestmark = pytest.mark.usefixtures("shipped_evidence")

PATHS = sorted(api.get_openapi_schema()["paths"])
# Their only parameter is a text in the address, and no text is of the wrong type.
TAKE_ANY_TEXT = [path for path in PATHS if path.endswith(("{code}", "{key}"))]
CASES = [(path, mode) for path in PATHS for mode in GenerationMode]
CASES = [case for case in CASES if case[0] not in TAKE_ANY_TEXT or case[1] == GenerationMode.POSITIVE]
BOUNDED = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
# The description cannot say everything that is refused: a year after the last one, a code that no row has.
NOT_CHECKED = [positive_data_acceptance]
UNCOMPRESSED = {"Accept-Encoding": "identity"}


@pytest.fixture(scope="module")
def described() -> Iterator[OpenApiSchema]:
    """The description as this API sends it, with the WSGI application behind it."""
    signals = (request_started, request_finished)
    for signal in signals:  # the connection holds the transaction of the tests
        signal.disconnect(close_old_connections)
    yield schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.mark.parametrize(("path", "mode"), CASES)
def test_operation_keeps_its_promise(described: OpenApiSchema, path: str, mode: GenerationMode) -> None:
    cases = described[path]["GET"].as_strategy(generation_mode=mode)

    @BOUNDED
    @given(case=cases)
    def keeps_it(case: schemathesis.Case) -> None:
        case.call_and_validate(headers=UNCOMPRESSED, excluded_checks=NOT_CHECKED)

    keeps_it()


@pytest.mark.parametrize(
    ("path", "name", "keys"),
    [
        ("/api/v1/therapies/{code}", "code", Therapy.objects.values_list("code")),
        ("/api/v1/outcomes/{code}", "code", Outcome.objects.values_list("code")),
        ("/api/v1/studies/{key}", "key", Study.objects.values_list("key")),
        ("/api/v1/results/{pk}", "pk", Result.objects.published().values_list("pk")),
        ("/api/v1/references/{pk}", "pk", Reference.objects.values_list("pk")),
    ],
)
def test_rows_of_the_evidence_are_as_described(described: OpenApiSchema, path: str, name: str, keys) -> None:
    for (key,) in keys.order_by("pk")[:40:4]:
        case = described[path]["GET"].Case(path_parameters={name: key}, headers=UNCOMPRESSED)
        response = case.call_and_validate()
        assert response.status_code == 200
