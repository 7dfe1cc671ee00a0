"""What is said when numbers cannot be pooled."""

from __future__ import annotations


class CannotPool(ValueError):
    """The numbers given cannot be pooled; the message is a sentence that says which and why."""
