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
    "address",
    [
        "/",
        "/?columns=all&comparators=on",
        "/?year_from=2100",
        "/?design=anecdote&closed=ablation",
        "/?view=table&derived=show",
    ],
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


def focused(page) -> str:
    return page.evaluate(
        "(at => [at.closest('tr').querySelector('.map-name')?.innerText.trim(),"
        " at.closest('td')?.dataset.label].join(' / '))(document.activeElement)"
    )


def test_grid_is_one_stop_and_arrows_move_inside_it(browser_page):
    browser_page.goto("/")
    assert browser_page.locator(".map [tabindex='0']").count() == 1

    browser_page.locator(".map [tabindex='0']").focus()
    steps = [
        ("ArrowRight", "Transarterial embolization therapies / PD"),
        ("ArrowDown", "Bland transarterial embolization / PD"),
        ("PageDown", "Radioembolization / PD"),
        ("PageDown", "Ablation / PD"),
        ("PageUp", "Radioembolization / PD"),
        ("End", "Radioembolization / 30-day death"),
        ("Control+End", "Percutaneous ethanol injection / 30-day death"),
        ("ArrowLeft", "Percutaneous ethanol injection / Any event"),
    ]
    for key, place in steps:
        browser_page.keyboard.press(key)
        assert focused(browser_page) == place
    browser_page.keyboard.press("Control+Home")
    assert browser_page.evaluate("document.activeElement.innerText") == "ORR"


def test_grid_speaks_of_the_cell_and_shows_its_details(browser_page):
    browser_page.goto("/")
    cell = browser_page.locator(".map a[href^='/evidence/rfa/os-median/']")

    cell.focus()

    spoken = browser_page.locator("#map-live").text_content()
    assert spoken.startswith("Radiofrequency ablation, Median OS. ")
    for words in ("studies", "patients", "GRADE: not judged yet", "No search covers this therapy yet"):
        assert words in spoken
    details = cell.locator("xpath=following-sibling::*[contains(@class, 'map-details')]")
    assert details.is_visible()
    browser_page.keyboard.press("Escape")
    assert not details.is_visible()
    browser_page.keyboard.press("Escape")
    assert browser_page.evaluate("document.activeElement.id") == "map-end"


def test_details_stay_while_the_pointer_is_on_them_and_go_by_escape(browser_page):
    browser_page.goto("/")
    cell = browser_page.locator(".map-cell:has(a[href^='/evidence/tace/orr/'])")
    details = cell.locator(".map-details")

    cell.hover()
    details.wait_for(state="visible")
    details.hover()
    assert details.is_visible()
    browser_page.keyboard.press("Escape")
    details.wait_for(state="hidden")


def test_grid_works_after_a_part_of_the_page_was_swapped(browser_page):
    browser_page.goto("/")
    browser_page.get_by_role("link", name="Hide what stands below Ablation").focus()
    browser_page.keyboard.press("Enter")
    browser_page.wait_for_url("**closed=ablation**")
    browser_page.locator("#toggle-ablation[aria-expanded='false']").wait_for()

    assert browser_page.locator(".map[role='grid'] [tabindex='0']").count() == 1
    browser_page.wait_for_function("document.activeElement.id == 'toggle-ablation'")
    browser_page.keyboard.press("ArrowRight")
    browser_page.keyboard.press("ArrowRight")
    assert focused(browser_page) == "Ablation / ORR"


def test_filter_keeps_how_far_the_map_is_opened(browser_page):
    browser_page.goto("/")
    browser_page.get_by_role("link", name="Families", exact=True).click()
    browser_page.wait_for_url("**level=family**")
    browser_page.locator("#zoom-families[aria-current]").wait_for()

    browser_page.get_by_label("Comparators").check()

    browser_page.wait_for_url("**comparators=on**level=family**")
    assert browser_page.get_by_role("link", name="Radiofrequency ablation").count() == 0


@pytest.mark.parametrize("width", [320, 640])
def test_map_fits_a_narrow_screen(browser_page, width):
    browser_page.set_viewport_size({"width": width, "height": 640})

    for address in ("/", "/?view=table", "/?derived=show"):
        browser_page.goto(address)
        assert browser_page.evaluate("document.documentElement.scrollWidth") <= width


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
