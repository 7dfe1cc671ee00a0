"""The counting rule a second time, from the evidence files alone: slow, plain and independent."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent.parent / "therapies" / "data"
REVIEWS = {"narrative-review", "systematic-review", "meta-analysis", "guideline"}
STUDIES: list[dict[str, Any]] = json.loads((DATA / "studies.json").read_text())
POPULATIONS: list[dict[str, Any]] = json.loads((DATA / "populations.json").read_text())
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


def stated(study: str, arm: str, criterion: str) -> set[str]:
    """What the arm itself states on a criterion, else the text about its study; nothing: not reported."""
    for whose in (arm, None):
        for entry in POPULATIONS:
            if (entry["study"], entry["arm"]) == (study, whose) and entry.get(criterion):
                return {part["value"] for part in entry[criterion]}
    return set()


def has(**values: str) -> Callable[[str, str], bool]:
    """Arms that state at least one of the words, of each criterion."""
    return lambda study, arm: all(
        stated(study, arm, criterion) & set(words.split()) for criterion, words in values.items()
    )


def may_have(**values: str) -> Callable[[str, str], bool]:
    """Arms that state at least one of the words, or nothing at all, of each criterion."""
    return lambda study, arm: all(
        stated(study, arm, criterion) & set(words.split()) or not stated(study, arm, criterion)
        for criterion, words in values.items()
    )


def cells(
    *,
    studies: Callable[[dict[str, Any]], bool] = lambda study: study["histology"] == "net",
    results: Callable[[dict[str, Any]], bool] = lambda result: True,
    arms: Callable[[str, str], bool] = lambda study, arm: True,
) -> dict[tuple[str, str], tuple[int, int, int, int]]:
    """Return (studies, patients, results, reviews) of every therapy × outcome."""
    chosen = [study for study in STUDIES if studies(study)]
    inside = {(s["key"], arm["id"]) for s in chosen for arm in s["arms"] if arms(s["key"], arm["id"])}
    return {
        (therapy, outcome): _cell(chosen, therapy, outcome, results, inside)
        for therapy in PARENTS
        for outcome in OUTCOMES
    }


def _cell(chosen, therapy, outcome, wanted, inside) -> tuple[int, int, int, int]:
    n_studies = n_results = n_reviews = 0
    patients: dict[str, int] = {}
    for study in chosen:
        here = [arm for arm in study["arms"] if (study["key"], arm["id"]) in inside]
        arms = {arm["id"]: arm["n"] for arm in here if therapy in _lineage(arm["therapy"])}
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


def derived() -> Iterator[tuple[str, str, str, float]]:
    """Yield (study, therapy, outcome, percentage) of each response rate that an arm leaves to be summed."""
    for study in STUDIES:
        if study["design"] in REVIEWS or study["histology"] == "mixed":
            continue
        for arm in study["arms"]:
            rows = [row for row in study["results"] if row["arm"] == arm["id"]]
            for criteria, months in {(row["criteria"], row["timepoint_months"]) for row in rows}:
                here = [r for r in rows if (r["criteria"], r["timepoint_months"]) == (criteria, months)]
                for unit in ("patient", "procedure", "lesion"):
                    shares = [r for r in here if r["per"] == unit and not r["composite"]]
                    for outcome, value in _sums(shares):
                        if not any(r["outcome"] == outcome for r in here):
                            yield study["key"], arm["therapy"], outcome, value


def n_derived() -> dict[tuple[str, str], int]:
    """Return how many derived results stand in every therapy × outcome."""
    found = [(outcome, set(_lineage(at))) for _study, at, outcome, _value in derived()]
    return {
        (therapy, outcome): sum(outcome == measured and therapy in line for measured, line in found)
        for therapy in PARENTS
        for outcome in OUTCOMES
    }


def _sums(shares: list[dict[str, Any]]) -> Iterator[tuple[str, float]]:
    of = {code: [r for r in shares if r["outcome"] == code] for code in ("cr", "pr", "sd", "pd")}
    if len(of["pr"]) != 1 or len(of["cr"]) > 1:
        return
    if not of["cr"]:
        rest = [*of["pr"], *of["sd"], *of["pd"]]
        if len(rest) != 3 or not (_adds_up_in_patients(rest) or _adds_up_in_percent(rest)):
            return
    orr = [*of["cr"], *of["pr"]]
    for outcome, parts in (("orr", orr), ("dcr", orr + of["sd"] if len(of["sd"]) == 1 else [])):
        totals = {r["total"] for r in parts}
        if not parts or len(totals - {None}) > 1:
            continue
        if None not in totals and all(r["events"] is not None for r in parts):
            value = 100 * sum(r["events"] for r in parts) / parts[0]["total"]
        elif all(_percent(r) is not None for r in parts):
            value = sum(_percent(r) for r in parts)
        else:
            continue
        if value <= 100:
            yield outcome, value


def _adds_up_in_patients(rest: list[dict[str, Any]]) -> bool:
    if any(r["events"] is None or r["total"] is None for r in rest):
        return False
    return {sum(r["events"] for r in rest)} == {r["total"] for r in rest}


def _adds_up_in_percent(rest: list[dict[str, Any]]) -> bool:
    return all(_percent(r) is not None for r in rest) and round(sum(map(_percent, rest)), 9) == 100


def _percent(row: dict[str, Any]) -> float | None:
    if row["value"] is None and row["events"] is not None and row["total"]:
        return 100 * row["events"] / row["total"]
    return row["value"]


def _lineage(therapy: str | None) -> Iterator[str]:
    while therapy:
        yield therapy
        therapy = PARENTS[therapy]
