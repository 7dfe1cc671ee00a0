"""Updates and releases in a real browser: accessible, and a last visit remembered without an account."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.management import call_command

from nelm_review.core.models import User
from tests.builders import make_release
from therapies.models import Result
from therapies.services import publishing, summaries

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LAST_VISIT = "localStorage.setItem('nelm-visits', JSON.stringify({seen: Date.now() - 3600e3, before: 0}))"
BLOCKED = "Object.defineProperty(window, 'localStorage', {get() { throw new Error('blocked'); }})"


@pytest.fixture(autouse=True)
def _evidence(transactional_db: None) -> None:
    call_command("load_evidence", verbosity=0)
    make_release("2026.01.01")
    summaries.recalculate()
    result = Result.objects.published().filter(outcome__code="orr").first()
    publishing.withdraw(result, by=User.objects.evidence_loader(), reason="Counted twice.")
    summaries.recalculate()


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390), ("light", 320)])
@pytest.mark.parametrize(
    "address",
    [
        "/updates/",
        "/updates/?kind=left&since=never",
        "/releases/",
        "/releases/2026.01.01/",
        "/releases/compare/?from=2026.01.01",
        "/releases/2026.01.01/evidence/embolization/orr/?derived=include",
    ],
)
def test_page_is_accessible_and_never_wider_than_the_screen(browser_page, address, scheme, width):
    browser_page.emulate_media(color_scheme=scheme)
    browser_page.set_viewport_size({"width": width, "height": 844})

    browser_page.goto(address)

    violations = Axe().run(browser_page).response["violations"]
    assert [(violation["id"], violation["nodes"][0]["html"]) for violation in violations] == []
    assert browser_page.evaluate("document.documentElement.scrollWidth") <= width


def test_first_visit_marks_nothing(browser_page):
    browser_page.goto("/updates/")

    assert browser_page.locator("[data-new]").count()
    assert not browser_page.locator("[data-new]:visible").count()


def test_later_visit_marks_what_came_after_the_last_one(browser_page):
    browser_page.goto("/methods/")
    browser_page.evaluate(LAST_VISIT)

    browser_page.goto("/updates/")

    newest = browser_page.locator("main ol > li").first
    newest.get_by_text("new since").wait_for()
    assert browser_page.get_by_text("new since").count() == browser_page.locator("main ol > li").count()


def test_blocked_storage_breaks_nothing(browser_page):
    errors = []
    browser_page.on("pageerror", lambda error: errors.append(error))
    browser_page.add_init_script(BLOCKED)

    browser_page.goto("/updates/")

    assert browser_page.get_by_role("heading", name="Updates").is_visible()
    assert errors == []


def test_updates_are_filtered_by_their_form(browser_page):
    browser_page.goto("/updates/")
    browser_page.get_by_label("What happened").select_option("left")

    browser_page.get_by_role("button", name="Show", exact=True).click()

    browser_page.wait_for_url("**kind=left**")
    assert browser_page.get_by_text("1 result left").is_visible()
