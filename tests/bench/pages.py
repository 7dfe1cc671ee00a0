"""Public pages at 10,000 studies and 100,000 results: made anew, from what the process kept, and not sent.

Run with `python -m tests.bench.pages`. The floors beside them are a trivial view behind the same middleware,
and the one query that asks whether a page is still right.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable

from tests.bench import scratch
from tests.bench.evidence_map import generate

MAP, CELL, TABLE = "/", "/evidence/tace/orr/", "/map.csv"
ASKS = {"Accept-Encoding": "gzip"}


def main() -> None:
    """Print times, queries and sizes of the map, a cell, the map's CSV and an answer of the API."""
    with scratch.database():
        from django.core.cache import caches
        from django.core.management import call_command
        from django.db import connection
        from django.test import Client
        from django.test.utils import CaptureQueriesContext

        from nelm_review.core import changes, kept

        call_command("load_evidence", verbosity=0)
        generate()
        client = Client(headers=ASKS)

        def anew(address: str) -> Callable[[], object]:
            def make() -> None:
                caches["pages"].clear()
                assert client.get(address).status_code == 200

            return make

        def again(address: str) -> Callable[[], object]:
            return lambda: client.get(address)

        def held(address: str) -> Callable[[], object]:
            tag = client.get(address)["ETag"]
            return lambda: client.get(address, headers={"If-None-Match": tag})

        subjects = {
            "floor: a view that does nothing": lambda: client.get("/healthz"),
            "floor: the state of the data, one query": changes.stamp,
            "map, made anew": anew(MAP),
            "map, kept": again(MAP),
            "map, not sent (304)": held(MAP),
            "cell, made anew": anew(CELL),
            "cell, kept": again(CELL),
            "cell, not sent (304)": held(CELL),
            "map.csv, made anew": anew(TABLE),
            "map.csv, kept": again(TABLE),
            "API: studies, not sent (304)": held("/api/v1/studies"),
            "OpenAPI description": again("/api/v1/openapi.json"),
        }
        seconds = scratch.timed(*subjects.values(), rounds=7)
        floor = min(seconds[0])
        for (name, subject), times in zip(subjects.items(), seconds, strict=True):
            with CaptureQueriesContext(connection) as queries:
                subject()
            print(f"{scratch.line(name, times)}  {min(times) / floor:6.1f} × floor  {len(queries):2} queries")
        for address in (MAP, CELL, TABLE):
            body = client.get(address).content
            print(f"{address:<24} {len(gzip.decompress(body)):>11,} bytes, {len(body):>9,} compressed")
        (once,) = scratch.timed(lambda: (kept.code_version.cache_clear(), kept.code_version()), rounds=3)
        print(scratch.line("version of the code, once a process", once))


if __name__ == "__main__":
    main()
