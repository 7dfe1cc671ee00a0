"""A double of NCBI's E-utilities: a real HTTP server with records of its own, for tests and for work offline.

In a test::

    with EutilsServer(Store.shipped(n_generated=25_000)) as server:
        client = quick_client(server)
        server.misbehave("efetch", Fault.HTML, times=2)

For `make run` without internet: `python -m tests.eutils --port 8800` and
`ENTREZ_BASE_URL=http://127.0.0.1:8800/entrez/eutils/`. While it runs, GET /_control says how it is, GET
/_requests lists what it was asked, and POST /_control takes JSON with any of `{"misbehave": {"endpoint":
"efetch", "fault": "html", "times": 3, "after": 0, "retry_after": 2}, "fault_rate": 0.1, "expire_histories":
true, "behave": true}`.
"""

from tests.eutils.clients import Unpaced, quick_client
from tests.eutils.faults import Fault
from tests.eutils.server import EutilsServer
from tests.eutils.store import Store

__all__ = ["EutilsServer", "Fault", "Store", "Unpaced", "quick_client"]
