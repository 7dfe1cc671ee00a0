"""Outcomes: what is measured, in which unit, and which direction is better."""

from __future__ import annotations

from django.db import models
from django.urls import reverse

from nelm_review.core.changes import counted
from nelm_review.core.constraints import enforce_choices
from nelm_review.core.history import tracked


@enforce_choices
@tracked()
class Outcome(models.Model):
    """One thing measured in arms."""

    class Domain(models.TextChoices):
        TUMOUR_RESPONSE = "tumour-response", "Tumour response"
        SURVIVAL = "survival", "Survival"
        SYMPTOMS_HORMONES = "symptoms-hormones", "Symptoms and hormones"
        LOCAL_CONTROL = "local-control", "Local control"
        SAFETY = "safety", "Safety"
        QUALITY_OF_LIFE = "quality-of-life", "Quality of life"
        RESOURCES = "resources", "Resources"

    class Measure(models.TextChoices):
        PROPORTION = "proportion", "Proportion"
        MEDIAN_TIME = "median-time", "Median time"
        MEAN = "mean", "Mean"
        RATIO = "ratio", "Ratio"

    class Better(models.TextChoices):
        HIGHER = "higher", "More is better"
        LOWER = "lower", "Less is better"
        NEUTRAL = "neutral", "Neither"

    code = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=200, unique=True)
    short_name = models.CharField(max_length=60)
    domain = models.CharField(max_length=20, choices=Domain)
    measure = models.CharField(max_length=20, choices=Measure)
    unit = models.CharField(max_length=20)
    better = models.CharField(max_length=10, choices=Better)
    definition = models.TextField()
    position = models.PositiveSmallIntegerField(help_text="Order on the page.")

    class Meta:
        ordering = ("position", "pk")
        constraints = []
        triggers = counted("evidence")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("outcome", args=[self.code])

    @property
    def is_rate_over_time(self) -> bool:
        """Say whether values at different times must never stand together: rates of survival."""
        return self.domain == self.Domain.SURVIVAL and self.measure == self.Measure.PROPORTION
