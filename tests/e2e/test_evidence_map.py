"""The map of the shipped evidence in a real browser: looked at, filtered, folded, and without scripts."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.management import call_command

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DESK_BY_DAY, PHONE_BY_NIGHT = ("light", 1280, 900), ("dark", 390, 844)


@pytest.fixture(autouse=True)
def _evidence(transactional_db: None) -> None:
    call_command("load_evidence", verbosity=0)


@pytest.mark.parametrize(("scheme", "width", "height"), [DESK_BY_DAY, PHONE_BY_NIGHT])
@pytest.mark.parametrize(
    "address", ["/", "/?columns=all&comparators=on", "/?year_from=2100", "/?design=anecdote&closed=ablation"]
)
def test_map_is_accessible_and_never_wider_than_the_screen(browser_page, address, scheme, width, height):
    browser_page.emulate_media(color_scheme=scheme)
    browser_page.set_viewport_size({"width": width, "height": height})

    browser_page.goto(address)

    violations = Axe().run(browser_page).response["violations"]
    assert [(violation["id"], violation["nodes"][0]["html"]) for violation in violations] == []
    assert browser_page.evaluate("document.documentElement.scrollWidth") <= width


def test_map_shows_harms_beside_benefits_on_one_screen(browser_page):
    browser_page.goto("/")

    for heading in ("ORR", "30-day death"):
        box = browser_page.get_by_role("columnheader", name=heading).bounding_box()
        assert box["x"] + box["width"] <= 1280


def test_family_folds_by_keyboard_and_unfolds_by_going_back(browser_page):
    browser_page.goto("/")
    technique = browser_page.get_by_role("link", name="Radiofrequency ablation")
    assert technique.is_visible()

    browser_page.get_by_role("link", name="Hide what stands below Ablation").focus()
    browser_page.keyboard.press("Enter")
    browser_page.wait_for_url("**closed=ablation**")
    technique.wait_for(state="detached")

    browser_page.go_back()
    technique.wait_for()


def test_filter_counts_again_and_keeps_its_state_in_the_address(browser_page):
    browser_page.goto("/")

    browser_page.locator("summary", has_text="Study design").click()
    browser_page.get_by_label("Registry").check()
    browser_page.wait_for_url("**design=registry**")

    browser_page.get_by_text("inside your filters").wait_for()
    browser_page.reload()
    assert browser_page.get_by_text("inside your filters").is_visible()


def test_cell_leads_to_its_evidence_with_the_filters(browser_page):
    browser_page.goto("/?design=retrospective-cohort")

    browser_page.locator("a[href^='/evidence/tace/orr/']").click()

    browser_page.wait_for_url("**/evidence/tace/orr/?design=retrospective-cohort")
    assert "Objective response rate" in browser_page.locator("h1").inner_text()


def test_map_works_without_scripts(chromium, live_server):
    context = chromium.new_context(base_url=live_server.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/")

    page.locator("summary", has_text="Study design").click()
    page.get_by_label("Registry").check()
    page.get_by_role("button", name="Apply").click()

    assert "design=registry" in page.url
    assert page.get_by_text("inside your filters").is_visible()
    context.close()
