"""Pictures of the public pages, for docs/ and to look at: `make screenshots` beside `make run`."""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.chromium import ARGUMENTS, find_chromium

FOLDER = Path(__file__).parent.parent / "docs" / "screenshots"
PAGES = {
    "map": "/",
    "therapy": "/therapies/tace/",
    "evidence": "/evidence/tace/orr/",
    "outcome": "/outcomes/orr/",
    "study": "/studies/gillams-2005/",
    "studies": "/studies/",
    "references": "/references/",
    "review": "/review/",
    "methods": "/methods/",
}
DESKTOP = {"width": 1280, "height": 900}
VIEWS = {
    "desktop": {"viewport": DESKTOP},
    "dark": {"viewport": DESKTOP, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 844}},
}
SHOWN_IN_EVERY_VIEW = ("map", "evidence")


def take(base: str, names: list[str]) -> None:
    """Write one picture a page and view into docs/screenshots; names choose some of the pages."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(ARGUMENTS))
        for view, options in VIEWS.items():
            page = browser.new_context(**options).new_page()
            for name in names or (PAGES if view == "desktop" else SHOWN_IN_EVERY_VIEW):
                page.goto(f"{base}{PAGES[name]}")
                page.screenshot(path=FOLDER / f"{name}-{view}.png")
        browser.close()


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    take(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000", sys.argv[2:])
