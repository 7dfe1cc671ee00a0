"""The published evidence of this moment → a release."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from django.db import IntegrityError
from django.utils import timezone

from nelm_review.core import changes
from nelm_review.core.models import User
from nelm_review.core.moments import one_moment
from therapies import analysis
from therapies.models import Outcome, Release, Result, Study, Therapy
from therapies.services import evidence
from therapies.services.releases import archive, digests, frozen, records, tables, texts
from therapies.services.releases.frozen import Frozen


class ReleaseError(Exception):
    """A release that cannot be made now; the message is a sentence for the person who asked."""


class NothingNew(ReleaseError):
    pass


class MadeMeanwhile(ReleaseError):
    pass


class NothingPublished(ReleaseError):
    pass


def make(*, by: User, note: str = "") -> Release:
    """Keep the published evidence of this moment as a release for good.

    Raises NothingNew when the newest release holds the same evidence, NothingPublished when there is none,
    MadeMeanwhile when somebody else made one at the same time, and EvidenceError as `evidence.dump` does.
    """
    try:
        with one_moment():
            return _make(by, " ".join(note.split()))
    except IntegrityError as error:
        raise MadeMeanwhile("Somebody made a release at the same moment; look at that one first.") from error


def _make(by: User, note: str) -> Release:
    found = records.collect()
    content = frozen.thaw(found)
    counts = _count(content)
    if not counts["results"]:
        raise NothingPublished("No result is published, so there is nothing to release.")
    files = _evidence_files() | tables.write(content) | {archive.RECORDS: records.write(found)}
    digest = archive.digest(files)
    newest = Release.objects.without_archive().newest_first().first()
    if newest is not None and newest.evidence_sha256 == digest:
        raise NothingNew(f"Nothing has changed since release {newest.version}: it holds the same evidence.")
    now = timezone.now()
    version = _next_version(now)
    packed = archive.pack(
        {
            "README.md": texts.readme(
                version=version, day=now.date(), note=note, counts=counts, method=analysis.METHOD
            ),
            "CITATION.cff": texts.citation_file(version=version, day=now.date()),
            **files,
        },
        folder=f"nelm-review-{version}",
    )
    release = Release(
        version=version,
        released_at=now,
        released_by=by,
        note=note,
        counts=counts,
        method=analysis.METHOD,
        evidence_version=changes.versions()[changes.EVIDENCE],
        evidence_sha256=digest,
        cell_digests=digests.of_release(content),
        sha256=archive.sha256(packed),
        archive=packed,
    )
    release.full_clean()
    release.save(force_insert=True)
    return release


def _evidence_files() -> dict[str, str]:
    with TemporaryDirectory() as folder:
        evidence.dump(Path(folder))
        return {f"evidence/{path.name}": path.read_text("utf-8") for path in sorted(Path(folder).iterdir())}


def _count(content: Frozen) -> dict[str, int]:
    studies = content.all(Study)
    n_reviews = sum(study.is_review for study in studies)
    return {
        "therapies": len(content.all(Therapy)),
        "outcomes": len(content.all(Outcome)),
        "studies": len(studies) - n_reviews,
        "reviews": n_reviews,
        "results": len(content.all(Result)),
        "comparisons": len(content.comparisons()),
        "cells": len(tables.count(content).cells),
    }


def _next_version(now: datetime) -> str:
    day = f"{now:%Y.%m.%d}"
    taken = set(Release.objects.filter(version__startswith=day).values_list("version", flat=True))
    number = 2
    if day not in taken:
        return day
    while f"{day}.{number}" in taken:
        number += 1
    return f"{day}.{number}"
