"""Updates from the history: every change of what readers see, once, with the cells then and afterwards."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from nelm_review.core import changes
from nelm_review.core.history import recorded
from nelm_review.core.models import User
from references.models import Reference
from tests.builders import (
    make_arm,
    make_comparison,
    make_outcome,
    make_reference,
    make_report,
    make_result,
    make_study,
    make_therapy,
)
from therapies.models import Arm, CellSummary, Criteria, Outcome, Result, Study, Therapy
from therapies.read_models.updates import events, page
from therapies.read_models.updates.events import Kind
from therapies.read_models.updates.page import Entry, Place
from therapies.services import evidence, publishing, summaries

# Every change has a transaction, and so a moment, of its own.
pytestmark = pytest.mark.django_db(transaction=True)
Cell = tuple[Therapy, Outcome]


def entries(where: Place = Place(), **asked: Any) -> list[Entry]:  # noqa: B008 - frozen
    return page.entries(page.wanted(where, **asked), where)


@pytest.fixture
def cell() -> Cell:
    """Make three studies that may be pooled, and compute the summaries."""
    therapy, outcome = make_therapy("whole"), make_outcome("rate")
    for number, done in enumerate((6, 10, 13), start=1):
        study = make_report(make_study(f"synthetic-{number}"), make_reference(f"Report {number}")).study
        fields = {"events": done, "total": 20, "value": None, "criteria": Criteria.RECIST_1_1}
        make_result(make_arm(study, therapy), outcome, **fields)
    summaries.recalculate()
    return therapy, outcome


def newest() -> Entry:
    return entries()[0]


def test_a_number_enters_when_it_is_published(cell: Cell) -> None:
    editor = User.objects.evidence_loader()
    draft = make_result(make_arm(make_study("fresh"), cell[0]), cell[1], is_published=False)
    n_before = len(entries())

    publishing.publish(draft, by=editor)

    assert len(entries()) == n_before + 1
    assert newest().headline == "1 result entered"
    assert newest().changes[0].words == "50%"


def test_a_draft_is_no_update(cell: Cell) -> None:
    before = len(entries())

    draft = make_result(is_published=False)
    Result.objects.filter(pk=draft.pk).update(value=Decimal("51"))

    assert len(entries()) == before


def test_a_withdrawal_tells_why_and_what_it_did_to_the_cell(cell: Cell) -> None:
    result = Result.objects.filter(events=6).get()

    publishing.withdraw(result, by=User.objects.evidence_loader(), reason="Counted <twice>.")
    assert newest().cells[0].now is None
    summaries.recalculate()

    entry = newest()
    assert entry.headline == "1 result left"
    assert entry.reason == "Counted <twice>."
    touched = entry.cells[0]
    assert (touched.therapy, touched.outcome) == cell
    assert (touched.then.n_studies, touched.now.n_studies) == (3, 2)
    assert touched.then.estimate.startswith("48")
    assert touched.now.estimate == ""


def test_a_correction_names_the_field_and_both_values(cell: Cell) -> None:
    with recorded(by=User.objects.evidence_loader(), service="admin", reason="Misread."):
        Result.objects.filter(events=6).update(events=7)

    change = newest().changes[0]
    assert change.kind == Kind.CORRECTED
    assert [(field.name, field.old, field.new) for field in change.fields] == [("events", "6", "7")]
    assert newest().reason == "Misread."


def test_a_printed_zero_is_a_correction(cell: Cell) -> None:
    result = make_result(value=Decimal("26"))
    Result.objects.filter(pk=result.pk).update(value=Decimal("26.0"))

    assert [(field.old, field.new) for field in newest().changes[-1].fields] == [("26", "26.0")]


def test_verifying_corrects_nothing(cell: Cell) -> None:
    before = events.count(page.wanted(Place()))

    with connection.cursor() as cursor:
        editor = User.objects.shell()
        cursor.execute(
            "UPDATE therapies_result SET verification = 'verified', verified_by_id = %s, verified_at = now()",
            [editor.pk],
        )

    assert events.count(page.wanted(Place())) == before


def test_who_is_told_to_nobody(cell: Cell) -> None:
    publishing.withdraw(
        Result.objects.filter(events=6).get(), by=User.objects.evidence_loader(), reason="Why."
    )

    assert "evidence-loader" not in repr(entries())


def test_a_retraction_names_the_study_and_empties_its_cells(cell: Cell) -> None:
    reference = Reference.objects.get(title="Report 1")
    Reference.objects.filter(pk=reference.pk).update(is_retracted=True)
    summaries.recalculate()

    entry = newest()
    assert entry.headline.endswith("1 study was retracted")
    change = next(change for change in entry.changes if change.kind == Kind.RETRACTED)
    assert change.study.key == "synthetic-1"
    assert (entry.cells[0].then.n_studies, entry.cells[0].now.n_studies) != (3, 3)


def test_a_retraction_of_a_pubmed_record_is_seen_at_its_first_change(cell: Cell) -> None:
    reference = make_reference("From PubMed", origin=Reference.Origin.PUBMED, pmid=99_000_001)
    make_report(make_study("pulled"), reference)
    assert not entries(kinds=[Kind.RETRACTED])

    Reference.objects.filter(pk=reference.pk).update(is_retracted=True)

    assert entries(kinds=[Kind.RETRACTED])[0].changes[0].title == "Study pulled"


def test_studies_arms_and_comparisons_are_corrected_too(cell: Cell) -> None:
    comparison = make_comparison()
    Study.objects.filter(key="synthetic-1").update(n_patients=21)
    Arm.objects.filter(study__key="synthetic-2").update(n=19)
    type(comparison).objects.filter(pk=comparison.pk).update(value=Decimal("0.90"))

    corrected = {change.title: change.fields for change in entries(kinds=[Kind.CORRECTED])[0].changes}

    assert corrected["Study synthetic-1"][0].new == "21"
    assert corrected["Arm 1 (Study synthetic-2)"][0].new == "19"
    assert any(fields[0].new == "0.90" for fields in corrected.values())


def test_a_place_shows_its_own_changes_and_cells_only(cell: Cell) -> None:
    below = make_therapy("part", parent=cell[0])
    other = make_therapy("elsewhere")
    editor = User.objects.evidence_loader()
    for therapy in (below, other):
        draft = make_result(make_arm(make_study(f"in-{therapy.code}"), therapy), cell[1], is_published=False)
        publishing.publish(draft, by=editor)

    found = entries(page.place("whole", "rate"))

    titles = [change.title for entry in found for change in entry.changes]
    assert any("in-part" in title for title in titles)
    assert not any("in-elsewhere" in title for title in titles)
    assert {touched.therapy.code for entry in found for touched in entry.cells} <= {"whole", "part"}
    assert not entries(page.place("whole", make_outcome("other").code))


def test_since_counts_what_came_later(cell: Cell) -> None:
    moment = entries()[0].at

    assert events.count(page.wanted(Place(), since=moment)) == 0
    publishing.withdraw(
        Result.objects.filter(events=6).get(), by=User.objects.evidence_loader(), reason="Why."
    )
    assert events.count(page.wanted(Place(), since=moment)) == 1


def test_number_of_queries_does_not_depend_on_the_entries(
    cell: Cell, django_assert_max_num_queries: Any
) -> None:
    for result in Result.objects.all():
        publishing.withdraw(result, by=User.objects.evidence_loader(), reason="One after the other.")

    with django_assert_max_num_queries(16):
        assert len(entries()) == 4


def test_a_load_of_many_is_one_entry() -> None:
    evidence.load()

    found = entries()

    assert len(found) == 1
    assert found[0].headline == "559 results and 50 comparisons entered with the shipped evidence"
    assert found[0].n_more_changes == 609
    assert found[0].reason == ""
    assert str(evidence.DATA) not in repr(found)


def test_counted_as_derived_lets_pages_know_of_new_summaries(cell: Cell) -> None:
    before = changes.versions()[changes.DERIVED]
    Result.objects.filter(events=6).update(events=7)
    summaries.recalculate()

    assert changes.versions()[changes.DERIVED] == before + 1
    assert CellSummary.objects.current().exists()
