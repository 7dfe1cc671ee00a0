"""Judgements: the risk of bias of a study, and the certainty of a body of evidence."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from nelm_review.core.changes import counted
from nelm_review.core.constraints import enforce_choices
from nelm_review.core.history import tracked


class AppraisalQuerySet(models.QuerySet["Appraisal"]):
    def latest_judgements(self) -> AppraisalQuerySet:
        """Keep the latest judgement of each study (or result) by each tool."""
        judged = ("study_id", "result_id", "tool")
        return self.order_by(*judged, "-judged_at", "-pk").distinct(*judged)


@enforce_choices
@tracked()
class Appraisal(models.Model):
    """A risk-of-bias judgement with a named tool and its version; a RoB 2 judgement is of one result."""

    class Tool(models.TextChoices):
        ROB_2 = "rob-2", "RoB 2"
        ROBINS_I = "robins-i", "ROBINS-I"
        JBI_CASE_SERIES = "jbi-case-series", "JBI case series"
        AMSTAR_2 = "amstar-2", "AMSTAR 2"

    class Judgement(models.TextChoices):
        LOW = "low", "Low risk"
        SOME_CONCERNS = "some-concerns", "Some concerns"
        MODERATE = "moderate", "Moderate risk"
        HIGH = "high", "High risk"
        SERIOUS = "serious", "Serious risk"
        CRITICAL = "critical", "Critical risk"
        NO_INFORMATION = "no-information", "No information"

    # What a reader of a sensitivity analysis leaves out.
    HIGH_RISK = (Judgement.HIGH, Judgement.SERIOUS, Judgement.CRITICAL)

    study = models.ForeignKey("Study", on_delete=models.CASCADE, related_name="appraisals")
    result = models.ForeignKey(
        "Result", null=True, blank=True, on_delete=models.CASCADE, related_name="appraisals"
    )
    tool = models.CharField(max_length=20, choices=Tool)
    tool_version = models.CharField(max_length=30)
    judgement = models.CharField(max_length=20, choices=Judgement)
    domains = models.JSONField(default=dict, blank=True, help_text="Judgement and reason per domain.")
    reason = models.TextField()
    judged_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    judged_at = models.DateTimeField(default=timezone.now)

    objects = AppraisalQuerySet.as_manager()

    class Meta:
        ordering = ("study", "tool", "-judged_at")
        constraints = [
            models.CheckConstraint(
                condition=~Q(reason="") & ~Q(tool_version=""),
                name="appraisal_says_why_and_by_which_version",
                violation_error_message="A judgement needs its reason and the version of its tool.",
            ),
        ]
        triggers = counted("evidence")

    def __str__(self) -> str:
        return f"{self.get_tool_display()}, {self.study}: {self.get_judgement_display().lower()}"

    @property
    def is_high_risk(self) -> bool:
        return self.judgement in self.HIGH_RISK


@enforce_choices
@tracked()
class Certainty(models.Model):
    """The GRADE level of one therapy × outcome, with its reasons."""

    class Level(models.TextChoices):
        HIGH = "high", "High"
        MODERATE = "moderate", "Moderate"
        LOW = "low", "Low"
        VERY_LOW = "very-low", "Very low"

    therapy = models.ForeignKey("Therapy", on_delete=models.PROTECT, related_name="certainties")
    outcome = models.ForeignKey("Outcome", on_delete=models.PROTECT, related_name="certainties")
    level = models.CharField(max_length=10, choices=Level)
    reason = models.TextField()
    judged_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    judged_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("therapy", "outcome")
        verbose_name_plural = "certainties"
        constraints = [
            models.UniqueConstraint(fields=["therapy", "outcome"], name="certainty_is_judged_once_a_cell"),
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="certainty_says_why",
                violation_error_message="A GRADE level needs its reasons.",
            ),
        ]
        triggers = counted("evidence")

    def __str__(self) -> str:
        return f"{self.therapy} × {self.outcome}: {self.get_level_display().lower()}"
