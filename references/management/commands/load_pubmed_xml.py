"""`manage.py load_pubmed_xml FILE…`: put the records of PubMed files into the library."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from nelm_review.core.models import User
from references.management.signing import add_signer, signer
from references.pubmed.errors import Unreadable
from references.pubmed.parse import iter_records
from references.services import ingest
from references.services.ingest import IngestReport, State

MOST_TROUBLE_SHOWN = 20
BATCHES_A_LINE = 10


class Command(BaseCommand):
    help = (
        "Put the records of PubMed XML files (plain or .gz, of any size) into the library. A file is read "
        "record by record and stored a batch at a time: what is stored stays, whatever comes after it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        add_signer(parser)

    def handle(self, *, files: list[Path], username: str | None, **options: Any) -> None:
        by = signer(username)
        for path in files:
            if not path.is_file():
                raise CommandError(f"There is no file {path}.")
        failures = [failure for path in files if (failure := self._load(path, by))]
        if failures:
            raise CommandError(" ".join(failures))

    def _load(self, path: Path, by: User) -> str:
        """Store one file, report on it, and return what kept it from being read to its end, if anything."""
        n: Counter[State] = Counter()
        n_told = 0
        failure = ""
        reports = ingest.store_stream(iter_records(path), by=by, reason=f"File {path.name}")
        try:
            for number, report in enumerate(reports, start=1):
                n.update(ingest.counted([report]))
                n_told = self._tell_trouble(path, report, n_told)
                if number % BATCHES_A_LINE == 0:
                    self.stdout.write(f"{path}: {n.total():,} records so far.")
        except Unreadable as error:
            failure = f"{path} cannot be read: {error}"
        except OSError as error:
            failure = f"{path} cannot be read: {error.strerror}."
        self.stdout.write(
            f"{path}: {n[State.NEW]:,} new, {n[State.UPDATED]:,} updated, {n[State.UNCHANGED]:,} unchanged, "
            f"{n[State.DELETED]:,} withdrawn by PubMed, {n[State.FAILED]:,} failed."
        )
        return failure

    def _tell_trouble(self, path: Path, report: IngestReport, n_told: int) -> int:
        for outcome in report.outcomes:
            if outcome.note and outcome.state != State.DELETED:
                n_told += 1
                if n_told <= MOST_TROUBLE_SHOWN:
                    pmid = f"PMID {outcome.pmid}: " if outcome.pmid else ""
                    self.stderr.write(f"{path}: {pmid}{outcome.note}")
                elif n_told == MOST_TROUBLE_SHOWN + 1:
                    self.stderr.write(f"{path}: more like this is not shown.")
        return n_told
