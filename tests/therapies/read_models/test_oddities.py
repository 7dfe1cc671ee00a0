"""Every oddity that the evidence is known for is told, on the evidence itself."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from tests import builders
from therapies.models import Study
from therapies.read_models.oddities import Kind, Oddity, contradiction_of, oddities, with_parts
from therapies.services import evidence

Told = dict[str, tuple[Oddity, ...]]


@pytest.fixture(scope="module")
def told(django_db_setup: None, django_db_blocker: Any) -> Iterator[Told]:
    """The oddities of the shipped evidence by study, loaded once for this module."""
    with django_db_blocker.unblock(), transaction.atomic():
        evidence.load()
        yield {study.key: oddities(study) for study in with_parts(Study.objects.all())}
        transaction.set_rollback(True)


def sentences(told: Told, study: str, kind: Kind) -> list[str]:
    return [oddity.sentence for oddity in told[study] if oddity.kind == kind]


EXPECTED: list[tuple[str, Kind, str]] = [
    ("gillams-2005", Kind.CONTRADICTION, "69 % beside 9 of 14 patients, which is 64 %"),
    ("taner-2013", Kind.CONTRADICTION, "3.8 % beside 4 patients of an arm of 94, which is 4.3 %"),
    ("de-baere-2008", Kind.CONTRADICTION, "22 % beside 7 of 34 procedures, which is 21 %"),
    ("mandair-2011", Kind.CONTRADICTION, "81.9 % beside 18 of 22 patients, which is 81.8 %"),
    ("norwegian-carcinoid-1995", Kind.CONTRADICTION, "prints 39 % for 15 in an arm of 42, which is 35.7 %"),
    ("akyildiz-2010", Kind.OTHER_UNIT, "Median overall survival, Laparoscopic RFA: printed in years"),
    ("gaur-2011", Kind.OTHER_UNIT, "printed in days, not in months"),
    ("sofocleous-2014", Kind.STRATA, "“elective HAE (273 procedures)”, “urgent HAE (47 procedures)”"),
    ("vogl-2009", Kind.STRATA, "“TACE mitomycin C” and “TACE mitomycin C + gemcitabine”"),
    ("maire-2012", Kind.OVERLAPPING_ARMS, "“Both arms” holds patients of other arms as well"),
    ("chen-jx-2017", Kind.OVERLAPPING_ARMS, "“All, G1”, “All, G2” and “All, G3” hold patients"),
    ("benson-2013", Kind.OVERLAPPING_ARMS, "all tumour types” holds patients"),
    ("lutia-2024", Kind.OVERLAPPING_ARMS, "hold each other's patients as well"),
    (
        "mayo-2010",
        Kind.SHARED_COHORT,
        "Shares patients with Mayo 2011 (surgery vs IAT) (cohort “International",
    ),
    ("siperstein-1997", Kind.SHARED_COHORT, "Akyildiz 2010, Karabulut 2011, Kose 2020 and Mazzaglia 2007"),
    ("bloomston-2007", Kind.SHARED_COHORT, "Ohio State"),
    ("luo-2019-mri", Kind.SHARED_COHORT, "Johns Hopkins"),
    ("gupta-2003", Kind.SHARED_COHORT, "MD Anderson"),
    ("sward-2009", Kind.SHARED_COHORT, "Gothenburg"),
    ("perala-2013", Kind.SMALL, "Fewer than 10 patients: 2 in all."),
    ("elf-2018", Kind.SMALL, "in “Bland hepatic arterial embolization”: 5."),
    ("benson-2013", Kind.NOT_REACHED, "Median overall survival, glass 90Y"),
    ("cozzi-1995", Kind.NO_NUMBER, "no number is printed"),
    ("de-mestier-2017", Kind.NO_NUMBER, "only a range is printed, 12–18 months"),
    ("gillams-2005", Kind.NO_NUMBER, "4 with the event, but no total is printed"),
    ("interferon-hae-1991", Kind.NO_NUMBER, "no number (printed as 3 years and 4 months"),
    ("fiore-2014", Kind.NO_NUMBER, "“TAE” and “TACE”: compared without a number"),
    ("arslan-2011", Kind.SECOND_HAND, "4 results come from a table of Devcic 2014"),
    ("andrews-1994", Kind.SECOND_HAND, "One result comes from a table of NICE IPG786 2024"),
    ("guiu-2012", Kind.MIXED_HISTOLOGY, "Mixed tumour types"),
    ("christante-2008", Kind.COMPOSITE, "mixes imaging with markers or symptoms"),
    ("ho-2007", Kind.NO_TITLE, "only its PMID 17449759 is known"),
    ("nanets-howe-2017", Kind.NO_TITLE, "only its DOI 10.1097/mpa.0000000000000846 is known"),
    ("gupta-2005", Kind.NO_TITLE, "known only through a review's table"),
]


@pytest.mark.parametrize(("study", "kind", "words"), EXPECTED)
def test_oddities_of_the_shipped_evidence(told: Told, study: str, kind: Kind, words: str) -> None:
    found = sentences(told, study, kind)

    assert [sentence for sentence in found if words in sentence], found


def test_oddities_of_the_shipped_evidence_are_of_every_kind(told: Told) -> None:
    assert {oddity.kind for found in told.values() for oddity in found} == set(Kind)


def test_oddities_of_the_shipped_evidence_tell_every_contradiction(told: Told) -> None:
    assert {study for study in told if sentences(told, study, Kind.CONTRADICTION)} == {
        "gillams-2005",
        "taner-2013",
        "de-baere-2008",
        "mandair-2011",
        "norwegian-carcinoid-1995",
        "perrodin-2019-noncrlm",
    }


def test_oddities_of_the_shipped_evidence_count(told: Told) -> None:
    studies = Study.objects.all()
    n = {kind: sum(bool(sentences(told, study, kind)) for study in told) for kind in Kind}

    assert n[Kind.MIXED_HISTOLOGY] == studies.of_mixed_histology().count() == 11
    assert n[Kind.DESIGN_NOT_STATED] == studies.filter(design_is_stated=False).count() == 26
    assert n[Kind.NO_TITLE] == 30
    assert n[Kind.NOT_REACHED] == 3


def test_design_not_stated_names_our_reading(told: Told) -> None:
    study = Study.objects.filter(design_is_stated=False, design="retrospective-cohort").first()

    assert sentences(told, study.key, Kind.DESIGN_NOT_STATED) == [
        "The source does not state its design; “retrospective cohort” is our reading of it."
    ]


def test_oddities_need_no_queries_once_the_parts_are_loaded(told: Told) -> None:
    with CaptureQueriesContext(connection) as loading:
        studies = list(with_parts(Study.objects.all()))
    with CaptureQueriesContext(connection) as telling:
        for study in studies:
            oddities(study)

    assert len(loading) <= 9
    assert len(telling) == 0


def test_oddities_of_a_plain_study(db: None) -> None:
    study = builders.make_study(n_patients=40)
    builders.make_report(study)
    builders.make_result(builders.make_arm(study))
    builders.make_result(builders.make_arm(study))

    assert oddities(study) == ()


def test_oddities_leave_out_what_is_not_published(db: None) -> None:
    arm = builders.make_arm()
    builders.make_result(arm, is_published=False, is_composite=True)

    assert oddities(arm.study) == ()


def test_oddities_name_the_result(db: None) -> None:
    result = builders.make_result(is_composite=True)

    (oddity,) = oddities(result.arm.study)

    assert (oddity.kind, oddity.result) == (Kind.COMPOSITE, result)


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"events": 10, "total": 20}, ""),
        ({"events": 10}, ""),
        ({"events": 9}, "prints 50 % for 9 in an arm of 20, which is 45.0 %."),
        ({"events": 9, "per": "lesion"}, ""),
        ({"value": None, "events": 9}, ""),
        ({"override_reason": "Printed so."}, "Printed so."),
        (
            {"value": Decimal("45.1"), "events": 9, "total": 20, "override_reason": "Printed so."},
            "Printed so.",
        ),
    ],
)
def test_contradiction_of(db: None, columns: dict[str, Any], sentence: str) -> None:
    assert contradiction_of(builders.make_result(**columns)) == sentence
