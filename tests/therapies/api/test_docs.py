"""The description of the API, and the page that shows it in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

PUBLIC_ADDRESS = "https://nelm.example.org"


@pytest.fixture
def description(client: Any) -> dict[str, Any]:
    return client.get("/api/v1/openapi.json").json()


def operations(description: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for address, methods in description["paths"].items():
        assert list(methods) == ["get"]
        yield address, methods["get"]


def test_description_names_every_operation(description):
    assert [address.removeprefix("/api/v1") for address, _operation in operations(description)] == [
        "/evidence-map",
        "/therapies",
        "/therapies/{code}",
        "/outcomes",
        "/outcomes/{code}",
        "/studies",
        "/studies/{key}",
        "/results",
        "/results/{pk}",
        "/references",
        "/references/{pk}",
    ]


def test_description_explains_every_operation_and_parameter(description):
    for address, operation in operations(description):
        assert operation["description"], address
        for parameter in operation["parameters"]:
            assert parameter["in"] == "path" or parameter["description"], (address, parameter["name"])


def test_description_types_every_answer(description):
    for address, operation in operations(description):
        refusal = "404" if "{" in address else "422"
        assert set(operation["responses"]) == {"200", "304", refusal, "429"}
        for status in ("200", refusal, "429"):
            response = operation["responses"][status]
            assert "$ref" in response["content"]["application/json"]["schema"]


def test_description_calls_printed_numbers_numbers(description):
    value = description["components"]["schemas"]["Result"]["properties"]["value"]

    assert [choice["type"] for choice in value["anyOf"]] == ["number", "null"]


def test_description_names_operations_as_clients_will_call_them(description):
    names = [operation["operationId"] for _address, operation in operations(description)]

    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"(read|list)_[a-z_]+", name) for name in names)


def test_docs_keep_the_strict_policy_of_every_page(db, client):
    policy = client.get("/api/v1/docs")["Content-Security-Policy"]

    assert policy == client.get("/api/v1/therapies")["Content-Security-Policy"]
    assert "unsafe" not in policy


def test_docs_are_linked_from_every_page(db, client):
    assert 'href="/api/v1/docs"' in client.get("/methods/").content.decode()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_docs_show_every_operation_and_answer_on_the_page(browser_page, description):
    browser_page.goto("/api/v1/docs")
    browser_page.wait_for_selector(".opblock")

    shown = [
        path.replace("\u200b", "") for path in browser_page.locator(".opblock-summary-path").all_inner_texts()
    ]
    assert shown == [address for address, _operation in operations(description)]

    therapies = browser_page.locator("#operations-Therapies-list_therapies")
    therapies.locator(".opblock-summary").click()
    therapies.get_by_role("button", name="Try it out").click()
    therapies.get_by_role("button", name="Execute").click()
    therapies.locator(".live-responses-table .response-col_status", has_text="200").wait_for()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_docs_ask_no_other_host_when_they_stand_on_a_public_one(chromium, live_server):
    """Swagger UI asks its validator nothing on localhost, so the other tests cannot see whether it would."""
    elsewhere: list[str] = []
    violations: list[str] = []
    context = chromium.new_context()

    def serve(route: Any) -> None:
        address = route.request.url
        if address.startswith(f"{PUBLIC_ADDRESS}/"):
            route.fulfill(response=route.fetch(url=address.replace(PUBLIC_ADDRESS, live_server.url, 1)))
        elif not address.startswith(("data:", "blob:")):
            elsewhere.append(address)
            route.abort()

    context.route("**/*", serve)
    page = context.new_page()
    page.on("console", lambda message: violations.append(message.text) if message.type == "error" else None)
    page.goto(f"{PUBLIC_ADDRESS}/api/v1/docs")
    page.wait_for_selector(".opblock")
    page.locator(".opblock-summary").first.click()
    page.wait_for_selector(".parameters")
    page.wait_for_load_state("networkidle")
    context.close()

    assert not elsewhere
    assert not violations
