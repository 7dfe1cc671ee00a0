"""`manage.py pull_pubmed`."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.core.management import CommandError, call_command

from nelm_review.core.models import SHELL, User
from references.models import Reference, SearchRun
from references.services import searches
from references.services.searches import execution
from tests.builders import make_search_strategy
from tests.eutils.clients import quick_client
from tests.eutils.faults import Fault
from tests.eutils.server import EutilsServer
from tests.eutils.store import FIRST_GENERATED_PMID as FIRST
from tests.eutils.store import Store

UNKNOWN = 98_999_999

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def announced(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    told: list[int] = []
    monkeypatch.setattr(current_app, "send_task", lambda name, args, **options: told.extend(args))
    return told


@pytest.fixture
def pubmed(monkeypatch: pytest.MonkeyPatch) -> Iterator[EutilsServer]:
    """PubMed, as the command sees it; nobody dawdles."""
    with EutilsServer(Store((), n_generated=1_200)) as server:
        monkeypatch.setattr(execution, "make_client", lambda: quick_client(server, max_attempts=1))
        monkeypatch.setattr("time.sleep", lambda seconds: None)
        yield server


def pull(*arguments: str, **options: Any) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("pull_pubmed", *arguments, stdout=out, stderr=err, **options)
    return out.getvalue(), err.getvalue()


def test_pull_pubmed_leaves_it_to_a_worker(
    announced: list[int], editor_a: User, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        out, _ = pull("--query", "synthetic[ti]", "--as", "editor-a")

    run = SearchRun.objects.get()
    assert out == f"Run {run.pk}: /desk/searches/{run.pk}/\n"
    assert (run.query, run.requested_by, announced) == ("synthetic[ti]", editor_a, [run.pk])


def test_pull_pubmed_for_nobody_in_particular_is_signed_by_the_shell() -> None:
    pull("--query", "synthetic[ti]")

    shell = SearchRun.objects.get().requested_by
    assert (shell.username, shell.is_active, shell.has_usable_password()) == (SHELL, False, False)


def test_pull_pubmed_waits_and_shows_progress(pubmed: EutilsServer, announced: list[int]) -> None:
    out, err = pull("--query", "generated[sb]", "--wait")

    assert out.splitlines()[1:] == [
        "0 of 1,200 done.",
        "500 of 1,200 done.",
        "1,000 of 1,200 done.",
        "1,200 of 1,200 done.",
        "1,200 of 1,200 done.",
        "Done: 1,200 new, 0 updated, 0 unchanged, 0 missing, 0 failed.",
    ]
    assert (err, announced, Reference.objects.count()) == ("", [], 1_200)


def test_pull_pubmed_waits_for_a_list_and_names_what_is_missing(pubmed: EutilsServer, tmp_path: Path) -> None:
    file = tmp_path / "pmids.txt"
    file.write_text(f"{FIRST}\n{UNKNOWN}\n", encoding="utf-8")

    out, err = pull("--pmids", str(file), "--wait")

    assert out.endswith("Done: 1 new, 0 updated, 0 unchanged, 1 missing, 0 failed.\n")
    assert err == f"PMID {UNKNOWN} missing: PubMed sent no record for this PMID.\n"


def test_pull_pubmed_waits_while_pubmed_is_unavailable(pubmed: EutilsServer) -> None:
    pubmed.misbehave("efetch", Fault.SERVER_ERROR, times=2)

    out, _ = pull("--query", f"{FIRST}[uid]", "--wait")

    assert out.count("0 of 1 done. Waiting: PubMed failed with HTTP 500.") == 2
    assert "Done: 1 new" in out


def test_pull_pubmed_strategy(pubmed: EutilsServer) -> None:
    strategy = make_search_strategy("weekly", query=f"{FIRST}[uid]")

    pull("--strategy", "weekly", "--wait")

    assert (SearchRun.objects.get().strategy, Reference.objects.get().pmid) == (strategy, FIRST)


def test_pull_pubmed_that_fails_says_why(pubmed: EutilsServer) -> None:
    with pytest.raises(CommandError, match=r"Run \d+ failed. PubMed understood no part of the query"):
        pull("--query", "nonsense[nofield]", "--wait")


def test_pull_pubmed_that_is_cancelled_meanwhile(
    pubmed: EutilsServer, editor_a: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    carry_out = searches.execute

    def cancel_first(run_pk: int, **options: Any) -> float | None:
        searches.cancel(SearchRun.objects.get(pk=run_pk), by=editor_a)
        return carry_out(run_pk, **options)

    monkeypatch.setattr(searches, "execute", cancel_first)

    with pytest.raises(CommandError, match=r"Run \d+ cancelled."):
        pull("--query", "generated[sb]", "--wait")


def test_pull_pubmed_that_is_interrupted_leaves_the_run_to_the_workers(
    pubmed: EutilsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(run_pk: int, **options: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(searches, "execute", interrupt)

    with pytest.raises(CommandError, match="A worker takes Run") as error:
        pull("--query", "generated[sb]", "--wait")

    assert error.value.returncode == 130
    assert SearchRun.objects.get().is_active


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--query", "(a"), "A parenthesis in the query is not closed."),
        (("--pmids", "/no/such/file"), "Cannot read /no/such/file: No such file or directory."),
        (("--strategy", "no-such"), "There is no search strategy “no-such”."),
        (("--query", "a", "--as", "nobody"), "There is no account “nobody”."),
        (("--query", "a", "--strategy", "b"), "not allowed with argument"),
        ((), "one of the arguments --query --pmids --strategy is required"),
    ],
)
def test_pull_pubmed_bad_request_is_an_error(arguments: tuple[str, ...], reason: str) -> None:
    with pytest.raises(CommandError) as error:
        pull(*arguments)

    assert reason in str(error.value)
    assert not SearchRun.objects.exists()


def test_pull_pubmed_list_with_something_else_names_the_line(tmp_path: Path) -> None:
    file = tmp_path / "pmids.txt"
    file.write_bytes(b"99000001\nPMC12\n")

    with pytest.raises(CommandError, match="Line 2: “PMC12” is not a PMID"):
        pull("--pmids", str(file))


def test_pull_pubmed_list_that_is_no_text(tmp_path: Path) -> None:
    file = tmp_path / "pmids.txt"
    file.write_bytes(b"\xff\xfe")

    with pytest.raises(CommandError, match="is not a text file"):
        pull("--pmids", str(file))
