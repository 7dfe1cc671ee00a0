"""Plain typed builders: each makes one valid row; every field can be overridden by name.

Unnamed identifiers are synthetic and numbered, so that no two rows of a test collide.
"""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from nelm_review.core import changes
from nelm_review.core.models import User
from nelm_review.core.roles import Role
from references.models import (
    Author,
    CitedReference,
    Correction,
    Journal,
    RawPubmedRecord,
    Reference,
    SearchHit,
    SearchRun,
    SearchStrategy,
)
from therapies import analysis
from therapies.models import (
    Appraisal,
    Arm,
    CellSummary,
    Certainty,
    ClaimCitation,
    ClaimSource,
    Cohort,
    Comparison,
    ComparisonArm,
    NotApplicable,
    Outcome,
    Population,
    Release,
    Result,
    Study,
    StudyReport,
    Therapy,
    TherapyClaim,
)
from therapies.services.releases import archive, digests, frozen, records

PASSWORD = "correct horse battery staple"
FIRST_SYNTHETIC_PMID = 99_000_000

_numbers = itertools.count(1)


def make_user(username: str = "", *, role: Role = Role.READER, **overrides: Any) -> User:
    """Make an account that signs in with PASSWORD; an administrator is also staff and superuser."""
    is_administrator = role == Role.ADMINISTRATOR
    fields = {"is_staff": is_administrator, "is_superuser": is_administrator, "role": role, **overrides}
    return User.objects.create_user(username or f"user-{next(_numbers)}", password=PASSWORD, **fields)


def make_journal(title: str = "", **overrides: Any) -> Journal:
    number = next(_numbers)
    fields = {
        "title": title or f"Journal of Synthetic Records {number}",
        "iso_abbreviation": f"J Synth {number}",
    }
    return Journal.objects.create(**{**fields, **overrides})


def make_reference(title: str | None = None, **overrides: Any) -> Reference:
    """Make a publication without identifiers; pass pmid, doi or pmcid to give it some."""
    number = next(_numbers)
    fields = {
        "origin": Reference.Origin.MANUAL,
        "title": f"Synthetic publication {number}" if title is None else title,
        "published_year": 2020,
    }
    return Reference.objects.create(**{**fields, **overrides})


def make_author(reference: Reference, last_name: str = "Writer", **overrides: Any) -> Author:
    """Add an author at the next free position."""
    fields = {"position": reference.authors.count() + 1, "last_name": last_name, "initials": "A"}
    return Author.objects.create(reference=reference, **{**fields, **overrides})


def make_cited_reference(reference: Reference, **overrides: Any) -> CitedReference:
    """Add an entry at the end of the reference list."""
    position = reference.cited_references.count() + 1
    fields = {"position": position, "citation": f"Synthetic citation {position}."}
    return CitedReference.objects.create(reference=reference, **{**fields, **overrides})


def make_correction(reference: Reference, kind: str = "ErratumIn", **overrides: Any) -> Correction:
    position = reference.corrections.count() + 1
    fields = {"position": position, "kind": kind, "source": f"Synthetic notice {position}."}
    return Correction.objects.create(reference=reference, **{**fields, **overrides})


def make_raw_record(reference: Reference, **overrides: Any) -> RawPubmedRecord:
    """Store bytes that stand for a raw record (they are not XML)."""
    fields = {"xml_zlib": b"compressed", "sha256": b"\0" * 32}
    return RawPubmedRecord.objects.create(reference=reference, **{**fields, **overrides})


def make_search_strategy(slug: str = "", **overrides: Any) -> SearchStrategy:
    number = next(_numbers)
    fields = {"name": f"Strategy {number}", "query": "synthetic[tiab]"}
    if "created_by" not in overrides:
        fields["created_by"] = make_user(role=Role.EDITOR)
    return SearchStrategy.objects.create(slug=slug or f"strategy-{number}", **{**fields, **overrides})


def make_search_run(**overrides: Any) -> SearchRun:
    """Make a queued run of a query; a finished state also gets its end (and a failed one its error)."""
    fields: dict[str, Any] = {"kind": SearchRun.Kind.QUERY, "query": "synthetic[tiab]"}
    if overrides.get("kind") == SearchRun.Kind.PMIDS:
        fields["query"] = ""
    if "requested_by" not in overrides:
        fields["requested_by"] = make_user(role=Role.EDITOR)
    state = overrides.get("state", SearchRun.State.QUEUED)
    if state not in SearchRun.ACTIVE_STATES:
        fields["finished_at"] = timezone.now()
    if state == SearchRun.State.FAILED:
        fields["error"] = "PubMed did not answer."
    return SearchRun.objects.create(**{**fields, **overrides})


