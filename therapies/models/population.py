"""Who the patients of a study or an arm are, in fields by which a reader finds patients like theirs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.lookups import Exact

from nelm_review.core.changes import counted
from nelm_review.core.constraints import enforce_choices
from nelm_review.core.history import tracked
from therapies.models.criterion import CRITERIA, Criterion

LONGEST_WORDS = 200


@dataclass(frozen=True)
class Part:
    """One value that a population states, with its share where one is printed."""

    value: str
    label: str
    n: int | None
    percent: float | None
    words: str


class StatedValues:
    """Refuse what is no object of known values, each with nothing but `n`, `percent` and `words`."""

    def __init__(self, criterion: str) -> None:
        self.criterion = criterion

    def __call__(self, stated: Any) -> None:
        values = CRITERIA[self.criterion].values
        if not isinstance(stated, dict):
            raise ValidationError('Write an object of values, for instance {"rest": {}}.')
        for value, share in stated.items():
            if value not in values:
                raise ValidationError(f"“{value}” is none of: {', '.join(values)}.")
            if not isinstance(share, dict) or share.keys() - {"n", "percent", "words"}:
                raise ValidationError(f"“{value}” takes n, percent and words, in an object.")
            _check_share(value, share)


def _check_share(value: str, share: Mapping[str, Any]) -> None:
    n, percent, words = share.get("n", 1), share.get("percent", 1), share.get("words", "-")
    if not isinstance(n, int) or isinstance(n, bool) or n < 1:
        raise ValidationError(f"n of “{value}” is a number of patients, at least 1.")
    if not isinstance(percent, int | float) or isinstance(percent, bool) or not 0 <= percent <= 100:
        raise ValidationError(f"percent of “{value}” lies between 0 and 100.")
    if not isinstance(words, str) or not 0 < len(words.strip()) <= LONGEST_WORDS:
        raise ValidationError(f"words of “{value}” are a text of at most {LONGEST_WORDS} characters.")


class StatedField(models.JSONField):
    """What a population states for one criterion: value → its share ({} where none is printed)."""

    def __init__(self, criterion: str = "", **kwargs: Any) -> None:
        self.criterion = criterion
        if criterion:
            kwargs |= {
                "verbose_name": CRITERIA[criterion].label.lower(),
                "help_text": f"Value → share: {', '.join(CRITERIA[criterion].values)}.",
                "validators": [StatedValues(criterion)],
            }
        super().__init__(**{"default": dict, "blank": True, **kwargs})

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        """Describe a plain JSON column: the vocabulary may grow without a migration of this field."""
        name, _path, args, kwargs = super().deconstruct()
        for name_of_ours in ("verbose_name", "help_text", "validators"):
            kwargs.pop(name_of_ours, None)
        return name, "django.db.models.JSONField", args, kwargs


def _only_known_values(criterion: Criterion) -> models.CheckConstraint:
    others = Func(
        F(criterion.code),
        Value(list(criterion.values), output_field=ArrayField(models.TextField())),
        # In the order of the alphabet, as migrations write them: else Django sees a change each time.
        arg_joiner=" - ",
        template="(%(expressions)s)",
        output_field=models.JSONField(),
    )
    return models.CheckConstraint(
        condition=Q(Exact(others, Value({}, output_field=models.JSONField()))),
        name=f"population_{criterion.code}_is_known",
        violation_error_message=f"{criterion.label} holds a value that is not in the vocabulary.",
    )


@enforce_choices
@tracked()
class Population(models.Model):
    """What the text about a study's patients states, or the label of an arm about the arm's.

    What is not stated is absent, never “none”. Where an arm states something on a criterion, that stands for
    the arm; on all others it shares what its study states. A row that states nothing says that somebody read
    the text and found nothing.
    """

    class StructuredBy(models.TextChoices):
        HAND = "hand", "By hand, from the population text"
        SOURCE = "source", "By hand, from the publication itself"

    study = models.ForeignKey("Study", on_delete=models.CASCADE, related_name="populations")
    arm = models.OneToOneField(
        "Arm",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="population",
        help_text="Empty for the patients of the whole study.",
    )
    primary = StatedField("primary")
    grade = StatedField("grade")
    ki67 = models.CharField("Ki-67", max_length=100, blank=True, help_text="As printed.")
    burden = StatedField("burden")
    functional = StatedField("functional")
    prior_prrt = StatedField("prior_prrt")
    prior_resection = StatedField("prior_resection")
    extrahepatic = StatedField("extrahepatic")
    structured_by = models.CharField(max_length=10, choices=StructuredBy, default=StructuredBy.HAND)
    quotes = ArrayField(
        models.TextField(), default=list, blank=True, help_text="The words of the text it rests on."
    )

    class Meta:
        ordering = ("study", models.F("arm__position").asc(nulls_first=True), "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["study"],
                condition=Q(arm__isnull=True),
                name="study_has_one_population",
                violation_error_message="The patients of the whole study are described already.",
            ),
            *(_only_known_values(criterion) for criterion in CRITERIA.values()),
        ]
        triggers = [
            *counted("evidence"),
            pgtrigger.Trigger(
                name="population_arm_is_of_the_same_study",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.Update,
                condition=pgtrigger.Condition("NEW.arm_id IS NOT NULL"),
                func="""
                IF NOT EXISTS (
                    SELECT 1 FROM therapies_arm a WHERE a.id = NEW.arm_id AND a.study_id = NEW.study_id
                ) THEN
                    RAISE EXCEPTION 'A population is of a study and one of its own arms.'
                        USING ERRCODE = 'check_violation',
                              CONSTRAINT = 'population_arm_is_of_the_same_study';
                END IF;
                RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"Patients of {self.arm or self.study}"

    def parts(self, criterion: Criterion) -> Iterator[Part]:
        """Yield what is stated for the criterion, in the order of the vocabulary."""
        stated = getattr(self, criterion.code)
        for value, meaning in criterion.values.items():
            if value in stated:
                share = stated[value]
                yield Part(value, meaning.label, share.get("n"), share.get("percent"), share.get("words", ""))

    @property
    def stated_words(self) -> str:
        """Return the names of the criteria on which the text states something, “nothing” where on none."""
        labels = [criterion.label for code, criterion in CRITERIA.items() if getattr(self, code)]
        return ", ".join([*labels, "Ki-67"] if self.ki67 else labels) or "nothing"
