"""Every public page in a real browser on the shipped evidence: for everybody, and on every screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.management import call_command
from django.urls import resolve

from nelm_review.core.models import User
from references.models import Reference
from tests import public_pages
from tests.repository.test_public_pages import PUBLIC
from therapies.services import releases

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    # One worker takes them all, so that the others are not kept from loading the evidence of their own tests.
    pytest.mark.xdist_group("every-public-page"),
]

WCAG_2_2_AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
NARROWEST = 320
# Swagger UI draws the operations of the API inside a page of ours; its own flaws are its makers'.
NOT_OURS = ".swagger-ui"
MOST_BYTES_OF_FIRST_VIEW = 100_000
# Addresses that answer with a file or a word, not with a page.
NOT_PAGES = (".csv", ".svg", ".png", ".R", ".zip", ".pdf", "healthz", "readyz", "/count/", "/permanent/")
FEEDS = "/feed/"


@pytest.fixture
def addresses() -> dict[str, str]:
    """The shipped evidence and a release of it; the addresses of every public page, by name."""
    call_command("load_evidence", verbosity=0)
    version = releases.make(by=User.objects.evidence_loader()).version
    reference = Reference.objects.exclude(title="").order_by("pk").first()
    return public_pages.addresses({"version": version, "reference": reference.pk})


def found_on(page: Page, addresses: dict[str, str], look: Callable[[Page], Any]) -> dict[str, Any]:
    """Open every page and return what `look` found there, without those where it found nothing."""
    found = {}
    for name, address in addresses.items():
        assert page.goto(address).ok, address
        if seen := look(page):
            found[name] = seen
    return found


def violations(page: Page) -> list[str]:
    within = {"exclude": [[NOT_OURS]]}
    answer = Axe().run(page, context=within, options={"runOnly": WCAG_2_2_AA}).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in answer]


def overflow(page: Page) -> int:
    return max(0, page.evaluate("document.documentElement.scrollWidth") - page.viewport_size["width"])


def test_list_of_pages_holds_every_public_address():
    listed = {resolve(address.split("?")[0]).route for address in public_pages.addresses(dict.fromkeys(
        ("version", "reference"), 1)).values()}  # fmt: skip

    missing = {
        address for address in PUBLIC if not (address.endswith(NOT_PAGES) or FEEDS in address)
    } - listed
    assert not missing


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_every_page_is_accessible(browser_page, addresses, scheme: str, width: int):
    browser_page.emulate_media(color_scheme=scheme)
    browser_page.set_viewport_size({"width": width, "height": 844})

    assert found_on(browser_page, addresses, violations) == {}


def test_every_page_fits_the_narrowest_screen(browser_page, addresses):
    browser_page.set_viewport_size({"width": NARROWEST, "height": 640})

    assert found_on(browser_page, addresses, overflow) == {}


def test_every_page_fits_when_text_is_twice_as_large(browser_page, addresses):
    # Zooming to 200 % leaves half the width to lay out in: 640 of 1280 pixels.
    browser_page.set_viewport_size({"width": 640, "height": 450})

    assert found_on(browser_page, addresses, overflow) == {}


def test_every_page_stands_still_for_those_who_ask_for_it(browser_page, addresses):
    browser_page.emulate_media(reduced_motion="reduce")

    moving = "document.getAnimations().filter(one => one.effect.getTiming().duration > 1).length"
    assert found_on(browser_page, addresses, lambda page: page.evaluate(moving)) == {}


def test_every_mark_is_seen_in_forced_colours(browser_page, addresses):
    browser_page.emulate_media(forced_colors="active")

    unseen = """() => {
      const paper = getComputedStyle(document.body).backgroundColor
      const ours = one => one.getAttribute('d') && !one.closest('.swagger-ui')
      const marks = [...document.querySelectorAll('main svg path')].filter(ours)
      return marks.filter(one => {
        const style = getComputedStyle(one)
        const painted = [style.fill, style.stroke].filter(paint => paint !== 'none')
        return painted.length && painted.every(paint => paint === paper)
      }).map(one => one.getAttribute('class') || one.outerHTML.slice(0, 80)).slice(0, 3)
    }"""
    assert found_on(browser_page, addresses, lambda page: page.evaluate(unseen)) == {}


def test_first_view_of_the_map_is_light(browser_page, addresses):
    browser_page.goto("/", wait_until="networkidle")

    sizes = browser_page.evaluate(
        "['navigation', 'resource'].flatMap(kind => performance.getEntriesByType(kind))"
        ".map(entry => entry.transferSize)"
    )
    assert 0 < sum(sizes) <= MOST_BYTES_OF_FIRST_VIEW
