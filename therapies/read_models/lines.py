"""One published result with everything that stands beside it, wherever it is shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.db.models import Prefetch

from therapies.charts import forest
from therapies.models import Arm, Criteria, Outcome, Result, Study, StudyReport
from therapies.read_models import oddities, printed
from therapies.read_models.marks import SHAPES
from therapies.read_models.printed import Reading

if TYPE_CHECKING:
    from therapies.models.result import ResultQuerySet

# What a line never shows, and would cost kilobytes a row to load.
REFERENCE_BULK = ("abstract", "abstract_text", "other_abstracts", "index_text", "mesh", "search_vector")
MARK_KINDS = {Outcome.Better.HIGHER: "better", Outcome.Better.LOWER: "worse"}
MISSING_DEFINITIONS = {
    Outcome.Domain.TUMOUR_RESPONSE: "criteria not stated",
    Outcome.Domain.SURVIVAL: "time origin not stated",
}


@dataclass(frozen=True)
class Line:
    """One result, read; `report` is the publication that prints it, `year` that of the primary report.

    `contradiction` says how the printed number disagrees with itself, or why it stands.
    """

    result: Result
    reading: Reading
    report: StudyReport | None
    year: int | None
    time: str
    contradiction: str = ""
    mark: forest.Line | None = None

    @property
    def arm(self) -> Arm:
        return self.result.arm

    @property
    def study(self) -> Study:
        return self.result.arm.study

    @property
    def is_known_only_through_review(self) -> bool:
        """Say whether the study's own publication is not identified: only a review's table names it."""
        return self.result.reported_in_id is not None and not (self.report and is_identified(self.report))

    @property
    def criteria_words(self) -> str:
        return str(Criteria(self.result.criteria).label)

    @property
    def missing_definition(self) -> str:
        """Return what the source leaves open when it states neither criteria nor a definition."""
        return MISSING_DEFINITIONS.get(self.result.outcome.domain, "definition not stated")


def is_identified(report: StudyReport) -> bool:
    """Say whether the publication is known by a title or an identifier of its own."""
    reference = report.reference
    return bool(reference.title or reference.pmid or reference.doi or reference.pmcid)


def load(results: ResultQuerySet) -> tuple[Line, ...]:
    """Load results in reading order as lines without marks; two queries."""
    reports = StudyReport.objects.select_related("reference").defer(
        *(f"reference__{name}" for name in REFERENCE_BULK)
    )
    loaded = (
        results.in_reading_order()
        .defer(*(f"source_report__reference__{name}" for name in REFERENCE_BULK))
        .prefetch_related(Prefetch("arm__study__reports", queryset=reports))
    )
    return tuple(line(result) for result in loaded)


def line(result: Result) -> Line:
    """Read one result whose arm, study, outcome and reports are loaded."""
    reports = result.arm.study.reports.all()
    primary = next((report for report in reports if report.role == StudyReport.Role.PRIMARY), None)
    named = next((report for report in reports if report.pk == result.source_report_id), None)
    return Line(
        result=result,
        reading=printed.read(result, result.outcome),
        report=named or result.source_report or primary,
        year=primary.reference.published_year if primary else None,
        time=printed.time_point(result.timepoint_months),
        contradiction=oddities.contradiction_of(result),
    )


def axis_for(lines: Iterable[Line], *, unit: str) -> forest.Axis:
    """Return one axis for lines of one outcome."""
    estimates = [estimate_of(line) for line in lines]
    return forest.axis_for(estimates, is_percentage=unit == Result.Unit.PERCENT)


def drawn(lines: Sequence[Line], axis: forest.Axis) -> list[Line]:
    """Return the lines with their marks on the axis."""
    return [replace(line, mark=forest.draw(estimate_of(line), axis.scale)) for line in lines]


def estimate_of(line: Line) -> forest.Estimate:
    """Return what a line gives to draw."""
    reading, result = line.reading, line.result
    return forest.Estimate(
        value=reading.value,
        ci_low=reading.ci_low,
        ci_high=reading.ci_high,
        range_low=reading.range_low,
        range_high=reading.range_high,
        n=result.arm.n if result.arm.n is not None else result.total,
        shape=SHAPES.get(Criteria(result.criteria), forest.Shape.CIRCLE),
        is_hollow=result.per != Result.Per.PATIENT,
    )
