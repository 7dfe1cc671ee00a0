"""The claims of the notes → rows; a claim is its sentence and its sources, and one that left is withdrawn."""

from __future__ import annotations

from nelm_review.core.settling import Wanted, settle
from therapies.models import ClaimCitation, TherapyClaim
from therapies.services.evidence.ledger import SERVICE, Loading
from therapies.services.evidence.matching import pair_with_parts
from therapies.services.evidence.studies import give_places


def keep_claims(loading: Loading) -> None:
    """Bring the claims to the state of the file; those that somebody else changed stay."""
    if loading.evidence.notes is None:
        return
    wanted: list[Wanted[TherapyClaim]] = []
    sources: dict[int, tuple[int, ...]] = {}
    for note in loading.evidence.notes.notes:
        for index, claim in enumerate(note.claims):
            want = Wanted(
                f"claim {note.therapy} {note.section}[{index}]",
                {
                    "therapy_id": loading.therapies[note.therapy].pk,
                    "section": note.section,
                    "text": claim.text,
                    "is_withdrawn": False,
                },
            )
            sources[id(want)] = tuple(loading.sources[key].pk for key in claim.references)
            wanted.append(want)
    left = pair_with_parts(
        wanted, sources, _stored(), "therapy_id", "section", "text", link=ClaimCitation, part="source_id"
    )
    give_places(wanted, [(row.therapy_id, row.position) for row in left], "therapy_id")
    settled = settle(TherapyClaim, wanted, service=SERVICE, free={"position"})
    loading.ledger.enter("claims", settled)
    ClaimCitation.objects.bulk_create(
        ClaimCitation(claim=want.row, source_id=source, position=position)
        for want in settled.new
        for position, source in enumerate(sources[id(want)], start=1)
    )
    _withdraw(loading, [row for row in left if row.is_in_force])


def _stored() -> list[TherapyClaim]:
    """Return every claim, locked; those in force come first, so that a line of the file finds one of them."""
    rows = TherapyClaim.objects.select_for_update(of=("self",)).select_related("therapy")
    return sorted(rows, key=lambda row: (row.is_withdrawn, row.position, row.pk))


def _withdraw(loading: Loading, rows: list[TherapyClaim]) -> None:
    wanted = [
        Wanted(f"claim {row.therapy.code} {row.section} “{row}”", {"is_withdrawn": True}, row) for row in rows
    ]
    loading.ledger.enter_withdrawn("claims", settle(TherapyClaim, wanted, service=SERVICE))
