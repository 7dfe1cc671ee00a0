"""The rules of the notes: every claim rests on a source, every source is known once and used."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from therapies.services.evidence.problems import Place, Problems
from therapies.services.evidence.publication_rules import IDS, Identity, check_author_list, check_form
from therapies.services.evidence.reading import NOTES, STUDIES, THERAPIES
from therapies.services.evidence.shapes import (
    Evidence,
    NoteEntry,
    NotesEntry,
    NoteSourceEntry,
    PublicationEntry,
    StudyEntry,
)

_ADDRESS = URLValidator(schemes=["http", "https"])


def check_notes(evidence: Evidence, names: frozenset[str], problems: Problems) -> None:
    """Note every broken rule of the notes; `names` (“therapy rfa”) are all entries of the other files."""
    if evidence.notes is None:
        return
    studies = {study.key: study for study in evidence.studies}
    for index, source in enumerate(evidence.notes.references):
        place = problems.at(NOTES, f"reference “{source.key}”", f"references[{index}]")
        _check_address(source, place)
        if (source.study is None) == (source.publication is None):
            place.note("a reference is a “study” of the evidence or a “publication” with its details.")
        elif source.publication:
            _check_publication(source.publication, evidence, place.key("publication"))
        else:
            _check_study(source, names, studies, place)
    _note_repeats(evidence.notes, problems)
    _check_claims(evidence.notes, names, problems)


def _check_address(source: NoteSourceEntry, place: Place) -> None:
    try:
        _ADDRESS(source.read_at)
    except ValidationError:
        place.key("read_at").note(f"“{source.read_at}” is no address (https://…).")


def _check_study(
    source: NoteSourceEntry, names: frozenset[str], studies: dict[str, StudyEntry], place: Place
) -> None:
    if f"study {source.study}" not in names:
        place.key("study").note(f"“{source.study}” is no study of {STUDIES}.")
    elif (study := studies.get(source.study)) and (source.reference or 1) > len(study.references):
        place.key("reference").note(
            f"the study has {len(study.references)} references; there is no number {source.reference or 1}."
        )


def _check_publication(entry: PublicationEntry, evidence: Evidence, place: Place) -> None:
    """Note what is missing, and a publication that a study reports: two descriptions would quarrel."""
    if entry.title is None:
        place.key("title").note("readers must be able to find it: a title is required.")
    check_form(entry, place)
    check_author_list(entry, place)
    for study in evidence.studies:
        for number, other in enumerate(study.references, start=1):
            if _is_same(entry, other):
                place.note(f"it is reference {number} of the study “{study.key}”; cite that study.")


def _is_same(one: PublicationEntry, other: PublicationEntry) -> bool:
    ids, other_ids = (vars(Identity.of(entry)) for entry in (one, other))
    if any(ids[name] is not None and ids[name] == other_ids[name] for name in IDS):
        return True
    is_of_one_year = one.year == other.year or None in (one.year, other.year)
    return bool(one.title and other.title) and one.title.upper() == other.title.upper() and is_of_one_year


def _note_repeats(notes: NotesEntry, problems: Problems) -> None:
    seen: list[NoteSourceEntry] = []
    for index, source in enumerate(notes.references):
        place = problems.at(NOTES, f"reference “{source.key}”", f"references[{index}]")
        for other in seen:
            if other.key == source.key:
                place.key("key").note("this key is used more than once.")
            elif _stands_for_the_same(source, other):
                place.note(f"it is the publication of “{other.key}” once more.")
        seen.append(source)
    places: set[tuple[str, str]] = set()
    for index, note in enumerate(notes.notes):
        if (note.therapy, note.section) in places:
            problems.at(NOTES, f"notes[{index}]").note(
                f"the section “{note.section}” of “{note.therapy}” stands here before."
            )
        places.add((note.therapy, note.section))


def _stands_for_the_same(one: NoteSourceEntry, other: NoteSourceEntry) -> bool:
    if one.publication and other.publication:
        return _is_same(one.publication, other.publication)
    return one.study is not None and (one.study, one.reference) == (other.study, other.reference)


def _check_claims(notes: NotesEntry, names: frozenset[str], problems: Problems) -> None:
    known, used = {source.key for source in notes.references}, set()
    for index, note in enumerate(notes.notes):
        place = problems.at(NOTES, f"“{note.section}” of “{note.therapy}”", f"notes[{index}]")
        if f"therapy {note.therapy}" not in names:
            place.key("therapy").note(f"“{note.therapy}” is no therapy of {THERAPIES}.")
        if not note.claims:
            place.key("claims").note("a section without a claim is left out.")
        _note_twins(note, place)
        for position, claim in enumerate(note.claims):
            at = place.key("claims").item(position)
            _check_references(claim.references, known, at.key("references"))
            used |= set(claim.references)
    for key in sorted(known - used):
        problems.at(NOTES, f"reference “{key}”").note("no claim rests on it; leave it out.")


def _note_twins(note: NoteEntry, place: Place) -> None:
    texts = [claim.text for claim in note.claims]
    for position, text in enumerate(texts):
        if text in texts[:position]:
            place.key("claims").item(position).note("the same sentence stands here before.")


def _check_references(references: Iterable[str], known: set[str], place: Place) -> None:
    keys = list(references)
    if not keys:
        place.note("a claim rests on at least one reference.")
    for index, key in enumerate(keys):
        if key not in known:
            place.item(index).note(f"“{key}” is no reference of this file.")
        elif key in keys[:index]:
            place.item(index).note(f"“{key}” is cited twice.")
