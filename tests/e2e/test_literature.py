"""The literature in a real browser: narrowing, going back, reading, on a desk and on a phone."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from references.models import SOURCE_REVIEW_DOI, Reference
from tests.builders import (
    make_author,
    make_cited_reference,
    make_correction,
    make_journal,
    make_reference,
    make_report,
    make_study,
    make_therapy,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(1)>"
DESK_BY_DAY, PHONE_BY_NIGHT = ("light", 1280, 900), ("dark", 390, 844)


@pytest.fixture
def library() -> Reference:
    """Two references of which one says everything that a page can show; returns that one."""
    full = make_reference(
        f"Ablation of synthetic lesions {SCRIPT}",
        pmid=99_000_001, doi=SOURCE_REVIEW_DOI, pmcid="PMC99000001", is_retracted=True,
        vernacular_title="Erfundene Notiz", languages=["ger"], journal=make_journal(), volume="1",
        abstract=[{"label": "RESULTS", "category": "", "text": f"The ablation of {SCRIPT} succeeded."}],
        abstract_text=f"The ablation of {SCRIPT} succeeded in this synthetic record.",
        publication_types=["Review"], keywords=["synthetic"], coi_statement="None.",
        mesh=[{"descriptor": "Liver", "is_major": True, "qualifiers": []}], trial_ids=["NCT99000001"],
        grants=[{"id": "S-1", "acronym": "S", "agency": "Nobody", "country": "Nowhere"}],
    )  # fmt: skip
    make_author(full, fore_name="Ada", affiliations=["Nowhere", "Elsewhere"], orcid="0000-0002-1825-0097")
    make_correction(full, "RetractionIn", pmid=99_000_009)
    make_correction(full, "CommentIn")
    make_cited_reference(full, pmid=99_000_002, doi="10.99999/cited")
    make_report(make_study(), full)
    make_therapy(covered_by_source_review=True)
    make_reference("Embolization of synthetic lesions", pmid=99_000_002, publication_types=["Editorial"])
    return full


def _complaints(page: Any) -> list[str]:
    violations = Axe().run(page).response["violations"]
    return [f"{found['id']}: {found['nodes'][0]['html'][:120]}" for found in violations]


@pytest.mark.parametrize(("scheme", "width", "height"), [DESK_BY_DAY, PHONE_BY_NIGHT])
@pytest.mark.parametrize(
    "address",
    [
        "/references/?q=ablation", "/references/?year_from=abc&page=9&status=retracted",
        "/references/?q=zzzqqq", "reference", "/review/", "/references/0/",
        "/accounts/login/", "/accounts/password/reset/", "/styleguide/",
    ],
)  # fmt: skip
def test_page_is_accessible_and_fits(browser_page, library, address, scheme, width, height):
    browser_page.set_viewport_size({"width": width, "height": height})
    browser_page.emulate_media(color_scheme=scheme)

    browser_page.goto(library.get_absolute_url() if address == "reference" else address)

    assert _complaints(browser_page) == []
    assert browser_page.evaluate("document.documentElement.scrollWidth") <= width


def test_library_narrows_in_place_and_goes_back(browser_page, library):
    browser_page.goto("/references/")
    browser_page.evaluate("document.body.dataset.seen = 'yes'")

    browser_page.get_by_role("link", name="Editorial").click()
    browser_page.get_by_text("1 reference", exact=True).wait_for()

    assert browser_page.url.endswith("/references/?type=Editorial")
    assert browser_page.evaluate("document.body.dataset.seen") == "yes"
    assert browser_page.locator("#results-status").inner_text() == "1 reference found"

    browser_page.go_back()
    browser_page.get_by_text("2 references", exact=True).wait_for()
    assert browser_page.url.endswith("/references/")


def test_library_keeps_its_facets_when_words_are_searched(browser_page, library):
    browser_page.goto("/references/?type=Review")

    browser_page.get_by_label("Words, PMID, DOI or PMCID").fill("ablation")
    browser_page.get_by_label("Words, PMID, DOI or PMCID").press("Enter")
    browser_page.locator("mark").first.wait_for()

    assert "type=Review" in browser_page.url
    assert "q=ablation" in browser_page.url


def test_library_leads_from_a_pasted_pmid_to_its_reference(browser_page, library):
    browser_page.goto("/references/")

    browser_page.get_by_label("Words, PMID, DOI or PMCID").fill("PMID: 99000001")
    browser_page.get_by_role("main").get_by_role("button", name="Search").click()

    browser_page.wait_for_url(f"**{library.get_absolute_url()}")


def test_text_from_outside_never_runs(browser_page, library):
    dialogs: list[str] = []
    browser_page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))

    for address in ("/references/", "/references/?q=ablation", library.get_absolute_url(), "/review/"):
        browser_page.goto(address)
        assert "<script>alert(1)</script>" in browser_page.get_by_role("main").inner_text()
        assert browser_page.locator("main img, main script").count() == 0

    assert dialogs == []
