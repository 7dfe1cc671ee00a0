from __future__ import annotations

import logging
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import get_resolver, path

from nelm_review.core.api import PublicAPI
from tests.builders import make_therapy
from therapies import evidence_map
from therapies.api import api

OPEN = [
    "/api/v1/docs",
    "/api/v1/openapi.json",
    "/api/v1/evidence-map",
    "/api/v1/therapies",
    "/api/v1/references",
]


@pytest.mark.parametrize("address", OPEN)
def test_api_is_open_without_an_account(db, client, address):
    response = client.get(address)

    assert response.status_code == 200
    assert not response.cookies


def test_every_address_of_the_api_is_open():
    (api,) = [found for found in get_resolver().url_patterns if str(found.pattern) == "api/v1/"]

    assert len(api.url_patterns) > 10
    assert all(pattern.callback.login_required is False for pattern in api.url_patterns)


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize(
    "address", ["/api/v1/studies", "/api/v1/docs", "/api/v1/openapi.json", "/api/v1/nowhere"]
)
def test_api_only_reads(method, address):
    response = getattr(Client(enforce_csrf_checks=True), method)(address)

    assert response.status_code == 405
    assert response["Allow"] == "GET, HEAD, OPTIONS"
    assert response.json() == {"detail": f"This API is read-only: {method.upper()} is not possible, GET is."}


def test_api_answers_head_as_get_without_the_body(db, client):
    whole, head = client.get("/api/v1/therapies"), client.head("/api/v1/therapies")

    assert head.status_code == 200
    assert head["Content-Type"] == whole["Content-Type"]
    assert head.content == b""


@pytest.mark.parametrize(
    "address", ["/api/v1/nowhere", "/api/v1/nowhere/", "/api/v1/studies/a/b", "/api/v1/results/x"]
)
def test_address_that_is_not_there_is_denied_in_words(client, address):
    response = client.get(address)

    assert response.status_code == 404
    assert response.json() == {"detail": f"There is nothing at {address}; /api/v1/docs shows what there is."}


@pytest.mark.parametrize(
    ("address", "target"),
    [
        ("/api/v1/", "/api/v1/docs"),
        ("/api/v1/studies/", "/api/v1/studies"),
        ("/api/v1/studies/?q=a%26b&limit=3", "/api/v1/studies?q=a%26b&limit=3"),
        ("/api/v1/therapies/tace/", "/api/v1/therapies/tace"),
    ],
)
def test_slash_at_the_end_is_forgiven(client, address, target):
    response = client.get(address)

    assert response.status_code == 302
    assert response["Location"] == target


def test_parameter_of_a_page_that_cannot_be_read_is_named(db, client):
    response = client.get("/api/v1/studies?limit=many")

    assert response.status_code == 422
    (error,) = response.json()["errors"]
    assert error["parameter"] == "limit"
    assert "valid integer" in error["message"]
    assert response.json()["detail"] == f"limit: {error['message']}"


def test_error_of_ours_is_answered_in_json_and_logged(db, monkeypatch, caplog):
    def broken(*args: Any, **options: Any) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(evidence_map, "build", broken)
    with caplog.at_level(logging.ERROR, "django.request"):
        response = Client(raise_request_exception=False).get("/api/v1/evidence-map")

    assert response.status_code == 500
    assert response.json()["detail"].startswith("Something broke on this site")
    assert "secret" not in response.content.decode()
    (record,) = caplog.records
    assert "secret detail" in str(record.exc_info[1])


def test_error_of_ours_reaches_whoever_listens(db, client, monkeypatch):
    def broken(*args: Any, **options: Any) -> None:
        raise RuntimeError("told")

    monkeypatch.setattr(evidence_map, "build", broken)

    with pytest.raises(RuntimeError, match="told"):
        client.get("/api/v1/evidence-map")


def test_api_costs_no_query_for_who_asks(client, db, admin, django_assert_num_queries):
    with django_assert_num_queries(1):
        client.get("/api/v1/therapies")
    assert get_user_model().objects.count() > 0


