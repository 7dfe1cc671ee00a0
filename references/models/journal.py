"""Journals, known by their NLM id where PubMed named one, by their printed name otherwise."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from nelm_review.core.changes import counted


class Journal(models.Model):
    """One serial; `iso_abbreviation` is what citations print."""

    title = models.CharField(max_length=500, blank=True)
    iso_abbreviation = models.CharField(max_length=300, blank=True)
    nlm_id = models.CharField("NLM id", max_length=20, null=True, blank=True, unique=True)
    issn_print = models.CharField("ISSN (print)", max_length=9, blank=True)
    issn_electronic = models.CharField("ISSN (electronic)", max_length=9, blank=True)
    issn_linking = models.CharField("ISSN (linking)", max_length=9, blank=True)

    class Meta:
        ordering = ("title", "pk")
        constraints = [
            models.CheckConstraint(
                condition=~Q(title="") | ~Q(iso_abbreviation=""),
                name="journal_has_a_name",
                violation_error_message="A journal needs a title or an ISO abbreviation.",
            ),
            models.CheckConstraint(
                condition=Q(nlm_id__isnull=True) | ~Q(nlm_id=""),
                name="journal_nlm_id_is_null_or_filled",
                violation_error_message="An unknown NLM id is left empty.",
            ),
            models.UniqueConstraint(
                Lower("title"),
                condition=Q(nlm_id__isnull=True),
                name="journal_without_nlm_id_has_a_unique_title",
                violation_error_message="A journal of this title exists.",
            ),
        ]
        triggers = counted("literature")

    def __str__(self) -> str:
        return self.iso_abbreviation or self.title
