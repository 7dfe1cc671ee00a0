"""Kept pages: right after every change, one visitor's never shown to another, and cheap."""

from __future__ import annotations

import gzip
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.core.cache import caches
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.test import Client, RequestFactory
from django.utils import timezone

from nelm_review.core import kept
from references.models import Reference, SearchRun
from tests.builders import (
    PASSWORD,
    make_arm,
    make_outcome,
    make_reference,
    make_report,
    make_result,
    make_search_run,
    make_study,
    make_therapy,
    make_user,
)
from therapies.models import Result, Study
from therapies.services import publishing

pytestmark = pytest.mark.django_db(transaction=True)

HTMX = {"HX-Request": "true"}
ADDRESSES = ["/", "/evidence/tace/orr/", "/studies/alpha/", "/therapies/tace/", "/map.csv", "/api/v1/studies"]


@pytest.fixture(autouse=True)
def _no_pages() -> Iterator[None]:
    caches["pages"].clear()
    yield
    caches["pages"].clear()


@pytest.fixture
def result() -> Result:
    study = make_study("alpha", label="Alpha 2010")
    make_report(study, make_reference())
    return make_result(make_arm(study, make_therapy("tace")), make_outcome("orr"))


def n_kept() -> int:
    return len(caches["pages"]._cache)


def body(response: HttpResponse) -> str:
    content = response.content
    return (gzip.decompress(content) if response.get("Content-Encoding") else content).decode()


def n_results(client: Client) -> int:
    return body(client.get("/evidence/tace/orr/data.csv")).count("\n") - 1


def test_kept_map_costs_one_query(client, result, django_assert_num_queries):
    first = client.get("/")

    with django_assert_num_queries(1):
        second = client.get("/")

    assert body(second) == body(first)
    assert second["ETag"] == first["ETag"]


def test_page_that_the_visitor_holds_is_not_sent(client, result, django_assert_num_queries):
    tag = client.get("/")["ETag"]
    caches["pages"].clear()

    with django_assert_num_queries(1):
        response = client.get("/", headers={"If-None-Match": f'"other", {tag}'})

    assert response.status_code == 304
    assert response.content == b""
    assert response["ETag"] == tag
    assert response["Cache-Control"] == "private, no-cache"
    assert {"Cookie", "HX-Request"} <= set(response["Vary"].split(", "))


@pytest.mark.parametrize("held", ["*", '"other"', "nonsense", ""])
def test_page_is_sent_to_a_visitor_who_holds_another(client, result, held):
    assert client.get("/", headers={"If-None-Match": held}).status_code == 200


def test_validator_is_compared_weakly(client, result):
    strong = client.get("/")["ETag"].removeprefix("W/")

    assert client.get("/", headers={"If-None-Match": strong}).status_code == 304


CHANGES: dict[str, Callable[[Result], Any]] = {
    "a result is published": lambda result: publishing.publish(unpublished(result), by=make_user()),
    "a result is withdrawn": lambda result: publishing.withdraw(result, by=make_user(), reason="A test."),
    "a publication is retracted": lambda result: Reference.objects.update(is_retracted=True),
    "a study is renamed by hand": lambda result: sql("UPDATE therapies_study SET label = 'Beta'"),
    "a search ends": lambda result: SearchRun.objects.update(
        state=SearchRun.State.DONE, finished_at=timezone.now()
    ),
}


def unpublished(result: Result) -> Result:
    return make_result(result.arm, result.outcome, is_published=False)


def sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("change", CHANGES)
def test_every_page_is_made_anew_when(client, result, change):
    make_search_run(state=SearchRun.State.RUNNING)
    tags = {address: client.get(address)["ETag"] for address in ADDRESSES}

    CHANGES[change](result)

    for address, tag in tags.items():
        response = client.get(address, headers={"If-None-Match": tag})
        assert (response.status_code, response["ETag"] != tag) == (200, True), address


def test_withdrawn_result_is_gone_at_once(client, result):
    before = n_results(client)

    CHANGES["a result is withdrawn"](result)

    assert (before, n_results(client)) == (1, 0)


