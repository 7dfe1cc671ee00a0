"""Evidence files → the library: everything is checked before anything is written, in one transaction."""

from __future__ import annotations

from pathlib import Path

from django.apps import apps
from django.db import DataError, IntegrityError, connection, models, transaction
from django.utils import timezone

from nelm_review.core.history import recorded
from nelm_review.core.models import User
from therapies.services import summaries
from therapies.services.evidence import oddities, reading, rules
from therapies.services.evidence.claims import keep_claims
from therapies.services.evidence.ledger import SERVICE, Ledger, Loading
from therapies.services.evidence.not_applicable import keep_not_applicable
from therapies.services.evidence.numbers import keep_comparisons, keep_results
from therapies.services.evidence.populations import keep_populations
from therapies.services.evidence.problems import EvidenceError, Problems
from therapies.services.evidence.publications import keep_publications
from therapies.services.evidence.shapes import Evidence, Oddities
from therapies.services.evidence.sources import keep_sources
from therapies.services.evidence.studies import keep_arms, keep_studies
from therapies.services.evidence.vocabularies import keep_cohorts, keep_outcomes, keep_therapies

STEPS = (
    keep_therapies,
    keep_outcomes,
    keep_cohorts,
    keep_studies,
    keep_publications,
    keep_arms,
    keep_populations,
    keep_results,
    keep_comparisons,
    keep_sources,
    keep_claims,
    keep_not_applicable,
)


def check(directory: Path) -> tuple[Evidence, Oddities]:
    """Read and check the files of a directory; raises EvidenceError that names every problem."""
    if not directory.is_dir():
        raise EvidenceError(f"{directory} is no directory; give one that holds {', '.join(reading.FILES)}.")
    problems = Problems()
    known = reading.read_oddities(problems)
    evidence, names = reading.read(directory, problems)
    evidence = oddities.explain(evidence, oddities.accepted_reasons(known))
    rules.check(evidence, names, problems)
    n = len(problems.found)
    problems.refuse(f"The evidence in {directory} has {n} problem{'s' * (n != 1)}; nothing was written.")
    return evidence, known


def load(directory: Path = reading.DATA, *, dry_run: bool = False) -> Ledger:
    """Bring the library to the state of the files, and report what changed.

    New numbers come in as extracted by the loader, not verified, and published. Rows that somebody else
    changed or verified are kept as they are, numbers that left the files are withdrawn, and nothing is
    deleted. Raises EvidenceError, with nothing written, when the files or the database refuse.
    """
    evidence, known = check(directory)
    try:
        with transaction.atomic():
            _wait_for_other_loads()
            loading = Loading(evidence, known, User.objects.evidence_loader(), timezone.now())
            loading.ledger.is_dry_run = dry_run
            with recorded(by=loading.by, service=SERVICE, reason=f"Evidence files of {directory}"):
                for step in STEPS:
                    step(loading)
            if not loading.ledger.is_unchanged:
                summaries.announce()
            transaction.set_rollback(dry_run)
    except (IntegrityError, DataError) as error:
        raise EvidenceError(
            f"The database refused the evidence, and nothing was written: {_why(error)}"
        ) from error
    return loading.ledger


def _wait_for_other_loads() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [SERVICE])


def _why(error: Exception) -> str:
    """Return the sentence of the violated constraint, or what the database says."""
    diagnosis = getattr(error.__cause__, "diag", None)
    name = getattr(diagnosis, "constraint_name", None)
    for model in apps.get_models():
        for constraint in model._meta.constraints:
            if constraint.name == name and constraint.violation_error_message:
                return _sentence(constraint, diagnosis)
    return " ".join(str(error).split())


def _sentence(constraint: models.BaseConstraint, diagnosis: object) -> str:
    detail = " ".join(str(getattr(diagnosis, "message_detail", None) or "").split())
    return f"{constraint.get_violation_error_message()} {detail}".strip()
