"""Examples of the components that show evidence; every study and number here is made up."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from nelm_review.core.styleguide import Example
from therapies.charts import forest, ratio, strip
from therapies.charts.scale import Scale
from therapies.charts.strip import Mark, Shape
from therapies.evidence_map import Cell, Column
from therapies.forms import SortLink
from therapies.models import Arm, Comparison, Outcome, Result, Study
from therapies.read_models import printed
from therapies.read_models.effects import Effect
from therapies.read_models.lines import Line
from therapies.read_models.map_page import DrawnCell, DrawnColumn
from therapies.read_models.profile import DomainLines, OutcomeLine, Profile

STUDY = Study(
    key="synthetic-2020",
    label="Synthetic 2020",
    design=Study.Design.RETROSPECTIVE_COHORT,
    design_is_stated=False,
)
REVIEW = Study(
    key="synthetic-review",
    label="Synthetic review 2014",
    design=Study.Design.SYSTEMATIC_REVIEW,
    design_is_stated=True,
)
ARMS = tuple(
    Arm(study=STUDY, code=f"a{number}", label=label, n=20)
    for number, label in enumerate(("Made-up technique", "Another made-up technique"), start=1)
)
RESPONSE = Outcome(
    code="orr", name="Objective response", short_name="ORR", domain=Outcome.Domain.TUMOUR_RESPONSE,
    measure=Outcome.Measure.PROPORTION, unit="%", better=Outcome.Better.HIGHER,
)  # fmt: skip
HARM = Outcome(
    code="major-ae", name="Major adverse events", short_name="Grade ≥ 3", domain=Outcome.Domain.SAFETY,
    measure=Outcome.Measure.PROPORTION, unit="%", better=Outcome.Better.LOWER,
)  # fmt: skip
SURVIVAL = Outcome(
    code="os-median", name="Median overall survival", short_name="Median OS", domain=Outcome.Domain.SURVIVAL,
    measure=Outcome.Measure.MEDIAN_TIME, unit="months", better=Outcome.Better.HIGHER,
)  # fmt: skip
PERCENT = Scale(100, strip.MARGIN, strip.WIDTH - strip.MARGIN)


def _result(outcome: Outcome = RESPONSE, **fields: Any) -> Result:
    made = {"arm": ARMS[0], "outcome": outcome, "unit": outcome.unit, "source_where": "table 2", **fields}
    return Result(**made)


def _reading(outcome: Outcome = RESPONSE, **fields: Any) -> printed.Reading:
    return printed.read(_result(outcome, **fields), outcome)


def _line(time: str = "", **fields: Any) -> Line:
    result = _result(**fields)
    return Line(result, printed.read(result, result.outcome), report=None, year=2020, time=time)


def _effect(**fields: Any) -> Effect:
    comparison = Comparison(study=STUDY, outcome=SURVIVAL, source_where="abstract", **fields.pop("row", {}))
    return Effect(comparison, STUDY, SURVIVAL, ARMS, **fields)


def _drawn(n_studies: int, n_patients: int, *marks: Mark) -> DrawnCell:
    cell = Cell("tace", "orr", n_studies=n_studies, n_patients=n_patients, n_results=len(marks))
    middle = marks[len(marks) // 2].value
    drawing = strip.draw(marks, middle=middle, scale=PERCENT)
    return DrawnCell(cell, drawing, f"{marks[0].value:g}–{marks[-1].value:g}%")


def _column(outcome: Outcome, kind: str) -> DrawnColumn:
    return DrawnColumn(Column(outcome), outcome.short_name, PERCENT, "100%", kind)


FEW = _drawn(3, 90, Mark(20, 10), Mark(45, 60), Mark(48, 20, Shape.DIAMOND))
ONE = _drawn(1, 12, Mark(30, 12, Shape.SQUARE, is_hollow=True))
BENEFITS = DomainLines("Tumour response", (OutcomeLine(_column(RESPONSE, "better"), FEW),))
HARMS = DomainLines("Safety", (OutcomeLine(_column(HARM, "worse"), ONE),))
INTERVAL = forest.Estimate(value=45, ci_low=30, ci_high=61, n=40)
RANGE = forest.Estimate(range_low=20, range_high=80)
AXIS = forest.axis_for([INTERVAL, RANGE], is_percentage=True)
HAZARD = ratio.Ratio(0.8, 0.5, 1.2)
HAZARDS = ratio.axis_for([HAZARD])

EXAMPLES = {
    "cell_count": (
        Example("Studies and patients", {"cell": Cell("tace", "orr", n_studies=4, n_patients=1_224)}),
        Example("Patients not stated", {"cell": Cell("tace", "orr", n_studies=1)}),
        Example("Reviews only", {"cell": Cell("tace", "orr", n_reviews=2)}),
        Example("Nothing", {"cell": Cell("tace", "orr")}),
    ),
    "design": (
        Example("Stated by the source", {"study": REVIEW}),
        Example("Not stated", {"study": STUDY}),
    ),
    "effects_table": (
        Example(
            "Comparisons of one study",
            {
                "effects": (
                    _effect(
                        words="HR 0.8", interval="95% CI 0.5–1.2", p="p = 0.2",
                        row={"override_reason": "An example of a contradiction that is kept."},
                    ),
                    _effect(words="", interval="", p="", row={"reported_in": REVIEW}),
                ),
                "caption": "Made-up comparisons.",
                "with_outcome": True,
            },
        ),
    ),
    "forest_axis": (Example("Percentages", {"axis": AXIS, "unit": "%"}),),
    "forest_mark": (
        Example("Value and interval", {"mark": forest.draw(INTERVAL, AXIS.scale)}, inside="mark-better"),
        Example(
            "An interval that is computed, not printed",
            {"mark": forest.draw(replace(INTERVAL, is_computed=True), AXIS.scale)},
            inside="mark-better",
        ),
        Example("A range without a value", {"mark": forest.draw(RANGE, AXIS.scale)}, inside="mark-worse"),
        Example("Nothing to draw", {"mark": None}),
    ),
    "pool_mark": (
        Example(
            "Interval of the mean, and where a new study is expected",
            {"mark": forest.draw_pooled(45, (35, 56), (15, 80), AXIS.scale)},
            inside="mark-better",
        ),
    ),
    "profile": (
        Example("Benefits and harms", {"profile": Profile(None, (BENEFITS,), (HARMS,)), "filters": ""}),
    ),
    "profile_lines": (Example("One domain", {"group": BENEFITS, "filters": "n_min=10"}),),
    "ratio_mark": (
        Example("A ratio with its interval", {"mark": ratio.draw(HAZARD, HAZARDS)}, inside="mark-worse"),
    ),
    "reading": (
        Example(
            "With interval and fraction",
            {
                "reading": _reading(
                    value=Decimal("45.0"), ci_low=Decimal(30), ci_high=Decimal(61), ci_level=Decimal(95),
                    events=18, total=40,
                )
            },
        ),
        Example("Computed from a fraction", {"reading": _reading(events=9, total=20)}),
        Example("Converted", {"reading": _reading(SURVIVAL, value=Decimal("2.5"), unit=Result.Unit.YEARS)}),
        Example("Not reached", {"reading": _reading(SURVIVAL, not_reached=True)}),
    ),
    "result_definition": (
        Example("Criteria and time", {"line": _line("12 months", criteria="mrecist", value=Decimal(45))}),
        Example("Not stated, by lesion", {"line": _line(per=Result.Per.LESION, value=Decimal(45))}),
        Example("Composite", {"line": _line(is_composite=True, criteria="who", value=Decimal(45))}),
    ),
    "result_source": (
        Example("From a table of a review", {"line": _line(value=Decimal(45), reported_in=REVIEW)}),
        Example("From the study itself", {"line": _line(value=Decimal(45))}),
    ),
    "sort_heading": (
        Example("Sorted", {"link": SortLink("?sort=-n", "ascending"), "label": "Patients"}, inside="table"),
        Example("Not sorted", {"link": SortLink("?sort=year", ""), "label": "Year"}, inside="table"),
    ),
    "state_badge": (
        Example("Extracted", {"number": Result()}),
        Example("Verified", {"number": Result(verification=Result.Verification.VERIFIED)}),
    ),
    "strip": (
        Example("Several studies", {"drawn": FEW}, inside="mark-better"),
        Example("One study, hollow: not counted by patient", {"drawn": ONE}, inside="mark-worse"),
    ),
}  # fmt: skip
