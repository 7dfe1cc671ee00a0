"""The notes of the therapies as a file: every claim rests on something, and an editor's words stay."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nelm_review.core.history import recorded
from nelm_review.core.models import User
from references.models import Reference
from tests import builders
from tests import evidence_files as files
from tests.therapies.services.evidence.conftest import Load
from tests.therapies.services.evidence.test_rules import problems_of
from therapies.models import ClaimCitation, ClaimSource, StudyReport, Therapy, TherapyClaim
from therapies.services import evidence

pytestmark = pytest.mark.django_db

Contents = dict[str, Any]


def texts(*, therapy: str = "alpha") -> list[str]:
    cited = ClaimCitation.objects.for_readers().filter(claim__therapy__code=therapy)
    return list(dict.fromkeys(citation.claim.text for citation in cited))


def dumped(directory: Path) -> Contents:
    evidence.dump(directory)
    return json.loads((directory / "therapy_notes.json").read_text())


def edit(row: TherapyClaim | ClaimSource, by: User, **columns: object) -> None:
    with recorded(by=by, service="admin", reason="Better so."):
        type(row)._default_manager.filter(pk=row.pk).update(**columns)


# Loading


def test_load_keeps_claims_in_order_with_their_sources(load: Load) -> None:
    sources = [files.note_source_entry("b-2021"), files.note_source_entry("a-2020")]
    note = files.note_entry("One.", "Two.", references=["b-2021", "a-2020"])

    ledger = load(therapy_notes=files.notes(note, references=sources))

    assert texts() == ["One.", "Two."]
    first = TherapyClaim.objects.in_force().first()
    assert [citation.source.code for citation in first.citations.all()] == ["b-2021", "a-2020"]
    assert first.citations.all()[0].source.read_at == "https://example.org/b-2021"
    assert (ledger.tallies["sources"].new, ledger.tallies["claims"].new) == (2, 2)


def test_load_adds_a_reference_of_the_evidence_for_a_publication_of_its_own(load: Load) -> None:
    load(therapy_notes=files.notes())

    reference = ClaimSource.objects.get().reference
    assert (reference.title, reference.origin) == ("Publication writer-2020", Reference.Origin.EVIDENCE)
    assert reference.authors_text == "Writer A"


def test_load_cites_the_publication_of_a_study(load: Load) -> None:
    source = files.note_source_entry(study="second-2021")

    load(therapy_notes=files.notes(references=[source]))

    report = StudyReport.objects.get(study__key="second-2021")
    assert ClaimSource.objects.get().reference == report.reference


def test_load_cites_a_later_publication_of_a_study(load: Load) -> None:
    references = [files.publication_entry(), files.publication_entry(role="companion", title="Another")]
    source = files.note_source_entry(study="first-2020", reference=2)

    load(
        files.study_entry(references=references),
        therapy_notes=files.notes(references=[source]),
    )

    assert ClaimSource.objects.get().reference.title == "Another"


@pytest.mark.parametrize(
    ("stored", "printed"),
    [
        ({"pmid": 99000001}, {"pmid": "99000001"}),
        ({"doi": "10.9999/synthetic"}, {"doi": "10.9999/Synthetic"}),
        ({"title": "A Title of Its Own", "published_year": 2020}, {"title": "A title of its own"}),
    ],
)
def test_load_finds_the_reference_that_the_library_has(
    load: Load, stored: dict[str, Any], printed: dict[str, Any]
) -> None:
    known = builders.make_reference(**stored)
    source = files.note_source_entry(publication=files.cited_publication_entry(**printed))

    load(therapy_notes=files.notes(references=[source]))

    assert ClaimSource.objects.get().reference == known


def test_load_twice_changes_nothing(load: Load) -> None:
    load(therapy_notes=files.notes())

    assert load(therapy_notes=files.notes()).is_unchanged


def test_load_without_the_file_leaves_the_notes_alone(load: Load, tmp_path: Path) -> None:
    load(therapy_notes=files.notes())
    (tmp_path / "therapy_notes.json").unlink()

    assert load().is_unchanged
    assert texts() == ["A synthetic claim."]


def test_load_withdraws_a_claim_that_left_the_file(load: Load) -> None:
    load(therapy_notes=files.notes(files.note_entry("One.", "Two.")))

    ledger = load(therapy_notes=files.notes(files.note_entry("Two.")))

    assert texts() == ["Two."]
    assert ledger.tallies["claims"].withdrawn == 1
    assert "“One.”: withdrawn, it is no longer in the files." in str(ledger)


def test_load_brings_back_a_claim_that_it_withdrew(load: Load) -> None:
    both = files.notes(files.note_entry("One.", "Two."))
    load(therapy_notes=both)
    load(therapy_notes=files.notes(files.note_entry("Two.")))

    load(therapy_notes=both)

    assert texts() == ["One.", "Two."]
    assert TherapyClaim.objects.count() == 2


def test_load_takes_other_sources_as_another_claim(load: Load) -> None:
    sources = [files.note_source_entry("a-2020"), files.note_source_entry("b-2021")]
    one = (
        files.note_entry("One.", references=["a-2020"]),
        files.note_entry("Two.", section="for-whom", references=["b-2021"]),
    )
    load(therapy_notes=files.notes(*one, references=sources))
    other = files.note_entry("One.", references=["b-2021"]), one[1]

    load(therapy_notes=files.notes(*other, references=[sources[1]]))

    claim = TherapyClaim.objects.in_force().get(text="One.")
    assert [citation.source.code for citation in claim.citations.all()] == ["b-2021"]


def test_load_keeps_the_words_of_an_editor(load: Load, editor_a: User) -> None:
    load(therapy_notes=files.notes())
    edit(TherapyClaim.objects.get(), editor_a, text="Said better.")

    ledger = load(therapy_notes=files.notes())

    assert texts() == ["Said better."]
    assert "claim alpha what-it-is[0]: kept as it was changed here" in str(ledger)


def test_load_keeps_withdrawn_what_an_editor_withdrew(load: Load, editor_a: User) -> None:
    load(therapy_notes=files.notes())
    edit(TherapyClaim.objects.get(), editor_a, is_withdrawn=True)

    load(therapy_notes=files.notes())

    assert texts() == []


def test_load_keeps_the_claim_whose_sources_an_editor_changed(load: Load, editor_a: User) -> None:
    load(therapy_notes=files.notes())
    with recorded(by=editor_a, service="admin", reason="Also there."):
        claim, other = TherapyClaim.objects.get(), builders.make_claim_source("added")
        ClaimCitation.objects.create(claim=claim, source=other, position=2)

    load(therapy_notes=files.notes())

    assert TherapyClaim.objects.get().sources.count() == 2


def test_load_keeps_the_claim_that_an_editor_added(load: Load, editor_a: User) -> None:
    load(therapy_notes=files.notes())
    with recorded(by=editor_a, service="admin", reason="Missing."):
        builders.make_claim(Therapy.objects.get(code="alpha"), text="Added.", position=99)

    ledger = load(therapy_notes=files.notes())

    assert texts() == ["A synthetic claim.", "Added."]
    assert ledger.tallies["claims"].absent == 1


def test_load_keeps_the_address_that_an_editor_corrected(load: Load, editor_a: User) -> None:
    load(therapy_notes=files.notes())
    edit(ClaimSource.objects.get(), editor_a, read_at="https://example.org/better")

    load(therapy_notes=files.notes())

    assert ClaimSource.objects.get().read_at == "https://example.org/better"


# Dumping


def test_dump_writes_what_was_loaded(load: Load, tmp_path: Path) -> None:
    references = [
        files.note_source_entry("a-2020"),
        files.note_source_entry("b-2021", study="second-2021"),
    ]
    notes = files.notes(
        files.note_entry("One.", "Two.", references=["b-2021", "a-2020"]),
        files.note_entry("Three.", section="contraindications", references=["a-2020"]),
        files.note_entry("Four.", therapy="beta", references=["a-2020"]),
        references=references,
    )
    load(therapy_notes=notes)

    assert dumped(tmp_path / "out") == notes


def test_dump_names_a_later_publication_of_a_study(load: Load, tmp_path: Path) -> None:
    references = [files.publication_entry(), files.publication_entry(role="companion", title="Another")]
    source = files.note_source_entry(study="first-2020", reference=2)
    load(files.study_entry(references=references), therapy_notes=files.notes(references=[source]))

    assert dumped(tmp_path / "out")["references"] == [source]


def test_dump_leaves_out_withdrawn_claims_and_sources_without_one(load: Load, tmp_path: Path) -> None:
    load(therapy_notes=files.notes())
    TherapyClaim.objects.update(is_withdrawn=True)

    assert dumped(tmp_path / "out") == {"references": [], "notes": []}


def test_dump_of_what_an_editor_added_can_be_loaded(load: Load, tmp_path: Path) -> None:
    load(therapy_notes=files.notes())
    builders.make_claim(Therapy.objects.get(code="beta"), text="Added.")

    evidence.dump(tmp_path / "out")

    assert evidence.load(tmp_path / "out").is_unchanged


# Rules


def source(**values: Any) -> Callable[[Contents], None]:
    return lambda notes: notes["references"].__setitem__(0, {**files.note_source_entry(), **values})


def note(**values: Any) -> Callable[[Contents], None]:
    return lambda notes: notes["notes"][0].update(values)


def claim(**values: Any) -> Callable[[Contents], None]:
    return lambda notes: notes["notes"][0]["claims"][0].update(values)


def publication(**values: Any) -> Callable[[Contents], None]:
    return source(publication=files.cited_publication_entry(**values))


REFERENCE, SECTION = "reference “writer-2020”", "“what-it-is” of “alpha”, notes[0]"
RULES = [
    (note(therapy="nowhere"), ".therapy", "is no therapy"),
    (note(section="price"), "notes[0].section", "must be one of"),
    (note(claims=[]), SECTION + ".claims", "a section without a claim is left out"),
    (lambda n: n["notes"].append(files.note_entry("Twice.")), "notes[1]", "stands here before"),
    (
        lambda n: n["notes"][0]["claims"].append(n["notes"][0]["claims"][0]),
        SECTION + ".claims[1]",
        "the same sentence",
    ),
    (claim(text=" "), "notes[0].claims[0].text", "blank"),
    (claim(references=[]), SECTION + ".claims[0].references", "rests on at least one reference"),
    (claim(references=["writer-2020"] * 2), SECTION + ".claims[0].references[1]", "cited twice"),
    (claim(references=["nobody-1999"]), SECTION + ".claims[0].references[0]", "is no reference"),
    (
        lambda n: n["references"].append(files.note_source_entry("idle-2022")),
        "reference “idle-2022”",
        "no claim rests on it",
    ),
    (lambda n: n["references"].append(files.note_source_entry()), "references[1].key", "more than once"),
    (
        lambda n: n["references"].append({**files.note_source_entry(), "key": "again"}),
        "references[1]",
        "the publication of “writer-2020” once more",
    ),
    (source(read_at="javascript:alert(1)"), REFERENCE + ", references[0].read_at", "is no address"),
    (source(read_at=None), "references[0].read_at", "null stands here"),
    (source(study="first-2020"), REFERENCE + ", references[0]", "a “study” of the evidence or a"),
    (source(publication=None), "references[0].publication", "an object is required"),
    (source(publication={}), "references[0].publication.title", "the key is missing"),
    (publication(title=None), "references[0].publication.title", "a title is required"),
    (publication(doi="doi.org/10.1"), "references[0].publication.doi", "is no DOI"),
    (publication(authors=["et al.", "Writer A"]), "publication.authors[0]", "ends a list of authors"),
    (
        publication(title="Publication OF first-2020", year=None),
        "references[0].publication",
        "cite that study",
    ),
]


@pytest.mark.parametrize(("change", "address", "words"), RULES)
def test_check_names_the_broken_rule_of_the_notes(
    tmp_path: Path, change: Callable[[Contents], None], address: str, words: str
) -> None:
    notes = files.notes()
    change(notes)

    problems = problems_of(files.write(tmp_path, files.files(therapy_notes=notes)))

    assert any(
        problem.startswith("therapy_notes.json, ") and address in problem and words in problem
        for problem in problems
    ), problems


@pytest.mark.parametrize(
    ("study", "words"),
    [
        ({"study": "nowhere"}, "is no study"),
        ({"study": "first-2020", "reference": 2}, "there is no number 2"),
    ],
)
def test_check_names_a_study_that_is_not_there(tmp_path: Path, study: dict[str, Any], words: str) -> None:
    notes = files.notes(references=[files.note_source_entry(**study)])

    (problem,) = problems_of(files.write(tmp_path, files.files(therapy_notes=notes)))

    assert words in problem


def test_check_of_a_broken_file_of_notes(tmp_path: Path) -> None:
    (problem,) = problems_of(files.write(tmp_path, files.files(therapy_notes="[")))

    assert problem.startswith("therapy_notes.json: line 1")
