"""Results of arms and comparisons between arms: every number that the map shows, with its source."""

from __future__ import annotations

from decimal import Decimal

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import BooleanField, Case, F, FloatField, Func, Q, When
from django.db.models.functions import Cast

from nelm_review.core.changes import counted
from nelm_review.core.constraints import all_or_nothing, enforce_choices
from nelm_review.core.history import tracked
from therapies.models.fields import PrintedDecimalField

# The mean Gregorian month; 419 days are 13.8 months.
DAYS_PER_MONTH = 365.2425 / 12


class Criteria(models.TextChoices):
    """The controlled list behind the free text: response criteria, toxicity grading, time origin."""

    NOT_STATED = "not-stated", "Not stated"
    RECIST = "recist", "RECIST (version not stated)"
    RECIST_1_0 = "recist-1.0", "RECIST 1.0"
    RECIST_1_1 = "recist-1.1", "RECIST 1.1"
    MRECIST = "mrecist", "mRECIST"
    WHO = "who", "WHO"
    EASL = "easl", "EASL"
    SEVERAL = "several", "More than one set of criteria"
    CTCAE = "ctcae", "CTCAE"
    CLAVIEN_DINDO = "clavien-dindo", "Clavien–Dindo"
    FROM_DIAGNOSIS = "from-diagnosis", "From diagnosis"
    FROM_TREATMENT = "from-treatment", "From first treatment"
    OTHER = "other", "Own definition"


class SourcedNumber(models.Model):
    """What every extracted number carries: its place, who took it, who checked it, whether it is public."""

    class Verification(models.TextChoices):
        EXTRACTED = "extracted", "Extracted, not yet verified"
        VERIFIED = "verified", "Verified by a second editor"

    source_report = models.ForeignKey(
        "StudyReport",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="%(class)ss",
        help_text="The publication that prints the number; the primary report where empty.",
    )
    source_where = models.CharField(max_length=100, help_text="Abstract, page, table, figure …")
    reported_in = models.ForeignKey(
        "Study",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="reported_%(class)ss",
        help_text="The review whose table gave the number.",
    )
    override_reason = models.TextField(
        blank=True, help_text="Why a number that contradicts another stands as it is."
    )

    verification = models.CharField(max_length=10, choices=Verification, default=Verification.EXTRACTED)
    extracted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    extracted_at = models.DateTimeField(null=True, blank=True)
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    verified_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    published_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawal_reason = models.TextField(blank=True)

    class Meta:
        abstract = True

    @property
    def is_published(self) -> bool:
        return self.published_at is not None and self.withdrawn_at is None

    @property
    def is_verified(self) -> bool:
        return self.verification == self.Verification.VERIFIED


def curation_constraints(model: str) -> list[models.BaseConstraint]:
    """The constraints on the columns of SourcedNumber, named for the model."""
    return [
        *(all_or_nothing(model, deed) for deed in ("extracted", "verified", "published", "withdrawn")),
        models.CheckConstraint(
            condition=Q(verification="verified", verified_by__isnull=False)
            | Q(verification="extracted", verified_by__isnull=True),
            name=f"{model}_is_verified_by_someone",
            violation_error_message="A verified number names who verified it.",
        ),
        models.CheckConstraint(
            condition=Q(verified_by__isnull=True) | ~Q(verified_by=F("extracted_by")),
            name=f"{model}_is_verified_by_a_second_editor",
            violation_error_message="The editor who extracted a number cannot verify it.",
        ),
        models.CheckConstraint(
            condition=Q(withdrawn_at__isnull=True, withdrawal_reason="")
            | (Q(withdrawn_at__isnull=False) & ~Q(withdrawal_reason="")),
            name=f"{model}_withdrawal_says_why",
            violation_error_message="A withdrawn number says why, and only a withdrawn one does.",
        ),
    ]


class SourcedNumberQuerySet(models.QuerySet):
    def published(self) -> SourcedNumberQuerySet:
        """Rows that readers see: published and not withdrawn."""
        return self.filter(published_at__isnull=False, withdrawn_at__isnull=True)

    def verified(self) -> SourcedNumberQuerySet:
        return self.filter(verification=SourcedNumber.Verification.VERIFIED)


class ResultQuerySet(SourcedNumberQuerySet):
    def in_reading_order(self) -> ResultQuerySet:
        """Load what a line of a results table shows, in the order of the study."""
        return self.select_related(
            "arm__study__cohort", "arm__therapy", "outcome", "reported_in", "source_report__reference"
        ).order_by("arm__study__label", "arm__study_id", "position")


