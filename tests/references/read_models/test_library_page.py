"""The library: what a search finds, in which order, with which counts beside it."""

from __future__ import annotations

import pytest
from django.http import QueryDict
from django.utils import timezone

from references.forms import ReferenceSearchForm
from references.models import Reference
from references.read_models import library_page
from references.read_models.facets import Facet
from references.read_models.library_page import LINES_A_PAGE, LibraryPage, Match
from tests.builders import make_correction, make_journal, make_reference, make_report, make_study

pytestmark = pytest.mark.django_db


def _search(query: str = "", *, page: str = "") -> LibraryPage:
    return library_page.build(ReferenceSearchForm(QueryDict(query)), page=page)


def _titles(library: LibraryPage) -> list[str]:
    return [line.reference.title for line in library.lines]


def _facet(library: LibraryPage, name: str) -> Facet:
    return next(facet for facet in library.facets if facet.name == name)


def _counts(library: LibraryPage, name: str) -> dict[str, int]:
    return {option.label: option.n for option in _facet(library, name).options}


def test_build_without_words_lists_everything_newest_first():
    make_reference("Old", published_year=1999)
    make_reference("Undated", published_year=None)
    make_reference("New in May", published_year=2020, published_month=5)
    make_reference("New in June", published_year=2020, published_month=6)

    library = _search()

    assert library.match == Match.EVERYTHING
    assert _titles(library) == ["New in June", "New in May", "Old", "Undated"]


def test_build_leaves_out_merged_references(editor_a):
    kept = make_reference("Kept")
    make_reference("Merged", merged_into=kept, merged_by=editor_a, merged_at=timezone.now())

    assert _titles(_search()) == ["Kept"]


def test_build_puts_a_word_in_the_title_before_one_in_the_abstract():
    make_reference("About the spleen", abstract_text="The liver is mentioned.", published_year=2024)
    make_reference("About the liver", published_year=1990)

    library = _search("q=liver")

    assert library.match == Match.WORDS
    assert _titles(library) == ["About the liver", "About the spleen"]


@pytest.mark.parametrize(
    ("words", "titles"),
    [
        ("liver", {"Liver ablation", "Liver embolization"}),
        ("liver -ablation", {"Liver embolization"}),
        ("ablation or embolization", {"Liver ablation", "Liver embolization", "Renal embolization"}),
        ('"renal embolization"', {"Renal embolization"}),
    ],
)
def test_build_reads_websearch_syntax(words, titles):
    for title in ("Liver ablation", "Liver embolization", "Renal embolization"):
        make_reference(title)

    assert set(_titles(_search(QueryDict(f"q={words}").urlencode()))) == titles


def test_build_marks_words_in_title_and_abstract():
    make_reference("Liver & <b>spleen</b>", abstract_text="Inside the liver some n<b and c>d lesions.")

    line = _search("q=liver").lines[0]

    assert line.title == "<mark>Liver</mark> &amp; &lt;b&gt;spleen&lt;/b&gt;"
    assert line.excerpt == "Inside the <mark>liver</mark> some n&lt;b and c&gt;d lesions"


def test_build_shows_no_excerpt_where_only_the_title_matches():
    make_reference("Liver", abstract_text="Nothing of the kind.")

    assert _search("q=liver").lines[0].excerpt == ""


@pytest.mark.parametrize("words", ["radioembolisaton", "Kenedy"])
def test_build_forgives_typing_errors_in_title_and_names(words):
    make_reference("Radioembolization of synthetic lesions", authors_text="Kennedy AS")
    make_reference("Something else altogether", authors_text="Writer B")

    library = _search(f"q={words}")

    assert library.is_fuzzy
    assert _titles(library) == ["Radioembolization of synthetic lesions"]


def test_build_does_not_guess_where_words_match():
    make_reference("Embolization")
    make_reference("Embolisation")

    library = _search("q=embolization")

    assert not library.is_fuzzy
    assert _titles(library) == ["Embolization"]


def test_build_finds_nothing():
    make_reference("Liver")

    library = _search("q=zzzqqq")

    assert library.n_found == 0
    assert library.lines == ()


def test_build_counts_publication_types_most_frequent_first():
    make_reference(publication_types=["Journal Article", "Review"])
    make_reference(publication_types=["Journal Article"])

    assert _counts(_search(), "type") == {"Journal Article": 2, "Review": 1}


def test_build_counts_of_a_facet_ignore_its_own_choice_only():
    make_reference(publication_types=["Review"], published_year=2021)
    make_reference(publication_types=["Editorial"], published_year=2021)
    make_reference(publication_types=["Editorial"], published_year=1995)

    library = _search("type=Review&year_from=2020")

    assert library.n_found == 1
    assert _counts(library, "type") == {"Review": 1, "Editorial": 1}
    assert _counts(library, "year") == {"2020–2029": 1}