def make_search_hit(run: SearchRun, pmid: int | None = None, **overrides: Any) -> SearchHit:
    """Add a hit at the end of the run's work list."""
    fields: dict[str, Any] = {
        "pmid": FIRST_SYNTHETIC_PMID + next(_numbers) if pmid is None else pmid,
        "position": run.hits.count() + 1,
    }
    if overrides.get("state") in SearchHit.TROUBLE_STATES:
        fields["reason"] = "Not in the answer."
    return SearchHit.objects.create(run=run, **{**fields, **overrides})


def make_therapy(code: str = "", *, parent: Therapy | None = None, **overrides: Any) -> Therapy:
    number = next(_numbers)
    code = code or f"therapy-{number}"
    fields = {
        "name": f"Therapy {code}",
        "abbreviation": code.upper()[:40],
        "kind": Therapy.Kind.LOCOREGIONAL,
        "position": number,
    }
    return Therapy.objects.create(code=code, parent=parent, **{**fields, **overrides})


def make_outcome(code: str = "", **overrides: Any) -> Outcome:
    """Make a proportion in % of which more is better."""
    number = next(_numbers)
    code = code or f"outcome-{number}"
    fields = {
        "name": f"Outcome {code}",
        "short_name": code.upper()[:60],
        "domain": Outcome.Domain.TUMOUR_RESPONSE,
        "measure": Outcome.Measure.PROPORTION,
        "unit": "%",
        "better": Outcome.Better.HIGHER,
        "definition": "A synthetic outcome.",
        "position": number,
    }
    return Outcome.objects.create(code=code, **{**fields, **overrides})


def make_cohort(code: str = "", **overrides: Any) -> Cohort:
    code = code or f"cohort-{next(_numbers)}"
    return Cohort.objects.create(code=code, **{"name": f"Cohort {code}", **overrides})


def make_study(key: str = "", **overrides: Any) -> Study:
    """Make a retrospective cohort of 20 patients with neuroendocrine tumours, without reports or arms."""
    key = key or f"study-{next(_numbers)}"
    fields = {
        "label": f"Study {key}",
        "design": Study.Design.RETROSPECTIVE_COHORT,
        "design_is_stated": True,
        "histology": Study.Histology.NET,
        "n_patients": 20,
    }
    return Study.objects.create(key=key, **{**fields, **overrides})


def make_report(study: Study, reference: Reference | None = None, **overrides: Any) -> StudyReport:
    """Tie a reference (made when none is given) to the study: primary first, companions after it."""
    n_reports = study.reports.count()
    role = StudyReport.Role.COMPANION if n_reports else StudyReport.Role.PRIMARY
    fields = {"role": role, "position": n_reports + 1, "reference": reference or make_reference()}
    return StudyReport.objects.create(study=study, **{**fields, **overrides})


def make_arm(study: Study | None = None, therapy: Therapy | None = None, **overrides: Any) -> Arm:
    """Add an arm of 20 patients at the end of the study's arms."""
    study = study or make_study()
    position = study.arms.count() + 1
    fields = {"code": f"a{position}", "label": f"Arm {position}", "n": 20, "position": position}
    return Arm.objects.create(study=study, therapy=therapy or make_therapy(), **{**fields, **overrides})


def make_population(where: Study | Arm | None = None, **stated: Any) -> Population:
    """State of a study's patients, or of an arm's, what is given: `primary={"pancreas": {"n": 7}}`."""
    arm = where if isinstance(where, Arm) else None
    study = arm.study if arm else where or make_study()
    return Population.objects.create(study=study, arm=arm, **stated)


def _sourced(*, is_published: bool) -> dict[str, Any]:
    loader, now = User.objects.evidence_loader(), timezone.now()
    fields: dict[str, Any] = {"source_where": "abstract", "extracted_by": loader, "extracted_at": now}
    if is_published:
        fields |= {"published_by": loader, "published_at": now}
    return fields


def make_result(
    arm: Arm | None = None, outcome: Outcome | None = None, *, is_published: bool = True, **overrides: Any
) -> Result:
    """Add a result at the end of the study's results: 50 %, or 12 months for a median time."""
    arm, outcome = arm or make_arm(), outcome or make_outcome()
    is_proportion = outcome.measure == Outcome.Measure.PROPORTION
    fields = {
        "position": Result.objects.filter(arm__study=arm.study_id).count() + 1,
        "value": Decimal(50 if is_proportion else 12),
        "unit": outcome.unit,
        "per": Result.Per.PATIENT,
        **_sourced(is_published=is_published),
    }
    if overrides.get("not_reached"):
        fields["value"] = None
    return Result.objects.create(arm=arm, outcome=outcome, **{**fields, **overrides})


