"""`manage.py pull_pubmed`: pull records from PubMed, by a worker or, with --wait, here."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from references.management.signing import add_signer, signer
from references.models import SearchRun, SearchStrategy
from references.services import searches

LOOK_AGAIN_SECONDS = 1.0
MOST_TROUBLE_SHOWN = 20


class Command(BaseCommand):
    help = (
        "Pull records from PubMed. Without --wait a worker does it, and the run's address is printed; "
        "with --wait it happens here."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        asked = parser.add_mutually_exclusive_group(required=True)
        asked.add_argument("--query", metavar="Q", help="a query in PubMed's own syntax")
        asked.add_argument(
            "--pmids", metavar="FILE", help="a file of PMIDs, one or several a line; - reads stdin"
        )
        asked.add_argument("--strategy", metavar="SLUG", help="a saved search strategy")
        parser.add_argument(
            "--wait", action="store_true", help="carry the run out here, and show its progress"
        )
        add_signer(parser)

    def handle(self, *, wait: bool, username: str | None, **options: Any) -> None:
        try:
            run = searches.start(by=signer(username), is_announced=not wait, **_asked(options))
        except searches.SearchError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{_name(run)}: {run.get_absolute_url()}")
        if wait:
            self._carry_out(run)
            return
        run.refresh_from_db()
        if run.error:
            self.stderr.write(run.error)

    def _carry_out(self, run: SearchRun) -> None:
        try:
            while run.is_active:
                again_in = searches.execute(run.pk, on_progress=self._show)
                run.refresh_from_db()
                if run.is_active:
                    self._show(run)
                    time.sleep(LOOK_AGAIN_SECONDS if again_in is None else again_in)
        except KeyboardInterrupt:
            raise CommandError(
                f"Interrupted. A worker takes {_name(run)} up where it stands.", returncode=130
            ) from None
        self._report(run)

    def _show(self, run: SearchRun) -> None:
        n_done = run.n_fetched + run.n_missing
        found = "?" if run.n_found is None else f"{run.n_found:,}"
        trouble = f" Waiting: {run.error}" if run.error else ""
        self.stdout.write(f"{n_done:,} of {found} done.{trouble}")

    def _report(self, run: SearchRun) -> None:
        if run.state != SearchRun.State.DONE:
            raise CommandError(f"{_name(run)} {run.get_state_display().lower()}. {run.error}".strip())
        for warning in run.warnings:
            self.stderr.write(f"PubMed: {warning}")
        trouble = run.hits.with_trouble().order_by("position")
        for hit in trouble[:MOST_TROUBLE_SHOWN]:
            self.stderr.write(f"PMID {hit.pmid} {hit.get_state_display().lower()}: {hit.reason}")
        n_more = run.n_missing + run.n_failed - MOST_TROUBLE_SHOWN
        if n_more > 0:
            self.stderr.write(f"… and {n_more:,} more.")
        self.stdout.write(
            f"Done: {run.n_new:,} new, {run.n_updated:,} updated, {run.n_unchanged:,} unchanged, "
            f"{run.n_missing:,} missing, {run.n_failed:,} failed."
        )


def _asked(options: dict[str, Any]) -> dict[str, Any]:
    if options["query"] is not None:
        return {"query": options["query"]}
    if options["pmids"] is not None:
        return {"pmids": _text(options["pmids"])}
    strategy = SearchStrategy.objects.filter(slug=options["strategy"]).first()
    if strategy is None:
        raise CommandError(f"There is no search strategy “{options['strategy']}”.")
    return {"strategy": strategy}


def _text(name: str) -> str:
    try:
        content = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        return content.decode("utf-8-sig")
    except OSError as error:
        raise CommandError(f"Cannot read {name}: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise CommandError(f"{name} is not a text file.") from error


def _name(run: SearchRun) -> str:
    return f"Run {run.pk}"
