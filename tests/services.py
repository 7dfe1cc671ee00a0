"""The servers that the tests run on: started once, in a scratch directory, and shared by parallel workers."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from nelm_review.local.commands import embedded_servers, make_tables_once
from nelm_review.local.places import VarDir
from nelm_review.local.postgres import Postgres
from nelm_review.local.sharing import running
from nelm_review.local.valkey import DATABASES

# Whatever the developer has set for their own copy must not change what the tests see.
NOT_INHERITED = ("ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "DEBUG", "ENTREZ_API_KEY", "PORT")
FIXED = {
    "DJANGO_SETTINGS_MODULE": "nelm_review.settings",
    "SECRET_KEY": "only-for-tests-" * 4,
    "ENTREZ_EMAIL": "tests@example.org",
    "ENTREZ_BASE_URL": "http://127.0.0.1:9/no-e-utilities-in-tests/",
}
IS_OURS = "NELM_TESTS_OWN_DATABASE"  # tells parallel workers that the database is an embedded one
_open = contextlib.ExitStack()


def xdist_worker() -> str:
    """Return the name of this parallel worker (`gw0`), or an empty string in a plain run."""
    return os.environ.get("PYTEST_XDIST_WORKER", "")


def start() -> None:
    """Start what the environment does not name and put it in the environment, for parallel workers too."""
    if xdist_worker():
        os.environ["REDIS_URL"] = redis_url(os.environ["REDIS_URL"], 2 * int(xdist_worker()[2:]) + 2)
        return
    for name in NOT_INHERITED:
        os.environ.pop(name, None)
    scratch = Path(tempfile.mkdtemp(prefix="nelm-tests-"))
    scratch.chmod(0o711)  # PostgreSQL may run under another account than the tests
    _open.callback(shutil.rmtree, scratch, ignore_errors=True)
    var = VarDir(scratch)
    var.create()
    os.environ.update(FIXED, NELM_VAR_DIR=str(scratch))
    for server in embedded_servers(var, is_throwaway=True):
        _open.enter_context(running(server))
        server.read_connection()
        os.environ[server.variable] = server.url()
        if isinstance(server, Postgres):
            os.environ[IS_OURS] = "yes"


def prepare_django() -> None:
    """Load Django with the few settings that tests need otherwise: fast passwords, plain static files."""
    import django
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    # A parallel worker may have read the settings before it was given a Redis database of its own.
    settings.REDIS_URL = settings.CELERY_BROKER_URL = os.environ["REDIS_URL"]
    settings.CACHES["default"]["LOCATION"] = _cache_url()
    Path(settings.STATIC_ROOT).mkdir(exist_ok=True)
    django.setup()


def use_migrated_template() -> None:
    """Let the test databases be copies of the embedded database, with every table made and no row of ours.

    A database that the developer has named is left alone: the migrations then run in the test database.
    """
    from django.conf import settings

    if IS_OURS in os.environ:
        make_tables_once(VarDir.from_environment())
        settings.DATABASES["default"]["TEST"]["TEMPLATE"] = settings.DATABASES["default"]["NAME"]


def stop() -> None:
    """Stop what `start` started; the servers go with their scratch directory."""
    _open.close()


def redis_url(url: str, database: int) -> str:
    """Return the URL of another database of the same server."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{database % DATABASES}"))


def _cache_url() -> str:
    """Return the database beside the broker's: clearing the cache must not clear the queues."""
    url = os.environ["REDIS_URL"]
    return redis_url(url, int(urlsplit(url).path.strip("/") or 0) + 1)
