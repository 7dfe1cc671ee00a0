"""The four evidence files → frozen dataclasses, with every key and type checked."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from django.utils import timezone

from references.models import CitedReference, Journal, Reference
from therapies.models import (
    Arm,
    ClaimSource,
    Cohort,
    Comparison,
    Outcome,
    Result,
    Study,
    StudyReport,
    Therapy,
    TherapyClaim,
)
from therapies.services.evidence import json_text, not_applicable, populations, shapes
from therapies.services.evidence.fields import (
    Key,
    Read,
    choice_of,
    code_of,
    list_of,
    nullable,
    number,
    record,
    text,
    text_of,
    whole,
    yes_no,
)
from therapies.services.evidence.problems import BAD, Place, Problems

DATA = Path(__file__).resolve().parents[2] / "data"
THERAPIES, OUTCOMES, STUDIES, REVIEW = "therapies.json", "outcomes.json", "studies.json", "review.json"
FILES = (THERAPIES, OUTCOMES, STUDIES, REVIEW)
NOTES = "therapy_notes.json"
# Files that a directory may go without: what the library has of theirs then stays as it is.
OPTIONAL = (NOTES, populations.FILE, not_applicable.FILE)
ODDITIES = "oddities.json"
FIRST_YEAR = 1900

optional_text = partial(Key, nullable(text()), None)


def year(value: Any, place: Place) -> Any:
    return whole(low=FIRST_YEAR, high=timezone.now().year + 1)(value, place)


THERAPY = record(
    shapes.TherapyEntry,
    {
        "code": Key(code_of(Therapy, "code")),
        "name": Key(text_of(Therapy, "name")),
        "abbreviation": Key(text_of(Therapy, "abbreviation")),
        "parent": Key(nullable(text())),
        "kind": Key(choice_of(Therapy, "kind")),
        "synonyms": Key(list_of(text(longest=200))),
        "mesh": Key(list_of(text(longest=200))),
    },
)

OUTCOME = record(
    shapes.OutcomeEntry,
    {
        "code": Key(code_of(Outcome, "code")),
        "name": Key(text_of(Outcome, "name")),
        "short_name": Key(text_of(Outcome, "short_name")),
        "domain": Key(choice_of(Outcome, "domain")),
        "measure": Key(choice_of(Outcome, "measure")),
        "unit": Key(text_of(Outcome, "unit")),
        "better": Key(choice_of(Outcome, "better")),
        "definition": Key(text()),
    },
)

PUBLICATION_KEYS = {
    "pmid": Key(nullable(text())),
    "pmcid": Key(nullable(text())),
    "doi": Key(nullable(text())),
    "title": Key(nullable(text())),
    "authors": Key(list_of(text())),
    "journal": Key(nullable(text_of(Journal, "title"))),
    "year": Key(nullable(year)),
    "volume": Key(nullable(text_of(Reference, "volume"))),
    "issue": Key(nullable(text_of(Reference, "issue"))),
    "pages": Key(nullable(text_of(Reference, "pages"))),
}

PUBLICATION = record(
    shapes.PublicationEntry, {"role": Key(choice_of(StudyReport, "role")), **PUBLICATION_KEYS}
)

ARM = record(
    shapes.ArmEntry,
    {
        "id": Key(code_of(Arm, "code")),
        "label": Key(text_of(Arm, "label")),
        "therapy": Key(text()),
        "n": Key(nullable(whole(low=1))),
    },
)

SOURCE = record(
    shapes.SourceEntry,
    {
        "reported_in": Key(nullable(text())),
        "where": Key(text_of(Result, "source_where")),
        "reference": Key(whole(low=1), None),
    },
)

RESULT = record(
    shapes.ResultEntry,
    {
        "arm": Key(text()),
        "outcome": Key(text()),
        "criteria": Key(nullable(text())),
        "timepoint_months": Key(nullable(number)),
        "value": Key(nullable(number)),
        "unit": Key(choice_of(Result, "unit")),
        "not_reached": Key(yes_no),
        "ci_low": Key(nullable(number)),
        "ci_high": Key(nullable(number)),
        "ci_level": Key(nullable(number)),
        "range_low": Key(nullable(number)),
        "range_high": Key(nullable(number)),
        "events": Key(nullable(whole())),
        "total": Key(nullable(whole(low=1))),
        "per": Key(choice_of(Result, "per")),
        "composite": Key(yes_no),
        "override_reason": optional_text(),
        "source": Key(SOURCE),
    },
)

COMPARISON = record(
    shapes.ComparisonEntry,
    {
        "arms": Key(list_of(text())),
        "outcome": Key(text()),
        "measure": Key(nullable(choice_of(Comparison, "measure"))),
        "value": Key(nullable(number)),
        "ci_low": Key(nullable(number)),
        "ci_high": Key(nullable(number)),
        "p": Key(nullable(text_of(Comparison, "p_text"))),
        "override_reason": optional_text(),
        "source": Key(SOURCE),
    },
)

STUDY = record(
    shapes.StudyEntry,
    {
        "key": Key(code_of(Study, "key")),
        "label": Key(text_of(Study, "label")),
        "design": Key(choice_of(Study, "design")),
        "design_stated": Key(yes_no),
        "centres": Key(nullable(choice_of(Study, "centres"))),
        "countries": Key(list_of(text(longest=100))),
        "enrolment": Key(nullable(text_of(Study, "enrolment"))),
        "registry_id": Key(nullable(text_of(Study, "registry_id"))),
        "n_patients": Key(nullable(whole(low=1))),
        "n_procedures": Key(nullable(whole(low=1))),
        "n_lesions": Key(nullable(whole(low=1))),
        "k_studies": Key(nullable(whole())),
        "population": Key(nullable(text())),
        "histology": Key(choice_of(Study, "histology")),
        "cohort": Key(nullable(code_of(Cohort, "code"))),
        "references": Key(list_of(PUBLICATION)),
        "arms": Key(list_of(ARM)),
        "results": Key(list_of(RESULT)),
        "comparisons": Key(list_of(COMPARISON)),
    },
)

AUTHOR = record(
    shapes.AuthorEntry,
    {
        "fore_name": Key(nullable(text(longest=300))),
        "last_name": Key(text(longest=300)),
        "affiliations": Key(list_of(text())),
        "corresponding": Key(yes_no, False),
    },
)

CITED = record(
    shapes.CitedEntry,
    {
        "number": Key(whole(low=1)),
        "authors": Key(list_of(text()), ()),
        "title": optional_text(),
        "journal": optional_text(),
        "year": Key(nullable(year), None),
        "volume": optional_text(),
        "pages": optional_text(),
        "citation": optional_text(),
        "doi": Key(nullable(text_of(CitedReference, "doi"))),
        "pmcid": Key(nullable(text_of(CitedReference, "pmcid"))),
        "pmid": Key(nullable(text())),
    },
)

REVIEW_RECORD = record(
    shapes.ReviewEntry,
    {
        "doi": Key(text()),
        "pmid": optional_text(),
        "pmcid": optional_text(),
        "title": Key(text()),
        "authors": Key(list_of(AUTHOR)),
        "journal": Key(text_of(Journal, "title")),
        "iso_abbreviation": Key(nullable(text_of(Journal, "iso_abbreviation"))),
        "published_on": Key(nullable(text())),
        "volume": Key(nullable(text_of(Reference, "volume"))),
        "issue": Key(nullable(text_of(Reference, "issue"))),
        "pages": Key(nullable(text_of(Reference, "pages"))),
        "publication_types": Key(list_of(text(longest=200))),
        "keywords": Key(list_of(text())),
        "covers": Key(list_of(text())),
        "references": Key(list_of(CITED)),
    },
)

NOTE_SOURCE = record(
    shapes.NoteSourceEntry,
    {
        "key": Key(code_of(ClaimSource, "code")),
        "read_at": Key(text_of(ClaimSource, "read_at")),
        "study": optional_text(),
        "reference": Key(whole(low=2), None),
        "publication": Key(record(partial(shapes.PublicationEntry, role=""), PUBLICATION_KEYS), None),
    },
)

NOTE = record(
    shapes.NoteEntry,
    {
        "therapy": Key(text()),
        "section": Key(choice_of(TherapyClaim, "section")),
        "claims": Key(
            list_of(record(shapes.ClaimEntry, {"text": Key(text()), "references": Key(list_of(text()))}))
        ),
    },
)

NOTES_RECORD = record(
    shapes.NotesEntry, {"references": Key(list_of(NOTE_SOURCE)), "notes": Key(list_of(NOTE))}
)

CONTRADICTION = record(
    shapes.AcceptedContradiction,
    {
        "study": Key(text()),
        "arm": Key(text()),
        "outcome": Key(text()),
        "criteria": Key(nullable(text())),
        "value": Key(number),
        "events": Key(whole()),
        "total": Key(nullable(whole(low=1))),
        "reason": Key(text()),
    },
)

COHORT = record(
    shapes.CohortEntry,
    {
        "code": Key(code_of(Cohort, "code")),
        "name": Key(text_of(Cohort, "name")),
        "note": Key(nullable(text())),
    },
)

ODDITIES_RECORD = record(
    shapes.Oddities,
    {"contradictions": Key(list_of(CONTRADICTION)), "cohorts": Key(list_of(COHORT))},
)


def read(directory: Path, problems: Problems) -> tuple[shapes.Evidence, frozenset[str]]:
    """Read the files; return what could be read and the codes of every entry, readable or not."""
    therapies = _entries(directory, THERAPIES, "therapy", "code", THERAPY, problems)
    outcomes = _entries(directory, OUTCOMES, "outcome", "code", OUTCOME, problems)
    studies = _entries(directory, STUDIES, "study", "key", STUDY, problems)
    place = problems.at(REVIEW)
    raw = json_text.read(directory / REVIEW, place)
    review = REVIEW_RECORD(raw, place) if raw is not BAD else BAD
    evidence = shapes.Evidence(
        therapies[0],
        outcomes[0],
        studies[0],
        None if review is BAD else review,
        _read_notes(directory, problems),
        _read_populations(directory, problems),
        _read_not_applicable(directory, problems),
    )
    return evidence, therapies[1] | outcomes[1] | studies[1]


def _read_notes(directory: Path, problems: Problems) -> shapes.NotesEntry | None:
    """Read the notes of the therapies; None where there is no file or it cannot be read."""
    if not (directory / NOTES).exists():
        return None
    place = problems.at(NOTES)
    raw = json_text.read(directory / NOTES, place)
    found = NOTES_RECORD(raw, place) if raw is not BAD else BAD
    return None if found is BAD else found


def _read_populations(directory: Path, problems: Problems) -> tuple[shapes.PopulationEntry, ...] | None:
    """Read who the patients are; None where there is no file."""
    if not (directory / populations.FILE).exists():
        return None
    return _entries(directory, populations.FILE, "population", "study", populations.READ, problems)[0]


def _read_not_applicable(directory: Path, problems: Problems) -> tuple[shapes.NotApplicableEntry, ...] | None:
    """Read which outcomes do not apply; None where there is no file."""
    name = not_applicable.FILE
    if not (directory / name).exists():
        return None
    return _entries(directory, name, "outcome that does not apply", "outcome", not_applicable.READ, problems)[
        0
    ]


def read_oddities(problems: Problems) -> shapes.Oddities:
    """Read the product's own list of oddities."""
    place = problems.at(ODDITIES)
    raw = json_text.read(DATA / ODDITIES, place)
    found = ODDITIES_RECORD(raw, place) if raw is not BAD else BAD
    return shapes.Oddities((), ()) if found is BAD else found


def _entries(
    directory: Path, file: str, kind: str, key: str, entry: Read, problems: Problems
) -> tuple[tuple[Any, ...], frozenset[str]]:
    """Read a file that lists entries; one that cannot be read whole is noted and left out."""
    raw = json_text.read(directory / file, problems.at(file))
    if not isinstance(raw, list):
        if raw is not BAD:
            problems.at(file).note("the file must hold one list.")
        return (), frozenset()
    found, names = [], set()
    for index, value in enumerate(raw):
        name = value.get(key) if isinstance(value, dict) else None
        title = f"{kind} “{name}”" if isinstance(name, str) else f"{kind} {index + 1} of the list"
        n_before = len(problems.found)
        read_entry = entry(value, problems.at(file, title))
        names |= {f"{kind} {name}"}
        # An item that a list left out makes the entry incomplete: rules across it would blame the wrong line.
        if read_entry is not BAD and len(problems.found) == n_before:
            found.append(read_entry)
    return tuple(found), frozenset(names)
