"""Pictures of every public page: `make screenshots` beside `make run`.

All of them, on a desktop and a phone, light, dark and as printed, go to var/screenshots to be looked at; the
few that the documents show are also kept in docs/screenshots.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playwright.sync_api import sync_playwright

from tests import public_pages
from tests.chromium import ARGUMENTS, find_chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parent.parent
LOOKED_AT = ROOT / "var" / "screenshots"
SHOWN = ROOT / "docs" / "screenshots"
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
# A4 at 96 dots an inch.
PAPER = {"width": 794, "height": 1123}
VIEWS: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": DESKTOP},
    "desktop-dark": {"viewport": DESKTOP, "color_scheme": "dark"},
    "phone": {"viewport": PHONE},
    "phone-dark": {"viewport": PHONE, "color_scheme": "dark"},
    "print": {"viewport": PAPER, "media": "print"},
}
# What README and the documents show: name and view.
KEPT = {
    "map-desktop", "map-desktop-dark", "map-phone", "evidence-desktop", "evidence-pooled-desktop",
    "evidence-phone", "compare-desktop", "therapy-desktop", "patients-desktop", "study-desktop",
    "updates-desktop", "sheet-cell-print",
}  # fmt: skip


def take(base: str, names: list[str]) -> int:
    """Write one picture a page and view, whole pages; returns how many. Names choose some of the pages."""
    n_taken = 0
    LOOKED_AT.mkdir(parents=True, exist_ok=True)
    SHOWN.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(ARGUMENTS))
        for name, view, page in _opened(browser, base, names):
            picture = LOOKED_AT / f"{name}-{view}.png"
            page.screenshot(path=picture, full_page=True)
            n_taken += 1
            if picture.stem in KEPT:
                page.screenshot(path=SHOWN / picture.name)
        browser.close()
    return n_taken


def _opened(browser: Browser, base: str, names: list[str]) -> Iterator[tuple[str, str, Page]]:
    page = browser.new_page()
    pages = public_pages.addresses(_values(page, base))
    for view, options in VIEWS.items():
        media = options.pop("media", None)
        page = browser.new_context(**options).new_page()
        page.emulate_media(media=media)
        for name in names or pages:
            page.goto(f"{base}{pages[name]}")
            yield name, view, page


def _values(page: Page, base: str) -> dict[str, str]:
    """Return a release and a reference that this copy of the site holds."""
    page.goto(f"{base}/references/")
    reference = re.search(r"/references/(\d+)/", page.content())
    page.goto(f"{base}/releases/")
    version = re.search(r"/releases/([\w.-]+)/archive\.zip", page.content())
    if not (reference and version):
        raise SystemExit("Load the evidence and make a release first: manage.py load_evidence, make_release.")
    return {"reference": reference[1], "version": version[1]}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", default="http://127.0.0.1:8000", help="where the site runs")
    parser.add_argument("names", nargs="*", metavar="NAME", help="some pages instead of all")
    given = parser.parse_args()
    sys.stdout.write(f"{take(given.base, given.names)} pictures in {LOOKED_AT}\n")
