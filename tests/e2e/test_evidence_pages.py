"""Cells, therapies, outcomes and studies in a real browser, with and without scripts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.builders import (
    make_arm,
    make_cohort,
    make_comparison,
    make_outcome,
    make_reference,
    make_report,
    make_result,
    make_study,
    make_therapy,
)
from therapies.models import Criteria, Outcome, Study

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CELL = "/evidence/tace/orr/"
DESK_BY_DAY, PHONE_BY_NIGHT = ("light", 1280, 900), ("dark", 390, 844)


@pytest.fixture
def evidence() -> None:
    """A cell with every kind of line, a rate at two times, a harm, a review, a comparison and a cohort."""
    parent = make_therapy("embolization")
    therapy = make_therapy("tace", name="Transarterial chemoembolization", parent=parent, synonyms=["HACE"])
    response = make_outcome("orr", name="Objective response rate")
    rate = make_outcome("os-rate", domain=Outcome.Domain.SURVIVAL)
    harm = make_outcome("major-ae", domain=Outcome.Domain.SAFETY, better=Outcome.Better.LOWER)
    cohort = make_cohort(name="Synthetic Clinic")
    alpha = make_study("alpha", label="Alpha 2010", cohort=cohort, design_is_stated=False, n_patients=8)
    beta = make_study("beta", label="Beta 2020", cohort=cohort, design=Study.Design.REGISTRY)
    review = make_study("review", label="Gamma review", design=Study.Design.META_ANALYSIS, k_studies=2)
    for study, year in ((alpha, 2010), (beta, 2020), (review, 2021)):
        make_report(study, make_reference(published_year=year))
    first, second = make_arm(alpha, therapy), make_arm(beta, therapy, n=None)
    make_result(first, response, value=Decimal(64), ci_low=Decimal(50), ci_high=Decimal(76), ci_level=95)
    make_result(first, response, value=None, events=9, total=12, per="procedure", criteria=Criteria.MRECIST)
    make_result(first, response, value=Decimal(90), is_composite=True)
    make_result(second, response, value=Decimal(20), reported_in=review)
    make_result(second, response, value=None, range_low=Decimal(10), range_high=Decimal(30))
    make_result(make_arm(review, therapy), response, value=Decimal(50))
    make_result(first, rate, value=Decimal(91), timepoint_months=12)
    make_result(first, rate, value=Decimal(37), timepoint_months=60)
    make_result(second, rate, value=Decimal(35), timepoint_months=60)
    make_result(first, harm, value=Decimal(5))
    make_comparison(first, make_arm(alpha), outcome=response, p_text="0.02")


@pytest.mark.parametrize(("scheme", "width", "height"), [DESK_BY_DAY, PHONE_BY_NIGHT])
@pytest.mark.parametrize(
    "address",
    [
        CELL, f"{CELL}?design=anecdote", f"{CELL}?group=criteria&derived=include", f"{CELL}?beside=1",
        "/evidence/embolization/major-ae/?design=registry",
        "/evidence/tace/os-rate/", "/therapies/", "/therapies/tace/", "/outcomes/orr/",
        "/outcomes/os-rate/?months=12", "/studies/", "/studies/?q=nothing", "/studies/alpha/",
        "/studies/review/", "/methods/", "/studies/nobody/",
    ],
)  # fmt: skip
def test_page_is_accessible_and_never_wider_than_the_screen(
    browser_page, evidence, address, scheme, width, height
):
    browser_page.emulate_media(color_scheme=scheme)
    browser_page.set_viewport_size({"width": width, "height": height})

    browser_page.goto(address)

    assert _complaints(browser_page) == []
    assert browser_page.evaluate("document.documentElement.scrollWidth") <= width


def test_filter_swaps_the_results_and_can_be_undone_by_going_back(browser_page, evidence):
    browser_page.goto(CELL)

    browser_page.get_by_text("Study design", exact=False).first.click()
    browser_page.get_by_label("Registry").check()
    browser_page.wait_for_url("**design=registry**")
    browser_page.get_by_role("link", name="Alpha 2010").first.wait_for(state="detached")
    assert browser_page.get_by_role("link", name="Beta 2020").first.is_visible()

    browser_page.go_back()
    browser_page.get_by_role("link", name="Alpha 2010").first.wait_for()


def test_column_heading_sorts_the_results(browser_page, evidence):
    browser_page.goto(CELL)

    browser_page.get_by_role("link", name="Value", exact=True).first.click()
    browser_page.wait_for_url("**sort=-value**")

    heading = browser_page.locator("th[aria-sort='descending']")
    assert heading.inner_text().startswith("Value")
    values = browser_page.locator(".ev-value b")
    assert [values.nth(index).inner_text() for index in range(3)] == ["75%", "64%", "20%"]


def test_time_point_of_a_survival_rate_is_chosen_by_a_link(browser_page, evidence):
    browser_page.goto("/outcomes/os-rate/")
    assert browser_page.get_by_text("35–37%").first.is_visible()

    browser_page.get_by_role("link", name="1 year", exact=True).click()
    browser_page.get_by_text("91%", exact=True).first.wait_for()

    assert "months=12" in browser_page.url


def test_pages_work_without_scripts(chromium, live_server, evidence):
    context = chromium.new_context(base_url=live_server.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/studies/")

    page.get_by_label("Name, population or title").fill("beta")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Beta 2020").click()

    assert page.locator("h1").inner_text() == "Beta 2020"
    context.close()


def test_cell_opens_from_the_map_with_its_filters(browser_page, evidence):
    browser_page.goto("/?design=retrospective-cohort")

    browser_page.locator("a[href^='/evidence/tace/orr/']").first.click()

    assert browser_page.url.endswith("/evidence/tace/orr/?design=retrospective-cohort")
    assert browser_page.locator("h1").inner_text() == (
        "Objective response rate after transarterial chemoembolization"
    )


def test_reader_leaves_a_study_out_sees_the_number_change_and_takes_the_plot_away(browser_page, tmp_path):
    therapy, outcome = make_therapy("tace"), make_outcome("orr", name="Objective response rate")
    for number, events in enumerate((10, 12, 13, 30), start=1):
        study = make_study(f"s{number}", label=f"Synthetic {number}", n_patients=40)
        arm = make_arm(study, therapy, n=40)
        make_result(arm, outcome, value=None, events=events, total=40, criteria=Criteria.WHO)
    browser_page.goto(CELL)
    figure = browser_page.locator(".answer-figure b")
    before = figure.inner_text()

    browser_page.get_by_role("link", name="the analysis without Synthetic 4").click()
    browser_page.wait_for_url("**without=s4")

    assert figure.inner_text() != before
    assert browser_page.get_by_text("Left out: left out by you").is_visible()
    with browser_page.expect_download() as download:
        browser_page.get_by_role("link", name="SVG of this plot").click()
    download.value.save_as(tmp_path / "plot.svg")
    assert figure.inner_text() in (tmp_path / "plot.svg").read_text("utf-8")

    browser_page.get_by_label("Order").select_option("value")
    browser_page.wait_for_url("**sort=value**")
    assert "without=s4" in browser_page.url
    browser_page.get_by_role("link", name="put back Synthetic 4").click()
    assert figure.inner_text() == before


def test_what_lies_around_a_cell_comes_into_view(browser_page, evidence):
    browser_page.goto(CELL)

    browser_page.locator("#beside").scroll_into_view_if_needed()

    browser_page.get_by_role("heading", name="Also reported of Transarterial chemoembolization").wait_for()


def _complaints(page: Any) -> list[str]:
    violations = Axe().run(page).response["violations"]
    return [f"{found['id']}: {found['nodes'][0]['html'][:120]}" for found in violations]
