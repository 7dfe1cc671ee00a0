"""How the numbers come about, with the numbers of this library and of the rules."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import unquote

import pytest
from django.core.management import call_command
from django.template.loader import get_template
from django.urls import resolve

from tests import recount
from tests.builders import (
    make_appraisal,
    make_arm,
    make_cell_summary,
    make_certainty,
    make_not_applicable,
    make_population,
    make_release,
    make_result,
    make_study,
)
from tests.repository.tree import ROOT
from tests.therapies.views.test_evidence import text
from therapies.models import Appraisal, Certainty, SummaryState
from therapies.models.cell_summary import state_of_library
from therapies.read_models import methods_page, pool_view
from therapies.synthesis import eligibility, medians

pytestmark = pytest.mark.django_db

LINKS_FROM_ELSEWHERE = (
    "evidence_answer.html", "evidence_empty.html", "map_legend.html", "compare_sides.html",
)  # fmt: skip


def anchors(page: str) -> list[str]:
    """Return the names of the sections, in the order of the page."""
    return re.findall(r'<h2 id="([a-z-]+)"', page)


def linked(page: str) -> set[str]:
    return {unescape(href) for href in re.findall(r'href="([^"]+)"', page)}


def test_methods_tell_the_counting_rule_and_what_empty_means(client):
    page = text(client, "/methods/")

    for words in (
        "at least one published result whose arm's therapy is the row's therapy or stands below it",
        "Such a cohort counts once a cell, with the study that contributes most",
        "counted apart",
        "None found.",
        "“Not reported” is never zero",
        "Nobody looked; evidence may well exist",
    ):
        assert words in page, words


def test_methods_tell_every_rule_of_pooling_in_its_order(client):
    page = text(client, "/methods/")
    in_order = (
        "it is a review’s own number", "only through the table of a review", "mixes neuroendocrine with",
        "mixes imaging with markers or symptoms,", ">derived</a> and not reported", "you left it out",
        "more than one set of criteria", "without stated criteria", "whose time is not stated",
        "no events and total", "<strong>One kind.</strong>", "<strong>Patients once.</strong>",
        "<strong>Enough.</strong>",
    )  # fmt: skip

    places = [page.index(words, page.index('id="pooling"')) for words in in_order]

    assert places == sorted(places)


def test_methods_take_the_numbers_of_the_rules_from_the_code(client, monkeypatch):
    page = text(client, "/methods/")

    assert f"Fewer than {eligibility.FEWEST_STUDIES} studies are not pooled" in page
    assert medians.RULE in unescape(page)
    assert medians.REFERENCE in linked(page)
    assert f"Above {pool_view.MOST_UNASKED} results" in page

    monkeypatch.setattr(methods_page, "Rules", lambda: OTHER_RULES)
    other = text(client, "/methods/")

    assert "Fewer than 77 studies are not pooled" in other
    assert "where more than 77 studies are pooled" in other
    assert f"Fewer than {eligibility.FEWEST_STUDIES} studies" not in other


OTHER_RULES = methods_page.Rules(fewest_studies=77)


def test_methods_name_the_questions_about_patients_as_a_sentence_does(client):
    assert "primary site, grade, liver burden, functional syndrome, PRRT before," in text(client, "/methods/")


def test_contents_name_every_section_once_and_in_order(client):
    page = client.get("/methods/").content.decode()
    contents = page[page.index('aria-label="On this page"') :]
    contents = contents[: contents.index("</nav>")]

    assert re.findall(r'href="#([a-z-]+)"', contents) == anchors(page)
    assert len(anchors(page)) == len(set(anchors(page)))


def test_links_inside_the_page_lead_to_its_sections(client):
    page = client.get("/methods/").content.decode()
    inside = {href[1:] for href in linked(page) if href.startswith("#")} - {"content"}

    assert inside <= set(anchors(page))


def test_links_of_the_page_resolve_to_pages_of_the_site(client):
    page = client.get("/methods/").content.decode()
    paths = {href for href in linked(page[page.index("<main") : page.index("</main>")]) if href[0] == "/"}

    assert {"/", "/patients/", "/compare/", "/updates/", "/releases/", "/releases/compare/"} <= paths
    assert all(resolve(path.partition("?")[0]) for path in paths)


@pytest.mark.parametrize("name", LINKS_FROM_ELSEWHERE)
def test_other_pages_link_to_sections_that_exist(client, name: str):
    source = get_template(f"therapies/{name}").template.source
    wanted = re.findall(r"{% url 'methods' %}#([^\"]+)\"", source)
    names = {found for part in wanted for found in re.sub(r"{%.*?%}", " ", part).split()}

    assert names
    assert names <= set(anchors(client.get("/methods/").content.decode()))


def test_every_publication_cited_is_the_one_that_the_code_cites(client):
    page = client.get("/methods/").content.decode()
    cited = {unquote(href) for href in linked(page) if href.startswith("https://doi.org/")}
    code = "".join(path.read_text("utf-8") for path in (ROOT / "therapies/synthesis").glob("*.py"))

    assert len(cited) > 12
    assert {doi for doi in cited if doi not in code} == set()


def test_methods_count_only_published_results(client):
    make_result(make_arm())
    make_result(make_arm(), is_published=False)

    assert "<dt>Published results</dt><dd>1</dd>" in text(client, "/methods/")


def test_methods_count_what_people_judged_and_structured(client):
    make_certainty(level=Certainty.Level.LOW)
    study = make_study()
    make_appraisal(study, tool=Appraisal.Tool.ROBINS_I)
    make_appraisal(study, tool=Appraisal.Tool.JBI_CASE_SERIES)
    make_population(study)
    make_not_applicable()
    make_release()

    page = text(client, "/methods/")

    for words in (
        "1 cell is judged at present", "1 study is appraised at present", "1 description, 0 of them",
        "(1 entry at present)", "1 exists at present",
    ):  # fmt: skip
        assert words in page, words


def test_methods_say_how_many_cells_are_pooled(client):
    make_cell_summary(n_results=4, k=4, estimate=40.0, ci_low=30.0, ci_high=50.0, refusal="")
    make_cell_summary(n_results=2, refusal="Too few.")
    SummaryState.objects.update_or_create(
        pk=1, defaults={**state_of_library(), "method": "1", "computed_at": "2026-01-01T00:00Z"}
    )

    assert "1 of 2 cells with results of studies have a pooled number" in text(client, "/methods/")


def test_methods_say_nothing_of_pooled_cells_while_they_are_computed(client):
    make_cell_summary(n_results=4)
    SummaryState.objects.all().delete()

    assert "cells with results of studies" not in text(client, "/methods/")


def test_methods_say_the_numbers_of_the_shipped_evidence(client, django_assert_max_num_queries):
    call_command("load_evidence", verbosity=0)
    reviews = [study for study in recount.STUDIES if study["design"] in recount.REVIEWS]

    with django_assert_max_num_queries(10):
        page = text(client, "/methods/")

    assert f"<dt>Studies of patients</dt><dd>{len(recount.STUDIES) - len(reviews)}</dd>" in page
    assert f"<dt>Reviews and guidelines, apart</dt><dd>{len(reviews)}</dd>" in page
    assert "<dt>Published results</dt><dd>559</dd>" in page
    assert "<dt>Verified by a second editor</dt><dd>0</dd>" in page
