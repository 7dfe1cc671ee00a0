"""What a clinician reads about a therapy: claims in our own words, each resting on publications."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from nelm_review.core.changes import counted
from nelm_review.core.constraints import enforce_choices
from nelm_review.core.history import tracked


@tracked()
class ClaimSource(models.Model):
    """A publication that claims rest on, and the address where it was read."""

    code = models.SlugField(max_length=60, unique=True)
    reference = models.ForeignKey(
        "references.Reference", on_delete=models.PROTECT, related_name="claim_sources"
    )
    read_at = models.URLField(max_length=500, help_text="Where its text was read, so that it can be checked.")

    class Meta:
        ordering = ("code",)
        constraints = [
            models.CheckConstraint(
                condition=Q(read_at__regex=r"^https?://[^[:space:]]+$"),
                name="claim_source_was_read_at_an_address",
                violation_error_message="The address starts with http:// or https://.",
            ),
        ]
        triggers = counted("evidence")

    def __str__(self) -> str:
        return self.code


class TherapyClaimQuerySet(models.QuerySet["TherapyClaim"]):
    def in_force(self) -> TherapyClaimQuerySet:
        """Keep the claims that nobody withdrew."""
        return self.filter(is_withdrawn=False)


@enforce_choices
@tracked()
class TherapyClaim(models.Model):
    """One sentence about a therapy; the services let in none that rests on nothing."""

    class Section(models.TextChoices):
        WHAT_IT_IS = "what-it-is", "What it is"
        FOR_WHOM = "for-whom", "For whom"
        HOW_IT_IS_DONE = "how-it-is-done", "How it is done"
        WHAT_TO_WATCH_FOR = "what-to-watch-for", "What to watch for"
        CONTRAINDICATIONS = "contraindications", "Contraindications"

    therapy = models.ForeignKey("Therapy", on_delete=models.PROTECT, related_name="claims")
    section = models.CharField(max_length=20, choices=Section)
    position = models.PositiveSmallIntegerField(help_text="Order among the claims of the therapy.")
    text = models.TextField(help_text="One sentence of plain text.")
    sources = models.ManyToManyField(ClaimSource, through="ClaimCitation", related_name="claims")
    is_withdrawn = models.BooleanField(
        default=False, db_default=False, help_text="Readers no longer see it; history says who and why."
    )

    objects = TherapyClaimQuerySet.as_manager()

    class Meta:
        ordering = ("therapy", "position", "pk")
        constraints = [
            models.CheckConstraint(
                condition=~Q(text=""),
                name="therapy_claim_says_something",
                violation_error_message="A claim is a sentence.",
            ),
        ]
        triggers = counted("evidence")

    def __str__(self) -> str:
        return self.text[:80]

    @property
    def is_in_force(self) -> bool:
        return not self.is_withdrawn


class ClaimCitationQuerySet(models.QuerySet["ClaimCitation"]):
    def for_readers(self) -> ClaimCitationQuerySet:
        """Keep the citations of claims in force, claim by claim, with the claim and what it rests on.

        A claim without a citation rests on nothing: readers do not see it.
        """
        found = self.filter(claim__in=TherapyClaim.objects.in_force())
        unread = (f"source__reference__{name}" for name in ("search_vector", "abstract", "abstract_text"))
        loaded = found.select_related("claim__therapy", "source__reference__journal").defer(*unread)
        return loaded.order_by("claim__therapy", "claim__position", "claim", "position", "pk")


@tracked()
class ClaimCitation(models.Model):
    """One source of a claim, in the order in which the claim cites them."""

    claim = models.ForeignKey(TherapyClaim, on_delete=models.CASCADE, related_name="citations")
    source = models.ForeignKey(ClaimSource, on_delete=models.PROTECT, related_name="citations")
    position = models.PositiveSmallIntegerField(help_text="1 is first.")

    objects = ClaimCitationQuerySet.as_manager()

    class Meta:
        ordering = ("claim", "position", "pk")
        constraints = [
            models.UniqueConstraint(fields=["claim", "source"], name="claim_cites_a_source_once"),
        ]
        triggers = counted("evidence")

    def __str__(self) -> str:
        return f"{self.claim}: {self.source}"
