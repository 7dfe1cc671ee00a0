"""Collects the static files when one has changed: hashing and compressing them all takes seconds."""

from __future__ import annotations

import hashlib
import os
import secrets
import sys
from importlib.metadata import version

from nelm_review.local.commands import NOWHERE
from nelm_review.local.places import VarDir, write_private


def main() -> int:
    """Bring STATIC_ROOT up to date for the copy that the environment describes."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nelm_review.settings")
    os.environ.setdefault("SECRET_KEY", secrets.token_urlsafe(50))
    for name, value in NOWHERE.items():
        os.environ.setdefault(name, value)
    import django
    from django.core.management import call_command

    django.setup()
    noted, now = VarDir.from_environment().root / "static.sha256", fingerprint()
    if not noted.exists() or noted.read_text(encoding="utf-8") != now:
        noted.unlink(missing_ok=True)
        call_command("collectstatic", interactive=False, clear=True, verbosity=0)
        write_private(noted, now)
    return 0


def fingerprint() -> str:
    """Return a digest that changes when a static file, or what serves it, does."""
    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders

    files = sorted(
        (path, storage.path(path)) for finder in get_finders() for path, storage in finder.list([])
    )
    facts = [str(settings.STATIC_ROOT), version("django"), version("whitenoise")]
    for path, place in files:
        status = os.stat(place)
        facts.append(f"{path} {status.st_size} {status.st_mtime_ns}")
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
