"""`manage.py load_evidence [PATH]`: bring the library to the state of the evidence files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from therapies.services import evidence


class Command(BaseCommand):
    help = (
        "Loads the evidence files (therapies, outcomes, studies, review) after checking all of them. A second"
        " load changes nothing; rows changed or verified by editors stay; numbers that left the files are"
        " withdrawn."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "path",
            nargs="?",
            type=Path,
            default=evidence.DATA,
            help=f"Directory with {', '.join(evidence.FILES)} (default: the shipped evidence).",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="Check, and say what would change; write nothing."
        )

    def handle(self, *, path: Path, dry_run: bool, verbosity: int, **options: Any) -> None:
        try:
            ledger = evidence.load(path, dry_run=dry_run)
        except evidence.EvidenceError as error:
            raise CommandError(str(error)) from error
        if verbosity:
            self.stdout.write(str(ledger))
