"""Writing evidence back: the same bytes, complete or not at all."""

from __future__ import annotations

import json
import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from nelm_review.core.models import User
from references.models import CitedReference, Journal, Reference
from tests import builders
from tests import evidence_files as files
from tests.therapies.services.evidence.conftest import Load
from therapies.models import Arm, Outcome, Result, Study, Therapy
from therapies.services import evidence
from therapies.services.evidence import dumping

pytestmark = pytest.mark.django_db

WRITTEN = evidence.FILES + evidence.OPTIONAL


def dumped(directory: Path) -> dict[str, Any]:
    evidence.dump(directory)
    return {Path(name).stem: json.loads((directory / name).read_text()) for name in WRITTEN}


def read_bytes(directory: Path) -> dict[str, bytes]:
    return {name: (directory / name).read_bytes() for name in WRITTEN}


def test_dump_of_the_shipped_evidence_is_the_shipped_files(tmp_path: Path) -> None:
    evidence.load()

    report = evidence.dump(tmp_path)

    assert read_bytes(tmp_path) == read_bytes(evidence.DATA)
    assert (report.n_studies, report.n_results, report.n_comparisons) == (164, 559, 50)


def test_dump_takes_few_queries(tmp_path: Path, django_assert_max_num_queries: Any) -> None:
    evidence.load()

    with django_assert_max_num_queries(22):
        evidence.dump(tmp_path)


@pytest.mark.django_db(transaction=True)
def test_dump_outside_a_transaction_reads_one_moment(tmp_path: Path, load: Load) -> None:
    load()

    assert evidence.dump(tmp_path / "out").n_studies == 2


NORMALISED = {
    "doi": ("10.9999/Mixed.CASE", "10.9999/mixed.case"),
    "authors": (["Writer A", "Typist et al."], ["Writer A", "Typist", "et al."]),
}


def test_dump_writes_one_normal_form_and_keeps_it(tmp_path: Path, load: Load) -> None:
    printed = {key: before for key, (before, _after) in NORMALISED.items()}
    load(files.study_entry(references=[files.publication_entry(**printed)]))

    first = dumped(tmp_path / "first")
    evidence.load(tmp_path / "first")
    evidence.dump(tmp_path / "second")

    reference = first["studies"][0]["references"][0]
    assert {key: reference[key] for key in NORMALISED} == {
        key: after for key, (_, after) in NORMALISED.items()
    }
    assert read_bytes(tmp_path / "second") == read_bytes(tmp_path / "first")


def test_dump_writes_a_journal_in_one_spelling(tmp_path: Path, load: Load) -> None:
    spellings = ("Annals of Nothing", "Annals of nothing", "annals of nothing.")
    load(*(
        files.study_entry(f"s-{n}", references=[files.publication_entry(journal=journal)])
        for n, journal in enumerate(spellings)
    ))  # fmt: skip

    studies = dumped(tmp_path)["studies"]

    assert {study["references"][0]["journal"] for study in studies} == {"Annals of Nothing"}


def test_dump_writes_studies_by_key_and_parts_in_their_order(tmp_path: Path, load: Load) -> None:
    results = [files.median_entry(), files.result_entry(arm="a2"), files.result_entry()]
    load(files.study_entry("z-2020", results=results), files.study_entry("a-2021"))

    studies = dumped(tmp_path)["studies"]

    assert [study["key"] for study in studies] == ["a-2021", "z-2020"]
    assert studies[1]["results"] == results


def test_dump_keeps_printed_digits(tmp_path: Path, load: Load) -> None:
    load(files.study_entry())
    Result.objects.update(value=Decimal("50.00"))

    evidence.dump(tmp_path)

    assert '"value": 50.00,' in (tmp_path / "studies.json").read_text()


def test_dump_keeps_an_override_reason_but_not_an_accepted_one(tmp_path: Path, load: Load) -> None:
    load(files.study_entry(results=[files.result_entry(events=9, total=20, override_reason="Printed so.")]))

    result = dumped(tmp_path)["studies"][0]["results"][0]

    assert result["override_reason"] == "Printed so."
    assert list(result)[-2:] == ["override_reason", "source"]


