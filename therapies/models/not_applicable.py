"""Cells of the map that no study can fill: the outcome has no meaning for the therapy."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from nelm_review.core.changes import counted
from nelm_review.core.history import tracked


@tracked()
class NotApplicable(models.Model):
    """One outcome that by definition has no meaning for a therapy, nor for those below it."""

    therapy = models.ForeignKey("Therapy", on_delete=models.PROTECT, related_name="not_applicable")
    outcome = models.ForeignKey("Outcome", on_delete=models.PROTECT, related_name="not_applicable")
    reason = models.TextField(help_text="Which words of the definition exclude it.")

    class Meta:
        ordering = ("therapy", "outcome")
        verbose_name = "outcome that does not apply"
        verbose_name_plural = "outcomes that do not apply"
        constraints = [
            models.UniqueConstraint(fields=["therapy", "outcome"], name="not_applicable_is_said_once_a_cell"),
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="not_applicable_says_why",
                violation_error_message="An outcome that does not apply needs the reason why.",
            ),
        ]
        triggers = counted("evidence")

    def __str__(self) -> str:
        return f"{self.outcome} does not apply to {self.therapy}"
