"""History in the administration: the page of a row, and the lists of events."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from nelm_review.core.models import User
from tests.builders import make_cohort, make_journal
from tests.core.administration.forms import REASON, address_of, change
from therapies.models import Cohort


@pytest.fixture
def administration(client: Client, admin: User) -> Client:
    client.force_login(admin)
    return client


def _history(client: Client, cohort: Cohort, query: str = "") -> str:
    return client.get(address_of(Cohort, "history", cohort.pk) + query).content.decode()


def test_history_page_shows_who_why_old_and_new(administration: Client) -> None:
    cohort = make_cohort(name="As it was")
    change(administration, cohort, name="As it is")

    page = _history(administration, cohort)

    for words in ("As it was", "As it is", REASON, "admin"):
        assert words in page


def test_history_page_escapes_what_it_shows(administration: Client) -> None:
    cohort = make_cohort(note="<script>alert(1)</script>")

    page = _history(administration, cohort)

    assert "<script>alert(1)</script>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_history_page_steps_through_pages(administration: Client) -> None:
    cohort = make_cohort()
    for number in range(30):
        cohort.name = f"name {number}"
        cohort.save()

    assert "Page 1 of 2" in _history(administration, cohort)
    assert "Added" in _history(administration, cohort, "?p=2")
    assert "Page 1 of 2" in _history(administration, cohort, "?p=nonsense")


def test_history_button_of_a_page_leads_to_it(administration: Client) -> None:
    cohort = make_cohort()

    page = administration.get(address_of(Cohort, "change", cohort.pk)).content.decode()

    assert address_of(Cohort, "history", cohort.pk) in page


def test_history_page_of_a_row_that_is_gone_leads_home(administration: Client) -> None:
    response = administration.get(address_of(Cohort, "history", 12_345))

    assert response.status_code == 302
    assert response["Location"] == reverse("admin:index")


def test_history_page_of_an_untracked_model_is_djangos(administration: Client) -> None:
    journal = make_journal(nlm_id=None)
    change(administration, journal, issn_print="0000-0000")

    page = administration.get(address_of(type(journal), "history", journal.pk)).content.decode()

    assert "Changed ISSN (print)" in page


def test_event_list_links_rows_and_names_people(administration: Client) -> None:
    cohort = make_cohort(name="As it was")
    change(administration, cohort, name="As it is")

    page = administration.get(address_of(Cohort.pgh_event_model, "changelist")).content.decode()

    assert address_of(Cohort, "history", cohort.pk) in page
    assert REASON in page


def test_event_list_finds_changes_made_outside(administration: Client) -> None:
    inside, outside = make_cohort(name="Inside"), make_cohort(name="Outside")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE therapies_cohort SET name = 'Outside again' WHERE id = %s", [outside.pk])
    change(administration, inside, name="Inside again")
    administration.get(reverse("admin:index"))  # takes the message that names the row

    address = address_of(Cohort.pgh_event_model, "changelist")
    page = administration.get(address, {"known": "no", "what": "update"}).content.decode()

    assert "Outside again" in page
    assert "Inside again" not in page


def test_event_list_finds_words_of_a_reason(administration: Client) -> None:
    one, other = make_cohort(name="One"), make_cohort(name="Other")
    change(administration, one, name="One more", change_reason="Merged by the committee")
    change(administration, other, name="Other too")
    administration.get(reverse("admin:index"))  # takes the messages that name the rows

    address = address_of(Cohort.pgh_event_model, "changelist")
    page = administration.get(address, {"q": "committee"}).content.decode()

    assert "One more" in page
    assert "Other too" not in page


@pytest.mark.parametrize("page", ["add", "change", "delete"])
def test_events_cannot_be_written(page: str, administration: Client) -> None:
    event = make_cohort().history.get()
    arguments = [] if page == "add" else [event.pk]

    assert administration.post(address_of(type(event), page, *arguments), {}).status_code == 403