def make_comparison(
    *arms: Arm, outcome: Outcome | None = None, is_published: bool = True, **overrides: Any
) -> Comparison:
    """Add a hazard ratio of 0.8 between the arms (two arms of a new study when none are given)."""
    if not arms:
        study = make_study()
        arms = (make_arm(study), make_arm(study))
    study = arms[0].study
    fields = {
        "position": study.comparisons.count() + 1,
        "measure": Comparison.Measure.HAZARD_RATIO,
        "value": Decimal("0.8"),
        **_sourced(is_published=is_published),
    }
    comparison = Comparison.objects.create(
        study=study, outcome=outcome or make_outcome(), **{**fields, **overrides}
    )
    ComparisonArm.objects.bulk_create(
        ComparisonArm(comparison=comparison, arm=arm, position=position)
        for position, arm in enumerate(arms, start=1)
    )
    return comparison


def make_appraisal(study: Study | None = None, **overrides: Any) -> Appraisal:
    fields: dict[str, Any] = {
        "tool": Appraisal.Tool.ROBINS_I,
        "tool_version": "2016",
        "judgement": Appraisal.Judgement.SERIOUS,
        "reason": "A synthetic judgement.",
    }
    if "judged_by" not in overrides:
        fields["judged_by"] = make_user(role=Role.EDITOR)
    return Appraisal.objects.create(study=study or make_study(), **{**fields, **overrides})


def make_certainty(
    therapy: Therapy | None = None, outcome: Outcome | None = None, **overrides: Any
) -> Certainty:
    fields: dict[str, Any] = {"level": Certainty.Level.VERY_LOW, "reason": "A synthetic judgement."}
    if "judged_by" not in overrides:
        fields["judged_by"] = make_user(role=Role.EDITOR)
    return Certainty.objects.create(
        therapy=therapy or make_therapy(), outcome=outcome or make_outcome(), **{**fields, **overrides}
    )


def make_claim_source(code: str = "", *, reference: Reference | None = None, **overrides: Any) -> ClaimSource:
    """Make a source of claims (its reference too, when none is given)."""
    code = code or f"source-{next(_numbers)}"
    fields = {"reference": reference or make_reference(), "read_at": f"https://example.org/{code}"}
    return ClaimSource.objects.create(code=code, **{**fields, **overrides})


def make_claim(therapy: Therapy, *sources: ClaimSource, **overrides: Any) -> TherapyClaim:
    """Add a claim at the end of the therapy's; it rests on the sources, on a new one if none is given."""
    fields: dict[str, Any] = {
        "section": TherapyClaim.Section.WHAT_IT_IS,
        "text": "A synthetic claim.",
        "position": therapy.claims.count() + 1,
    }
    claim = TherapyClaim.objects.create(therapy=therapy, **{**fields, **overrides})
    for position, source in enumerate(sources or (make_claim_source(),), start=1):
        ClaimCitation.objects.create(claim=claim, source=source, position=position)
    return claim


def make_not_applicable(
    therapy: Therapy | None = None, outcome: Outcome | None = None, **overrides: Any
) -> NotApplicable:
    return NotApplicable.objects.create(
        therapy=therapy or make_therapy(),
        outcome=outcome or make_outcome(),
        **{"reason": "A synthetic reason.", **overrides},
    )


def make_release(version: str = "2026.01.01", **overrides: Any) -> Release:
    """Make a release of what is published now, with records alone in its archive."""
    found = records.collect()
    packed = archive.pack({archive.RECORDS: records.write(found)}, folder="release")
    if "released_by" not in overrides:
        overrides["released_by"] = make_user(role=Role.ADMINISTRATOR)
    fields = {
        "released_at": datetime(*map(int, version.split(".")[:3]), tzinfo=UTC),
        "counts": {"results": len(found["Result"]["rows"])},
        "method": analysis.METHOD,
        "evidence_version": changes.versions()[changes.EVIDENCE],
        "evidence_sha256": archive.sha256(packed),
        "cell_digests": digests.of_release(frozen.thaw(found)),
        "sha256": archive.sha256(packed),
        "archive": packed,
    }
    return Release.objects.create(version=version, **{**fields, **overrides})


def make_cell_summary(
    therapy: Therapy | None = None, outcome: Outcome | None = None, **overrides: Any
) -> CellSummary:
    """Add the summary of a cell of one study, without a pool."""
    counts = dict.fromkeys(("n_studies", "n_patients", "n_results"), 1)
    stamps = {"method": "1", "evidence_version": 1, "computed_at": timezone.now()}
    cell = {"therapy": therapy or make_therapy(), "outcome": outcome or make_outcome()}
    return CellSummary.objects.create(**{**cell, **counts, **stamps, **overrides})
