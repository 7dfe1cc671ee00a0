"""What every open, read-only API of this site keeps to: access, errors, numbers, filters and pages."""

from nelm_review.core.api.filters import Filters
from nelm_review.core.api.numbers import PrintedNumber
from nelm_review.core.api.paging import Page, Paging
from nelm_review.core.api.problems import Problem, Refusal
from nelm_review.core.api.public import PublicAPI

__all__ = ["Filters", "Page", "Paging", "PrintedNumber", "Problem", "PublicAPI", "Refusal"]
