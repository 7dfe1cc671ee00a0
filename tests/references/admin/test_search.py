"""Searches and journals in the administration."""

from __future__ import annotations

import pytest
from django.test import Client

from nelm_review.core.models import User
from references.models import Journal, SearchRun, SearchStrategy
from tests.builders import make_journal, make_search_run, make_search_strategy
from tests.core.administration.forms import act, add, address_of, change, errors_of, messages_of


@pytest.fixture
def administration(client: Client, admin: User) -> Client:
    client.force_login(admin)
    return client


def test_added_strategy_is_signed(administration: Client, admin: User) -> None:
    response = add(
        administration,
        SearchStrategy,
        name="Synthetic",
        slug="synthetic",
        query="synthetic[tiab]",
        is_active="on",
    )

    assert response.status_code == 302, errors_of(response)
    assert SearchStrategy.objects.get().created_by == admin


def test_run_action_queues_the_strategy(administration: Client, admin: User) -> None:
    strategy = make_search_strategy(query="synthetic[tiab]")

    response = act(administration, "run_now", strategy)

    run = SearchRun.objects.get()
    assert (run.strategy, run.query, run.requested_by) == (strategy, "synthetic[tiab]", admin)
    assert messages_of(response) == [f"“{strategy}” is queued. Run {run.pk}"]


def test_run_action_refuses_a_strategy_that_is_put_away(administration: Client) -> None:
    strategy = make_search_strategy(is_active=False)

    response = act(administration, "run_now", strategy)

    assert not SearchRun.objects.exists()
    assert messages_of(response) == [f"The strategy “{strategy}” is not in use."]


def test_cancel_action_cancels_what_is_not_over(administration: Client, admin: User) -> None:
    queued, done = make_search_run(), make_search_run(state=SearchRun.State.DONE)

    response = act(administration, "cancel_selected", queued, done)

    queued.refresh_from_db()
    done.refresh_from_db()
    assert (queued.state, queued.cancelled_by) == (SearchRun.State.CANCELLED, admin)
    assert done.state == SearchRun.State.DONE
    assert messages_of(response) == ["Cancelled: 1.", "The run is over already: done."]


def test_journal_of_pubmed_cannot_be_edited(administration: Client) -> None:
    journal = make_journal(nlm_id="9900001")

    assert administration.post(address_of(Journal, "change", journal.pk), {}).status_code == 403


def test_journal_known_by_its_printed_name_can_be_corrected(administration: Client) -> None:
    journal = make_journal("Jounral of Synthetic Records")

    change(administration, journal, title="Journal of Synthetic Records")

    journal.refresh_from_db()
    assert journal.title == "Journal of Synthetic Records"


def test_journal_without_any_name_is_refused(administration: Client) -> None:
    response = change(administration, make_journal(), title="", iso_abbreviation="")

    assert "A journal needs a title or an ISO abbreviation." in errors_of(response)
