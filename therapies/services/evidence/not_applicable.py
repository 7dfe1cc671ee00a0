"""Outcomes that do not apply to a therapy: entries of the file → rows, and back."""

from __future__ import annotations

from typing import Any

from nelm_review.core.settling import Wanted, settle
from therapies.models import NotApplicable
from therapies.services.evidence.fields import Key, Read, record, text
from therapies.services.evidence.ledger import SERVICE, Loading
from therapies.services.evidence.matching import pair
from therapies.services.evidence.problems import Problems
from therapies.services.evidence.shapes import Evidence, NotApplicableEntry

FILE = "not_applicable.json"

READ: Read = record(
    NotApplicableEntry, {"therapy": Key(text()), "outcome": Key(text()), "reason": Key(text())}
)


def check(evidence: Evidence, names: frozenset[str], problems: Problems) -> None:
    """Note every broken rule of the file; `names` (“therapy rfa”) are all entries of the other files."""
    seen: set[tuple[str, str]] = set()
    for index, entry in enumerate(evidence.not_applicable or ()):
        place = problems.at(FILE, f"“{entry.outcome}” of “{entry.therapy}”", f"[{index}]")
        if (entry.therapy, entry.outcome) in seen:
            place.note("the same pair stands above.")
        seen.add((entry.therapy, entry.outcome))
        if f"therapy {entry.therapy}" not in names:
            place.key("therapy").note(f"“{entry.therapy}” is no therapy of therapies.json.")
        if f"outcome {entry.outcome}" not in names:
            place.key("outcome").note(f"“{entry.outcome}” is no outcome of outcomes.json.")


def keep_not_applicable(loading: Loading) -> None:
    """Bring the pairs to the state of the file; one that is not in the file stays."""
    if loading.evidence.not_applicable is None:
        return
    wanted = [
        Wanted(
            f"{entry.outcome} of {entry.therapy}",
            {
                "therapy_id": loading.therapies[entry.therapy].pk,
                "outcome_id": loading.outcomes[entry.outcome].pk,
                "reason": entry.reason,
            },
        )
        for entry in loading.evidence.not_applicable
    ]
    stored = NotApplicable.objects.select_for_update(of=("self",)).select_related("therapy", "outcome")
    left = pair(wanted, list(stored.order_by("pk")), "therapy_id", "outcome_id")
    loading.ledger.enter_absent(
        "not applicable", [f"{row.outcome.code} of {row.therapy.code}" for row in left]
    )
    loading.ledger.enter("not applicable", settle(NotApplicable, wanted, service=SERVICE))


def entries() -> list[dict[str, Any]]:
    """Return every pair as an entry of the file, by therapy and outcome in their order on the page."""
    rows = NotApplicable.objects.select_related("therapy", "outcome")
    return [
        {"therapy": row.therapy.code, "outcome": row.outcome.code, "reason": row.reason}
        for row in rows.order_by("therapy__position", "therapy_id", "outcome__position", "outcome_id")
    ]
