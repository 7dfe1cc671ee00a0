"""Searching PubMed: a saved query, one execution of it, and each PMID that the execution found.

The run row is the queue: state, progress and errors are its columns, and its hits are the work list.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from nelm_review.core.changes import counted
from nelm_review.core.constraints import all_or_nothing, enforce_choices
from nelm_review.core.history import tracked

STALE_AFTER = timedelta(minutes=2)


@tracked()
class SearchStrategy(models.Model):
    """A saved PubMed query that is run again and again."""

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=200)
    query = models.TextField(help_text="In PubMed's own syntax.")
    description = models.TextField(blank=True)
    is_active = models.BooleanField(default=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ("name",)
        verbose_name_plural = "search strategies"
        constraints = [
            models.CheckConstraint(
                condition=~Q(query=""),
                name="search_strategy_has_a_query",
                violation_error_message="A search strategy needs a query.",
            ),
        ]
        triggers = counted("literature")

    def __str__(self) -> str:
        return self.name


class SearchRunQuerySet(models.QuerySet["SearchRun"]):
    def active(self) -> SearchRunQuerySet:
        """Runs that a worker has yet to finish."""
        return self.filter(state__in=SearchRun.ACTIVE_STATES)

    def finished(self) -> SearchRunQuerySet:
        return self.exclude(state__in=SearchRun.ACTIVE_STATES)

    def stale(self) -> SearchRunQuerySet:
        """Active runs that no worker has touched for STALE_AFTER."""
        return self.active().filter(heartbeat_at__lt=timezone.now() - STALE_AFTER)


@enforce_choices
class SearchRun(models.Model):
    """One pull from PubMed, by query or by a list of PMIDs."""

    class Kind(models.TextChoices):
        QUERY = "query", "Query"
        PMIDS = "pmids", "List of PMIDs"

    class State(models.TextChoices):
        QUEUED = "queued", "Queued"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    ACTIVE_STATES = (State.QUEUED, State.RUNNING)

    kind = models.CharField(max_length=10, choices=Kind)
    strategy = models.ForeignKey(
        SearchStrategy, null=True, blank=True, on_delete=models.PROTECT, related_name="runs"
    )
    query = models.TextField(blank=True, help_text="Verbatim, as sent.")
    translated_query = models.TextField(blank=True, help_text="As PubMed understood it.")
    warnings = ArrayField(models.TextField(), default=list, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)

    n_found = models.PositiveIntegerField(null=True, blank=True, help_text="Unknown until PubMed answers.")
    n_fetched = models.PositiveIntegerField(default=0)
    n_new = models.PositiveIntegerField(default=0)
    n_updated = models.PositiveIntegerField(default=0)
    n_unchanged = models.PositiveIntegerField(default=0)
    n_missing = models.PositiveIntegerField(default=0)
    n_failed = models.PositiveIntegerField(default=0)

    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    listed_at = models.DateTimeField(null=True, blank=True, help_text="When every PMID had become a hit.")
    heartbeat_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    cancelled_at = models.DateTimeField(null=True, blank=True)
    n_attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)

    objects = SearchRunQuerySet.as_manager()

    class Meta:
        ordering = ("-requested_at", "-pk")
        constraints = [
            all_or_nothing("search_run", "cancelled"),
            models.CheckConstraint(
                condition=(Q(kind="query") & ~Q(query="")) | Q(kind="pmids", query=""),
                name="search_run_asks_a_query_or_a_list",
                violation_error_message="A run has a query or a list of PMIDs.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("queued", "running"), finished_at__isnull=True)
                | Q(state__in=("done", "failed", "cancelled"), finished_at__isnull=False),
                name="search_run_ends_when_it_ends",
                violation_error_message="A run has an end exactly when it is done, failed or cancelled.",
            ),
            models.CheckConstraint(
                condition=(Q(state="failed") & ~Q(error="")) | ~Q(state="failed"),
                name="search_run_failure_says_why",
                violation_error_message="A failed run says why.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["heartbeat_at"],
                condition=Q(state__in=("queued", "running")),
                name="search_run_active_by_heartbeat",
            ),
        ]
        triggers = counted("literature", only=["state"])

    def __str__(self) -> str:
        return f"Run {self.pk}: {self.query or 'list of PMIDs'}"[:100]

    def get_absolute_url(self) -> str:
        return reverse("search_run", args=[self.pk])

    @property
    def is_active(self) -> bool:
        return self.state in self.ACTIVE_STATES

    @property
    def is_finished(self) -> bool:
        return not self.is_active

    @property
    def is_stale(self) -> bool:
        return self.is_active and self.heartbeat_at < timezone.now() - STALE_AFTER


class SearchHitQuerySet(models.QuerySet["SearchHit"]):
    def pending(self) -> SearchHitQuerySet:
        return self.filter(state=SearchHit.State.PENDING)

    def with_trouble(self) -> SearchHitQuerySet:
        """Hits that did not become a reference: missing or failed."""
        return self.filter(state__in=SearchHit.TROUBLE_STATES)


@enforce_choices
class SearchHit(models.Model):
    """One PMID of a run, and what became of it."""

    class State(models.TextChoices):
        PENDING = "pending", "Not fetched yet"
        NEW = "new", "New"
        UPDATED = "updated", "Updated"
        UNCHANGED = "unchanged", "Unchanged"
        MISSING = "missing", "Missing"
        FAILED = "failed", "Failed"

    TROUBLE_STATES = (State.MISSING, State.FAILED)

    run = models.ForeignKey(SearchRun, on_delete=models.CASCADE, related_name="hits")
    pmid = models.PositiveIntegerField("PMID")
    position = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    reason = models.TextField(blank=True)
    reference = models.ForeignKey(
        "Reference", null=True, blank=True, on_delete=models.PROTECT, related_name="search_hits"
    )

    objects = SearchHitQuerySet.as_manager()

    class Meta:
        ordering = ("run", "position")
        constraints = [
            models.UniqueConstraint(fields=["run", "pmid"], name="search_hit_is_listed_once_a_run"),
            models.CheckConstraint(
                condition=~Q(state__in=("missing", "failed")) | ~Q(reason=""),
                name="search_hit_trouble_says_why",
                violation_error_message="A missing or failed hit says why.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["run", "position"],
                condition=Q(state="pending"),
                name="search_hit_pending_by_position",
            ),
            models.Index(
                fields=["pmid"],
                condition=Q(state__in=("missing", "failed")),
                name="search_hit_trouble_by_pmid",
            ),
        ]
        triggers = counted("literature")

    def __str__(self) -> str:
        return f"PMID {self.pmid} ({self.state})"

    @property
    def is_pending(self) -> bool:
        return self.state == self.State.PENDING

    @property
    def has_trouble(self) -> bool:
        return self.state in self.TROUBLE_STATES