def test_operations_are_named_as_their_functions():
    api = PublicAPI(title="Small", urls_namespace="small")

    @api.get("/one")
    def read_one(request: Any) -> None:
        """Answer nothing."""

    assert [str(pattern.pattern) for pattern in api.urls[0] if pattern.name == "read_one"] == ["one"]
    (operation,) = api.get_openapi_schema(path_prefix="")["paths"]["/one"].values()
    assert operation["operationId"] == "read_one"
    assert path("small/", api.urls)


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/api/v1/therapies", 200),
        ("/api/v1/openapi.json", 200),
        ("/api/v1/studies?limit=many", 422),
        ("/api/v1/nowhere", 404),
        ("/api/v1/studies/", 302),
    ],
)
def test_every_answer_may_be_read_by_any_site_without_credentials(db, client, address, status):
    response = client.get(address, headers={"Origin": "https://elsewhere.example"})

    assert response.status_code == status
    assert response["Access-Control-Allow-Origin"] == "*"
    assert {"ETag", "Link", "Retry-After"} <= set(response["Access-Control-Expose-Headers"].split(", "))
    assert "Access-Control-Allow-Credentials" not in response


@pytest.mark.parametrize("address", ["/api/v1/therapies", "/api/v1/nowhere"])
def test_preflight_allows_reading_only(client, address):
    response = client.options(
        address,
        headers={
            "Origin": "https://elsewhere.example",
            "Access-Control-Request-Method": "GET",
            "Access-Control-Request-Headers": "if-none-match",
        },
    )

    assert (response.status_code, response.content) == (204, b"")
    assert response["Access-Control-Allow-Origin"] == "*"
    assert response["Access-Control-Allow-Methods"] == response["Allow"] == "GET, HEAD, OPTIONS"
    assert response["Access-Control-Allow-Headers"] == "*"
    assert "Access-Control-Allow-Credentials" not in response


def test_pages_of_the_site_are_not_shared_with_other_sites(db, client):
    response = client.get("/methods/", headers={"Origin": "https://elsewhere.example"})

    assert "Access-Control-Allow-Origin" not in response


def test_limits_are_stated_in_headers_and_description(db, client):
    response = client.get("/api/v1/therapies")
    words = client.get("/api/v1/openapi.json").json()["info"]["description"]

    assert (response["X-Max-Limit"], response["RateLimit-Policy"]) == ("500", '"address";q=120;w=60')
    assert "120 requests" in words
    assert "500 items" in words


@pytest.mark.django_db(transaction=True)
def test_answer_that_the_reader_holds_is_not_made_again(client, django_assert_num_queries):
    make_therapy("tace")
    first = client.get("/api/v1/therapies")
    with django_assert_num_queries(1):
        held = client.get("/api/v1/therapies", headers={"If-None-Match": first["ETag"]})
    make_therapy("tae")
    changed = client.get("/api/v1/therapies", headers={"If-None-Match": first["ETag"]})

    assert (held.status_code, held.content, held["ETag"]) == (304, b"", first["ETag"])
    assert held["Cache-Control"] == "public, no-cache"
    assert held["Access-Control-Allow-Origin"] == "*"
    assert (changed.status_code, changed.json()["count"]) == (200, 2)


@pytest.mark.django_db(transaction=True)
def test_refusal_has_no_validator(client):
    for address in ("/api/v1/studies?limit=many", "/api/v1/studies/nobody", "/api/v1/nowhere"):
        assert "ETag" not in client.get(address)


def test_description_is_made_once_and_validated(client, monkeypatch, django_assert_num_queries):
    first = client.get("/api/v1/openapi.json")
    monkeypatch.setattr(api, "get_openapi_schema", None)

    assert client.get("/api/v1/openapi.json").content == first.content
    held = client.get("/api/v1/openapi.json", headers={"If-None-Match": first["ETag"]})
    assert held.status_code == 304


def test_description_tells_of_answers_that_every_operation_can_give(client):
    paths = client.get("/api/v1/openapi.json").json()["paths"]

    for operations in paths.values():
        assert {"200", "304", "429"} <= set(operations["get"]["responses"])
