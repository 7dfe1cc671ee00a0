"""Results and comparisons of the files → published rows; what left the files is withdrawn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nelm_review.core.settling import Settled, Wanted, settle
from therapies.models import Comparison, ComparisonArm, Result
from therapies.services.evidence.classification import classify_criteria
from therapies.services.evidence.ledger import SERVICE, Loading
from therapies.services.evidence.matching import pair, pair_with_parts
from therapies.services.evidence.shapes import ComparisonEntry, ResultEntry, SourceEntry
from therapies.services.evidence.studies import give_places

WITHDRAWAL_REASON = "No longer in the evidence files."

# What makes a result the same result in the next version of the files; the numbers may have been corrected.
RESULT_KEY = (
    *("arm_id", "outcome_id", "criteria_text", "timepoint_months"),
    *("per", "unit", "reported_in_id", "source_where"),
)
COMPARISON_KEY = ("study_id", "outcome_id", "measure", "reported_in_id", "source_where")


def keep_results(loading: Loading) -> None:
    """Bring the results to the state of the files: extracted by the loader, and published."""
    wanted = [
        Wanted(
            f"result {study.key} results[{index}] ({entry.outcome} of {entry.arm})",
            _result_columns(loading, study.key, entry),
            only_when_new=_signed(loading),
        )
        for study in loading.evidence.studies
        for index, entry in enumerate(study.results)
    ]
    study_of = {arm.pk: arm.study_id for arm in loading.arms.values()}
    left = pair(wanted, _stored(Result, "arm__study", "outcome"), *RESULT_KEY)
    give_places(wanted, [(row.arm.study_id, row.position) for row in left], "arm_id", study_of)
    _settle(loading, "results", Result, wanted)
    names = {
        row: f"result {row.arm.study.key} ({row.outcome.code} of {row.arm.code}, number {row.pk})"
        for row in left
    }
    _withdraw(loading, "results", Result, names)


def keep_comparisons(loading: Loading) -> None:
    """Bring the comparisons to the state of the files: extracted by the loader, and published."""
    entries = [(study, entry) for study in loading.evidence.studies for entry in study.comparisons]
    wanted = [
        Wanted(
            f"comparison {study.key} comparisons[{study.comparisons.index(entry)}] ({entry.outcome})",
            _comparison_columns(loading, study.key, entry),
            only_when_new=_signed(loading),
        )
        for study, entry in entries
    ]
    arms = {
        id(want): tuple(loading.arms[study.key, arm].pk for arm in entry.arms)
        for want, (study, entry) in zip(wanted, entries, strict=True)
    }
    stored = _stored(Comparison, "study", "outcome")
    left = pair_with_parts(wanted, arms, stored, *COMPARISON_KEY, link=ComparisonArm, part="arm_id")
    give_places(wanted, [(row.study_id, row.position) for row in left], "study_id")
    settled = _settle(loading, "comparisons", Comparison, wanted)
    ComparisonArm.objects.bulk_create(
        ComparisonArm(comparison=want.row, arm_id=arm, position=position)
        for want in settled.new
        for position, arm in enumerate(arms[id(want)], start=1)
    )
    names = {row: f"comparison {row.study.key} ({row.outcome.code}, number {row.pk})" for row in left}
    _withdraw(loading, "comparisons", Comparison, names)


def _stored(model: type[Any], *related: str) -> list[Any]:
    """Return every row, locked; those in force come first, so that a line of the files finds one of them."""
    rows = model.objects.select_for_update(of=("self",)).select_related(*related)
    return sorted(rows, key=lambda row: (row.withdrawn_at is not None, row.position, row.pk))


def _result_columns(loading: Loading, study: str, entry: ResultEntry) -> dict[str, Any]:
    outcome = loading.outcomes[entry.outcome]
    return {
        "arm_id": loading.arms[study, entry.arm].pk,
        "outcome_id": outcome.pk,
        "criteria": classify_criteria(entry.criteria, outcome).value,
        "criteria_text": entry.criteria or "",
        "timepoint_months": entry.timepoint_months,
        "value": entry.value,
        "unit": entry.unit,
        "not_reached": entry.not_reached,
        "ci_low": entry.ci_low,
        "ci_high": entry.ci_high,
        "ci_level": entry.ci_level,
        "range_low": entry.range_low,
        "range_high": entry.range_high,
        "events": entry.events,
        "total": entry.total,
        "per": entry.per,
        "is_composite": entry.composite,
        "override_reason": entry.override_reason or "",
        **_source_columns(loading, study, entry.source),
    }


def _comparison_columns(loading: Loading, study: str, entry: ComparisonEntry) -> dict[str, Any]:
    return {
        "study_id": loading.studies[study].pk,
        "outcome_id": loading.outcomes[entry.outcome].pk,
        "measure": entry.measure or "",
        "value": entry.value,
        "ci_low": entry.ci_low,
        "ci_high": entry.ci_high,
        "p_text": entry.p or "",
        "override_reason": entry.override_reason or "",
        **_source_columns(loading, study, entry.source),
    }


def _source_columns(loading: Loading, study: str, source: SourceEntry) -> dict[str, Any]:
    report = loading.reports.get((study, source.reference - 1)) if source.reference else None
    return {
        "source_report_id": report.pk if report else None,
        "source_where": source.where,
        "reported_in_id": loading.studies[source.reported_in].pk if source.reported_in else None,
    }


def _signed(loading: Loading) -> dict[str, Any]:
    """Return who extracted and published a new number; nobody has verified it."""
    who, when = loading.by.pk, loading.now
    return {
        "extracted_by_id": who,
        "extracted_at": when,
        "published_by_id": who,
        "published_at": when,
    }


def _settle(loading: Loading, kind: str, model: type[Any], wanted: list[Wanted[Any]]) -> Settled[Any]:
    """Write the numbers; one that came back to the files after the loader withdrew it is in force again."""
    for want in wanted:
        if want.row is not None and want.row.withdrawn_at is not None:
            want.fields |= {"withdrawn_by_id": None, "withdrawn_at": None, "withdrawal_reason": ""}
    settled = settle(model, wanted, service=SERVICE, is_closed=lambda row: row.is_verified, free={"position"})
    loading.ledger.enter(kind, settled)
    return settled


def _withdraw(loading: Loading, kind: str, model: type[Any], names: Mapping[Any, str]) -> None:
    wanted = [
        Wanted(
            name,
            {
                "withdrawn_by_id": loading.by.pk,
                "withdrawn_at": loading.now,
                "withdrawal_reason": WITHDRAWAL_REASON,
            },
            row,
        )
        for row, name in names.items()
        if row.withdrawn_at is None
    ]
    settled = settle(model, wanted, service=SERVICE, is_closed=lambda row: row.is_verified)
    loading.ledger.enter_withdrawn(kind, settled)