@enforce_choices
@tracked(exclude=["axis_value"])
class Result(SourcedNumber):
    """One outcome value of one arm, as printed: 419 days stay 419 days."""

    class Unit(models.TextChoices):
        PERCENT = "%", "%"
        YEARS = "years", "years"
        MONTHS = "months", "months"
        DAYS = "days", "days"
        SCORE = "score", "score"

    class Per(models.TextChoices):
        PATIENT = "patient", "patient"
        PROCEDURE = "procedure", "procedure"
        LESION = "lesion", "lesion"

    arm = models.ForeignKey("Arm", on_delete=models.CASCADE, related_name="results")
    outcome = models.ForeignKey("Outcome", on_delete=models.PROTECT, related_name="results")
    position = models.PositiveSmallIntegerField(help_text="Order inside the study.")

    criteria = models.CharField(max_length=20, choices=Criteria, default=Criteria.NOT_STATED)
    criteria_text = models.TextField(blank=True, help_text="Criteria, time origin or definition as printed.")
    timepoint_months = PrintedDecimalField(null=True, blank=True)
    value = PrintedDecimalField(null=True, blank=True)
    unit = models.CharField(max_length=10, choices=Unit)
    not_reached = models.BooleanField(default=False)
    ci_low = PrintedDecimalField("interval from", null=True, blank=True)
    ci_high = PrintedDecimalField("interval to", null=True, blank=True)
    ci_level = PrintedDecimalField("interval level (%)", null=True, blank=True)
    range_low = PrintedDecimalField(null=True, blank=True)
    range_high = PrintedDecimalField(null=True, blank=True)
    events = models.PositiveIntegerField(null=True, blank=True)
    total = models.PositiveIntegerField(null=True, blank=True)
    per = models.CharField("unit of analysis", max_length=10, choices=Per, default=Per.PATIENT)
    is_composite = models.BooleanField(
        default=False,
        help_text="Response that mixes imaging with markers or symptoms: never pooled with imaging.",
    )

    axis_value = models.GeneratedField(
        expression=Case(
            When(is_composite=True, then=None),
            When(unit=Unit.YEARS, then=Cast("value", FloatField()) * 12),
            When(unit=Unit.DAYS, then=Cast("value", FloatField()) / DAYS_PER_MONTH),
            When(
                value__isnull=True,
                unit=Unit.PERCENT,
                then=Cast("events", FloatField()) * 100 / Cast("total", FloatField()),
            ),
            default=Cast("value", FloatField()),
        ),
        output_field=FloatField(),
        db_persist=True,
        help_text="What a chart places: the printed value, else events/total; times in months.",
    )

    objects = ResultQuerySet.as_manager()

    class Meta:
        ordering = ("arm", "position", "pk")
        constraints = [
            *curation_constraints("result"),
            models.CheckConstraint(
                condition=(Q(value__isnull=True) | Q(ci_low__isnull=True) | Q(ci_low__lte=F("value")))
                & (Q(value__isnull=True) | Q(ci_high__isnull=True) | Q(ci_high__gte=F("value")))
                & (Q(ci_low__isnull=True) | Q(ci_high__isnull=True) | Q(ci_low__lte=F("ci_high"))),
                name="result_ci_contains_value",
                violation_error_message="The confidence interval must contain the value.",
            ),
            models.CheckConstraint(
                condition=(Q(value__isnull=True) | Q(range_low__isnull=True) | Q(range_low__lte=F("value")))
                & (Q(value__isnull=True) | Q(range_high__isnull=True) | Q(range_high__gte=F("value")))
                & (
                    Q(range_low__isnull=True) | Q(range_high__isnull=True) | Q(range_low__lte=F("range_high"))
                ),
                name="result_range_contains_value",
                violation_error_message="The range must contain the value.",
            ),
            models.CheckConstraint(
                condition=Q(ci_level__isnull=True) | Q(ci_level__gt=0, ci_level__lt=100),
                name="result_ci_level_is_a_level",
                violation_error_message="An interval's level lies between 0 and 100.",
            ),
            models.CheckConstraint(
                condition=Q(total__isnull=True) | Q(total__gt=0),
                name="result_total_is_positive",
                violation_error_message="A total of 0 is no denominator.",
            ),
            models.CheckConstraint(
                condition=Q(events__isnull=True) | Q(total__isnull=True) | Q(events__lte=F("total")),
                name="result_events_do_not_exceed_total",
                violation_error_message="There cannot be more events than patients, procedures or lesions.",
            ),
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{field}__isnull": True})
                    | (Q(**{f"{field}__gte": 0}) & (~Q(unit="%") | Q(**{f"{field}__lte": 100}))),
                    name=f"result_{field}_is_possible",
                    violation_error_message="A percentage lies within 0–100; a time is not negative.",
                )
                for field in ("value", "ci_low", "ci_high", "range_low", "range_high")
            ),
            models.CheckConstraint(
                condition=Q(timepoint_months__isnull=True) | Q(timepoint_months__gte=0),
                name="result_timepoint_is_not_negative",
                violation_error_message="A time point is not negative.",
            ),
            models.CheckConstraint(
                condition=Q(not_reached=False) | Q(value__isnull=True),
                name="result_not_reached_has_no_value",
                violation_error_message="A median that was not reached has no value.",
            ),
            models.CheckConstraint(
                condition=~Q(unit="%")
                | ~Q(override_reason="")
                | Q(value__isnull=True)
                | Q(events__isnull=True)
                | Q(total__isnull=True)
                | Q(
                    Func(
                        F("value"),
                        F("events"),
                        F("total"),
                        function="printed_percentage_agrees",
                        output_field=BooleanField(),
                    )
                ),
                name="result_percentage_agrees_with_events",
                violation_error_message=(
                    "The percentage does not agree with events / total within rounding; "
                    "correct it, or say in “override reason” why it stands."
                ),
            ),
        ]
        indexes = [
            # Holds all that the map counts, so that counting reads no row.
            models.Index(
                fields=["outcome", "arm"],
                include=["id", "axis_value", "timepoint_months", "criteria"],
                condition=Q(published_at__isnull=False, withdrawn_at__isnull=True),
                name="result_published_by_cell",
            ),
        ]
        triggers = counted("evidence")

    def __str__(self) -> str:
        return f"{self.outcome.short_name}, {self.arm}"


