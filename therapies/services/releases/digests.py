"""Whether a cell is as it was: a short digest of everything that its numbers come from.

Results, their arms and studies, the judgements on these, and of their publications the year and a retraction.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from typing import Any

from therapies import evidence_map
from therapies.models import Appraisal, Arm, Outcome, Result, Study, StudyReport
from therapies.services import cells
from therapies.services.releases import records
from therapies.services.releases.frozen import Frozen

LENGTH = 20
Lines = set[tuple[str, ...]]


def of_release(found: Frozen) -> dict[str, str]:
    """Return the digest of every cell of a release, by “therapy/outcome”."""
    judged: dict[int, Lines] = {}
    for row in found.all(Appraisal):
        judged.setdefault(row.study_id, set()).add(_line(row))
    arms = {arm.pk: _line(arm) for arm in found.all(Arm)}
    studies = {
        study.pk: {_line(study), *map(_report, study.reports.all()), *judged.get(study.pk, ())}
        for study in found.all(Study)
    }
    by_cell = cells.by_cell(evidence_map.tree(found.therapies), found.results)
    digests = {}
    for (therapy, outcome), results in by_cell.items():
        lines: Lines = set()
        for result in results:
            lines |= {_line(result), arms[result.arm_id], *studies[result.arm.study_id]}
        digests[f"{therapy}/{outcome}"] = _digest(lines)
    return digests


def of_now(within: Collection[int], outcome: Outcome) -> str:
    """Return the digest of a cell as it is published now; `within` are the therapies that count in it."""
    results = Result.objects.published().filter(outcome=outcome, arm__therapy__in=within)
    arms = Arm.objects.filter(results__in=results)
    studies = Study.objects.filter(arms__in=arms)
    judged = Appraisal.objects.latest_judgements().values("pk")
    read = {
        Result: results,
        Arm: arms,
        Study: studies,
        Appraisal: Appraisal.objects.filter(pk__in=judged, study__in=studies),
    }
    lines: Lines = set()
    for model, rows in read.items():
        found = rows.order_by().values_list(*records.columns_of(model))
        lines |= {(model.__name__, *map(str, row)) for row in found}
    columns = (*records.columns_of(StudyReport), "reference__published_year", "reference__is_retracted")
    reports = StudyReport.objects.filter(study__in=studies).order_by().values_list(*columns)
    lines |= {(StudyReport.__name__, *map(str, row)) for row in reports}
    return _digest(lines)


def _line(row: Any) -> tuple[str, ...]:
    columns = records.columns_of(type(row))
    return (type(row).__name__, *(str(getattr(row, name)) for name in columns))


def _report(report: StudyReport) -> tuple[str, ...]:
    reference = report.reference
    return (*_line(report), str(reference.published_year), str(reference.is_retracted))


def _digest(lines: Iterable[tuple[str, ...]]) -> str:
    text = "\n".join("\t".join(line) for line in sorted(lines))
    return hashlib.sha256(text.encode()).hexdigest()[:LENGTH]
