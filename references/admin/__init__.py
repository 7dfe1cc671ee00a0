"""The literature in the administration."""

from nelm_review.core.administration.history_pages import register_events
from references.admin import raw_record, reference, search

__all__ = ["raw_record", "reference", "search"]

register_events("references")