@enforce_choices
@tracked()
class Comparison(SourcedNumber):
    """One between-arm effect of a study; measure and value are empty where only a p value was printed."""

    class Measure(models.TextChoices):
        HAZARD_RATIO = "HR", "Hazard ratio"
        ODDS_RATIO = "OR", "Odds ratio"
        RISK_RATIO = "RR", "Risk ratio"
        MEAN_DIFFERENCE = "MD", "Mean difference"

    RATIOS = (Measure.HAZARD_RATIO, Measure.ODDS_RATIO, Measure.RISK_RATIO)

    study = models.ForeignKey("Study", on_delete=models.CASCADE, related_name="comparisons")
    arms = models.ManyToManyField("Arm", through="ComparisonArm", related_name="comparisons")
    outcome = models.ForeignKey("Outcome", on_delete=models.PROTECT, related_name="comparisons")
    position = models.PositiveSmallIntegerField(help_text="Order inside the study.")
    measure = models.CharField(max_length=2, choices=Measure, blank=True)
    value = PrintedDecimalField(null=True, blank=True)
    ci_low = PrintedDecimalField("interval from", null=True, blank=True)
    ci_high = PrintedDecimalField("interval to", null=True, blank=True)
    p_text = models.CharField("p", max_length=50, blank=True, help_text="As printed.")

    objects = SourcedNumberQuerySet.as_manager()

    class Meta:
        ordering = ("study", "position")
        constraints = [
            *curation_constraints("comparison"),
            models.UniqueConstraint(fields=["study", "position"], name="comparison_position_is_taken_once"),
            models.CheckConstraint(
                condition=Q(value__isnull=True) | ~Q(measure=""),
                name="comparison_value_has_a_measure",
                violation_error_message="A value needs its measure.",
            ),
            models.CheckConstraint(
                condition=(Q(value__isnull=True) | Q(ci_low__isnull=True) | Q(ci_low__lte=F("value")))
                & (Q(value__isnull=True) | Q(ci_high__isnull=True) | Q(ci_high__gte=F("value")))
                & (Q(ci_low__isnull=True) | Q(ci_high__isnull=True) | Q(ci_low__lte=F("ci_high"))),
                name="comparison_ci_contains_value",
                violation_error_message="The confidence interval must contain the value.",
            ),
            models.CheckConstraint(
                condition=Q(measure__in=["", "MD"])
                | ((Q(value__isnull=True) | Q(value__gt=0)) & (Q(ci_low__isnull=True) | Q(ci_low__gte=0))),
                name="comparison_ratio_is_positive",
                violation_error_message="A ratio is positive.",
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="comparison_stays_in_its_study", fields=["study"]),
            *counted("evidence"),
        ]

    def __str__(self) -> str:
        return f"{self.outcome.short_name}, {self.study}"


@tracked()
class ComparisonArm(models.Model):
    """One arm of a comparison, in the order printed."""

    comparison = models.ForeignKey(Comparison, on_delete=models.CASCADE, related_name="comparison_arms")
    arm = models.ForeignKey("Arm", on_delete=models.PROTECT, related_name="comparison_arms")
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ("comparison", "position")
        constraints = [
            models.UniqueConstraint(fields=["comparison", "arm"], name="comparison_names_an_arm_once"),
            models.UniqueConstraint(
                fields=["comparison", "position"], name="comparison_arm_position_is_taken_once"
            ),
        ]
        triggers = [
            *counted("evidence"),
            pgtrigger.Trigger(
                name="comparison_arm_is_of_the_same_study",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func="""
                IF NOT EXISTS (
                    SELECT 1 FROM therapies_arm a JOIN therapies_comparison c ON c.study_id = a.study_id
                    WHERE a.id = NEW.arm_id AND c.id = NEW.comparison_id
                ) THEN
                    RAISE EXCEPTION 'A comparison joins arms of its own study.'
                        USING ERRCODE = 'check_violation',
                              CONSTRAINT = 'comparison_arm_is_of_the_same_study';
                END IF;
                RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return str(self.arm)


def printed_percentage_agrees(value: Decimal, events: int, total: int) -> bool:
    """Say whether a printed percentage is events/total, rounded or cut to its printed decimals.

    The twin of the SQL function of this name (therapies.0001_printed_percentage), which the constraint calls.
    """
    unit = Decimal(1).scaleb(min(0, int(value.as_tuple().exponent)))
    difference = Decimal(100 * events) / Decimal(total) - value
    return abs(difference) <= unit / 2 or 0 <= difference < unit
