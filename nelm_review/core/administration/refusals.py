"""What the database says when it refuses a row, as a sentence for the person who wrote it."""

from __future__ import annotations

from django.apps import apps
from django.db import DatabaseError, DataError, IntegrityError, InternalError, models

# What a constraint or a trigger raises; anything else (a lost connection, a deadlock) is no one's mistake.
REFUSALS = (IntegrityError, InternalError, DataError)

UNIQUE_VIOLATION = "23505"  # https://www.postgresql.org/docs/current/errcodes-appendix.html
FOREIGN_KEY_VIOLATION = "23503"


def sentence_of(refusal: DatabaseError) -> str:
    """Return the constraint's own message, the trigger's, or else what PostgreSQL says about the row."""
    diagnosis = getattr(refusal.__cause__, "diag", None)
    if diagnosis is None:
        return f"The database refused this: {refusal}"
    constraint = _constraint(diagnosis.constraint_name)
    if constraint and constraint.violation_error_message != constraint.default_violation_error_message:
        return str(constraint.violation_error_message)
    if diagnosis.sqlstate == UNIQUE_VIOLATION:
        return f"There is one already. {diagnosis.message_detail or ''}".strip()
    if diagnosis.sqlstate == FOREIGN_KEY_VIOLATION:
        return f"A row that this one names is not there, or is still needed. {diagnosis.message_detail or ''}"
    message = diagnosis.message_primary or str(refusal)
    return f"{message[:1].upper()}{message[1:].rstrip('.')}."


def _constraint(name: str | None) -> models.BaseConstraint | None:
    declared = (constraint for model in apps.get_models() for constraint in model._meta.constraints)
    return next((constraint for constraint in declared if name and constraint.name == name), None)
