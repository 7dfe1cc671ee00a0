"""A real HTTP server that speaks the E-utilities protocol, keeps a log and misbehaves on request."""

from __future__ import annotations

import json
import socket
import struct
import sys
import threading
import time
from collections import deque
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from tests.eutils.answers import Answer, Utilities
from tests.eutils.faults import Fault, Mischief, Plan, rate_limited, spoilt
from tests.eutils.store import Store

PATH = "/entrez/eutils/"
LIMIT, LIMIT_WITH_KEY = 3, 10
_LOG_LENGTH = 50_000
_DRIP_SECONDS = 0.05


@dataclass(frozen=True)
class Logged:
    """One request: when it arrived (seconds of a monotonic clock), what it asked, what became of it."""

    at: float
    endpoint: str
    method: str
    parameters: dict[str, str]
    user_agent: str
    status: int
    fault: Fault | None


class EutilsServer:
    """An E-utilities server on 127.0.0.1, usable as a context manager.

    `has_limits` makes it enforce NCBI's rate limits; `sends_chunks` makes it send chunked bodies, as NCBI
    does.
    """

    def __init__(
        self,
        store: Store | None = None,
        *,
        port: int = 0,
        has_limits: bool = False,
        sends_chunks: bool = True,
        fault_rate: float = 0.0,
        seed: int = 0,
        verbose: bool = False,
    ) -> None:
        self.utilities = Utilities(store or Store.shipped())
        self.mischief = Mischief(rate=fault_rate, seed=seed)
        self.has_limits = has_limits
        self.sends_chunks = sends_chunks
        self.verbose = verbose
        self.stopping = threading.Event()
        self._log: deque[Logged] = deque(maxlen=_LOG_LENGTH)
        self._arrivals: dict[str, deque[float]] = {}
        self._lock = threading.Lock()
        self._http = _Server(("127.0.0.1", port), _Handler)
        self._http.double = self
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._http.server_address[1])

    @property
    def base_url(self) -> str:
        """What ENTREZ_BASE_URL has to be."""
        return f"http://127.0.0.1:{self.port}{PATH}"

    @property
    def store(self) -> Store:
        """The records it serves."""
        return self.utilities.store

    @property
    def requests(self) -> list[Logged]:
        """Every request to a utility so far, in the order of arrival."""
        with self._lock:
            return list(self._log)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *unused: object) -> None:
        self.stopping.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def misbehave(
        self,
        endpoint: str,
        fault: Fault,
        *,
        times: int = 1,
        after: int = 0,
        retry_after: str | float | None = None,
    ) -> None:
        """Let the next requests to an endpoint (`efetch`, `*`) fail in this way, once `after` went well."""
        wish = None if retry_after is None else str(retry_after)
        self.mischief.plan(Plan(endpoint, fault, times=times, after=after, retry_after=wish))

    def behave(self) -> None:
        """Drop every planned and random fault."""
        self.mischief.behave()

    def expire_histories(self) -> None:
        """Forget every result set."""
        self.utilities.expire_histories()

    def forget_requests(self) -> None:
        """Empty the log."""
        with self._lock:
            self._log.clear()

    def log(self, entry: Logged) -> None:
        """Add a request to the log."""
        with self._lock:
            self._log.append(entry)

    def over_limit(self, parameters: dict[str, list[str]], address: str) -> tuple[int, int, str]:
        """Count a request against its key or address: requests within a second, the limit, and who it is."""
        key = (parameters.get("api_key") or [""])[0]
        who, limit = (key, LIMIT_WITH_KEY) if key else (address, LIMIT)
        now = time.monotonic()
        with self._lock:
            arrivals = self._arrivals.setdefault(who, deque())
            while arrivals and now - arrivals[0] >= 1.0:
                arrivals.popleft()
            arrivals.append(now)
            return len(arrivals), limit, who


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    double: EutilsServer

    def handle_error(self, request: Any, client_address: Any) -> None:
        # A client that gave up waiting is no news; anything else is a fault of this double.
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server
    timeout = 30

    def do_GET(self) -> None:
        self._serve(parse_qs(urlsplit(self.path).query, keep_blank_values=True))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if urlsplit(self.path).path == "/_control":
            self._send(_controlled(self.server.double, body))
            return
        self._serve(parse_qs(body.decode(), keep_blank_values=True))

    def log_message(self, format: str, *args: Any) -> None:
        # The path without its query: an API key has no place in a log.
        if self.server.double.verbose:
            print(f"{self.log_date_time_string()} {self.command} {urlsplit(self.path).path}", file=sys.stderr)  # noqa: T201

    def _serve(self, parameters: dict[str, list[str]]) -> None:
        at = time.monotonic()
        double = self.server.double
        path = urlsplit(self.path).path
        if path in {"/", "/_control", "/_requests"}:
            self._send(_status(double, path))
            return
        endpoint = path.removeprefix(PATH).rpartition(".")[0]
        plan = double.mischief.next_for(endpoint)
        answer = self._answer(endpoint, parameters, plan)
        double.log(
            Logged(
                at=at,
                endpoint=endpoint,
                method=self.command,
                parameters={name: ",".join(values) for name, values in parameters.items()},
                user_agent=self.headers.get("User-Agent", ""),
                status=answer.status,
                fault=plan.fault if plan else None,
            )
        )
        self._send(answer, fault=plan.fault if plan else None)

    def _answer(self, endpoint: str, parameters: dict[str, list[str]], plan: Plan | None) -> Answer:
        double = self.server.double
        n_recent, limit, who = double.over_limit(parameters, self.client_address[0])
        if double.has_limits and n_recent > limit:
            return rate_limited(n_recent, limit, who=who, retry_after="2")
        answer = double.utilities.answer(endpoint, parameters)
        if answer is None:
            return Answer("Not Found\n", status=404, content_type="text/plain")
        if plan:
            answer = spoilt(answer, plan, who=who)
        if double.has_limits:
            answer.headers |= {
                "X-RateLimit-Limit": str(limit),
                "X-RateLimit-Remaining": str(max(0, limit - n_recent)),
            }
        return answer

    def _send(self, answer: Answer, *, fault: Fault | None = None) -> None:
        self.close_connection = True
        body = answer.content()
        if fault is Fault.HANG_UP:
            return
        is_chunked = fault is Fault.DROPPED or (
            fault is not Fault.TRUNCATED and self.server.double.sends_chunks
        )
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Connection", "close")
        self.send_header(
            *(("Transfer-Encoding", "chunked") if is_chunked else ("Content-Length", str(len(body))))
        )
        self.end_headers()
        if fault in {Fault.TRUNCATED, Fault.DROPPED, Fault.RESET, Fault.STALL}:
            self._write(body[: len(body) // 2], is_chunked=is_chunked)
        elif fault is Fault.DRIP:
            for position in range(len(body)):
                if self.server.double.stopping.wait(_DRIP_SECONDS):
                    return
                self._write(body[position : position + 1], is_chunked=is_chunked)
        else:
            self._write(body, is_chunked=is_chunked)
            if is_chunked:
                self.wfile.write(b"0\r\n\r\n")
        self.wfile.flush()
        if fault is Fault.STALL:
            self.server.double.stopping.wait(60)
        if fault is Fault.RESET:
            # Closing with a linger time of zero sends RST instead of FIN.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()

    def _write(self, body: bytes, *, is_chunked: bool) -> None:
        if not is_chunked:
            self.wfile.write(body)
        elif body:
            self.wfile.write(b"%x\r\n%b\r\n" % (len(body), body))


def _status(double: EutilsServer, path: str) -> Answer:
    if path == "/_requests":
        shown = [
            {
                "endpoint": entry.endpoint,
                "method": entry.method,
                "parameters": entry.parameters
                | ({"api_key": "***"} if "api_key" in entry.parameters else {}),
                "status": entry.status,
                "fault": entry.fault and entry.fault.value,
            }
            for entry in double.requests
        ]
        return _json(shown)
    return _json(
        {
            "server": "E-utilities test double; not NCBI",
            "base_url": double.base_url,
            "n_records": len(double.store),
            "n_requests": len(double.requests),
            "fault_rate": double.mischief.rate,
            "faults": [
                f"{plan.endpoint}:{plan.fault.value}:{plan.times}" for plan in double.mischief.waiting()
            ],
        }
    )


def _controlled(double: EutilsServer, body: bytes) -> Answer:
    """Obey a control message; see the package's docstring for what it may hold."""
    try:
        message = json.loads(body)
        unknown = set(message) - {"behave", "expire_histories", "fault_rate", "misbehave"}
        if unknown:
            raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
        if message.get("behave"):
            double.behave()
        if message.get("expire_histories"):
            double.expire_histories()
        if "fault_rate" in message:
            double.mischief.rate = float(message["fault_rate"])
        if "misbehave" in message:
            wish = dict(message["misbehave"])
            double.misbehave(wish.pop("endpoint"), Fault(wish.pop("fault")), **wish)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        return _json({"error": f"{type(error).__name__}: {error}"}, status=400)
    return _status(double, "/_control")


def _json(content: object, *, status: int = 200) -> Answer:
    return Answer(
        json.dumps(content, indent=1) + "\n", status=status, content_type="application/json; charset=UTF-8"
    )
