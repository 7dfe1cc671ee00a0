"""Comparing therapies and searching the site in a real browser, on the shipped evidence."""

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
def test_pages_are_accessible_and_never_wider_than_the_screen(browser_page, scheme, width, height):
    browser_page.emulate_media(color_scheme=scheme)
    browser_page.set_viewport_size({"width": width, "height": height})

    for address in ("/compare/", "/compare/?t=tace&t=tae&t=tare-y90", "/search/?q=TACE+survival", "/search/"):
        browser_page.goto(address)
        violations = Axe().run(browser_page).response["violations"]
        assert [(violation["id"], violation["nodes"][0]["html"]) for violation in violations] == []
        assert browser_page.evaluate("document.documentElement.scrollWidth") <= width


def test_reader_compares_two_therapies_narrows_them_and_turns_them_round(browser_page):
    browser_page.goto("/compare/?t=tace")

    browser_page.get_by_label("Therapy 2").select_option("tare-y90")
    browser_page.get_by_role("heading", name="What they may cost the patient").wait_for()
    assert browser_page.url.endswith("/compare/?t=tace&t=tare-y90")

    browser_page.locator("summary", has_text="Study design").click()
    browser_page.get_by_label("Randomised controlled trial").check()
    browser_page.wait_for_url("**design=randomized-controlled-trial")

    browser_page.get_by_role("link", name="Move forward 90Y").focus()
    browser_page.keyboard.press("Enter")
    browser_page.wait_for_url("**/compare/?t=tare-y90&t=tace&design=randomized-controlled-trial")
    assert browser_page.get_by_label("Therapy 1").input_value() == "tare-y90"


def test_reader_finds_a_cell_from_the_header_of_any_page(browser_page):
    browser_page.goto("/methods/")

    browser_page.get_by_label("Search therapies, outcomes, studies, references").fill("TACE survival")
    browser_page.keyboard.press("Enter")
    browser_page.get_by_role("link", name="Transarterial chemoembolization × Median overall survival").click()

    browser_page.wait_for_url("**/evidence/tace/os-median/")
