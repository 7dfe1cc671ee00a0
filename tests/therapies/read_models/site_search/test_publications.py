"""Studies and references that a search finds."""

from __future__ import annotations

import pytest

from tests.builders import make_reference, make_report, make_study
from therapies.read_models.site_search import publications

pytestmark = pytest.mark.django_db


def studies(text: str) -> list[str]:
    return [study.key for study in publications.studies(publications.asked(text)).rows]


def references(text: str) -> list[str]:
    return [reference.title for reference in publications.references(publications.asked(text)).rows]


@pytest.mark.parametrize(
    ("text", "words", "year"),
    [
        ("Writer 2005", "Writer", 2005),
        ("2005 Writer", "Writer", 2005),
        ("2005", "2005", None),
        ("Writer", "Writer", None),
        ("NCT12005000", "NCT12005000", None),
    ],
)
def test_year_is_taken_out_of_the_words(text, words, year):
    asked = publications.asked(text)

    assert (asked.words, asked.year) == (words, year)


@pytest.fixture
def study():
    study = make_study("writer-2005", label="Writer et al.", registry_id="NCT00000001")
    title = "Synthetic particles in the liver"
    make_report(
        study,
        make_reference(
            title, published_year=2005, authors_text="Writer A, Coauthor B", trial_ids=["ISRCTN1"]
        ),
    )
    return study


@pytest.mark.parametrize(
    "text",
    [
        "writer",
        "Writer 2005",
        "coauthor",
        "Coauthor 2005",
        "writer-2005",
        "nct00000001",
        "isrctn1",
        "particles",
    ],
)
def test_study_is_found_by_name_author_year_key_and_registry_number(study, text):
    make_study("other-2020", label="Another")

    assert studies(text) == ["writer-2005"]


def test_study_of_another_year_only_comes_close(study):
    assert publications.studies(publications.asked("Writer 2006")).is_close


def test_study_whose_name_is_mistyped_comes_close(study):
    found = publications.studies(publications.asked("Writter et al"))

    assert found.is_close
    assert [study.key for study in found.rows] == ["writer-2005"]


def test_study_named_like_the_search_stands_first():
    make_study("b", label="Patients of Zed", population="")
    make_study("a", label="Another", population="treated as in Zed")
    make_study("z", label="Zed 2001")

    assert studies("zed") == ["z", "b", "a"]


def test_a_few_are_shown_and_all_are_counted():
    for number in range(7):
        make_study(f"many-{number}", label=f"Many {number}")

    found = publications.studies(publications.asked("many"))

    assert (len(found.rows), found.n_found) == (publications.SHOWN, 7)


def test_retracted_study_is_known_as_such(study):
    study.reports.update(role="companion")
    make_report(study, make_reference(is_retracted=True), role="primary", position=2)

    (found,) = publications.studies(publications.asked("writer")).rows

    assert found.is_withdrawn


def test_reference_is_found_by_words_and_by_author_and_year(study):
    make_reference("Synthetic particles elsewhere", published_year=2020, authors_text="Writer A")

    assert references("Writer 2005") == ["Synthetic particles in the liver"]
    assert len(references("synthetic particles")) == 2


def test_reference_whose_title_is_mistyped_comes_close(study):
    found = publications.references(publications.asked("sinthetic partcles"))

    assert found.is_close
    assert found.n_found == 1


def test_merged_reference_is_not_found(admin):
    from django.utils import timezone

    kept = make_reference("Twice the same")
    make_reference("Twice the same", merged_into=kept, merged_by=admin, merged_at=timezone.now())

    assert references("twice") == ["Twice the same"]