def test_result_of_a_retracted_study_is_gone_at_once(client, result):
    before = n_results(client)

    CHANGES["a publication is retracted"](result)

    assert (before, n_results(client)) == (1, 0)


def test_change_by_another_process_is_shown_at_once(client, result):
    client.get("/studies/")
    settings = connection.settings_dict
    statement = "UPDATE therapies_study SET label = 'Changed elsewhere'"
    address = "host={HOST} port={PORT} dbname={NAME} user={USER} password={PASSWORD}".format(
        **{name: settings[name] or "''" for name in ("HOST", "PORT", "NAME", "USER", "PASSWORD")}
    )
    program = (
        "import psycopg2, sys\n"
        "with psycopg2.connect(sys.argv[1]) as connection:\n"
        "    connection.cursor().execute(sys.argv[2])\n"
    )

    subprocess.run([sys.executable, "-c", program, address, statement], check=True)

    assert "Changed elsewhere" in body(client.get("/studies/"))


def test_change_that_is_not_committed_is_not_kept(client, result):
    client.get("/studies/")
    with transaction.atomic():
        Study.objects.update(label="Undone")
        inside = body(client.get("/studies/"))
        transaction.set_rollback(True)

    assert "Undone" in inside
    assert "Undone" not in body(client.get("/studies/"))


def test_page_of_an_account_is_never_shown_to_another_visitor(client, result):
    for name in ("alma", "bela"):
        make_user(name)
        own = Client()
        own.login(username=name, password=PASSWORD)
        assert f"Signed in as {name}" in body(own.get("/"))

    assert "Signed in" not in body(client.get("/"))
    assert n_kept() == 1


def test_account_is_not_served_from_what_strangers_see(client, result):
    client.get("/")
    make_user("alma")
    client.login(username="alma", password=PASSWORD)

    assert "Signed in as alma" in body(client.get("/"))


def test_validators_of_two_visitors_differ(client, result):
    tags = {client.get("/")["ETag"]}
    for name in ("alma", "bela"):
        make_user(name)
        own = Client()
        own.login(username=name, password=PASSWORD)
        tags.add(own.get("/")["ETag"])
        assert own.get("/", headers={"If-None-Match": own.get("/")["ETag"]}).status_code == 304

    assert len(tags) == 3


def test_account_whose_role_changes_gets_another_page(client, result):
    user = make_user("alma")
    client.login(username="alma", password=PASSWORD)
    tag = client.get("/")["ETag"]
    user.role = "editor"
    user.save()

    assert client.get("/", headers={"If-None-Match": tag}).status_code == 200


def test_head_says_what_get_says(client, result):
    whole, head = client.get("/"), client.head("/")

    assert (head.status_code, head["ETag"], head.content) == (200, whole["ETag"], b"")
    assert client.head("/", headers={"If-None-Match": whole["ETag"]}).status_code == 304


def test_part_of_a_page_is_not_the_page(client, result):
    part, whole = (client.get("/studies/", headers=headers) for headers in (HTMX, {}))
    restored = client.get("/studies/", headers={**HTMX, "HX-History-Restore-Request": "true"})

    assert "<html" not in body(part)
    assert "<html" in body(whole)
    assert "<html" in body(restored)
    assert body(client.get("/studies/", headers=HTMX)) == body(part)
    assert part["ETag"] != whole["ETag"]


def test_part_that_htmx_puts_elsewhere_is_another(client, result):
    tags = {
        client.get("/evidence/tace/orr/?beside=1", headers={**HTMX, "HX-Target": target})["ETag"]
        for target in ("beside", "results")
    }

    assert len(tags) == 2


def test_order_of_the_query_does_not_matter(client, result):
    first = client.get("/?design=registry&n_min=5&design=case-series")
    second = client.get("/?n_min=5&design=registry&design=case-series")

    assert first["ETag"] == second["ETag"]
    assert n_kept() == 1


def test_order_of_repeated_values_may_matter(client, result):
    assert client.get("/?a=1&a=2")["ETag"] != client.get("/?a=2&a=1")["ETag"]


