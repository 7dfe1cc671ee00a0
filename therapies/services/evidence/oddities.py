"""Contradictions that the product accepts, whatever files are loaded: printed so, and explained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from therapies.services.evidence.reading import ODDITIES
from therapies.services.evidence.shapes import Evidence, Oddities, StudyEntry


def how_to_accept() -> str:
    """Say what to do when a source really prints a number that contradicts itself."""
    return (
        "Correct it; or, if the source prints it so, give the result an “override_reason”"
        f" or list it in therapies/data/{ODDITIES}."
    )


def accepted_reasons(oddities: Oddities) -> dict[tuple, str]:
    """Return the reason of each accepted contradiction by its line."""
    return {line(accepted.study, vars(accepted)): accepted.reason for accepted in oddities.contradictions}


def explain(evidence: Evidence, reasons: dict[tuple, str]) -> Evidence:
    """Return the evidence with the reason beside each result whose contradiction is accepted."""
    return replace(evidence, studies=tuple(_explained(study, reasons) for study in evidence.studies))


def line(study: str, entry: Mapping[str, Any]) -> tuple:
    """Return what a result prints, in the form that accepted contradictions are listed by."""
    keys = ("arm", "outcome", "criteria", "value", "events", "total")
    return (study, *(str(entry[key]) for key in keys))


def _explained(study: StudyEntry, reasons: dict[tuple, str]) -> StudyEntry:
    if not any(line(study.key, vars(result)) in reasons for result in study.results):
        return study
    results = tuple(
        replace(result, override_reason=result.override_reason or reasons.get(line(study.key, vars(result))))
        for result in study.results
    )
    return replace(study, results=results)