def test_build_narrows_by_each_fixed_facet():
    used = make_reference("Used", pmid=99_000_001, origin=Reference.Origin.EVIDENCE)
    make_report(make_study(), used)
    make_reference("Retracted", doi="10.99999/r", is_retracted=True, abstract_text="Text.")
    corrected = make_reference("Corrected", pmid=99_000_002, published_year=None)
    make_correction(corrected, "ErratumIn")
    make_correction(corrected, "CorrectedandRepublishedIn")
    make_reference("", has_expression_of_concern=True)

    found = {
        query: sorted(_titles(_search(query)))
        for query in (
            "used=yes", "used=no", "abstract=yes", "status=retracted", "status=corrected",
            "status=retracted&status=concern", "origin=evidence", "gap=identifiers", "gap=title", "gap=year",
        )
    }  # fmt: skip

    assert found == {
        "used=yes": ["Used"],
        "used=no": ["", "Corrected", "Retracted"],
        "abstract=yes": ["Retracted"],
        "status=retracted": ["Retracted"],
        "status=corrected": ["Corrected"],
        "status=retracted&status=concern": ["", "Retracted"],
        "origin=evidence": ["Used"],
        "gap=identifiers": [""],
        "gap=title": [""],
        "gap=year": ["Corrected"],
    }


def test_build_counts_equal_what_each_choice_leaves():
    report = make_report(make_study(), make_reference(abstract_text="A", publication_types=["Review"]))
    make_correction(report.reference, "ErratumIn")
    make_reference(is_retracted=True, published_year=1995, journal=make_journal("Annals"))
    make_reference("", doi="10.99999/x", origin=Reference.Origin.EVIDENCE)

    options = [option for facet in _search().facets for option in facet.options]

    assert len(options) > 12
    for option in options:
        assert _search(option.query.removeprefix("?")).n_found == option.n, option.label


def test_build_offers_to_drop_each_choice():
    make_reference(publication_types=["Review"], published_year=2021)
    query = "q=synthetic&year_from=2020&year_to=2029&type=Review&used=no"

    dropped = {option.label: option.query for option in _search(query).chosen}

    assert dropped == {
        "2020–2029": "?q=synthetic&type=Review&used=no",
        "Review": "?q=synthetic&year_from=2020&year_to=2029&used=no",
        "Not used in the map": "?q=synthetic&year_from=2020&year_to=2029&type=Review",
    }


def test_build_keeps_a_choice_visible_that_nothing_bears():
    annals = make_journal("Annals", iso_abbreviation="Ann")
    make_reference(journal=annals, publication_types=["Review"])
    make_reference("Liver")

    library = _search(f"q=liver&type=Review&journal={annals.pk}")

    assert library.n_found == 0
    assert [option.label for option in library.chosen] == ["Review", "Ann"]


def test_build_a_choice_of_one_kind_takes_the_place_of_the_other():
    make_reference()

    option = next(option for option in _facet(_search("used=no"), "used").options if not option.is_chosen)

    assert option.query == "?used=yes"


def test_build_lists_the_most_frequent_types_and_says_how_many_more():
    make_reference(publication_types=[f"Type {number}" for number in range(11)])

    facet = _facet(_search("type=Type+9"), "type")

    assert len(facet.options) == 9
    assert facet.n_more == 2


def test_build_names_the_studies_of_a_reference():
    reference = make_reference()
    make_report(make_study(label="Synthetic 2020"), reference)

    assert [study.label for study in _search().lines[0].studies] == ["Synthetic 2020"]


@pytest.mark.parametrize(("page", "shown"), [("2", 2), ("999", 2), ("abc", 1), ("-1", 2), ("0", 2)])
def test_build_gives_the_nearest_page(page, shown):
    for number in range(LINES_A_PAGE + 1):
        make_reference(f"Reference {number}")

    library = _search(page=page)

    assert library.page.number == shown
    assert bool(library.page_message) == (page != "2")


def test_build_offers_best_match_only_to_words():
    make_reference("Liver")

    assert [sort.value for sort in _search().sorts] == ["newest", "oldest"]
    assert [sort.value for sort in _search("q=liver").sorts if sort.is_chosen] == ["relevance"]


def test_build_sorts_as_asked():
    make_reference("Liver, old", published_year=1999)
    make_reference("Liver, new", published_year=2020)
    make_reference("Liver, undated", published_year=None)

    assert _titles(_search("q=liver&sort=oldest")) == ["Liver, old", "Liver, new", "Liver, undated"]


@pytest.mark.parametrize("query", ["", "q=synthetic", "q=synthetik+publikation", "q=synthetic&type=Review"])
def test_build_asks_a_fixed_number_of_queries(query, django_assert_max_num_queries):
    for _number in range(12):
        reference = make_reference(publication_types=["Review"], journal=make_journal())
        make_report(make_study(), reference)

    with django_assert_max_num_queries(9):
        library = _search(query)
        assert [(line.journal_line, line.studies) for line in library.lines]
