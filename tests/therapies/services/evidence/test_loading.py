"""Loading evidence: everything or nothing, once, and never over what an editor did."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import Model
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pghistory.models import Context, Event

from nelm_review.core.history import recorded
from nelm_review.core.models import User
from references.models import Author, Reference
from tests import builders
from tests import evidence_files as files
from tests.therapies.services.evidence.conftest import Load
from therapies.models import (
    Arm,
    Cohort,
    Comparison,
    Outcome,
    Result,
    SourcedNumber,
    Study,
    StudyReport,
    Therapy,
)
from therapies.services import evidence

pytestmark = pytest.mark.django_db

WRITING = ("INSERT", "UPDATE", "DELETE")


def n_history_rows() -> int:
    """Count the rows of every history table, and the contexts that label them."""
    tables = [model for model in apps.get_models() if issubclass(model, Event) and model._meta.managed]
    assert {table.__name__ for table in tables} >= {"ResultEvent", "ReferenceEvent", "StudyEvent"}
    return sum(table.objects.count() for table in [*tables, Context])


def edit(row: object, by: User, **columns: object) -> None:
    """Change a row as an editor's service does."""
    with recorded(by=by, service="results.correct", reason="The abstract says otherwise."):
        type(row)._default_manager.filter(pk=row.pk).update(**columns)


# The shipped evidence


def test_load_of_the_shipped_evidence_counts() -> None:
    ledger = evidence.load()

    assert {kind: tally.new for kind, tally in ledger.tallies.items()} == {
        "therapies": 22,
        "outcomes": 21,
        "cohorts": 7,
        "references": 216,
        "studies": 164,
        "reports": 167,
        "arms": 259,
        "results": 559,
        "comparisons": 50,
        "populations": 179,
        "not applicable": 4,
        "sources": 73,
        "claims": 162,
    }
    assert Result.objects.published().count() == 559
    assert Comparison.objects.published().count() == 50
    assert not Result.objects.verified().exists()


def test_load_of_the_shipped_evidence_twice_writes_nothing() -> None:
    evidence.load()
    before = n_history_rows()

    with CaptureQueriesContext(connection) as queries:
        ledger = evidence.load()

    assert ledger.is_unchanged
    assert "unchanged: it holds these files already" in str(ledger)
    assert [query["sql"][:60] for query in queries if query["sql"].startswith(WRITING)] == []
    assert n_history_rows() == before


def test_load_of_the_shipped_evidence_takes_few_statements() -> None:
    with CaptureQueriesContext(connection) as queries:
        evidence.load()

    assert len(queries) <= 60


@pytest.mark.parametrize(
    "model", [Therapy, Outcome, Cohort, Study, StudyReport, Arm, Result, Comparison, Reference, Author]
)
def test_load_fills_every_column_as_a_form_would_accept_it(model: type[Model]) -> None:
    evidence.load()
    relations = {field.name for field in model._meta.fields if field.is_relation}

    for row in model.objects.all():
        row.clean_fields(exclude=relations)


# New rows


def test_load_signs_and_publishes_numbers_as_extracted(load: Load) -> None:
    load()

    result = Result.objects.first()
    loader = User.objects.evidence_loader()
    assert result.verification == SourcedNumber.Verification.EXTRACTED
    assert (result.extracted_by, result.published_by, result.verified_by) == (loader, loader, None)
    assert result.is_published


def test_load_records_who_and_why(load: Load, tmp_path: Path) -> None:
    load()

    context = Result.objects.first().history.get().pgh_context
    assert context.metadata == {
        "user": User.objects.evidence_loader().pk,
        "service": "evidence.load",
        "reason": f"Evidence files of {tmp_path}",
    }


def test_load_keeps_the_tree(load: Load) -> None:
    load()

    assert Therapy.objects.get(code="beta").parent == Therapy.objects.get(code="alpha")


def test_load_reads_a_tree_whose_children_come_first(load: Load) -> None:
    load(therapies=[files.therapy_entry("beta", "alpha"), files.therapy_entry("alpha")])

    assert Therapy.objects.get(code="beta").parent.code == "alpha"
    assert [therapy.code for therapy in Therapy.objects.all()] == ["beta", "alpha"]


