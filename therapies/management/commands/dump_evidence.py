"""`manage.py dump_evidence PATH`: write the published evidence as files that load_evidence reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from therapies.services import evidence


class Command(BaseCommand):
    help = "Writes the published evidence as the files that load_evidence reads, replacing them whole."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, help="Directory to write to; it is made if it does not exist.")

    def handle(self, *, path: Path, **options: Any) -> None:
        try:
            report = evidence.dump(path)
        except evidence.EvidenceError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"Wrote {report.n_therapies} therapies, {report.n_outcomes} outcomes, {report.n_studies} studies,"
            f" {report.n_results} results, {report.n_comparisons} comparisons and {report.n_claims} claims"
            f" to {path}."
        )
