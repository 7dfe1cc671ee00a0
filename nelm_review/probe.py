"""Asks a web server of ours whether it is ready; as a program, for a container's health check."""

from __future__ import annotations

import http.client
import sys

from nelm_review import env

LOCAL = "127.0.0.1"
SECONDS = 5


def is_ready(port: int) -> bool:
    """Say whether the server on this machine's port serves pages, by its own account."""
    connection = http.client.HTTPConnection(LOCAL, port, timeout=SECONDS)
    try:
        connection.request("GET", "/readyz", headers={"Host": _accepted_host()})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _accepted_host() -> str:
    """Return a host name that Django accepts, whatever ALLOWED_HOSTS says."""
    return env.words("ALLOWED_HOSTS", LOCAL)[0].lstrip(".").replace("*", LOCAL)


if __name__ == "__main__":
    sys.exit(0 if is_ready(int(sys.argv[1])) else 1)
