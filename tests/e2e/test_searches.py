"""An editor pulls from PubMed and watches it happen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from celery import current_app
from django.test import Client

from nelm_review.core.roles import Role
from references.models import SearchRun
from references.services import searches
from references.services.searches import execution
from tests.builders import make_search_hit, make_search_run, make_search_strategy, make_user
from tests.eutils.clients import quick_client
from tests.eutils.faults import Fault
from tests.eutils.server import EutilsServer
from tests.eutils.store import FIRST_GENERATED_PMID as FIRST
from tests.eutils.store import Store

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def pubmed() -> Iterator[EutilsServer]:
    with EutilsServer(Store((), n_generated=20)) as server:
        yield server


@pytest.fixture
def editor_page(browser_page: Page, live_server: Any, monkeypatch: pytest.MonkeyPatch) -> Page:
    """A browser in which an editor is signed in; the test itself is the worker."""
    monkeypatch.setattr(current_app, "send_task", lambda *args, **options: None)
    client = Client()
    client.force_login(make_user("editor", role=Role.EDITOR))
    cookie = client.cookies["sessionid"]
    browser_page.context.add_cookies(
        [{"name": "sessionid", "value": cookie.value, "url": live_server.url, "httpOnly": True}]
    )
    return browser_page


def test_editor_starts_a_search_and_sees_it_arrive(
    editor_page: Page, pubmed: EutilsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from playwright.sync_api import expect

    monkeypatch.setattr(execution, "BATCH_SIZE", 10)
    pubmed.misbehave("efetch", Fault.MISSING)
    client = quick_client(pubmed)
    page = editor_page

    page.goto("/desk/searches/")
    page.get_by_label("Query").fill(f"{FIRST}:{FIRST + 19}[uid]")
    page.get_by_role("button", name="Start").click()

    expect(page.get_by_text("Waiting for a worker.")).to_be_visible()
    run = SearchRun.objects.get()
    searches.execute(run.pk, client=client, seconds=0)
    expect(page.get_by_text("0 of 20 records done.")).to_be_visible()
    searches.execute(run.pk, client=client)
    expect(page.get_by_text("20 of 20 records done.")).to_be_visible()
    expect(page.get_by_role("progressbar")).to_have_count(0)
    expect(page.get_by_role("button", name="Cancel the search")).to_have_count(0)
    expect(page.get_by_text("PubMed sent no record for this PMID.")).to_be_visible()

    page.get_by_role("link", name="New: 19").click()
    expect(page.get_by_role("row")).to_have_count(20)
    page.get_by_role("row").nth(1).get_by_role("link").last.click()
    expect(page).to_have_url(re.compile(r"/references/\d+/$"))


@pytest.mark.parametrize("address", ["/desk/", "/desk/searches/", "/desk/strategies/"])
def test_desk_page_has_no_accessibility_fault(address: str, editor_page: Page) -> None:
    make_search_run(strategy=make_search_strategy(), state="failed")
    editor_page.goto(address)

    assert accessibility_faults(editor_page) == ""


@pytest.mark.parametrize("state", ["running", "done"])
def test_search_run_page_has_no_accessibility_fault(state: str, editor_page: Page) -> None:
    run = make_search_run(state=state, n_found=2, n_new=1, n_fetched=1, n_missing=1, error="Waiting.")
    make_search_hit(run, state="missing")
    editor_page.goto(run.get_absolute_url())

    assert accessibility_faults(editor_page) == ""


def accessibility_faults(page: Page) -> str:
    results = Axe().run(page)
    return results.generate_report() if results.violations_count else ""


def test_editor_leafs_through_the_pmids_of_a_search(editor_page: Page) -> None:
    from playwright.sync_api import expect

    run = make_search_run(state="done", n_found=60, n_missing=60)
    for number in range(60):
        make_search_hit(run, FIRST + number, state="missing")
    editor_page.goto(f"{run.get_absolute_url()}?state=missing")
    expect(editor_page.get_by_role("row")).to_have_count(51)

    editor_page.get_by_role("link", name="Next").click()

    expect(editor_page.get_by_role("row")).to_have_count(11)
    expect(editor_page.get_by_role("link", name=str(FIRST + 59))).to_be_visible()


def test_editor_cancels_a_search(editor_page: Page) -> None:
    from playwright.sync_api import expect

    page = editor_page
    page.goto("/desk/searches/")
    page.get_by_label("or PMIDs", exact=True).fill(f"{FIRST}\n{FIRST + 1}")
    page.get_by_role("button", name="Start").click()

    page.get_by_role("button", name="Cancel the search").click()

    expect(page.get_by_text("Cancelled by")).to_be_visible()
    assert SearchRun.objects.get().state == "cancelled"
