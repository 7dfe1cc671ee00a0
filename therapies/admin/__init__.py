"""The evidence in the administration."""

from nelm_review.core.administration.history_pages import register_events
from therapies.admin import judgement, note, number, population, release, study, vocabulary

__all__ = ["judgement", "note", "number", "population", "release", "study", "vocabulary"]

register_events("therapies")