@pytest.mark.parametrize(
    ("one", "two"), [("/?a=1", "/?a=2"), ("/?a=1%26b=2", "/?a=1&b=2"), ("/studies/", "/methods/")]
)
def test_different_addresses_have_different_pages(client, result, one, two):
    assert client.get(one)["ETag"] != client.get(two)["ETag"]


def test_kept_page_is_compressed_for_whom_it_may(client, result):
    plain = client.get("/")
    packed = client.get("/", headers={"Accept-Encoding": "br, gzip;q=0.8"})

    assert packed["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain
    assert body(packed) == body(plain)
    assert "Accept-Encoding" in packed["Vary"]
    assert packed["Content-Length"] == str(len(packed.content))


def test_download_keeps_its_name_and_type(client, result):
    fresh, again = client.get("/map.csv"), client.get("/map.csv")

    for header in ("Content-Type", "Content-Disposition"):
        assert again[header] == fresh[header]
    assert "text/csv" in again["Content-Type"]


def test_page_that_is_not_there_has_no_validator(client, result):
    response = client.get("/studies/nobody/", headers={"If-None-Match": "*"})

    assert response.status_code == 404
    assert "ETag" not in response
    assert n_kept() == 0


@pytest.fixture
def ask() -> Callable[..., HttpResponse]:
    """Ask a view of a test, as an anonymous visitor with a session."""

    def asked(view: kept.View, *, say: str = "") -> HttpResponse:
        request = RequestFactory().get("/anything/")
        request.user, request.session = AnonymousUser(), SessionStore()
        request._messages = FallbackStorage(request)
        if say:
            messages.info(request, say)
        return kept.kept(view)(request)

    return asked


def with_form(request: HttpRequest) -> HttpResponse:
    return HttpResponse(get_token(request))


def with_cookie(request: HttpRequest) -> HttpResponse:
    response = HttpResponse("a page")
    response.set_cookie("seen", "yes")
    return response


def with_session(request: HttpRequest) -> HttpResponse:
    request.session["seen"] = "yes"
    return HttpResponse("a page")


def redirecting(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=302, headers={"Location": "/"})


def plain(request: HttpRequest) -> HttpResponse:
    return HttpResponse("a page")


@pytest.mark.parametrize("view", [with_form, with_cookie, with_session, redirecting])
def test_page_with_something_of_one_visitor_is_not_kept(ask, view):
    response = ask(view)

    assert n_kept() == 0
    assert "ETag" not in response


def test_page_with_a_message_is_not_kept(ask):
    assert "ETag" not in ask(plain, say="Signed out.")
    assert n_kept() == 0
    assert "ETag" in ask(plain)


def test_page_that_is_too_large_is_sent_and_not_kept(ask, monkeypatch):
    monkeypatch.setattr(kept, "MOST_BYTES_KEPT", 10)

    assert ask(plain).content == b"a page"
    assert n_kept() == 0


def test_nothing_is_kept_while_templates_are_edited(ask, settings):
    settings.DEBUG = True

    assert "ETag" not in ask(plain)
    assert n_kept() == 0


def test_page_of_yesterday_is_made_anew(client, result, monkeypatch):
    tag = client.get("/")["ETag"]
    tomorrow = timezone.now() + timedelta(days=1)
    monkeypatch.setattr(kept.timezone, "now", lambda: tomorrow)

    assert client.get("/", headers={"If-None-Match": tag}).status_code == 200


def test_code_has_a_version_that_its_files_decide(monkeypatch, tmp_path):
    (tmp_path / "templates").mkdir()
    page = tmp_path / "templates" / "page.html"
    monkeypatch.setattr(kept, "PROJECT", tmp_path)
    monkeypatch.setattr(kept, "SOURCES", ("templates",))

    def version() -> str:
        kept.code_version.cache_clear()
        return kept.code_version()

    page.write_text("one")
    first = version()
    page.write_text("two")
    second = version()
    page.rename(page.with_name("other.html"))
    third = version()
    kept.code_version.cache_clear()

    assert len({first, second, third}) == 3
