"""`manage.py parse_pubmed FILE…`: print what PubMed files say, one JSON object a record."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from references.pubmed.errors import Unreadable
from references.pubmed.parse import iter_records
from references.pubmed.records import as_json

STANDARD_INPUT = "-"


class Command(BaseCommand):
    help = (
        "Print every record of PubMed XML files (plain or .gz, - for standard input) as one JSON object "
        'a line. A broken record is printed as {"error", "pmid", "position"} and does not stop the rest.'
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE")

    def handle(self, *, files: list[str], **options: Any) -> None:
        try:
            failures = [failure for name in files if (failure := self._print_records(name))]
        except BrokenPipeError:
            # The reader, `head` for one, has seen enough; Python must not complain about what it still holds.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return
        if failures:
            raise CommandError(" ".join(failures))

    def _print_records(self, name: str) -> str:
        """Print one file and return what kept it from being read to its end, if anything."""
        is_input = name == STANDARD_INPUT
        shown = "Standard input" if is_input else name
        try:
            for record in iter_records(sys.stdin.buffer if is_input else Path(name), keep_xml=False):
                self.stdout.write(json.dumps(as_json(record), ensure_ascii=False))
        except Unreadable as error:
            return f"{shown} cannot be read: {error}"
        except BrokenPipeError:
            raise
        except OSError as error:
            return f"{shown} cannot be read: {error.strerror}."
        return ""
