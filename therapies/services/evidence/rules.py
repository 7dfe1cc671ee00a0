"""The rules across entries: what refers to what, and what must not stand twice."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from references.models import SOURCE_REVIEW_DOI
from therapies.models import Outcome, Result, Study, StudyReport
from therapies.services.evidence import cited, not_applicable, populations
from therapies.services.evidence.note_rules import check_notes
from therapies.services.evidence.number_rules import check_comparison, check_result
from therapies.services.evidence.problems import Place, Problems
from therapies.services.evidence.publication_rules import check_publications
from therapies.services.evidence.reading import FIRST_YEAR, OUTCOMES, REVIEW, STUDIES, THERAPIES
from therapies.services.evidence.shapes import (
    CitedEntry,
    ComparisonEntry,
    Evidence,
    OutcomeEntry,
    ResultEntry,
    ReviewEntry,
    StudyEntry,
    TherapyEntry,
)

UNITS = {
    Outcome.Measure.PROPORTION: (Result.Unit.PERCENT,),
    Outcome.Measure.MEDIAN_TIME: (Result.Unit.YEARS, Result.Unit.MONTHS, Result.Unit.DAYS),
}


def check(evidence: Evidence, names: frozenset[str], problems: Problems) -> None:
    """Note every broken rule; `names` (“therapy rfa”) are all entries of the files, readable or not."""
    _check_therapies(evidence.therapies, names, problems)
    _check_outcomes(evidence.outcomes, problems)
    if evidence.review:
        _check_review(evidence.review, names, problems.at(REVIEW))
    _note_repeats(
        ((study.key, problems.at(STUDIES, f"study “{study.key}”", "key")) for study in evidence.studies),
        "this key",
    )
    outcomes = {outcome.code: outcome for outcome in evidence.outcomes}
    studies = {study.key: study for study in evidence.studies}
    for study in evidence.studies:
        _check_study(study, names, outcomes, studies, problems.at(STUDIES, f"study “{study.key}”"))
    check_publications(evidence, problems)
    check_notes(evidence, names, problems)
    populations.check(evidence, names, problems)
    not_applicable.check(evidence, names, problems)


def _note_repeats(values: Iterable[tuple[str, Place]], what: str) -> None:
    seen: set[str] = set()
    for value, place in values:
        if value in seen:
            place.note(f"{what}, “{value}”, is used more than once.")
        seen.add(value)


def _check_therapies(therapies: tuple[TherapyEntry, ...], names: frozenset[str], problems: Problems) -> None:
    places = [problems.at(THERAPIES, f"therapy “{therapy.code}”") for therapy in therapies]
    for key in ("code", "name"):
        _note_repeats(
            ((getattr(t, key), place.key(key)) for t, place in zip(therapies, places, strict=True)),
            f"this {key}",
        )
    parents = {therapy.code: therapy.parent for therapy in therapies}
    for therapy, place in zip(therapies, places, strict=True):
        if therapy.parent is None:
            continue
        if f"therapy {therapy.parent}" not in names:
            place.key("parent").note(f"“{therapy.parent}” is no therapy of {THERAPIES}.")
        elif therapy.code in (line := _line_above(therapy.code, parents)):
            place.key("parent").note(f"the tree runs in a circle: {' → '.join([therapy.code, *line])}.")


def _line_above(code: str, parents: dict[str, str | None]) -> list[str]:
    """Return the parents of a therapy from the next one on, up to the first that comes again."""
    line: list[str] = []
    parent = parents.get(code)
    while parent is not None and parent not in line:
        line.append(parent)
        parent = parents.get(parent)
    return line


def _check_outcomes(outcomes: tuple[OutcomeEntry, ...], problems: Problems) -> None:
    places = [problems.at(OUTCOMES, f"outcome “{outcome.code}”") for outcome in outcomes]
    for key in ("code", "name"):
        _note_repeats(
            ((getattr(o, key), place.key(key)) for o, place in zip(outcomes, places, strict=True)),
            f"this {key}",
        )
    for outcome, place in zip(outcomes, places, strict=True):
        units = UNITS.get(Outcome.Measure(outcome.measure), Result.Unit.values)
        if outcome.unit not in units:
            place.key("unit").note(
                f"“{outcome.unit}” is no unit of a {outcome.measure}; use {' or '.join(units)}."
            )


def _check_review(review: ReviewEntry, names: frozenset[str], place: Place) -> None:
    if review.doi.lower() != SOURCE_REVIEW_DOI:
        place.key("doi").note(f"“{review.doi}” is not the source review, {SOURCE_REVIEW_DOI}.")
    for index, code in enumerate(review.covers):
        if f"therapy {code}" not in names:
            place.key("covers").item(index).note(f"“{code}” is no therapy of {THERAPIES}.")
    _note_repeats(
        ((code, place.key("covers").item(index)) for index, code in enumerate(review.covers)),
        "this therapy",
    )
    if review.published_on:
        _check_published_on(review.published_on, place.key("published_on"))
    numbers = [cited.number for cited in review.references]
    if numbers != list(range(1, len(numbers) + 1)):
        place.key("references").note("the references must be numbered 1, 2, 3 … in order.")
    for index, entry in enumerate(review.references):
        _check_cited(entry, place.key("references").item(index))


def _check_cited(entry: CitedEntry, place: Place) -> None:
    if (entry.citation is None) == (entry.title is None):
        place.note("a reference is given by its parts (authors, title …) or by its “citation”, not both.")
    elif entry.title is not None and cited.read_citation(cited.print_citation(entry), entry) != entry:
        place.note(
            "its parts cannot be told apart in print (a full stop in a name, no year); give its “citation”."
        )


def _check_published_on(printed: str, place: Place) -> None:
    """Accept a year, a year and month, or a day."""
    day = printed + "-01-01"[len(printed) - 4 :] if len(printed) in (4, 7) else printed
    try:
        parsed = date.fromisoformat(day)
    except ValueError:
        place.note(f"“{printed}” is no date; write 2024-04-05, 2024-04 or 2024.")
        return
    if not FIRST_YEAR <= parsed.year <= date.today().year + 1:  # noqa: DTZ011 - a year in print has no zone
        place.note(f"the year {parsed.year} is not plausible.")


def _check_study(
    study: StudyEntry,
    names: frozenset[str],
    outcomes: dict[str, OutcomeEntry],
    studies: dict[str, StudyEntry],
    place: Place,
) -> None:
    n_primary = sum(reference.role == StudyReport.Role.PRIMARY for reference in study.references)
    if n_primary != 1:
        place.key("references").note(f"exactly one reference is primary; {n_primary} are.")
    for index, arm in enumerate(study.arms):
        if f"therapy {arm.therapy}" not in names:
            place.key("arms").item(index).key("therapy").note(
                f"“{arm.therapy}” is no therapy of {THERAPIES}."
            )
    _note_repeats(
        ((arm.id, place.key("arms").item(index).key("id")) for index, arm in enumerate(study.arms)),
        "this arm",
    )
    _note_twins(study.results, place.key("results"))
    _note_twins(study.comparisons, place.key("comparisons"))
    arms = {arm.id for arm in study.arms}
    for index, result in enumerate(study.results):
        at = place.key("results").item(index)
        _check_arm(result.arm, arms, at.key("arm"))
        _check_links(result, study, names, studies, at)
        check_result(result, outcomes.get(result.outcome), at)
    for index, comparison in enumerate(study.comparisons):
        at = place.key("comparisons").item(index)
        for position, arm in enumerate(comparison.arms):
            _check_arm(arm, arms, at.key("arms").item(position))
        _check_links(comparison, study, names, studies, at)
        check_comparison(comparison, at)


def _check_arm(arm: str, arms: set[str], place: Place) -> None:
    if arm not in arms:
        place.note(f"“{arm}” is no arm of this study (it has {', '.join(sorted(arms)) or 'none'}).")


def _check_links(
    number: ResultEntry | ComparisonEntry,
    study: StudyEntry,
    names: frozenset[str],
    studies: dict[str, StudyEntry],
    place: Place,
) -> None:
    source = number.source
    if f"outcome {number.outcome}" not in names:
        place.key("outcome").note(f"“{number.outcome}” is no outcome of {OUTCOMES}.")
    if source.reference is not None and source.reference > len(study.references):
        place.key("source").key("reference").note(
            f"the study has {len(study.references)} references; there is no number {source.reference}."
        )
    if source.reported_in is None:
        return
    at = place.key("source").key("reported_in")
    if f"study {source.reported_in}" not in names:
        at.note(f"“{source.reported_in}” is no study of {STUDIES}.")
    elif source.reported_in == study.key:
        at.note("a study is not reported in itself; write null.")
    elif (review := studies.get(source.reported_in)) and review.design not in Study.REVIEW_DESIGNS:
        at.note(f"“{source.reported_in}” is no review (its design is {review.design}).")


def _note_twins(numbers: tuple[ResultEntry, ...] | tuple[ComparisonEntry, ...], place: Place) -> None:
    """Refuse a line that stands twice: it would count as two."""
    for index, number in enumerate(numbers):
        if number in numbers[:index]:
            place.item(index).note(f"the same line stands at [{numbers.index(number)}] already.")
