"""The administration in a real Chromium: its scripts run under our content security policy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from nelm_review.core.roles import Role
from tests.builders import (
    make_cohort,
    make_comparison,
    make_reference,
    make_report,
    make_result,
    make_study,
    make_therapy,
    make_user,
)
from tests.core.administration.forms import REASON, address_of
from therapies.models import Cohort, Result, Study

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def administration(browser_page: Page, live_server: Any, client: Client) -> Page:
    """A page on which an administrator is signed in."""
    client.force_login(make_user("admin", role=Role.ADMINISTRATOR))
    name = settings.SESSION_COOKIE_NAME
    browser_page.context.add_cookies(
        [{"name": name, "value": client.cookies[name].value, "url": live_server.url}]
    )
    return browser_page


def _choose(page: Page, field: str, words: str) -> None:
    page.locator(f"#id_{field} + .select2").click()
    page.locator(".select2-search__field").fill(words)
    page.locator(".select2-results__option", has_text=words).click()


def test_study_is_given_a_report_and_an_arm(administration: Page) -> None:
    study = make_study()
    make_reference("Found by a word of its title")
    make_therapy(name="Synthetic embolisation")
    administration.goto(address_of(Study, "change", study.pk))

    administration.get_by_role("button", name="Add another Study report").click()
    administration.locator("#id_reports-0-role").select_option("primary")
    _choose(administration, "reports-0-reference", "Found by a word")
    administration.get_by_role("button", name="Add another Arm").click()
    administration.locator("#id_arms-0-code").fill("a1")
    administration.locator("#id_arms-0-label").fill("All patients")
    _choose(administration, "arms-0-therapy", "Synthetic embolisation")
    administration.get_by_label("Why:").fill(REASON)
    administration.get_by_role("button", name="Save", exact=True).click()

    administration.get_by_text("was changed successfully").wait_for()
    assert study.reports.get().reference.title == "Found by a word of its title"
    assert study.arms.get().therapy.name == "Synthetic embolisation"


def test_results_are_withdrawn_with_a_reason(administration: Page) -> None:
    result = make_result()
    administration.goto(address_of(Result, "changelist"))

    administration.locator("input.action-select").first.check()
    administration.get_by_label("Action:").select_option("withdraw_selected")
    administration.get_by_role("button", name="Go").click()
    administration.get_by_label("Why:").fill("Counted twice.")
    administration.get_by_role("button", name="Withdraw").click()

    administration.get_by_text("Withdrawn: 1 result.").wait_for()
    result.refresh_from_db()
    assert result.withdrawal_reason == "Counted twice."


def test_history_is_reached_from_the_page_of_a_row(administration: Page) -> None:
    cohort = make_cohort(name="Shared patients")
    administration.goto(address_of(Cohort, "change", cohort.pk))

    administration.locator(".object-tools").get_by_role("link", name="History").click()

    administration.get_by_role("heading", name="History of Shared patients").wait_for()


def test_pages_fit_a_phone(administration: Page) -> None:
    comparison = make_comparison()
    study = comparison.study
    make_result(study.arms.first(), source_report=make_report(study))
    administration.set_viewport_size(PHONE)

    for address in (
        reverse("admin:index"),
        address_of(Study, "change", study.pk),
        address_of(type(comparison), "change", comparison.pk),
        address_of(Study, "history", study.pk),
        address_of(Result, "changelist"),
        reverse("admin:core_user_add"),
    ):
        administration.goto(address)
        assert administration.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], address
