"""The page of saved queries."""

from __future__ import annotations

import pytest
from celery import current_app
from django.test import Client
from django.urls import reverse

from nelm_review.core.models import User
from references.models import SearchRun, SearchStrategy
from tests.builders import make_search_run, make_search_strategy

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client: Client, editor_a: User) -> Client:
    client.force_login(editor_a)
    return client


def test_strategies_saves_one_with_its_history(editor: Client, editor_a: User) -> None:
    sent = {"name": "  Liver  metastases, weekly ", "query": "synthetic[ti] ", "description": "To keep up."}

    response = editor.post(reverse("strategies"), sent, follow=True)

    strategy = SearchStrategy.objects.get()
    assert (strategy.slug, strategy.name, strategy.query) == (
        "liver-metastases-weekly",
        "Liver metastases, weekly",
        "synthetic[ti]",
    )
    assert strategy.created_by == editor_a
    assert strategy.history.get().pgh_context.metadata["service"] == "strategies.create"
    assert "“Liver metastases, weekly” is saved." in response.content.decode()


@pytest.mark.parametrize(
    ("name", "query", "words"),
    [
        ("", "a", "This field is required."),
        ("A", "", "This field is required."),
        ("!!!", "a", "A strategy needs a name with letters or digits in it."),
        ("A", "(a", "A parenthesis in the query is not closed."),
        ("taken", "a", "There is a strategy called “taken” already."),
    ],
)
def test_strategies_bad_one_is_a_message(name: str, query: str, words: str, editor: Client) -> None:
    make_search_strategy("taken")

    response = editor.post(reverse("strategies"), {"name": name, "query": query})

    assert response.status_code == 422
    assert words in response.content.decode()
    assert SearchStrategy.objects.count() == 1


def test_strategies_says_when_each_ran(editor: Client) -> None:
    make_search_strategy(name="Waits")
    make_search_run(strategy=make_search_strategy(name="Has run"))

    page = editor.get(reverse("strategies")).content.decode()

    rows = page.partition("<tbody>")[2]
    assert rows.index("Has run") < rows.index(" UTC") < rows.index("Waits") < rows.index("never")


def test_strategy_run_starts_a_run(editor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(current_app, "send_task", lambda *args, **options: None)
    strategy = make_search_strategy()

    response = editor.post(reverse("strategy_run", args=[strategy.slug]))

    run = SearchRun.objects.get()
    assert (run.strategy, response["Location"]) == (strategy, run.get_absolute_url())


def test_strategy_run_of_one_put_away_is_a_message(editor: Client) -> None:
    strategy = make_search_strategy(name="Old", is_active=False)

    response = editor.post(reverse("strategy_run", args=[strategy.slug]), follow=True)

    assert "The strategy “Old” is not in use." in response.content.decode()


def test_strategy_run_of_one_that_is_not_there(editor: Client) -> None:
    assert editor.post(reverse("strategy_run", args=["no-such"])).status_code == 404