def test_load_marks_what_the_source_review_covers(load: Load) -> None:
    load()

    assert list(Therapy.objects.filter(covered_by_source_review=True).values_list("code", flat=True)) == [
        "alpha"
    ]


def test_load_keeps_numbers_as_printed(load: Load) -> None:
    study = files.study_entry(results=[files.median_entry(value="V", timepoint_months="T", ci_low=9)])

    load(studies=json.dumps([study]).replace('"V"', "26.0").replace('"T"', "1.50"))

    result = Result.objects.get()
    numbers = (result.value, result.timepoint_months, result.ci_low)
    assert [str(number) for number in numbers] == ["26.0", "1.50", "9"]


def test_load_classifies_criteria_and_keeps_their_text(load: Load) -> None:
    load(files.study_entry(results=[files.result_entry(criteria="mRECIST, late")]))

    result = Result.objects.get()
    assert (result.criteria, result.criteria_text) == ("mrecist", "mRECIST, late")


def test_load_joins_studies_of_one_cohort(load: Load) -> None:
    load(files.study_entry("a-2020", cohort="one-place"), files.study_entry("b-2021", cohort="one-place"))

    cohort = Cohort.objects.get()
    assert cohort.name == "One place"
    assert cohort.studies.count() == 2


def test_load_joins_the_arms_of_a_comparison_in_order(load: Load) -> None:
    load(files.study_entry(comparisons=[files.comparison_entry(arms=["a2", "a1"])]))

    comparison = Comparison.objects.get()
    assert [member.arm.code for member in comparison.comparison_arms.all()] == ["a2", "a1"]


def test_load_ties_a_number_to_the_report_that_prints_it(load: Load) -> None:
    references = [files.publication_entry(), files.publication_entry(role="companion", title="Another")]
    source = files.source_entry(reference=2)

    load(files.study_entry(references=references, results=[files.result_entry(source=source)]))

    assert Result.objects.get().source_report.reference.title == "Another"


def test_load_ties_a_number_to_the_review_that_reported_it(load: Load) -> None:
    review = files.study_entry("review-2022", design="systematic-review", results=[], comparisons=[])
    source = files.source_entry(reported_in="review-2022", where="table 2")

    load(files.study_entry(results=[files.result_entry(source=source)]), review)

    result = Result.objects.get()
    assert (result.reported_in.key, result.source_where) == ("review-2022", "table 2")


# Refusals


def test_load_of_broken_files_writes_nothing(load: Load) -> None:
    with pytest.raises(evidence.EvidenceError, match="has 1 problem; nothing"):
        load(files.study_entry(), files.study_entry("second-2021", design="x"))

    assert not Therapy.objects.exists()
    assert not User.objects.exists()


def test_load_that_the_database_refuses_writes_nothing(load: Load) -> None:
    builders.make_therapy("other", name="Therapy alpha")

    with pytest.raises(
        evidence.EvidenceError, match=r"The database refused .* nothing was written: .*Therapy alpha"
    ):
        load()

    assert not Study.objects.exists()


@pytest.mark.parametrize("name", ["gone", "therapies.json"])
def test_load_of_what_is_no_directory(tmp_path: Path, name: str) -> None:
    files.write(tmp_path)

    with pytest.raises(evidence.EvidenceError, match="is no directory; give one that holds"):
        evidence.load(tmp_path / name)


def test_load_dry_run_reports_and_writes_nothing(load: Load) -> None:
    ledger = load(dry_run=True)

    assert ledger.tallies["results"].new == 2
    assert "Dry run: nothing was written." in str(ledger)
    assert not Study.objects.exists()
    assert not User.objects.exists()


# Changed files


def updates(ledger: object) -> dict[str, int]:
    return {kind: tally.updated for kind, tally in ledger.tallies.items() if tally.updated}


def test_load_of_a_corrected_value_updates_that_row_alone(load: Load) -> None:
    load(files.study_entry(results=[files.result_entry(), files.median_entry()]))

    ledger = load(files.study_entry(results=[files.result_entry(value=51), files.median_entry()]))

    assert updates(ledger) == {"results": 1}
    assert Result.objects.get(unit="%").value == Decimal(51)
    assert Result.objects.get(unit="%").history.count() == 2
    assert Result.objects.get(unit="months").history.count() == 1


