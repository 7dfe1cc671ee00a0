"""Small synthetic evidence files: valid as built, and broken one key at a time by the tests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

Entry = dict[str, Any]


def therapy_entry(code: str = "alpha", parent: str | None = None, **overrides: Any) -> Entry:
    entry = {
        "code": code,
        "name": f"Therapy {code}",
        "abbreviation": code.upper(),
        "parent": parent,
        "kind": "locoregional",
        "synonyms": [],
        "mesh": [],
    }
    return {**entry, **overrides}


def outcome_entry(code: str = "rate", **overrides: Any) -> Entry:
    """Return a proportion, or a median time for the code `time`."""
    is_time = code == "time"
    entry = {
        "code": code,
        "name": f"Outcome {code}",
        "short_name": code.upper(),
        "domain": "survival" if is_time else "tumour-response",
        "measure": "median-time" if is_time else "proportion",
        "unit": "months" if is_time else "%",
        "better": "higher",
        "definition": "A synthetic outcome.",
    }
    return {**entry, **overrides}


def publication_entry(**overrides: Any) -> Entry:
    entry = {
        "role": "primary",
        "pmid": None,
        "pmcid": None,
        "doi": None,
        "title": "A synthetic publication",
        "authors": ["Writer A", "et al."],
        "journal": "J Synth Rec",
        "year": 2020,
        "volume": "1",
        "issue": None,
        "pages": "1-9",
    }
    return {**entry, **overrides}


def arm_entry(arm: str = "a1", therapy: str = "alpha", **overrides: Any) -> Entry:
    return {"id": arm, "label": f"Arm {arm}", "therapy": therapy, "n": 20, **overrides}


def source_entry(**overrides: Any) -> Entry:
    return {"reported_in": None, "where": "abstract", **overrides}


def result_entry(**overrides: Any) -> Entry:
    """Return 50 % of the first arm."""
    entry = {
        "arm": "a1",
        "outcome": "rate",
        "criteria": None,
        "timepoint_months": None,
        "value": 50,
        "unit": "%",
        "not_reached": False,
        "ci_low": None,
        "ci_high": None,
        "ci_level": None,
        "range_low": None,
        "range_high": None,
        "events": None,
        "total": None,
        "per": "patient",
        "composite": False,
        "source": source_entry(),
    }
    return {**entry, **overrides}


def median_entry(**overrides: Any) -> Entry:
    return result_entry(**{"outcome": "time", "value": 12, "unit": "months", **overrides})


def comparison_entry(**overrides: Any) -> Entry:
    entry = {
        "arms": ["a1", "a2"],
        "outcome": "time",
        "measure": "HR",
        "value": 0.8,
        "ci_low": 0.6,
        "ci_high": 1.1,
        "p": "0.2",
        "source": source_entry(),
    }
    return {**entry, **overrides}


def study_entry(key: str = "first-2020", **overrides: Any) -> Entry:
    """Return a study of two arms with one result and one comparison."""
    entry = {
        "key": key,
        "label": f"Study {key}",
        "design": "retrospective-cohort",
        "design_stated": True,
        "centres": None,
        "countries": [],
        "enrolment": None,
        "registry_id": None,
        "n_patients": 40,
        "n_procedures": None,
        "n_lesions": None,
        "k_studies": None,
        "population": None,
        "histology": "net",
        "cohort": None,
        "references": [publication_entry(title=f"Publication of {key}")],
        "arms": [arm_entry("a1"), arm_entry("a2", "beta")],
        "results": [result_entry()],
        "comparisons": [comparison_entry()],
    }
    return {**entry, **overrides}


def review_entry(**overrides: Any) -> Entry:
    entry = {
        "doi": "10.3390/curroncol31040154",
        "title": "A synthetic stand-in for the source review",
        "authors": [
            {"fore_name": "Ann B", "last_name": "Writer", "affiliations": ["Nowhere"]},
            {"fore_name": "Carl", "last_name": "Typist", "affiliations": [], "corresponding": True},
        ],
        "journal": "Journal of Synthetic Records",
        "iso_abbreviation": "J Synth Rec",
        "published_on": "2024-04-05",
        "volume": "1",
        "issue": "2",
        "pages": "10-20",
        "publication_types": ["Review"],
        "keywords": ["synthetic"],
        "covers": ["alpha"],
        "references": [cited_entry()],
    }
    return {**entry, **overrides}


def cited_entry(number: int = 1, **overrides: Any) -> Entry:
    entry = {
        "number": number,
        "authors": ["Writer A", "Typist C"],
        "title": "An older synthetic publication",
        "journal": "J Synth Rec",
        "year": 1999,
        "volume": "2",
        "pages": "3-4",
        "doi": None,
        "pmcid": None,
        "pmid": None,
    }
    return {**entry, **overrides}


def note_source_entry(key: str = "writer-2020", **overrides: Any) -> Entry:
    """Return a source of claims: a publication of its own, or the study given as `study`."""
    own = {} if "study" in overrides else {"publication": cited_publication_entry(title=f"Publication {key}")}
    return {"key": key, "read_at": f"https://example.org/{key}", **own, **overrides}


def cited_publication_entry(**overrides: Any) -> Entry:
    entry = publication_entry(**overrides)
    del entry["role"]
    return entry


def note_entry(*texts: str, therapy: str = "alpha", section: str = "what-it-is", **overrides: Any) -> Entry:
    """Return a section of claims that rest on the source `writer-2020`, or on `references`."""
    references = overrides.pop("references", ["writer-2020"])
    claims = [{"text": text, "references": references} for text in texts or ("A synthetic claim.",)]
    return {"therapy": therapy, "section": section, "claims": claims, **overrides}


def notes(*entries: Entry, references: list[Entry] | None = None) -> Entry:
    """Return the content of therapy_notes.json: the sections given, or one."""
    return {
        "references": [note_source_entry()] if references is None else references,
        "notes": list(entries) or [note_entry()],
    }


def files(**overrides: Any) -> dict[str, Any]:
    """Return the content of the four files by stem: two therapies, two outcomes, two studies, the review."""
    contents = {
        "therapies": [therapy_entry("alpha"), therapy_entry("beta", "alpha")],
        "outcomes": [outcome_entry("rate"), outcome_entry("time")],
        "studies": [study_entry("first-2020"), study_entry("second-2021")],
        "review": review_entry(),
    }
    return {**contents, **overrides}


def write(directory: Path, contents: dict[str, Any] | None = None, **overrides: Any) -> Path:
    """Write the four files, those of `files` unless given, and return the directory."""
    directory.mkdir(parents=True, exist_ok=True)
    for stem, content in (contents or files(**overrides)).items():
        text = content if isinstance(content, str) else json.dumps(content, indent=1, ensure_ascii=False)
        (directory / f"{stem}.json").write_text(text, encoding="utf-8")
    return directory


def write_studies(directory: Path, *studies: Entry, **overrides: Any) -> Path:
    return write(directory, files(studies=list(studies), **overrides))
