"""The knowledge as rows; import models from here."""

from therapies.models.appraisal import Appraisal, Certainty
from therapies.models.cell_summary import CellSummary, SummaryState
from therapies.models.criterion import CRITERIA, Criterion, Fit
from therapies.models.not_applicable import NotApplicable
from therapies.models.note import ClaimCitation, ClaimSource, TherapyClaim
from therapies.models.outcome import Outcome
from therapies.models.population import Population
from therapies.models.release import Release
from therapies.models.result import (
    DAYS_PER_MONTH,
    Comparison,
    ComparisonArm,
    Criteria,
    Result,
    SourcedNumber,
    printed_percentage_agrees,
)
from therapies.models.study import Arm, Cohort, Study, StudyReport
from therapies.models.therapy import Therapy

__all__ = [
    "CRITERIA",
    "DAYS_PER_MONTH",
    "Appraisal",
    "Arm",
    "CellSummary",
    "Certainty",
    "ClaimCitation",
    "ClaimSource",
    "Cohort",
    "Comparison",
    "ComparisonArm",
    "Criteria",
    "Criterion",
    "Fit",
    "NotApplicable",
    "Outcome",
    "Population",
    "Release",
    "Result",
    "SourcedNumber",
    "Study",
    "StudyReport",
    "SummaryState",
    "Therapy",
    "TherapyClaim",
    "printed_percentage_agrees",
]
