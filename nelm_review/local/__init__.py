"""One-command running: real PostgreSQL and Valkey servers from wheels, started only when none are configured.

A server belongs to nobody's terminal. A keeper process (`keeper`) owns each one, and every process that
uses it holds a shared lock (`sharing`); when the last lock is gone, even by `kill -9`, the keeper stops it.
"""

from nelm_review.local.commands import servers_for_command

__all__ = ["servers_for_command"]