def test_dump_keeps_which_report_prints_a_number(tmp_path: Path, load: Load) -> None:
    references = [files.publication_entry(), files.publication_entry(role="companion", title="Another")]
    source = files.source_entry(reference=2)
    study = files.study_entry(
        references=references,
        results=[files.result_entry(source=source)],
        comparisons=[files.comparison_entry(source=source)],
    )
    load(study)

    assert dumped(tmp_path)["studies"] == [study]


@pytest.mark.parametrize("is_published", [True, False])
def test_dump_leaves_out_what_is_not_published(tmp_path: Path, load: Load, *, is_published: bool) -> None:
    load(files.study_entry(results=[]))
    arm, outcome = Arm.objects.get(code="a1"), Outcome.objects.get(code="rate")
    builders.make_result(arm, outcome, is_published=is_published)

    assert len(dumped(tmp_path)["studies"][0]["results"]) == is_published


def test_dump_leaves_out_what_is_withdrawn(tmp_path: Path, load: Load) -> None:
    load(files.study_entry())
    Result.objects.update(
        withdrawn_by=User.objects.evidence_loader(), withdrawn_at=timezone.now(), withdrawal_reason="Wrong."
    )

    assert dumped(tmp_path)["studies"][0]["results"] == []


def test_dump_of_what_editors_added_can_be_loaded(tmp_path: Path, load: Load) -> None:
    load(files.study_entry())
    study = builders.make_study("added-2024")
    builders.make_report(study)
    builders.make_result(
        builders.make_arm(study, Therapy.objects.get(code="beta")), Outcome.objects.get(code="rate")
    )

    evidence.dump(tmp_path)

    assert evidence.load(tmp_path).is_unchanged


def test_dump_of_what_pubmed_enriched_can_be_loaded(tmp_path: Path, load: Load) -> None:
    load()
    journal = Journal.objects.get(title="Journal of Synthetic Records")
    Journal.objects.filter(pk=journal.pk).update(nlm_id="S1", iso_abbreviation="J Synth Rec")
    review = Reference.objects.source_review().get()
    Reference.objects.filter(pk=review.pk).update(
        origin=Reference.Origin.PUBMED, pmid=99000001, pmcid="PMC99000001", published_day=None
    )
    CitedReference.objects.create(
        reference=review, position=2, citation="Somebody: something, somewhere", pmid=99000002
    )

    contents = dumped(tmp_path)["review"]

    assert list(contents)[:3] == ["doi", "pmid", "pmcid"]
    assert contents["published_on"] == "2024-04"
    assert contents["references"] == [
        files.cited_entry(),
        {
            "number": 2,
            "citation": "Somebody: something, somewhere",
            "doi": None,
            "pmcid": None,
            "pmid": "99000002",
        },
    ]
    assert evidence.load(tmp_path).is_unchanged


def test_dump_of_an_empty_library(tmp_path: Path) -> None:
    with pytest.raises(evidence.EvidenceError, match="does not hold the source review"):
        evidence.dump(tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_dump_makes_the_directory(tmp_path: Path, load: Load) -> None:
    load()

    evidence.dump(tmp_path / "a" / "b")

    assert sorted(path.name for path in (tmp_path / "a" / "b").iterdir()) == sorted(WRITTEN)


def test_dump_onto_a_file(tmp_path: Path, load: Load) -> None:
    load()
    (tmp_path / "taken").write_text("")

    with pytest.raises(evidence.EvidenceError, match=r"Cannot write the evidence to .*/taken: File exists\."):
        evidence.dump(tmp_path / "taken")


def test_dump_that_fails_midway_leaves_the_old_files(
    tmp_path: Path, load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    load()
    before = files.write(tmp_path / "out", files.files(studies=[], therapy_notes=files.notes()))
    old = {path.name: path.read_bytes() for path in before.iterdir()}
    n_synced = iter(range(9))

    def fill_up(descriptor: int) -> None:
        if next(n_synced) == 2:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fill_up)

    with pytest.raises(evidence.EvidenceError, match="No space left on device"):
        evidence.dump(before)

    assert {path.name: path.read_bytes() for path in before.iterdir()} == old


def test_dump_counts_what_it_wrote(tmp_path: Path, load: Load) -> None:
    load()

    assert evidence.dump(tmp_path / "out") == dumping.DumpReport(2, 2, 2, 2, 2, 0)
    assert Study.objects.count() == 2
