"""The counting rule a second time, from the evidence files alone: slow, plain and independent."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent.parent / "therapies" / "data"
REVIEWS = {"narrative-review", "systematic-review", "meta-analysis", "guideline"}
STUDIES: list[dict[str, Any]] = json.loads((DATA / "studies.json").read_text())
PARENTS = {
    therapy["code"]: therapy["parent"] for therapy in json.loads((DATA / "therapies.json").read_text())
}
OUTCOMES = [outcome["code"] for outcome in json.loads((DATA / "outcomes.json").read_text())]


def primary_year(study: dict[str, Any]) -> int | None:
    return next(report["year"] for report in study["references"] if report["role"] == "primary")


def known_size(study: dict[str, Any]) -> int | None:
    """The study's own number of patients, else the sum of its arms where any states one."""
    if study["n_patients"] is not None:
        return study["n_patients"]
    stated = [arm["n"] for arm in study["arms"] if arm["n"] is not None]
    return sum(stated) if stated else None


def cells(
    *,
    studies: Callable[[dict[str, Any]], bool] = lambda study: study["histology"] == "net",
    results: Callable[[dict[str, Any]], bool] = lambda result: True,
) -> dict[tuple[str, str], tuple[int, int, int, int]]:
    """Return (studies, patients, results, reviews) of every therapy × outcome."""
    chosen = [study for study in STUDIES if studies(study)]
    return {
        (therapy, outcome): _cell(chosen, therapy, outcome, results)
        for therapy in PARENTS
        for outcome in OUTCOMES
    }


def _cell(chosen, therapy, outcome, wanted) -> tuple[int, int, int, int]:
    n_studies = n_results = n_reviews = 0
    patients: dict[str, int] = {}
    for study in chosen:
        arms = {arm["id"]: arm["n"] for arm in study["arms"] if therapy in _lineage(arm["therapy"])}
        found = [r for r in study["results"] if r["outcome"] == outcome and r["arm"] in arms and wanted(r)]
        if not found:
            continue
        if study["design"] in REVIEWS:
            n_reviews += 1
            continue
        n_studies += 1
        n_results += len(found)
        stated = [n for n in (arms[arm] for arm in {r["arm"] for r in found}) if n is not None]
        n = sum(stated) if stated else study["n_patients"] or 0
        whose = study["cohort"] or study["key"]
        patients[whose] = max(patients.get(whose, 0), n)
    return n_studies, sum(patients.values()), n_results, n_reviews


def _lineage(therapy: str | None) -> Iterator[str]:
    while therapy:
        yield therapy
        therapy = PARENTS[therapy]
