"""Studies and their arms in the files → rows."""

from __future__ import annotations

from collections import defaultdict

from nelm_review.core.settling import Wanted, settle, spread
from therapies.models import Arm, Study
from therapies.services.evidence.ledger import SERVICE, Loading
from therapies.services.evidence.matching import pair


def keep_studies(loading: Loading) -> None:
    """Bring the studies to the state of the files; one that is not in the files stays."""
    wanted = [
        Wanted(
            f"study {entry.key}",
            {
                "key": entry.key,
                "label": entry.label,
                "design": entry.design,
                "design_is_stated": entry.design_stated,
                "centres": entry.centres or "",
                "countries": list(entry.countries),
                "enrolment": entry.enrolment or "",
                "registry_id": entry.registry_id or "",
                "n_patients": entry.n_patients,
                "n_procedures": entry.n_procedures,
                "n_lesions": entry.n_lesions,
                "k_studies": entry.k_studies,
                "population": entry.population or "",
                "histology": entry.histology,
                "cohort_id": loading.cohorts[entry.cohort].pk if entry.cohort else None,
            },
        )
        for entry in loading.evidence.studies
    ]
    left = pair(wanted, list(Study.objects.select_for_update()), "key")
    loading.ledger.enter_absent("studies", [f"study {row.key}" for row in left])
    loading.ledger.enter("studies", settle(Study, wanted, service=SERVICE))
    loading.studies = {
        entry.key: want.row for entry, want in zip(loading.evidence.studies, wanted, strict=True)
    }


def keep_arms(loading: Loading) -> None:
    """Bring the arms of the studies to the state of the files; one that is not in the files stays."""
    wanted: dict[tuple[str, str], Wanted[Arm]] = {}
    for study in loading.evidence.studies:
        for entry in study.arms:
            wanted[study.key, entry.id] = Wanted(
                f"arm {study.key} {entry.id}",
                {
                    "study_id": loading.studies[study.key].pk,
                    "code": entry.id,
                    "label": entry.label,
                    "therapy_id": loading.therapies[entry.therapy].pk,
                    "n": entry.n,
                },
            )
    key_of = {study.pk: key for key, study in loading.studies.items()}
    stored = Arm.objects.select_for_update().filter(study__in=key_of).order_by("position", "pk")
    left = pair(list(wanted.values()), list(stored), "study_id", "code")
    loading.ledger.enter_absent("arms", [f"arm {key_of[row.study_id]} {row.code}" for row in left])
    give_places(list(wanted.values()), [(row.study_id, row.position) for row in left], "study_id")
    loading.ledger.enter("arms", settle(Arm, wanted.values(), service=SERVICE, free={"position"}))
    loading.arms = {key: want.row for key, want in wanted.items()}


def give_places(
    wanted: list[Wanted], taken: list[tuple[int, int]], study: str, of: dict[int, int] | None = None
) -> None:
    """Set the position of each wanted row inside its study, moving as few stored rows as possible.

    `study` names the column that tells the study (by way of `of`, if given); `taken` are (study, position).
    """
    groups = defaultdict(list)
    for want in wanted:
        groups[of[want.fields[study]] if of else want.fields[study]].append(want)
    occupied = defaultdict(list)
    for pk, position in taken:
        occupied[pk].append(position)
    for pk, group in groups.items():
        known = [want.row.position if want.row else None for want in group]
        for want, place in zip(group, spread(known, occupied[pk]), strict=True):
            want.fields["position"] = place
