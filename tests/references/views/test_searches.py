"""The pages for pulling from PubMed."""

from __future__ import annotations

from typing import Any

import pytest
from celery import current_app
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from kombu.exceptions import OperationalError

from nelm_review.core.models import User
from references.models import SearchRun
from references.services.searches.queue import NO_BROKER
from tests.builders import make_reference, make_search_hit, make_search_run, make_search_strategy

HTMX = {"HX-Request": "true"}

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def announced(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The runs that the workers were told of."""
    told: list[int] = []
    monkeypatch.setattr(current_app, "send_task", lambda name, args, **options: told.extend(args))
    return told


@pytest.fixture
def editor(client: Client, editor_a: User) -> Client:
    """The browser of an editor."""
    client.force_login(editor_a)
    return client


def addresses() -> list[tuple[str, str]]:
    run = make_search_run()
    strategy = make_search_strategy()
    return [
        ("get", reverse("desk")),
        ("get", reverse("searches")),
        ("post", reverse("searches")),
        ("get", reverse("search_run", args=[run.pk])),
        ("post", reverse("search_run_cancel", args=[run.pk])),
        ("post", reverse("search_run_repeat", args=[run.pk])),
        ("get", reverse("strategies")),
        ("post", reverse("strategies")),
        ("post", reverse("strategy_run", args=[strategy.slug])),
    ]


def test_pages_send_strangers_to_the_sign_in_page(client: Client) -> None:
    for method, address in addresses():
        response = getattr(client, method)(address)
        assert (response.status_code, response["Location"]) == (302, f"/accounts/login/?next={address}")
    assert SearchRun.objects.count() == 1


def test_pages_are_closed_to_readers(client: Client, reader: User) -> None:
    client.force_login(reader)
    for method, address in addresses():
        assert getattr(client, method)(address).status_code == 403
    assert SearchRun.objects.get().state == "queued"


def test_writing_addresses_cannot_be_got(editor: Client) -> None:
    for method, address in addresses():
        if method == "post" and not address.endswith(("/searches/", "/strategies/")):
            assert editor.get(address).status_code == 405


def test_desk_shows_what_is_under_way_and_what_finished(editor: Client) -> None:
    make_search_run(query="under way[ti]")
    make_search_run(query="finished[ti]", state="done")

    page = editor.get(reverse("desk")).content.decode()

    assert page.index("Under way") < page.index("under way[ti]")
    assert page.index("Finished last") < page.index("finished[ti]")


def test_searches_starts_a_query(
    editor: Client, editor_a: User, announced: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        response = editor.post(reverse("searches"), {"query": "synthetic[tiab]"})

    run = SearchRun.objects.get()
    assert response["Location"] == run.get_absolute_url() == f"/desk/searches/{run.pk}/"
    assert (run.query, run.requested_by, announced) == ("synthetic[tiab]", editor_a, [run.pk])


def test_searches_starts_pmids_typed_and_in_a_file(editor: Client) -> None:
    file = SimpleUploadedFile("pmids.txt", "\ufeff99000002\r\n99000003".encode())

    editor.post(reverse("searches"), {"pmids": "99000001\n99000002", "pmid_file": file})

    hits = SearchRun.objects.get().hits.order_by("position")
    assert list(hits.values_list("pmid", flat=True)) == [99_000_001, 99_000_002, 99_000_003]


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({}, "one of the three"),
        ({"query": "a", "pmids": "1"}, "one of the three"),
        ({"query": "(a"}, "A parenthesis in the query is not closed."),
        ({"query": "a\x00b"}, "Null characters are not allowed."),
        ({"query": "a" * 30_000}, "at most 20,000 characters"),
        ({"pmids": "99000001\n<b>x</b>"}, "Line 2: “&lt;b&gt;x&lt;/b&gt;” is not a PMID."),
        ({"pmid_file": SimpleUploadedFile("a.txt", b"\xff\xfe\x00")}, "The file is not plain text."),
        ({"pmid_file": SimpleUploadedFile("a.txt", b"12x")}, "Line 1: “12x” is not a PMID."),
        ({"pmid_file": SimpleUploadedFile("a.txt", b"1" * (5 * 2**20 + 1))}, "The file is larger than 5 MB."),
    ],
)
def test_searches_bad_request_is_a_message(sent: dict[str, Any], words: str, editor: Client) -> None:
    response = editor.post(reverse("searches"), sent)

    assert response.status_code == 422
    assert words in response.content.decode()
    assert not SearchRun.objects.exists()


def test_searches_keeps_what_was_typed(editor: Client) -> None:
    response = editor.post(reverse("searches"), {"query": "(synthetic <i>"})

    assert "(synthetic &lt;i&gt;" in response.content.decode()


def test_searches_without_broker_saves_the_run_and_says_so(
    editor: Client, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    def refuse(*args: Any, **options: Any) -> None:
        raise OperationalError("Connection refused")

    monkeypatch.setattr(current_app, "send_task", refuse)
    with django_capture_on_commit_callbacks(execute=True):
        response = editor.post(reverse("searches"), {"query": "synthetic"})

    assert NO_BROKER in editor.get(response["Location"]).content.decode()


def test_searches_lists_the_runs_a_page_at_a_time(editor: Client, editor_a: User) -> None:
    for number in range(30):
        make_search_run(query=f"synthetic {number:02d}", requested_by=editor_a)

    first = editor.get(reverse("searches")).content.decode()
    second = editor.get(reverse("searches"), {"page": "2"}).content.decode()

    assert "synthetic 29" in first
    assert "synthetic 04" not in first
    assert "synthetic 04" in second
    assert editor.get(reverse("searches"), {"page": "no number"}).status_code == 200


def test_search_run_shows_progress_and_looks_again(editor: Client) -> None:
    run = make_search_run(
        state="running",
        n_found=2_000,
        n_fetched=1_200,
        n_new=1_200,
        listed_at=timezone.now(),
        query="<b>synthetic</b>",
        translated_query="synthetic[All Fields]",
        warnings=["Not found in PubMed: x."],
    )

    page = editor.get(run.get_absolute_url()).content.decode()

    assert "1,200 of 2,000 records done." in page
    assert '<progress aria-label="Records done" max="2000" value="1200">' in page
    assert 'hx-trigger="every 1s"' in page
    assert "&lt;b&gt;synthetic&lt;/b&gt;" in page
    assert "synthetic[All Fields]" in page
    assert "Not found in PubMed: x." in page
    assert "Cancel the search" in page


def test_search_run_answers_htmx_with_the_progress_alone(editor: Client) -> None:
    run = make_search_run(state="running", n_found=10)

    response = editor.get(run.get_absolute_url(), headers=HTMX)

    part = response.content.decode()
    assert part.strip().startswith('<section id="progress"')
    assert "<html" not in part
    assert "HX-Request" in response["Vary"]


def test_search_run_that_ended_reloads_the_page_that_looks_again(editor: Client) -> None:
    run = make_search_run(state="done")

    response = editor.get(run.get_absolute_url(), headers=HTMX)

    assert response["HX-Refresh"] == "true"
    assert "hx-trigger" not in editor.get(run.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "Waiting for a worker."),
        ({"state": "running"}, "PubMed has not answered yet."),
        ({"state": "running", "n_found": 3_000}, "Listing the 3,000 records that PubMed found."),
        ({"error": "PubMed failed with HTTP 500."}, "It is tried again."),
        ({"state": "failed", "error": "PubMed rejected the query: x."}, "PubMed rejected the query: x."),
        ({"state": "failed", "error": "No."}, "PubMed was not asked to the end."),
        ({"state": "done", "n_found": 0}, "0 of 0 records done."),
    ],
)
def test_search_run_says_how_it_stands(fields: dict[str, Any], words: str, editor: Client) -> None:
    assert words in editor.get(make_search_run(**fields).get_absolute_url()).content.decode()


def test_search_run_shows_trouble_and_any_state_on_request(editor: Client) -> None:
    run = make_search_run(state="done", n_found=2, n_fetched=1, n_new=1, n_missing=1)
    make_search_hit(run, 99_000_001, state="missing", reason="Nowhere <to be> seen.")
    make_search_hit(run, 99_000_002, state="new", reference=make_reference("A new one"))

    trouble = editor.get(run.get_absolute_url()).content.decode()
    new = editor.get(run.get_absolute_url(), {"state": "new"}).content.decode()

    assert "Nowhere &lt;to be&gt; seen." in trouble
    assert "A new one" not in trouble
    assert "A new one" in new
    assert "99000001" not in new
    assert editor.get(run.get_absolute_url(), {"state": "nonsense"}).status_code == 200


def test_search_run_that_is_not_there(editor: Client) -> None:
    assert editor.get(reverse("search_run", args=[10**9])).status_code == 404


def test_cancel_ends_the_run(editor: Client, editor_a: User) -> None:
    run = make_search_run()

    response = editor.post(reverse("search_run_cancel", args=[run.pk]), follow=True)

    run.refresh_from_db()
    assert (run.state, run.cancelled_by) == ("cancelled", editor_a)
    assert "Cancelled by" in response.content.decode()


def test_cancel_run_that_is_over_is_a_message(editor: Client) -> None:
    run = make_search_run(state="done")

    response = editor.post(reverse("search_run_cancel", args=[run.pk]), follow=True)

    assert "The run is over already: done." in response.content.decode()


def test_repeat_starts_another_run(editor: Client) -> None:
    run = make_search_run(state="failed", query="again[ti]")

    response = editor.post(reverse("search_run_repeat", args=[run.pk]))

    again = SearchRun.objects.exclude(pk=run.pk).get()
    assert (again.query, response["Location"]) == ("again[ti]", again.get_absolute_url())


def test_repeat_of_a_strategy_that_is_put_away_is_a_message(editor: Client) -> None:
    run = make_search_run(state="done", strategy=make_search_strategy(name="Old", is_active=False))

    response = editor.post(reverse("search_run_repeat", args=[run.pk]), follow=True)

    assert "The strategy “Old” is not in use." in response.content.decode()


def test_pages_need_few_queries(editor: Client, editor_a: User, django_assert_max_num_queries: Any) -> None:
    for _ in range(12):
        run = make_search_run(strategy=make_search_strategy(), state="running", requested_by=editor_a)
        make_search_hit(run, state="updated", reason="x", reference=make_reference())
        make_search_hit(run, state="missing")

    for address in ("desk", "searches", "strategies"):
        with django_assert_max_num_queries(10):
            editor.get(reverse(address))
    with django_assert_max_num_queries(10):
        editor.get(run.get_absolute_url())
    with django_assert_max_num_queries(5):
        editor.get(run.get_absolute_url(), headers=HTMX)
