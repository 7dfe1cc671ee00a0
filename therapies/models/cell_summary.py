"""What a cell of the map says in a few numbers, computed after every change of the evidence."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, Q, Subquery
from django.db.models.functions import Coalesce

from nelm_review.core import changes
from nelm_review.core.history import tracked
from nelm_review.core.models import ChangeCounter
from therapies.models.study import retracted_study_ids


class CellSummaryQuerySet(models.QuerySet["CellSummary"]):
    def current(self) -> CellSummaryQuerySet:
        """Keep the rows where they were computed from the present evidence; none where that is not so."""
        return self.filter(Exists(SummaryState.objects.of_present_evidence()))


def state_of_library() -> dict[str, Any]:
    """Return what summaries depend on: the version of the evidence, and the studies that were retracted."""
    return {
        "evidence_version": changes.versions()[changes.EVIDENCE],
        "retracted": list(retracted_study_ids().order_by("study_id")),
    }


class SummaryStateQuerySet(models.QuerySet["SummaryState"]):
    def of_present_evidence(self) -> SummaryStateQuerySet:
        """Keep the row where nothing that summaries depend on changed since."""
        evidence = ChangeCounter.objects.filter(name=changes.EVIDENCE).values("version")
        return self.filter(
            evidence_version=Coalesce(Subquery(evidence), 0),
            retracted=ArraySubquery(retracted_study_ids().order_by("study_id")),
        )


class SummaryState(models.Model):
    """One row: the state of the library, and the method, from which the summaries were computed last."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    evidence_version = models.BigIntegerField()
    retracted = ArrayField(
        models.BigIntegerField(), default=list, help_text="Keys of the studies that were retracted."
    )
    method = models.CharField(max_length=60)
    computed_at = models.DateTimeField()

    objects = SummaryStateQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="summary_state_is_one_row")]
        triggers = [*changes.counted(changes.DERIVED)]

    def __str__(self) -> str:
        return f"state {self.evidence_version} by {self.method}"


@tracked()
class CellSummary(models.Model):
    """One therapy × outcome in the default filters; `low`, `middle` and `high` are in the outcome's unit.

    `evidence_version` and `computed_at` say when the row last changed; `SummaryState` says up to when all of
    them hold.
    """

    therapy = models.ForeignKey("Therapy", on_delete=models.CASCADE, related_name="summaries")
    outcome = models.ForeignKey("Outcome", on_delete=models.CASCADE, related_name="summaries")
    n_studies = models.PositiveIntegerField()
    n_patients = models.PositiveIntegerField()
    n_results = models.PositiveIntegerField()
    timepoint_months = models.FloatField(null=True, help_text="Where rates of survival are read.")
    low = models.FloatField(null=True)
    middle = models.FloatField(null=True)
    high = models.FloatField(null=True)
    k = models.PositiveIntegerField(default=0, help_text="Studies in the pooled estimate.")
    estimate = models.FloatField(null=True)
    ci_low = models.FloatField(null=True)
    ci_high = models.FloatField(null=True)
    pi_low = models.FloatField(null=True)
    pi_high = models.FloatField(null=True)
    refusal = models.TextField(blank=True, help_text="Why nothing is pooled; empty where something is.")
    method = models.CharField(max_length=60)
    evidence_version = models.BigIntegerField()
    computed_at = models.DateTimeField()

    objects = CellSummaryQuerySet.as_manager()

    class Meta:
        ordering = ("therapy", "outcome")
        verbose_name_plural = "cell summaries"
        constraints = [
            models.UniqueConstraint(fields=["therapy", "outcome"], name="cell_is_summarised_once"),
            models.CheckConstraint(
                condition=Q(estimate__isnull=True) | Q(ci_low__lte=F("estimate"), ci_high__gte=F("estimate")),
                name="cell_summary_ci_contains_estimate",
                violation_error_message="The interval contains the estimate.",
            ),
            models.CheckConstraint(
                condition=Q(estimate__isnull=True) | Q(refusal=""),
                name="cell_summary_pools_or_says_why_not",
                violation_error_message="A pooled cell has no reason against pooling.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.therapy} × {self.outcome}"
