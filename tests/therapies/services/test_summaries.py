"""Summaries of cells: computed from the present evidence, written only where they changed, never stale."""

from __future__ import annotations

import pytest
from django.db.models import F

from nelm_review.core import changes
from nelm_review.core.models import ChangeCounter, User
from tests.builders import (
    make_arm,
    make_outcome,
    make_reference,
    make_report,
    make_result,
    make_study,
    make_therapy,
)
from therapies import analysis
from therapies.models import CellSummary, Criteria, Outcome, Result, Therapy
from therapies.services import publishing, summaries

Cell = tuple[Therapy, Outcome]


@pytest.fixture
def cell(db: None) -> Cell:
    """Make three studies of 20 patients that may be pooled, one of them below the therapy."""
    therapy, outcome = make_therapy("whole"), make_outcome("rate")
    for number, events in enumerate((6, 10, 13), start=1):
        place = make_therapy("part", parent=therapy) if number == 3 else therapy
        arm = make_arm(make_report(make_study(f"synthetic-{number}")).study, place)
        fields = {"events": events, "total": 20, "value": None, "criteria": Criteria.RECIST_1_1}
        make_result(arm, outcome, **fields)
    return therapy, outcome


def changed() -> None:
    """Let the version of the evidence rise, as it does when the next transaction changes something."""
    ChangeCounter.objects.filter(name=changes.EVIDENCE).update(version=F("version") + 1)


def test_recalculate_pools_a_cell_with_what_stands_below_it(cell: Cell) -> None:
    summaries.recalculate()

    summary = CellSummary.objects.get(therapy=cell[0], outcome=cell[1])
    assert (summary.n_studies, summary.n_patients, summary.n_results, summary.k) == (3, 60, 3, 3)
    assert (summary.low, summary.middle, summary.high) == (30, 50, 65)
    assert summary.ci_low < summary.estimate < summary.ci_high
    assert summary.estimate == pytest.approx(48.4, abs=1)
    assert summary.refusal == ""


def test_recalculate_says_why_nothing_is_pooled(cell: Cell) -> None:
    summaries.recalculate()

    summary = CellSummary.objects.get(therapy__code="part")
    assert summary.estimate is None
    assert "fewer than three" in summary.refusal


def test_recalculate_has_nothing_to_do_twice(cell: Cell) -> None:
    first, second = summaries.recalculate(), summaries.recalculate()

    assert first.n_new == 2
    assert second.was_current


def test_recalculate_writes_only_what_changed(cell: Cell) -> None:
    summaries.recalculate()
    events = CellSummary.pgh_event_model.objects
    n_before = events.count()
    Result.objects.filter(arm__therapy=cell[0]).exclude(events=6).update(events=11)
    changed()

    done = summaries.recalculate()

    assert (done.n_new, done.n_changed, done.n_same) == (0, 1, 1)
    assert events.count() == n_before + 1


def test_recalculate_empties_a_cell_and_deletes_nothing(cell: Cell) -> None:
    summaries.recalculate()
    Result.objects.filter(arm__therapy__code="part").update(published_at=None, published_by=None)
    changed()

    summaries.recalculate()

    emptied = CellSummary.objects.get(therapy__code="part")
    assert (emptied.n_studies, emptied.n_results, emptied.low, emptied.refusal) == (0, 0, None, "")


def test_current_is_empty_until_the_change_is_computed(cell: Cell) -> None:
    summaries.recalculate()
    assert CellSummary.objects.current().count() == 2

    changed()

    assert not CellSummary.objects.current().exists()
    summaries.recalculate()
    assert CellSummary.objects.current().count() == 2


def test_a_retraction_recalculates(cell: Cell) -> None:
    summaries.recalculate()
    type(make_reference()).objects.filter(study_reports__study__key="synthetic-1").update(is_retracted=True)
    assert not CellSummary.objects.current().exists()

    summaries.recalculate()

    summary = CellSummary.objects.get(therapy=cell[0])
    assert (summary.n_studies, summary.estimate) == (2, None)


def test_another_method_recalculates(cell: Cell, monkeypatch: pytest.MonkeyPatch) -> None:
    summaries.recalculate()
    monkeypatch.setattr(analysis, "METHOD", "another")

    assert summaries.recalculate().n_changed == 2
    assert summaries.is_current()


def test_summaries_do_not_count_as_a_change_of_the_evidence(cell: Cell) -> None:
    before = changes.versions()[changes.EVIDENCE]

    summaries.recalculate()

    assert changes.versions()[changes.EVIDENCE] == before
    assert changes.counters_of(CellSummary) == set()


@pytest.mark.parametrize("step", ["publish", "withdraw"])
def test_publishing_asks_for_a_recalculation(
    step: str,
    senior_editor: User,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: object,
) -> None:
    told: list[int] = []
    monkeypatch.setattr(summaries, "_tell_the_workers", lambda: told.append(1))
    words = {"reason": "Counted twice."} if step == "withdraw" else {}

    with django_capture_on_commit_callbacks(execute=True):
        getattr(publishing, step)(make_result(is_published=step == "withdraw"), by=senior_editor, **words)

    assert told == [1]


def test_a_silent_broker_is_no_failure(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def silent(*args: object, **kwargs: object) -> None:
        raise summaries.OperationalError("nobody there")

    monkeypatch.setattr(summaries.current_app, "send_task", silent)

    summaries._tell_the_workers()

    assert "recalculated later" in caplog.text
