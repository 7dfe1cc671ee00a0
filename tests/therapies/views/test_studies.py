"""The list of studies, and the page of one."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.management import call_command
from django.urls import reverse

from tests.builders import (
    make_arm,
    make_cohort,
    make_comparison,
    make_outcome,
    make_reference,
    make_report,
    make_result,
    make_study,
    make_therapy,
)
from tests.therapies.views.test_evidence import text
from therapies.models import Study

pytestmark = pytest.mark.django_db


def test_list_shows_studies_with_their_size_and_therapies(client):
    study = make_study(label="Alpha 2010", n_patients=1234, population="midgut primaries")
    make_report(study, make_reference(published_year=2010))
    make_result(make_arm(study, make_therapy(abbreviation="TACE")))

    page = text(client, "/studies/")

    for words in ("1 study.", "Alpha 2010", "1,234", "2010", "TACE", "midgut primaries"):
        assert words in page


def test_list_says_what_is_not_known(client):
    make_study(n_patients=None, design_is_stated=False)

    page = text(client, "/studies/")

    for words in ("not known", "not stated", "design not stated by the source", "none published"):
        assert words in page


def test_list_searches(client):
    make_study("one", label="Alpha 2010")
    make_study("two", label="Beta 2011")

    page = text(client, "/studies/?q=beta")

    assert "1 study inside your filters" in page
    assert "Alpha 2010" not in page


@pytest.mark.parametrize(
    "query",
    [
        "therapy=nowhere",
        "cohort=nobody",
        "design=anecdote",
        "sort=luck",
        "state=maybe",
        "year_from=x",
        "q=%00",
    ],
)
def test_list_explains_a_filter_it_cannot_read_and_ignores_it(client, query):
    make_study(label="Alpha 2010")

    page = text(client, f"/studies/?{query}")

    assert 'role="alert"' in page
    assert "Alpha 2010" in page


@pytest.mark.parametrize("number", ["2", "999", "x", "-1"])
def test_list_has_pages_and_bears_any_page_number(client, number):
    for index in range(45):
        make_study(label=f"Study {index:02}")

    page = text(client, f"/studies/?page={number}&design=retrospective-cohort")

    assert "45 studies inside your filters" in page
    assert "of 2" in page
    assert "design=retrospective-cohort&amp;page=" in page


def test_list_without_a_match_offers_all_studies(client):
    make_study()

    page = text(client, "/studies/?q=nothing+like+it")

    assert "No study of this library lies inside these filters" in page


def test_list_gives_htmx_only_its_results(client):
    make_study(label="Alpha 2010")

    part = client.get("/studies/", headers={"HX-Request": "true"}).content.decode()

    assert "Alpha 2010" in part
    assert "<html" not in part


def test_study_tells_its_facts(client):
    cohort = make_cohort(name="Synthetic Clinic")
    study = make_study(
        "alpha-2010", label="Alpha 2010", design_is_stated=False, centres="multi", countries=["Utopia"],
        enrolment="1990-1999", registry_id="NCT00000000", n_patients=40, n_procedures=90, n_lesions=1,
        population="midgut primaries", cohort=cohort,
    )  # fmt: skip
    make_study("beta", label="Beta 2011", cohort=cohort)
    make_report(study, make_reference(title="A synthetic title", doi="10.99999/synthetic"))

    page = text(client, "/studies/alpha-2010/")

    for words in (
        "Retrospective cohort", "design not stated by the source", "multicentre", "Utopia", "1990-1999",
        "https://clinicaltrials.gov/study/NCT00000000", "90 procedures", "1 lesion<", "midgut primaries",
        "Synthetic Clinic", "Beta 2011", "A synthetic title", "https://doi.org/10.99999/synthetic",
        "Primary report", "To know before using these numbers",
    ):  # fmt: skip
        assert words in page, words


def test_study_shows_arms_by_outcomes_and_what_is_not_reported(client):
    study = make_study("alpha")
    first, second = make_arm(study, label="Beads", n=12), make_arm(study, label="Oil", n=None)
    outcome = make_outcome("orr", name="Objective response rate")
    make_result(first, outcome, value=Decimal("64.0"), source_where="table 2")
    make_comparison(first, second, outcome=outcome, value=None, measure="", p_text="0.79")

    page = text(client, "/studies/alpha/")

    for words in ("Beads", "n = 12", "Oil", "n not stated", "64.0%", "not reported", "Table 2", "p = 0.79"):
        assert words in page, words


def test_study_known_only_through_a_review_says_so(client):
    study = make_study("alpha")
    make_report(study, make_reference(title=""))
    review = make_study(label="Big review", design=Study.Design.META_ANALYSIS)
    make_result(make_arm(study), reported_in=review)

    page = text(client, "/studies/alpha/")

    assert "Known only through the table of Big review" in page
    assert "Title not known" in page


def test_review_says_that_it_is_counted_apart_and_what_was_taken_from_it(client):
    review = make_study("review", design=Study.Design.META_ANALYSIS, k_studies=12)
    make_result(make_arm(make_study(label="Alpha 2010")), reported_in=review)

    page = text(client, "/studies/review/")

    assert "A meta-analysis of 12 studies: context, counted apart" in page
    assert "Results of other studies taken from its tables" in page
    assert "Alpha 2010" in page


def test_list_and_study_say_that_a_retracted_study_is_not_counted(client):
    study = make_study("alpha")
    make_report(study, make_reference(is_retracted=True))
    make_result(make_arm(study), value=Decimal(47))

    page = text(client, "/studies/alpha/")

    assert "retracted: not counted" in text(client, "/studies/")
    assert "Retracted: its results are not counted." in page
    assert "47" in page


def test_study_marks_a_retracted_publication(client):
    make_report(make_study("alpha"), make_reference(is_retracted=True))

    assert "Retracted" in text(client, "/studies/alpha/")


def test_unknown_study_is_said_in_words(client):
    response = client.get("/studies/nobody/")

    assert response.status_code == 404
    assert "There is no study “nobody” in this library." in response.content.decode()


def test_shipped_studies_answer_in_few_queries(client, django_assert_max_num_queries):
    call_command("load_evidence", verbosity=0)

    with django_assert_max_num_queries(10):
        assert "164 studies." in text(client, "/studies/")
    for key in Study.objects.values_list("key", flat=True):
        with django_assert_max_num_queries(10):
            response = client.get(reverse("study", args=[key]))
        assert response.status_code == 200, key
