"""The library → evidence files, in the order and form in which they are loaded."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from django.db.models import Prefetch, QuerySet

from nelm_review.core.moments import one_moment
from references.models import SOURCE_REVIEW_DOI, Author, Reference
from therapies.models import (
    Arm,
    ClaimCitation,
    ClaimSource,
    Comparison,
    Outcome,
    Result,
    Study,
    StudyReport,
    Therapy,
    TherapyClaim,
)
from therapies.services.evidence import entries, json_text, not_applicable, oddities, populations, reading
from therapies.services.evidence.problems import EvidenceError, Problems


@dataclass(frozen=True)
class DumpReport:
    """How many entries were written."""

    n_therapies: int
    n_outcomes: int
    n_studies: int
    n_results: int
    n_comparisons: int
    n_claims: int


def dump(directory: Path) -> DumpReport:
    """Write the published evidence as its files; they are replaced when all of them are complete.

    Numbers that are withdrawn or not published, and who verified what, are left out. Raises EvidenceError
    when the library has no source review or the directory cannot be written.
    """
    reasons = _accepted_reasons()
    with one_moment(is_read_only=True):
        therapies = list(Therapy.objects.select_related("parent"))
        studies = list(_studies())
        contents = {
            reading.THERAPIES: [entries.therapy(row) for row in therapies],
            reading.OUTCOMES: [entries.outcome(row) for row in Outcome.objects.all()],
            reading.STUDIES: [entries.study(row, reasons) for row in studies],
            reading.REVIEW: entries.review(
                _source_review(), [row.code for row in therapies if row.covered_by_source_review]
            ),
            reading.NOTES: entries.notes(_sources(), ClaimCitation.objects.for_readers(), _reported(studies)),
            populations.FILE: populations.entries(),
            not_applicable.FILE: not_applicable.entries(),
        }
    _write(directory, {name: json_text.write(content) for name, content in contents.items()})
    written = contents[reading.STUDIES]
    return DumpReport(
        n_therapies=len(therapies),
        n_outcomes=len(contents[reading.OUTCOMES]),
        n_studies=len(written),
        n_results=sum(len(study["results"]) for study in written),
        n_comparisons=sum(len(study["comparisons"]) for study in written),
        n_claims=sum(len(note["claims"]) for note in contents[reading.NOTES]["notes"]),
    )


def _accepted_reasons() -> Mapping[tuple, str]:
    problems = Problems()
    known = reading.read_oddities(problems)
    problems.refuse("The list of oddities that comes with the product is broken.")
    return oddities.accepted_reasons(known)


def _authors() -> QuerySet[Author]:
    return Author.objects.filter(role=Author.Role.AUTHOR).order_by("position")


def _studies() -> QuerySet[Study]:
    reports = StudyReport.objects.select_related("reference__journal").defer("reference__search_vector")
    results = Result.objects.published().select_related("outcome", "reported_in")
    comparisons = Comparison.objects.published().select_related("outcome", "reported_in")
    return Study.objects.select_related("cohort").prefetch_related(
        Prefetch("reports", reports.order_by("position", "pk")),
        Prefetch("reports__reference__authors", _authors()),
        Prefetch("arms", Arm.objects.select_related("therapy").order_by("position", "pk")),
        Prefetch("arms__results", results),
        Prefetch("comparisons", comparisons.order_by("position", "pk")),
        "comparisons__comparison_arms__arm",
    ).order_by("key")  # fmt: skip


def _sources() -> QuerySet[ClaimSource]:
    """Return the sources that a claim in force rests on."""
    used = ClaimSource.objects.filter(claims__in=TherapyClaim.objects.in_force()).distinct()
    rows = used.select_related("reference__journal").defer("reference__search_vector")
    return rows.prefetch_related(Prefetch("reference__authors", _authors())).order_by("code")


def _reported(studies: Iterable[Study]) -> dict[int, tuple[str, int]]:
    """Return the study that reports each reference, the first by key, and the place among its reports."""
    found: dict[int, tuple[str, int]] = {}
    for study in studies:
        for place, report in enumerate(study.reports.all(), start=1):
            found.setdefault(report.reference_id, (study.key, place))
    return found


def _source_review() -> Reference:
    found = Reference.objects.source_review().select_related("journal").defer("search_vector")
    review = found.prefetch_related(Prefetch("authors", _authors()), "cited_references").first()
    if review is None or review.journal is None:
        raise EvidenceError(
            f"The library does not hold the source review ({SOURCE_REVIEW_DOI}) with its journal;"
            " load the evidence first."
        )
    return review


def _write(directory: Path, texts: Mapping[str, str]) -> None:
    drafts: dict[Path, Path] = {}
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            drafts[directory / name] = draft = directory / f".{name}.{os.getpid()}"
            with draft.open("w", encoding="utf-8", newline="\n") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
        for path, draft in drafts.items():
            draft.replace(path)
    except OSError as error:
        raise EvidenceError(f"Cannot write the evidence to {directory}: {error.strerror}.") from error
    finally:
        for draft in drafts.values():
            with contextlib.suppress(OSError):
                draft.unlink(missing_ok=True)
