"""Who the patients are: entries of the file → rows, and back; a row is one study's or one arm's patients."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db.models import F

from nelm_review.core.settling import Wanted, settle
from therapies.models import CRITERIA, Population
from therapies.models.population import LONGEST_WORDS, Part
from therapies.services.evidence.fields import (
    Key,
    Read,
    choice_of,
    list_of,
    nullable,
    number,
    one_of,
    record,
    text,
    text_of,
    whole,
)
from therapies.services.evidence.ledger import SERVICE, Loading
from therapies.services.evidence.matching import pair
from therapies.services.evidence.problems import BAD, Place, Problems
from therapies.services.evidence.shapes import Evidence, PartEntry, PopulationEntry, StudyEntry

FILE = "populations.json"


def _percent(value: Any, place: Place) -> Any:
    found = number(value, place)
    if found is BAD or 0 <= found <= 100:
        return found
    place.note(f"{found} % is no share.")
    return BAD


def _parts(values: Iterable[str]) -> Read:
    return list_of(
        record(
            PartEntry,
            {
                "value": Key(one_of(values)),
                "n": Key(nullable(whole(low=1)), None),
                "percent": Key(nullable(_percent), None),
                "words": Key(nullable(text(longest=LONGEST_WORDS)), None),
            },
        )
    )


def _entry(**found: Any) -> PopulationEntry:
    stated = {code: found.pop(code) for code in CRITERIA}
    return PopulationEntry(**found, stated={code: parts for code, parts in stated.items() if parts})


READ: Read = record(
    _entry,
    {
        "study": Key(text()),
        "arm": Key(nullable(text())),
        **{code: Key(_parts(criterion.values), ()) for code, criterion in CRITERIA.items()},
        "ki67": Key(nullable(text_of(Population, "ki67")), None),
        "structured_by": Key(choice_of(Population, "structured_by")),
        "quotes": Key(list_of(text())),
    },
)


def check(evidence: Evidence, names: frozenset[str], problems: Problems) -> None:
    """Note every broken rule of the file; `names` (“study a-2020”) are all entries of the other files."""
    studies = {study.key: study for study in evidence.studies}
    seen: set[tuple[str, str | None]] = set()
    for index, entry in enumerate(evidence.populations or ()):
        place = problems.at(FILE, f"population of “{entry.study}”", f"[{index}]")
        if (entry.study, entry.arm) in seen:
            place.note("the same patients are described above.")
        seen.add((entry.study, entry.arm))
        if f"study {entry.study}" not in names:
            place.key("study").note(f"“{entry.study}” is no study of studies.json.")
        elif entry.study in studies:
            _check_arm(entry, studies[entry.study], place.key("arm"))
        for code, parts in entry.stated.items():
            values = [part.value for part in parts]
            for value in sorted({value for value in values if values.count(value) > 1}):
                place.key(code).note(f"“{value}” stands here more than once.")


def _check_arm(entry: PopulationEntry, study: StudyEntry, place: Place) -> None:
    arms = [arm.id for arm in study.arms]
    if entry.arm is not None and entry.arm not in arms:
        place.note(f"“{entry.arm}” is no arm of this study (it has {', '.join(arms) or 'none'}).")


def keep_populations(loading: Loading) -> None:
    """Bring the populations to the state of the file; one that is not in the file stays."""
    if loading.evidence.populations is None:
        return
    wanted = [
        Wanted(
            f"population {entry.study}" + (f" {entry.arm}" if entry.arm else ""),
            {
                "study_id": loading.studies[entry.study].pk,
                "arm_id": loading.arms[entry.study, entry.arm].pk if entry.arm else None,
                **{
                    code: {part.value: _share(part) for part in entry.stated.get(code, ())}
                    for code in CRITERIA
                },
                "ki67": entry.ki67 or "",
                "structured_by": entry.structured_by,
                "quotes": list(entry.quotes),
            },
        )
        for entry in loading.evidence.populations
    ]
    stored = Population.objects.select_for_update(of=("self",)).select_related("study", "arm")
    left = pair(wanted, list(stored.order_by("pk")), "study_id", "arm_id")
    loading.ledger.enter_absent("populations", [f"population {_name(row)}" for row in left])
    loading.ledger.enter("populations", settle(Population, wanted, service=SERVICE))


def _name(row: Population) -> str:
    return row.study.key + (f" {row.arm.code}" if row.arm else "")


def _share(part: PartEntry) -> dict[str, Any]:
    share = {"n": part.n, "percent": _plain(part.percent), "words": part.words}
    return {name: value for name, value in share.items() if value is not None}


def _plain(found: Decimal | None) -> int | float | None:
    """Return a number as JSON keeps it: 27 stays 27, 93.3 stays 93.3."""
    if found is None:
        return None
    return int(found) if found.as_tuple().exponent == 0 else float(found)


def entries() -> list[dict[str, Any]]:
    """Return every population as an entry of the file: by study, its whole first, then its arms in order."""
    rows = Population.objects.select_related("study", "arm")
    return [_written(row) for row in rows.order_by("study__key", F("arm__position").asc(nulls_first=True))]


def _written(row: Population) -> dict[str, Any]:
    stated = {code: [_part(part) for part in row.parts(found)] for code, found in CRITERIA.items()}
    return {
        "study": row.study.key,
        "arm": row.arm.code if row.arm else None,
        **{code: parts for code, parts in stated.items() if parts},
        **({"ki67": row.ki67} if row.ki67 else {}),
        "structured_by": row.structured_by,
        "quotes": row.quotes,
    }


def _part(part: Part) -> dict[str, Any]:
    share = {"n": part.n, "percent": part.percent, "words": part.words or None}
    return {"value": part.value, **{name: value for name, value in share.items() if value is not None}}
