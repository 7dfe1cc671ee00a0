"""The evidence in the administration."""

from nelm_review.core.administration.history_pages import register_events
from therapies.admin import judgement, number, population, study, vocabulary

__all__ = ["judgement", "number", "population", "study", "vocabulary"]

register_events("therapies")
