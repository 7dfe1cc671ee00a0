"""Parts of a row on its page: lists by page, and tables that number themselves."""

from __future__ import annotations

import pytest
from django.test import Client
from lxml import html

from nelm_review.core.models import User
from references.models import SearchRun
from tests.builders import (
    make_arm,
    make_reference,
    make_report,
    make_search_hit,
    make_search_run,
    make_study,
    make_therapy,
)
from tests.core.administration.forms import address_of, change, errors_of
from therapies.models import Study


@pytest.fixture
def administration(client: Client, admin: User) -> Client:
    client.force_login(admin)
    return client


def _hits(client: Client, run: SearchRun, page: object) -> list[str]:
    address = address_of(SearchRun, "change", run.pk)
    tree = html.fromstring(client.get(address, {"searchhit-page": page}).content)
    return [cell.text_content().strip() for cell in tree.xpath("//td[contains(@class,'field-pmid')]")]


def test_list_shows_one_page_of_the_rows(administration: Client) -> None:
    run = make_search_run()
    for pmid in range(99_000_001, 99_000_104):
        make_search_hit(run, pmid)

    assert len(_hits(administration, run, 1)) == 100
    assert _hits(administration, run, 2) == ["99000101", "99000102", "99000103"]


@pytest.mark.parametrize("page", ["nonsense", "-1", "0"])
def test_list_copes_with_any_page_number(page: str, administration: Client) -> None:
    run = make_search_run()
    make_search_hit(run, 99_000_001)

    assert _hits(administration, run, page) == ["99000001"]


def test_list_shows_rows_of_this_parent_only(administration: Client) -> None:
    run, other = make_search_run(), make_search_run()
    make_search_hit(run, 99_000_001)
    make_search_hit(other, 99_000_002)

    assert _hits(administration, run, 1) == ["99000001"]


def test_new_row_takes_the_next_position(administration: Client) -> None:
    arm = make_arm(position=4)
    therapy = make_therapy()

    response = change(
        administration,
        arm.study,
        **{
            "arms-TOTAL_FORMS": 2,
            "arms-1-code": "b1",
            "arms-1-label": "New arm",
            "arms-1-therapy": therapy.pk,
            "arms-1-position": "",
        },
    )

    assert response.status_code == 302, errors_of(response)
    assert arm.study.arms.get(code="b1").position == 5


def test_code_of_an_arm_stays_as_it_is(administration: Client) -> None:
    arm = make_arm(code="a1")

    change(administration, arm.study, **{"arms-0-code": "zz", "arms-0-label": "Renamed"})

    arm.refresh_from_db()
    assert (arm.code, arm.label) == ("a1", "Renamed")


def test_parts_cannot_be_deleted_by_a_forged_form(administration: Client) -> None:
    arm = make_arm()

    change(administration, arm.study, **{"arms-0-DELETE": "on"})

    assert arm.study.arms.count() == 1


def test_page_shows_the_chosen_row_of_an_autocomplete(administration: Client) -> None:
    report = make_report(make_study(), make_reference("A synthetic title to be shown"))

    page = administration.get(address_of(Study, "change", report.study_id)).content.decode()

    assert f'<option value="{report.reference_id}" selected>A synthetic title to be shown</option>' in page
