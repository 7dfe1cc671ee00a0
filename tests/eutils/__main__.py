"""Runs the E-utilities double on the command line until Ctrl-C or SIGTERM."""

from __future__ import annotations

import argparse
import signal
import threading
from collections.abc import Sequence
from pathlib import Path

from tests.eutils import evidence
from tests.eutils.faults import parse_plan
from tests.eutils.server import EutilsServer
from tests.eutils.store import Store


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until told to stop; return the exit status."""
    options = _options(arguments)
    try:
        store = Store.shipped(
            evidence_folder=options.evidence, files=options.records, n_generated=options.generate
        )
        server = EutilsServer(
            store,
            port=options.port,
            has_limits=options.limits,
            fault_rate=options.fault_rate,
            seed=options.seed,
            verbose=True,
        )
    except OSError as error:
        print(f"The E-utilities double cannot start: {error}.")  # noqa: T201
        return 1
    for plan in options.fault:
        server.mischief.plan(plan)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with server:
        print(f"{len(store):,} records. ENTREZ_BASE_URL={server.base_url}", flush=True)  # noqa: T201
        stop.wait()
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.eutils", description=__doc__)
    parser.add_argument("--port", type=int, default=8800, help="0 takes any free one (default: %(default)s)")
    parser.add_argument(
        "--evidence", type=Path, default=evidence.SHIPPED, help="folder with the evidence files"
    )
    parser.add_argument(
        "--records", type=Path, action="append", default=[], help="a PubmedArticleSet, plain or .gz"
    )
    parser.add_argument(
        "--generate", type=int, default=0, metavar="N", help="N records more, found by generated[sb]"
    )
    parser.add_argument(
        "--limits", action="store_true", help="enforce 3 requests a second, 10 with an API key"
    )
    parser.add_argument(
        "--fault", type=parse_plan, action="append", default=[], metavar="ENDPOINT:FAULT[:TIMES]",
        help="misbehave, such as efetch:html:3",
    )  # fmt: skip
    parser.add_argument(
        "--fault-rate", type=float, default=0.0, help="share of requests that go wrong at random"
    )
    parser.add_argument("--seed", type=int, default=0, help="of the random faults")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