def test_load_of_more_printed_digits_is_a_change(load: Load) -> None:
    load(files.study_entry(results=[files.result_entry(value=50)]))

    load(files.study_entry(results=[files.result_entry(value=50.0)]))

    assert str(Result.objects.get().value) == "50.0"


def test_load_of_a_result_in_the_middle_leaves_its_neighbours(load: Load) -> None:
    first, last = files.result_entry(), files.median_entry()
    load(files.study_entry(results=[first, last]))

    ledger = load(files.study_entry(results=[first, files.result_entry(timepoint_months=3), last]))

    tally = ledger.tallies["results"]
    assert (tally.new, tally.updated, tally.unchanged) == (1, 0, 2)
    assert list(Result.objects.order_by("position").values_list("unit", "timepoint_months")) == [
        ("%", None),
        ("%", Decimal(3)),
        ("months", None),
    ]


def test_load_of_a_twin_in_front_leaves_the_other(load: Load) -> None:
    load(files.study_entry(results=[files.result_entry(value=50)]))

    ledger = load(files.study_entry(results=[files.result_entry(value=40), files.result_entry(value=50)]))

    assert updates(ledger) == {}
    assert list(Result.objects.order_by("position").values_list("value", flat=True)) == [40, 50]


def test_load_of_other_fields_updates_each_kind(load: Load) -> None:
    load()

    ledger = load(
        files.study_entry(
            label="New label", arms=[files.arm_entry("a1", n=19), files.arm_entry("a2", "beta")]
        ),
        files.study_entry("second-2021", comparisons=[files.comparison_entry(p="0.3")]),
        therapies=[files.therapy_entry("alpha", synonyms=["first"]), files.therapy_entry("beta", "alpha")],
        outcomes=[files.outcome_entry("rate", better="lower"), files.outcome_entry("time")],
    )

    assert updates(ledger) == {"therapies": 1, "outcomes": 1, "studies": 1, "arms": 1, "comparisons": 1}


def test_load_withdraws_numbers_that_left_the_files(load: Load) -> None:
    load(files.study_entry(results=[files.result_entry(), files.median_entry()]))

    ledger = load(files.study_entry(results=[files.result_entry()], comparisons=[]))

    withdrawn = Result.objects.get(unit="months")
    assert (ledger.tallies["results"].withdrawn, ledger.tallies["comparisons"].withdrawn) == (1, 1)
    assert not withdrawn.is_published
    assert withdrawn.withdrawn_by == User.objects.evidence_loader()
    assert withdrawn.withdrawal_reason == "No longer in the evidence files."
    assert "withdrawn, it is no longer in the files" in str(ledger)


def test_load_withdraws_once(load: Load) -> None:
    load()
    load(files.study_entry(results=[]))

    assert load(files.study_entry(results=[])).is_unchanged


def test_load_puts_a_number_that_came_back_in_force_again(load: Load) -> None:
    load()
    load(files.study_entry(results=[]), files.study_entry("second-2021"))

    load()

    assert Result.objects.published().count() == 2
    assert Result.objects.count() == 2


def test_load_keeps_a_study_that_left_the_files(load: Load) -> None:
    load()

    ledger = load(files.study_entry())

    assert ledger.tallies["studies"].absent == 1
    assert "study second-2021: not in the files; it stays." in str(ledger)
    assert Study.objects.filter(key="second-2021").exists()
    assert not Result.objects.published().filter(arm__study__key="second-2021").exists()


# What editors did


def test_load_keeps_what_an_editor_changed(load: Load, editor_a: User) -> None:
    load(files.study_entry())
    edit(Result.objects.get(), editor_a, value=Decimal("49.5"))

    ledger = load(files.study_entry())

    assert Result.objects.get().value == Decimal("49.5")
    assert ledger.tallies["results"].kept == 1
    assert (
        "result first-2020 results[0] (rate of a1): kept as it was changed here"
        " (value is 49.5, in the files 50)." in str(ledger)
    )


@pytest.mark.django_db(transaction=True)
def test_load_keeps_what_raw_sql_changed(load: Load) -> None:
    load(files.study_entry())
    with connection.cursor() as cursor:
        cursor.execute("UPDATE therapies_study SET label = 'Other'")

    ledger = load(files.study_entry())

    assert Study.objects.get().label == "Other"
    assert ledger.tallies["studies"].kept == 1


