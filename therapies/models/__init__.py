"""The knowledge as rows; import models from here."""

from therapies.models.appraisal import Appraisal, Certainty
from therapies.models.outcome import Outcome
from therapies.models.result import DAYS_PER_MONTH, Comparison, ComparisonArm, Criteria, Result, SourcedNumber
from therapies.models.study import Arm, Cohort, Study, StudyReport
from therapies.models.therapy import Therapy

__all__ = [
    "DAYS_PER_MONTH",
    "Appraisal",
    "Arm",
    "Certainty",
    "Cohort",
    "Comparison",
    "ComparisonArm",
    "Criteria",
    "Outcome",
    "Result",
    "SourcedNumber",
    "Study",
    "StudyReport",
    "Therapy",
]
