"""`manage.py make_release [--note …] [--by USERNAME] [--output DIR]`: keep the published evidence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from nelm_review.core.models import User
from therapies.services import evidence, releases


class Command(BaseCommand):
    help = (
        "Keeps the published evidence of this moment as a dated release that nobody can change. Refused where"
        " nothing has changed since the newest one."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--note", default="", help="What is new, in words for readers.")
        parser.add_argument("--by", metavar="USERNAME", help="Who makes it (default: the shell's account).")
        parser.add_argument(
            "--output", type=Path, metavar="DIR", help="Also write the archive into this directory."
        )

    def handle(self, *, note: str, by: str | None, output: Path | None, **options: Any) -> None:
        if output is not None and not output.is_dir():
            raise CommandError(f"{output} is no directory.")
        try:
            release = releases.make(by=_account(by), note=note)
        except (releases.ReleaseError, evidence.EvidenceError) as refusal:
            raise CommandError(str(refusal)) from refusal
        size = len(release.archive)
        self.stdout.write(f"Made release {release.version}: {size:,} bytes, SHA-256 {release.sha256}.")
        if output is not None:
            path = output / f"nelm-review-{release.version}.zip"
            path.write_bytes(release.archive)
            self.stdout.write(f"Wrote {path}.")


def _account(username: str | None) -> User:
    if username is None:
        return User.objects.shell()
    account = User.objects.filter(username=username, is_active=True).first()
    if account is None:
        raise CommandError(f"There is no active account “{username}”.")
    return account
