"""A real Chromium for tests marked `browser`, against pytest-django's live server."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
NONE_FOUND = "No Chromium on this machine: install one (Debian: apt-get install chromium) or set CHROMIUM."


def find_chromium() -> str:
    """Return the path of an installed Chromium or Chrome, or an empty string."""
    wanted = os.environ.get("CHROMIUM")
    return next(filter(None, map(shutil.which, [wanted] if wanted else PROGRAMS)), "")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A running Chromium; skips the test when none is installed, or fails it if REQUIRE_BROWSER is set."""
    program = find_chromium()
    if not program:
        (pytest.fail if os.environ.get("REQUIRE_BROWSER") else pytest.skip)(NONE_FOUND)
    from django.db import connections
    from playwright.sync_api import sync_playwright

    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright's own event loop lives in this thread; Django would take it for async code.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(executable_path=program, args=list(ARGUMENTS), headless=True)
        yield browser
        # Under that loop Django keeps a database connection of its own, which would outlive the loop.
        connections.close_all()
        browser.close()


@pytest.fixture
def browser_page(chromium: Browser, live_server: Any) -> Iterator[Page]:
    """A fresh Chromium page on the live server: `browser_page.goto("/")`.

    The test fails when a page breaks a script, is refused by its content security policy, or asks a host
    other than this machine for anything.
    """
    complaints: list[str] = []
    context = chromium.new_context(base_url=live_server.url, viewport={"width": 1280, "height": 900})

    def local_only(route: Any) -> None:
        if route.request.url.startswith((live_server.url, "data:", "blob:")):
            route.continue_()
        else:
            complaints.append(f"asked for {route.request.url}")
            route.abort()

    context.route("**/*", local_only)
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.on("pageerror", lambda error: complaints.append(f"script error: {error}"))
    page.on(
        "console",
        lambda message: (
            complaints.append(f"console: {message.text}")
            if message.type == "error" and "Failed to load resource" not in message.text
            else None
        ),
    )
    yield page
    context.close()
    assert not complaints, f"The page misbehaved: {complaints}"
