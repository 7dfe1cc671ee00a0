"""Therapies: one tree, liver-directed treatments and the comparators beside them."""

from __future__ import annotations

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from nelm_review.core.changes import counted
from nelm_review.core.constraints import enforce_choices
from nelm_review.core.history import tracked


class TherapyQuerySet(models.QuerySet["Therapy"]):
    def locoregional(self) -> TherapyQuerySet:
        return self.filter(kind=Therapy.Kind.LOCOREGIONAL)

    def comparators(self) -> TherapyQuerySet:
        return self.filter(kind=Therapy.Kind.COMPARATOR)


@enforce_choices
@tracked()
class Therapy(models.Model):
    """One treatment in the tree; a parent stands for everything below it."""

    class Kind(models.TextChoices):
        LOCOREGIONAL = "locoregional", "Liver-directed"
        COMPARATOR = "comparator", "Comparator"

    code = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=200, unique=True)
    abbreviation = models.CharField(max_length=40)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    kind = models.CharField(max_length=20, choices=Kind)
    synonyms = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    mesh = ArrayField(models.CharField(max_length=200), default=list, blank=True, verbose_name="MeSH")
    position = models.PositiveSmallIntegerField(help_text="Order on the page.")
    covered_by_source_review = models.BooleanField(
        default=False, db_default=False, help_text="The review this map grew from has a section on it."
    )

    objects = TherapyQuerySet.as_manager()

    class Meta:
        ordering = ("position", "pk")
        verbose_name_plural = "therapies"
        constraints = [
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")),
                name="therapy_is_not_its_own_parent",
                violation_error_message="A therapy cannot be its own parent.",
            ),
        ]
        triggers = [
            *counted("evidence"),
            pgtrigger.Trigger(
                name="therapy_tree_is_acyclic",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("parent_id"),
                condition=pgtrigger.Q(new__parent__isnull=False),
                declare=[("is_cyclic", "boolean")],
                # One tree change at a time: two concurrent moves could together make a cycle.
                func="""
                PERFORM pg_advisory_xact_lock(hashtext('therapies_therapy tree'));
                WITH RECURSIVE above(id, parent_id) AS (
                    SELECT id, parent_id FROM therapies_therapy WHERE id = NEW.parent_id
                    UNION
                    SELECT up.id, up.parent_id FROM therapies_therapy up JOIN above ON up.id = above.parent_id
                )
                SELECT EXISTS (SELECT 1 FROM above WHERE id = NEW.id) INTO is_cyclic;
                IF is_cyclic THEN
                    RAISE EXCEPTION 'Therapy % cannot stand below itself.', NEW.code
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'therapy_tree_is_acyclic';
                END IF;
                RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("therapy", args=[self.code])