def test_load_keeps_a_number_whose_identity_an_editor_changed(load: Load, editor_a: User) -> None:
    load(files.study_entry())
    edit(
        Result.objects.get(), editor_a, timepoint_months=Decimal(6), criteria="recist", criteria_text="RECIST"
    )

    ledger = load(files.study_entry())

    assert Result.objects.get().timepoint_months == 6
    assert (ledger.tallies["results"].kept, ledger.tallies["results"].new) == (1, 0)


def test_load_keeps_a_study_whose_key_an_editor_changed(load: Load, editor_a: User) -> None:
    load(files.study_entry())
    edit(Study.objects.get(), editor_a, key="renamed-2020")

    ledger = load(files.study_entry())

    assert Study.objects.get().key == "renamed-2020"
    assert Result.objects.published().count() == 1
    assert ledger.tallies["studies"].kept == 1


def test_load_keeps_a_comparison_whose_arms_an_editor_changed(load: Load, editor_a: User) -> None:
    arms = [files.arm_entry(f"a{number}") for number in (1, 2, 3)]
    load(files.study_entry(arms=arms))
    edit(Comparison.objects.get().comparison_arms.last(), editor_a, arm=Arm.objects.get(code="a3"))

    ledger = load(files.study_entry(arms=arms))

    comparison = Comparison.objects.get()
    assert ledger.is_unchanged
    assert [member.arm.code for member in comparison.comparison_arms.all()] == ["a1", "a3"]


def test_load_keeps_a_verified_number(load: Load, editor_a: User) -> None:
    load(files.study_entry())
    with recorded(by=User.objects.evidence_loader(), service="evidence.load"):
        Result.objects.update(
            verification=Result.Verification.VERIFIED, verified_by=editor_a, verified_at=timezone.now()
        )

    ledger = load(files.study_entry(results=[files.result_entry(value=51)]))

    assert Result.objects.get().value == 50
    assert ledger.tallies["results"].kept == 1


def test_load_does_not_withdraw_a_verified_number(load: Load, editor_a: User) -> None:
    load(files.study_entry())
    edit(
        Result.objects.get(),
        editor_a,
        verification=Result.Verification.VERIFIED,
        verified_by=editor_a,
        verified_at=timezone.now(),
    )

    ledger = load(files.study_entry(results=[]))

    assert Result.objects.get().is_published
    assert ledger.tallies["results"].absent == 1


def test_load_does_not_bring_back_what_an_editor_withdrew(load: Load, editor_a: User) -> None:
    load(files.study_entry())
    edit(
        Result.objects.get(),
        editor_a,
        withdrawn_by=editor_a,
        withdrawn_at=timezone.now(),
        withdrawal_reason="Wrong arm.",
    )

    ledger = load(files.study_entry())

    assert Result.objects.get().withdrawal_reason == "Wrong arm."
    assert ledger.tallies["results"].kept == 1


@pytest.mark.django_db(transaction=True)
def test_load_does_not_withdraw_what_an_editor_added(load: Load) -> None:
    load(files.study_entry())
    added = builders.make_result(Arm.objects.get(code="a2"), Outcome.objects.get(code="rate"))

    ledger = load(files.study_entry())

    added.refresh_from_db()
    assert added.is_published
    assert ledger.tallies["results"].absent == 1
    assert ledger.is_unchanged


def test_load_accepts_the_same_change_from_files_and_editor(load: Load, editor_a: User) -> None:
    load(files.study_entry())
    edit(Result.objects.get(), editor_a, value=Decimal(51))

    ledger = load(files.study_entry(results=[files.result_entry(value=51)]))

    assert ledger.is_unchanged
    assert ledger.tallies["results"].kept == 0


def test_load_updates_again_what_it_updated_before(load: Load) -> None:
    for value in (50, 51, 52):
        load(files.study_entry(results=[files.result_entry(value=value)]))

    assert Result.objects.get().value == 52


def test_load_keeps_references_that_pubmed_filled_without_naming_each(load: Load) -> None:
    load()
    Reference.objects.update(origin=Reference.Origin.PUBMED, title="From PubMed")

    ledger = load()

    assert ledger.notes == ["3 references: kept as PubMed has them."]
    assert set(Reference.objects.values_list("title", flat=True)) == {"From PubMed"}
