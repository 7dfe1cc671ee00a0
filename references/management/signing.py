"""Who signs what a command writes."""

from __future__ import annotations

from django.core.management.base import CommandError, CommandParser

from nelm_review.core.models import User


def add_signer(parser: CommandParser) -> None:
    parser.add_argument(
        "--as",
        dest="username",
        metavar="USERNAME",
        help="the account that asks for it; without, the history names the shell",
    )


def signer(username: str | None) -> User:
    """Return the account of that name, or the one that stands for the shell; raises CommandError."""
    if username is None:
        return User.objects.shell()
    user = User.objects.filter(username=username).first()
    if user is None:
        raise CommandError(f"There is no account “{username}”.")
    return user
