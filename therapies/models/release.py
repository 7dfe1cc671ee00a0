"""Releases: dated snapshots of the published evidence that nobody can change."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from nelm_review.core import changes


class ReleaseQuerySet(models.QuerySet["Release"]):
    def newest_first(self) -> ReleaseQuerySet:
        return self.order_by("-released_at", "-pk")

    def without_archive(self) -> ReleaseQuerySet:
        """Leave the archive where it is: hundreds of kilobytes a row."""
        return self.defer("archive", "cell_digests")


class Release(models.Model):
    """One snapshot, whole: the archive that readers download is the record itself."""

    version = models.CharField(max_length=20, unique=True, help_text="The day, and which one of that day.")
    released_at = models.DateTimeField()
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    note = models.TextField(blank=True, help_text="What is new, in words for readers.")
    counts = models.JSONField(help_text="How many rows of each kind it holds.")
    method = models.CharField(max_length=60, help_text="The method of analysis in force on that day.")
    evidence_version = models.BigIntegerField(help_text="The state of the library that it shows.")
    evidence_sha256 = models.CharField(max_length=64, help_text="Of the evidence alone, without the date.")
    cell_digests = models.JSONField(default=dict, help_text="By which a cell is known to be as it was.")
    sha256 = models.CharField("SHA-256", max_length=64, help_text="Of the archive.")
    archive = models.BinaryField()

    objects = ReleaseQuerySet.as_manager()

    class Meta:
        ordering = ("-released_at", "-pk")
        constraints = [
            models.CheckConstraint(
                condition=Q(version__regex=r"^\d{4}\.\d{2}\.\d{2}(\.\d+)?$"),
                name="release_version_is_a_day",
                violation_error_message="A release is named for its day: 2026.11.25, then 2026.11.25.2.",
            ),
            models.CheckConstraint(
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$", evidence_sha256__regex=r"^[0-9a-f]{64}$"),
                name="release_has_its_checksums",
                violation_error_message="A release carries the SHA-256 of its archive and of its evidence.",
            ),
        ]
        triggers = [
            *changes.counted(changes.DERIVED),
            pgtrigger.Protect(name="release_is_never_changed", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.version

    def get_absolute_url(self) -> str:
        return reverse("release", args=[self.version])
