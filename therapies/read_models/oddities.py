"""What a reader must know before trusting a study's numbers: its oddities, in sentences."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from django.db.models import Prefetch, QuerySet

from therapies.models import Arm, Comparison, ComparisonArm, Outcome, Result, Study, StudyReport
from therapies.models.result import printed_percentage_agrees

SMALL = 10


class Kind(StrEnum):
    """The kinds of oddity, in the order in which a page tells them."""

    MIXED_HISTOLOGY = "mixed-histology"
    DESIGN_NOT_STATED = "design-not-stated"
    NO_TITLE = "no-title"
    SHARED_COHORT = "shared-cohort"
    OVERLAPPING_ARMS = "overlapping-arms"
    STRATA = "strata"
    SMALL = "small"
    SECOND_HAND = "second-hand"
    CONTRADICTION = "contradiction"
    OTHER_UNIT = "other-unit"
    NOT_REACHED = "not-reached"
    NO_NUMBER = "no-number"
    COMPOSITE = "composite"


@dataclass(frozen=True)
class Oddity:
    """One oddity; `result` is set where it is that of a single result."""

    kind: Kind
    sentence: str
    result: Result | None = None


def with_parts(studies: QuerySet[Study]) -> QuerySet[Study]:
    """Load everything that `oddities` reads, in seven queries for any number of studies."""
    results = Result.objects.published().select_related("outcome", "reported_in")
    return studies.select_related("cohort").prefetch_related(
        Prefetch("arms", Arm.objects.select_related("therapy").order_by("position", "pk")),
        Prefetch("arms__results", results.order_by("position", "pk")),
        Prefetch("comparisons", Comparison.objects.published().select_related("outcome", "reported_in")),
        Prefetch("comparisons__comparison_arms", ComparisonArm.objects.select_related("arm")),
        Prefetch("reports", StudyReport.objects.select_related("reference__journal")),
        "cohort__studies",
    )


def oddities(study: Study) -> tuple[Oddity, ...]:
    """Return every oddity of the study and its published numbers; no queries if `with_parts` loaded it."""
    found = [*_of_study(study), *_of_arms(study), *_of_results(study), *_of_comparisons(study)]
    order = list(Kind)
    return tuple(sorted(found, key=lambda oddity: order.index(oddity.kind)))


def _of_study(study: Study) -> Iterator[Oddity]:
    if study.is_of_mixed_histology:
        yield Oddity(
            Kind.MIXED_HISTOLOGY,
            "Mixed tumour types: shown for context, and left out of the map unless it is asked for.",
        )
    if not study.design_is_stated:
        design = study.get_design_display().lower()
        yield Oddity(
            Kind.DESIGN_NOT_STATED, f"The source does not state its design; “{design}” is our reading of it."
        )
    primary = next((r.reference for r in study.reports.all() if r.role == StudyReport.Role.PRIMARY), None)
    if primary and not primary.title:
        known = f"PMID {primary.pmid}" if primary.pmid else primary.doi and f"DOI {primary.doi}"
        yield Oddity(
            Kind.NO_TITLE,
            f"The title of its publication was not seen; only its {known} is known."
            if known
            else "The title of its publication was not seen: it is known only through a review's table.",
        )
    others = [other.label for other in study.cohort.studies.all() if other != study] if study.cohort else []
    if others:
        yield Oddity(
            Kind.SHARED_COHORT,
            f"Shares patients with {_listed(sorted(others))} (cohort “{study.cohort}”): counted once.",
        )


def _of_arms(study: Study) -> Iterator[Oddity]:
    arms = list(study.arms.all())
    wholes = [arm for arm in arms if len(arms) > 1 and _is_whole(arm, arms, study)]
    if wholes:
        others = "each other's patients" if len(wholes) == len(arms) else "patients of other arms"
        verb = "hold" if len(wholes) > 1 else "holds"
        yield Oddity(
            Kind.OVERLAPPING_ARMS,
            f"{_quoted(wholes)} {verb} {others} as well: the arms overlap and must not be added up.",
        )
    alike = defaultdict(list)
    for arm in arms:
        if arm not in wholes:
            alike[arm.therapy].append(arm)
    for therapy, strata in alike.items():
        if len(strata) > 1:
            yield Oddity(
                Kind.STRATA,
                f"{_quoted(strata)} stand under one therapy ({therapy}), which does not tell them apart.",
            )
    if study.n_patients is not None and study.n_patients < SMALL:
        yield Oddity(Kind.SMALL, f"Fewer than {SMALL} patients: {study.n_patients} in all.")
    else:
        for arm in arms:
            if arm.n is not None and arm.n < SMALL:
                yield Oddity(Kind.SMALL, f"Fewer than {SMALL} patients in “{arm.label}”: {arm.n}.")


_WHOLE = re.compile(r"(?:^|, )(?:all(?! other)|both|whole(?!-)|overall|pooled|entire)\b", re.IGNORECASE)


def _is_whole(arm: Arm, arms: list[Arm], study: Study) -> bool:
    """Say whether the arm seems to hold the patients of others: by its name, or by its size."""
    if _WHOLE.search(arm.label):
        return True
    if arm.n is None:
        return False
    parts = [other.n for other in arms if other != arm and other.n is not None]
    return arm.n == study.n_patients or (len(parts) > 1 and arm.n == sum(parts))


def _of_results(study: Study) -> Iterator[Oddity]:
    results = [result for arm in study.arms.all() for result in arm.results.all() if result.is_published]
    results.sort(key=lambda result: (result.position, result.pk))
    second_hand = defaultdict(int)
    for result in results:
        if result.reported_in:
            second_hand[result.reported_in.label] += 1
        for kind, sentence in _of_result(result):
            yield Oddity(kind, f"{result.outcome.name}, {result.arm.label}: {sentence}", result)
    for review, n in second_hand.items():
        what = "One result comes" if n == 1 else f"{n} results come"
        yield Oddity(
            Kind.SECOND_HAND, f"{what} from a table of {review}, not from the study's own publication."
        )


def _of_result(result: Result) -> Iterator[tuple[Kind, str]]:
    if contradiction := contradiction_of(result):
        yield Kind.CONTRADICTION, contradiction
    if result.outcome.measure == Outcome.Measure.MEDIAN_TIME and result.unit != result.outcome.unit:
        yield Kind.OTHER_UNIT, f"printed in {result.unit}, not in {result.outcome.unit}."
    if result.not_reached:
        yield Kind.NOT_REACHED, "the median was not reached."
    elif result.value is None and None in (result.events, result.total):
        yield Kind.NO_NUMBER, _what_is_printed(result)
    if result.is_composite:
        yield (
            Kind.COMPOSITE,
            "mixes imaging with markers or symptoms; never pooled with responses on imaging.",
        )


def contradiction_of(result: Result) -> str:
    """Say how a printed percentage contradicts its own events, or why it stands; empty where it does not."""
    if result.override_reason:
        return result.override_reason
    total, whose = result.total, "of"
    if total is None and result.per == Result.Per.PATIENT:
        total, whose = result.arm.n, "in an arm of"
    if result.unit != Result.Unit.PERCENT or not total or None in (result.value, result.events):
        return ""
    if printed_percentage_agrees(result.value, result.events, total):
        return ""
    share = Decimal(100 * result.events) / total
    return f"prints {result.value:f} % for {result.events} {whose} {total}, which is {share:.1f} %."


def _what_is_printed(result: Result) -> str:
    if result.range_low is not None and result.range_high is not None:
        return f"only a range is printed, {result.range_low:f}–{result.range_high:f} {result.unit}."
    if result.events is not None:
        return f"{result.events} with the event, but no total is printed."
    return "no number is printed." if not result.criteria_text else f"no number ({result.criteria_text})."


def _of_comparisons(study: Study) -> Iterator[Oddity]:
    for comparison in study.comparisons.all():
        numbers = (comparison.value, comparison.ci_low, comparison.ci_high)
        if comparison.is_published and numbers == (None, None, None) and not comparison.p_text:
            arms = _quoted([member.arm for member in comparison.comparison_arms.all()])
            yield Oddity(Kind.NO_NUMBER, f"{comparison.outcome.name}, {arms}: compared without a number.")


def _quoted(arms: list[Arm]) -> str:
    return _listed([f"“{arm.label}”" for arm in arms])


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
