"""Carrying runs out against an E-utilities server that does not always behave."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from nelm_review.core.models import User
from references.models import RawPubmedRecord, Reference, SearchHit, SearchRun
from references.pubmed.client import EntrezClient
from references.services import ingest, searches
from references.services.searches import execution
from tests.builders import make_search_run, make_search_strategy
from tests.eutils.clients import quick_client
from tests.eutils.faults import Fault
from tests.eutils.server import EutilsServer
from tests.eutils.store import FIRST_GENERATED_PMID as FIRST

Execute = Callable[..., float | None]
UNKNOWN = 98_999_999

pytestmark = pytest.mark.django_db


def of_pmids(by: User, n: int = 10, *, more: tuple[int, ...] = ()) -> SearchRun:
    return searches.start(pmids=[*range(FIRST, FIRST + n), *more], by=by, is_announced=False)


def of_query(by: User, query: str = f"{FIRST}:{FIRST + 9}[uid]") -> SearchRun:
    return searches.start(query=query, by=by, is_announced=False)


def counts(run: SearchRun) -> dict[str, int | None]:
    names = ("found", "fetched", "new", "updated", "unchanged", "missing", "failed")
    return {name: n for name in names if (n := getattr(run, f"n_{name}"))}


def test_execute_query(execute: Execute, editor_a: User) -> None:
    run = of_query(editor_a)

    assert execute(run) is None

    assert (run.state, counts(run)) == ("done", {"found": 10, "fetched": 10, "new": 10})
    assert run.translated_query
    assert run.started_at <= run.listed_at <= run.finished_at
    hits = run.hits.select_related("reference")
    assert {hit.state for hit in hits} == {"new"}
    assert all(hit.reference.pmid == hit.pmid for hit in hits)
    assert RawPubmedRecord.objects.filter(search_run=run).count() == 10


def test_execute_query_that_finds_nothing(execute: Execute, editor_a: User) -> None:
    run = of_query(editor_a, f"{UNKNOWN}[uid]")

    assert execute(run) is None

    assert (run.state, run.n_found, run.hits.count()) == ("done", 0, 0)


def test_execute_again_finds_everything_unchanged(execute: Execute, editor_a: User) -> None:
    execute(of_query(editor_a))
    run = of_query(editor_a)

    execute(run)

    assert counts(run) == {"found": 10, "fetched": 10, "unchanged": 10}


def test_execute_pmids_counts_those_that_changed(execute: Execute, editor_a: User) -> None:
    execute(of_pmids(editor_a, 3))
    RawPubmedRecord.objects.filter(reference__pmid=FIRST).update(sha256=b"\0" * 32)
    run = of_pmids(editor_a, 5)

    execute(run)

    assert counts(run) == {"found": 5, "fetched": 5, "new": 2, "updated": 1, "unchanged": 2}


def test_execute_unknown_pmid_is_missing_with_a_reason(execute: Execute, editor_a: User) -> None:
    run = of_pmids(editor_a, 2, more=(UNKNOWN,))

    execute(run)

    assert (run.state, counts(run)) == ("done", {"found": 3, "fetched": 2, "new": 2, "missing": 1})
    hit = run.hits.with_trouble().get()
    assert (hit.pmid, hit.state, hit.reason) == (
        UNKNOWN,
        "missing",
        "PubMed sent no record for this PMID.",
    )


def test_execute_list_of_unknown_pmids_alone(execute: Execute, editor_a: User) -> None:
    run = of_pmids(editor_a, 0, more=(UNKNOWN, UNKNOWN - 1))

    execute(run)

    assert (run.state, counts(run)) == ("done", {"found": 2, "missing": 2})


def test_execute_malformed_record_costs_itself_alone(
    execute: Execute, pubmed: EutilsServer, editor_a: User
) -> None:
    pubmed.misbehave("efetch", Fault.MALFORMED)
    run = of_pmids(editor_a, 5)

    execute(run)

    assert counts(run) == {"found": 5, "fetched": 5, "new": 4, "failed": 1}
    hit = run.hits.with_trouble().get()
    assert (hit.pmid, hit.state) == (FIRST, "failed")
    assert "not well-formed" in hit.reason


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault.MISSING, {"found": 5, "fetched": 4, "new": 4, "missing": 1}),
        (Fault.DUPLICATE, {"found": 5, "fetched": 5, "new": 5}),
    ],
)
def test_execute_missing_and_duplicate_records(
    fault: Fault, expected: dict[str, int], execute: Execute, pubmed: EutilsServer, editor_a: User
) -> None:
    pubmed.misbehave("efetch", fault)
    run = of_pmids(editor_a, 5)

    execute(run)

    assert (run.state, counts(run)) == ("done", expected)
    assert Reference.objects.count() == expected["new"]


PASSING = [
    Fault.RATE_LIMITED,
    Fault.SERVER_ERROR,
    Fault.HTML,
    Fault.ERROR_ELEMENT,
    Fault.BACKEND_COMMENT,
    Fault.EMPTY,
    Fault.CUT,
    Fault.TRUNCATED,
    Fault.DROPPED,
    Fault.RESET,
    Fault.HANG_UP,
    Fault.GARBAGE,
]


@pytest.mark.parametrize("fault", PASSING)
@pytest.mark.parametrize("endpoint", ["esearch", "efetch"])
def test_execute_passing_fault_postpones_the_run(
    endpoint: str, fault: Fault, execute: Execute, pubmed: EutilsServer, editor_a: User
) -> None:
    pubmed.misbehave(endpoint, fault, times=2)
    run = of_query(editor_a)

    again_in = execute(run)

    assert again_in > 0
    assert (run.state, run.n_attempts, run.n_fetched) == ("queued", 1, 0)
    assert run.error.endswith(".")
    assert not run.is_stale
    assert execute(run) is None
    assert (run.state, run.error, counts(run)) == ("done", "", {"found": 10, "fetched": 10, "new": 10})


def test_execute_waits_as_long_as_pubmed_wishes(
    execute: Execute, pubmed: EutilsServer, editor_a: User
) -> None:
    pubmed.misbehave("efetch", Fault.RATE_LIMITED, times=2, retry_after=100)
    run = of_pmids(editor_a)
    before = timezone.now()

    assert execute(run) == 100

    assert run.heartbeat_at >= before + timedelta(seconds=100)


def test_execute_gives_up_after_many_attempts_without_progress(
    execute: Execute, pubmed: EutilsServer, editor_a: User
) -> None:
    pubmed.misbehave("efetch", Fault.SERVER_ERROR, times=100)
    run = of_pmids(editor_a)

    pauses = [execute(run) for _ in range(execution.MAX_ATTEMPTS)]

    assert pauses[-1] is None
    assert all(0 < pause <= execution.LONGEST_PAUSE_SECONDS for pause in pauses[:-1])
    assert sorted(pauses[:4]) == pauses[:4]
    assert run.state == "failed"
    assert run.error == "Given up after 10 attempts without progress. PubMed failed with HTTP 500."


def test_execute_gives_up_on_a_run_that_kills_its_workers(execute: Execute, editor_a: User) -> None:
    run = of_pmids(editor_a)
    SearchRun.objects.update(state="running", n_attempts=execution.MAX_ATTEMPTS)

    assert execute(run) is None

    assert run.state == "failed"
    assert run.error.startswith("Given up after 10 attempts without progress. Its worker stopped each time")


def test_execute_progress_forgives_earlier_attempts(
    execute: Execute, pubmed: EutilsServer, editor_a: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(execution, "BATCH_SIZE", 5)
    pubmed.misbehave("efetch", Fault.SERVER_ERROR, times=2)
    run = of_pmids(editor_a)
    execute(run)
    assert run.n_attempts == 1
    pubmed.misbehave("efetch", Fault.SERVER_ERROR, times=2, after=1)

    execute(run)

    assert (run.n_attempts, run.n_fetched, run.state) == (0, 5, "queued")


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("nonsense[nofield]", "PubMed understood no part of the query"),
        ("and", "PubMed understood no part of the query"),
    ],
)
def test_execute_bad_query_fails_at_once(query: str, reason: str, execute: Execute, editor_a: User) -> None:
    run = of_query(editor_a, query)

    assert execute(run) is None

    assert run.state == "failed"
    assert reason in run.error


def test_execute_query_that_finds_too_much_fails_at_once(
    execute: Execute, editor_a: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(execution, "MAX_FOUND", 9)
    run = of_query(editor_a)

    execute(run)

    assert run.state == "failed"
    assert run.error == "The query finds 10 records and a run takes at most 9: narrow it."


def test_execute_without_an_email_fails_with_a_sentence(editor_a: User, settings: Any) -> None:
    settings.ENTREZ_EMAIL = ""
    run = of_query(editor_a)

    assert searches.execute(run.pk) is None

    run.refresh_from_db()
    assert (run.state, "ENTREZ_EMAIL" in run.error) == ("failed", True)


def test_execute_asks_the_pubmed_of_the_settings(pubmed: EutilsServer, editor_a: User, settings: Any) -> None:
    settings.ENTREZ_BASE_URL, settings.ENTREZ_API_KEY = pubmed.base_url, "a-key"
    run = of_pmids(editor_a, 1)

    searches.execute(run.pk)

    run.refresh_from_db()
    assert run.state == "done"
    assert pubmed.requests[0].parameters["api_key"] == "a-key"
    assert pubmed.requests[0].parameters["email"] == "tests@example.org"


@pytest.mark.parametrize("by_strategy", [True, False])
def test_execute_asks_again_for_what_earlier_runs_did_not_get(
    by_strategy: bool, execute: Execute, pubmed: EutilsServer, editor_a: User
) -> None:
    query = f"{FIRST}:{FIRST + 4}[uid]"
    strategy = make_search_strategy(query=query) if by_strategy else None
    asked = {"strategy": strategy} if strategy else {"query": query}
    pubmed.misbehave("efetch", Fault.MISSING)
    first = searches.start(**asked, by=editor_a, is_announced=False)
    execute(first)
    missing = first.hits.with_trouble().get().pmid
    # By now the query does not find it any more.
    first.hits.create(pmid=UNKNOWN, position=9, state=SearchHit.State.MISSING, reason="Not sent.")

    again = searches.start(**asked, by=editor_a, is_announced=False)
    execute(again)

    assert again.hits.get(pmid=missing).state == "new"
    assert again.hits.get(pmid=UNKNOWN).state == "missing"
    assert again.warnings == ["Asked for again, as earlier runs did not get them: 2 PMIDs."]
    assert counts(again) == {"found": 6, "fetched": 5, "new": 1, "unchanged": 4, "missing": 1}


def test_execute_does_not_ask_for_what_other_queries_did_not_get(execute: Execute, editor_a: User) -> None:
    other = make_search_run(query="another[tiab]", state="done")
    other.hits.create(pmid=UNKNOWN, position=1, state="missing", reason="Not sent.")
    run = of_query(editor_a)

    execute(run)

    assert run.n_found == 10


def test_execute_stops_when_time_is_up_and_goes_on_later(
    execute: Execute, editor_a: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(execution, "BATCH_SIZE", 5)
    run = of_query(editor_a)

    assert execute(run, seconds=0) == 0
    assert (run.state, run.n_fetched, run.n_found) == ("running", 0, 10)
    assert execute(run) is None
    assert (run.state, run.n_fetched) == ("done", 10)


def test_execute_notices_that_it_was_cancelled(
    execute: Execute, editor_a: User, editor_b: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(execution, "BATCH_SIZE", 5)
    run = of_pmids(editor_a)

    assert execute(run, on_progress=lambda run: searches.cancel(run, by=editor_b)) is None

    assert (run.state, run.cancelled_by, run.n_fetched) == ("cancelled", editor_b, 5)
    assert (Reference.objects.count(), run.hits.pending().count()) == (5, 5)


def test_execute_stores_nothing_once_cancelled(
    client: EntrezClient, editor_a: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = of_pmids(editor_a)
    fetch = client.fetch

    def fetch_late(**selection: Any) -> bytes:
        searches.cancel(run, by=editor_a)
        return fetch(**selection)

    monkeypatch.setattr(client, "fetch", fetch_late)

    assert searches.execute(run.pk, client=client) is None

    run.refresh_from_db()
    assert (run.state, Reference.objects.count()) == ("cancelled", 0)


@pytest.mark.parametrize("state", ["done", "failed", "cancelled"])
def test_execute_run_that_is_over_does_nothing(state: str, execute: Execute, pubmed: EutilsServer) -> None:
    run = make_search_run(state=state)

    assert execute(run) is None

    assert (run.state, pubmed.requests) == (state, [])


def test_execute_run_that_is_not_there(client: EntrezClient) -> None:
    assert searches.execute(10**9, client=client) is None


def test_execute_resumes_a_batch_that_was_lost_with_its_worker(
    execute: Execute, editor_a: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(execution, "BATCH_SIZE", 4)
    run = of_pmids(editor_a)
    store = ingest.store
    n_batches = []

    def store_and_die(*args: Any, **options: Any) -> ingest.IngestReport:
        report = store(*args, **options)
        n_batches.append(1)
        if len(n_batches) == 2:
            raise SystemExit("Killed")
        return report

    monkeypatch.setattr(ingest, "store", store_and_die)
    with pytest.raises(SystemExit):
        execute(run)
    run.refresh_from_db()
    assert (run.state, run.n_fetched, Reference.objects.count()) == ("running", 4, 4)

    assert execute(run) is None

    assert counts(run) == {"found": 10, "fetched": 10, "new": 10}


def test_execute_finds_the_record_that_spoils_the_reply(
    execute: Execute, client: EntrezClient, editor_a: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch = client.fetch

    def fetch_with_entities(*, pmids: list[str]) -> bytes:
        reply = fetch(pmids=pmids)
        spoilt = b"<PubmedArticleSet><!DOCTYPE x [<!ENTITY a 'b'>]>"
        return reply.replace(b"<PubmedArticleSet>", spoilt, 1) if str(FIRST + 3) in pmids else reply

    monkeypatch.setattr(client, "fetch", fetch_with_entities)
    run = of_pmids(editor_a)

    execute(run)

    assert counts(run) == {"found": 10, "fetched": 10, "new": 9, "failed": 1}
    hit = run.hits.with_trouble().get()
    assert (hit.pmid, "entities" in hit.reason) == (FIRST + 3, True)


def test_execute_leaves_out_what_was_not_asked_for(
    execute: Execute, client: EntrezClient, editor_a: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch = client.fetch
    monkeypatch.setattr(client, "fetch", lambda pmids: fetch(pmids=[*pmids, str(FIRST + 20)]))
    run = of_pmids(editor_a, 3)

    execute(run)

    assert counts(run) == {"found": 3, "fetched": 3, "new": 3}
    assert not Reference.objects.filter(pmid=FIRST + 20).exists()


def test_execute_needs_few_statements(execute: Execute, editor_a: User) -> None:
    run = of_pmids(editor_a, 500)

    with CaptureQueriesContext(connection) as queries:
        execute(run)

    assert run.n_new == 500
    assert len(queries) < 0.1 * 500


def test_execute_25_000_records(pubmed: EutilsServer, editor_a: User) -> None:
    run = of_query(editor_a, "generated[sb]")
    client = quick_client(pubmed)
    heartbeats = []

    again_in = searches.execute(
        run.pk, client=client, on_progress=lambda run: heartbeats.append(run.n_fetched)
    )

    run.refresh_from_db()
    assert (again_in, run.state) == (None, "done")
    assert counts(run) == {"found": 25_000, "fetched": 25_000, "new": 25_000}
    assert run.hits.filter(reference__isnull=False).count() == Reference.objects.count() == 25_000
    assert heartbeats[1:3] == [500, 1_000]
