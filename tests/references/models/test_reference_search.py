"""What the library is asked: by likeness, by use, by correction."""

from __future__ import annotations

import pytest

from references.models import Reference
from tests.builders import make_correction, make_reference, make_report, make_study

pytestmark = pytest.mark.django_db


def test_matching_ranks_the_title_above_the_abstract() -> None:
    in_abstract = make_reference("Spleen", abstract_text="liver")
    in_title = make_reference("Liver")

    assert list(Reference.objects.matching("liver").order_by("-rank")) == [in_title, in_abstract]


def test_resembling_finds_words_with_typing_errors_closest_first() -> None:
    near = make_reference("Chemoembolisation of synthetic lesions")
    nearer = make_reference("Chemoembolization of synthetic lesions")
    make_reference("Resection")

    assert list(Reference.objects.resembling("chemoembolizaton").order_by("-rank")) == [nearer, near]


def test_by_authors_resembling_finds_names_with_typing_errors() -> None:
    near = make_reference(authors_text="Writer A, Kennedy AS")
    make_reference(authors_text="Other B")

    assert list(Reference.objects.by_authors_resembling("Kenedy")) == [near]


def test_corrected_counts_a_reference_once_and_only_for_corrections_of_itself() -> None:
    corrected, erratum = make_reference(), make_reference()
    make_correction(corrected, "ErratumIn")
    make_correction(corrected, "ErratumIn")
    make_correction(erratum, "ErratumFor")

    assert list(Reference.objects.corrected()) == [corrected]


def test_used_in_studies_counts_a_reference_once() -> None:
    used = make_reference()
    make_reference()
    make_report(make_study(), used)
    make_report(make_study(), used)

    assert list(Reference.objects.used_in_studies()) == [used]


def test_publication_types_names_each_once() -> None:
    make_reference(publication_types=["Review", "Letter"])
    make_reference(publication_types=["Letter"])
    make_reference()

    assert list(Reference.objects.publication_types()) == ["Letter", "Review"]


def test_for_reading_leaves_the_raw_record_where_it_is() -> None:
    reference = Reference.objects.for_reading().get(pk=make_reference().pk)

    assert {"search_vector", "abstract_text"} <= reference.get_deferred_fields()
