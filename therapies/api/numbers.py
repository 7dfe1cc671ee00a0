"""Results and comparisons as the API shows them, from rows whose parts are loaded."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from references.api import name_reference
from therapies.api import schemas
from therapies.api.vocabularies import therapy_name
from therapies.models import Arm, Comparison, SourcedNumber, Study, StudyReport
from therapies.read_models.lines import Line
from therapies.read_models.printed import Kind


def result(line: Line) -> schemas.Result:
    """Show one result."""
    found, reading = line.result, line.reading
    return schemas.Result(
        **_number(found, line.study, line.report, level=found.ci_level),
        arm=arm(found.arm),
        criteria=found.criteria,
        criteria_text=found.criteria_text or None,
        timepoint_months=found.timepoint_months,
        unit=found.unit,
        computed_value=reading.value if reading.kind == Kind.COMPUTED else None,
        not_reached=found.not_reached,
        range=_range(found.range_low, found.range_high),
        events=found.events,
        total=found.total,
        per=found.per,
        composite=found.is_composite,
    )


def comparison(found: Comparison, study: Study) -> schemas.Comparison:
    """Show one comparison of a study whose arms and reports are loaded."""
    reports, arms = study.reports.all(), {member.pk: member for member in study.arms.all()}
    named = next((report for report in reports if report.pk == found.source_report_id), None)
    return schemas.Comparison(
        **_number(found, study, named or primary_of(reports), level=None),
        measure=found.measure or None,
        p=found.p_text or None,
        arms=[arm(arms[member.arm_id]) for member in found.comparison_arms.all()],
    )


def arm(found: Arm) -> schemas.Arm:
    """Show one arm."""
    return schemas.Arm(code=found.code, label=found.label, therapy=therapy_name(found.therapy), n=found.n)


def primary_of(reports: Iterable[StudyReport]) -> StudyReport | None:
    """Return the primary report, where there is one."""
    return next((report for report in reports if report.role == StudyReport.Role.PRIMARY), None)


def study_name(study: Study) -> schemas.StudyName:
    """Name a study."""
    return schemas.StudyName(key=study.key, label=study.label)


def _number(
    found: SourcedNumber, study: Study, report: StudyReport | None, *, level: Decimal | None
) -> dict[str, Any]:
    has_interval = found.ci_low is not None or found.ci_high is not None
    return {
        "id": found.pk,
        "study": study_name(study),
        "outcome": schemas.OutcomeName(code=found.outcome.code, name=found.outcome.name),
        "value": found.value,
        "interval": schemas.Interval(low=found.ci_low, high=found.ci_high, level=level)
        if has_interval
        else None,
        "source": schemas.Source(
            where=found.source_where,
            reported_in=study_name(found.reported_in) if found.reported_in else None,
            reference=name_reference(report.reference) if report else None,
        ),
        "verification": found.verification,
        "override_reason": found.override_reason or None,
    }


def _range(low: Decimal | None, high: Decimal | None) -> schemas.Range | None:
    return None if low is None and high is None else schemas.Range(low=low, high=high)
