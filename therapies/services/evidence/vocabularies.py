"""Therapies, outcomes and cohorts of the files → rows."""

from __future__ import annotations

from typing import Any

from nelm_review.core.settling import Wanted, settle, spread
from therapies.models import Cohort, Outcome, Therapy
from therapies.services.evidence.ledger import SERVICE, Loading
from therapies.services.evidence.matching import pair


def keep_therapies(loading: Loading) -> None:
    """Bring the tree to the state of the files, parents before children."""
    entries = loading.evidence.therapies
    covered = set(loading.evidence.review.covers)
    wanted = [
        Wanted(
            f"therapy {entry.code}",
            {
                "code": entry.code,
                "name": entry.name,
                "abbreviation": entry.abbreviation,
                "kind": entry.kind,
                "synonyms": list(entry.synonyms),
                "mesh": list(entry.mesh),
                "covered_by_source_review": entry.code in covered,
            },
        )
        for entry in entries
    ]
    _place(loading, "therapies", Therapy, wanted)
    waiting = dict(zip(entries, wanted, strict=True))
    while waiting:
        level = [entry for entry in waiting if entry.parent is None or entry.parent in loading.therapies]
        for entry in level:
            parent = loading.therapies.get(entry.parent)
            waiting[entry].fields["parent_id"] = parent.pk if parent else None
        loading.ledger.enter(
            "therapies",
            settle(Therapy, [waiting[entry] for entry in level], service=SERVICE, free={"position"}),
        )
        loading.therapies |= {entry.code: waiting.pop(entry).row for entry in level}


def keep_outcomes(loading: Loading) -> None:
    wanted = [
        Wanted(
            f"outcome {entry.code}",
            {
                "code": entry.code,
                "name": entry.name,
                "short_name": entry.short_name,
                "domain": entry.domain,
                "measure": entry.measure,
                "unit": entry.unit,
                "better": entry.better,
                "definition": entry.definition,
            },
        )
        for entry in loading.evidence.outcomes
    ]
    _place(loading, "outcomes", Outcome, wanted)
    loading.ledger.enter("outcomes", settle(Outcome, wanted, service=SERVICE, free={"position"}))
    loading.outcomes = {
        entry.code: want.row for entry, want in zip(loading.evidence.outcomes, wanted, strict=True)
    }


def keep_cohorts(loading: Loading) -> None:
    """Keep a cohort for each code that a study names; one without a name of its own gets its code's words."""
    codes = sorted({study.cohort for study in loading.evidence.studies if study.cohort})
    known = {cohort.code: cohort for cohort in loading.oddities.cohorts}
    wanted = [
        Wanted(
            f"cohort {code}",
            {
                "code": code,
                "name": known[code].name if code in known else code.replace("-", " ").capitalize(),
                "note": (known[code].note or "") if code in known else "",
            },
        )
        for code in codes
    ]
    left = pair(wanted, list(Cohort.objects.select_for_update()), "code")
    loading.ledger.enter_absent("cohorts", [f"cohort {row.code}" for row in left])
    loading.ledger.enter("cohorts", settle(Cohort, wanted, service=SERVICE))
    loading.cohorts = {code: want.row for code, want in zip(codes, wanted, strict=True)}


def _place(loading: Loading, kind: str, model: type[Any], wanted: list[Wanted[Any]]) -> None:
    """Find the rows that exist by their code, and give every row its place in the order of the file."""
    left = pair(wanted, list(model.objects.select_for_update()), "code")
    loading.ledger.enter_absent(kind, [f"{model._meta.verbose_name} {row.code}" for row in left])
    places = spread(
        [want.row.position if want.row else None for want in wanted],
        taken=[row.position for row in left],
    )
    for want, place in zip(wanted, places, strict=True):
        want.fields["position"] = place
