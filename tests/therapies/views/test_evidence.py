"""The page of one cell: words a person reads, filters, parts, downloads and bad input."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.urls import reverse

from tests import recount
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
from therapies.models import Criteria, Outcome, Study

pytestmark = pytest.mark.django_db
URL = "/evidence/tace/orr/"


@pytest.fixture
def arm():
    study = make_study("alpha-2010", label="Alpha 2010")
    make_report(study, make_reference(published_year=2010))
    return make_arm(study, make_therapy("tace", name="Transarterial chemoembolization"), n=30)


@pytest.fixture
def outcome():
    return make_outcome("orr", name="Objective response rate")


def text(client, url: str = URL, **options) -> str:
    """Return the words of a page, spaces joined."""
    response = client.get(url, **options)
    assert response.status_code == 200
    return " ".join(response.content.decode().replace("&nbsp;", " ").replace("\u00a0", " ").split())


def test_cell_says_what_it_is_and_how_much_it_holds(client, arm, outcome):
    make_result(arm, outcome, value=Decimal("64"))

    page = text(client)

    assert "<h1>Objective response rate after transarterial chemoembolization</h1>" in page
    assert "<dt>Studies</dt><dd>1</dd>" in page
    assert "<dt>Patients</dt><dd>30</dd>" in page
    assert "not a comparison" in page
    assert "Not yet verified" in page


def test_cell_prints_a_result_with_everything_beside_it(client, arm, outcome):
    make_result(
        arm,
        outcome,
        value=Decimal("64.0"),
        ci_low=Decimal(50),
        ci_high=Decimal(76),
        ci_level=Decimal(95),
        events=32,
        total=50,
        per="procedure",
        criteria=Criteria.MRECIST,
        criteria_text="mRECIST, early",
        timepoint_months=Decimal(3),
        source_where="table 4",
    )

    page = text(client)

    for words in (
        "Alpha 2010", "<b>64.0%</b>", "95% CI 50–76", "32 of 50 procedures", "mRECIST", "“mRECIST, early”",
        "at 3 months", "per procedure, not per patient", "Table 4 of", "Retrospective cohort",
        "forest-whisker",
    ):  # fmt: skip
        assert words in page, words


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"value": None, "events": 9, "total": 12}, "computed"),
        ({"value": None, "range_low": Decimal(46), "range_high": Decimal(86)}, "a range, no single value"),
        ({"value": None, "events": 4}, "4 events, total not printed"),
        ({"is_composite": True}, "composite: imaging with markers or symptoms"),
        (
            {"value": Decimal(69), "events": 9, "total": 14, "override_reason": "Kept as printed."},
            "Kept as printed.",
        ),
    ],
)
def test_cell_says_what_is_special_about_a_number(client, arm, outcome, fields, words):
    make_result(arm, outcome, **fields)

    assert words in text(client)


def test_cell_says_not_reached_in_words(client, arm):
    outcome = make_outcome("orr", measure=Outcome.Measure.MEDIAN_TIME, unit="months")
    make_result(arm, outcome, not_reached=True)

    assert "not reached" in text(client)


def test_cell_names_the_review_whose_table_gave_the_number(client, arm, outcome):
    review = make_study("big-review", label="Big review", design=Study.Design.META_ANALYSIS)
    make_result(arm, outcome, reported_in=review, source_where="table 3")

    link = f'<a href="{reverse("study", args=["big-review"])}">Big review</a>'
    assert f"Table 3 of {link}, a review" in text(client)


def test_cell_sets_reviews_apart(client, arm, outcome):
    make_result(make_arm(make_study(design=Study.Design.GUIDELINE), arm.therapy), outcome)

    page = text(client)

    assert "Reviews and guidelines: context, not counted" in page
    assert "<dt>Studies</dt><dd>0</dd>" in page


def test_cell_names_shared_cohorts(client, arm, outcome):
    cohort = make_cohort(name="Synthetic Clinic")
    for _ in range(2):
        make_result(make_arm(make_study(cohort=cohort), arm.therapy), outcome)

    page = text(client)

    assert "2 studies share the Synthetic Clinic cohort" in page
    assert "counted once" in page


def test_cell_offers_the_mixed_studies_it_leaves_out(client, arm, outcome):
    make_result(make_arm(make_study(histology=Study.Histology.MIXED), arm.therapy), outcome)

    assert "1 study of mixed tumour types is left out" in text(client)
    assert "<dt>Studies</dt><dd>1</dd>" in text(client, f"{URL}?histology=all")


def test_cell_lists_comparisons(client, arm, outcome):
    make_comparison(arm, make_arm(arm.study), outcome=outcome, value=Decimal("2.1"), p_text="0.02")

    page = text(client)

    assert "HR 2.1" in page
    assert "p = 0.02" in page


def test_cell_applies_and_carries_its_filters(client, arm, outcome):
    make_result(arm, outcome)
    child = make_therapy("child", parent=arm.therapy)
    make_result(make_arm(make_study(design=Study.Design.REGISTRY), child), outcome)

    page = text(client, f"{URL}?design=registry")

    assert "Alpha 2010" not in page
    assert reverse("evidence", args=["child", "orr"]) + "?design=registry" in page
    assert reverse("evidence_csv", args=["tace", "orr"]) + "?design=registry" in page


def test_empty_cell_says_none_found(client, arm, outcome):
    page = text(client)

    assert "None found." in page
    assert "It does not say that nobody studied it" in page


def test_cell_emptied_by_filters_offers_to_clear_them(client, arm, outcome):
    make_result(arm, outcome)

    page = text(client, f"{URL}?design=registry")

    assert "No published result of this library lies inside your filters" in page
    assert f'<a href="{URL}">Show this cell without filters</a>' in page


@pytest.mark.parametrize(
    "query",
    ["design=a", "year_from=soon", "n_min=-1", "n_min=9999999999999999", "sort=luck", "histology=some"],
)
def test_cell_explains_a_filter_it_cannot_read_and_ignores_it(client, arm, outcome, query):
    make_result(arm, outcome)

    page = text(client, f"{URL}?{query}")

    assert 'role="alert"' in page
    assert "ignored" in page
    assert "Alpha 2010" in page


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("/evidence/nowhere/orr/", "There is no therapy “nowhere” on the map."),
        ("/evidence/tace/luck/", "There is no outcome “luck” on the map."),
        ("/evidence/tace/luck/data.csv", "There is no outcome “luck” on the map."),
    ],
)
def test_unknown_cell_is_said_in_words(client, arm, outcome, url, words):
    response = client.get(url)

    assert response.status_code == 404
    assert words in response.content.decode()


def test_cell_gives_htmx_only_its_results(client, arm, outcome):
    make_result(arm, outcome)

    part = client.get(URL, headers={"HX-Request": "true"})

    assert "Alpha 2010" in part.content.decode()
    assert "<html" not in part.content.decode()
    assert "HX-Request" in part["Vary"]


def test_cell_escapes_what_a_source_says(client, arm, outcome):
    arm.label = "<script>alert(1)</script>"
    arm.save()
    make_result(arm, outcome, criteria=Criteria.OTHER, criteria_text="<b>bold</b>")

    page = text(client)

    assert "<script>alert" not in page
    assert "<b>bold" not in page
    assert "&lt;b&gt;bold" in page


def test_cell_refuses_to_be_posted_to(client, arm, outcome):
    assert client.post(URL).status_code == 405


def test_csv_holds_printed_and_converted_values_and_keys(client, arm):
    outcome = make_outcome("orr", measure=Outcome.Measure.MEDIAN_TIME, unit="months")
    make_result(arm, outcome, value=Decimal("5.30"), unit="years", source_where="table 2")

    response = client.get(f"{URL}data.csv")
    (row,) = csv.DictReader(io.StringIO(response.content.decode()))

    assert response["Content-Disposition"] == 'attachment; filename="nelm-tace-orr.csv"'
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert (row["value"], row["unit"], row["outcome_unit"]) == ("5.30", "years", "months")
    assert float(row["value_in_outcome_unit"]) == pytest.approx(63.6)
    assert (row["study"], row["source_where"], row["state"]) == ("alpha-2010", "table 2", "extracted")


def test_csv_takes_the_same_filters_and_holds_reviews_too(client, arm, outcome):
    make_result(arm, outcome)
    make_result(make_arm(make_study("review", design=Study.Design.GUIDELINE), arm.therapy), outcome)

    both = list(csv.DictReader(io.StringIO(client.get(f"{URL}data.csv").content.decode())))
    one = list(csv.DictReader(io.StringIO(client.get(f"{URL}data.csv?design=guideline").content.decode())))

    assert [row["counted_as"] for row in both] == ["study", "review"]
    assert [row["study"] for row in one] == ["review"]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_csv_text_is_never_a_formula(client, arm, outcome, start):
    arm.label = f"{start}1+1"
    arm.save()
    make_result(arm, outcome, criteria=Criteria.OTHER, criteria_text=f"{start}cmd")

    (row,) = csv.DictReader(io.StringIO(client.get(f"{URL}data.csv").content.decode(), newline=""))

    assert row["arm_label"].startswith(f"'{start}")
    assert row["criteria_text"].startswith(f"'{start}")


def test_cells_of_the_shipped_evidence_say_the_recounted_numbers_in_few_queries(
    client, django_assert_max_num_queries
):
    call_command("load_evidence", verbosity=0)
    counts = recount.cells()

    for pair in (
        ("tace", "orr"),
        ("embolization", "os-rate"),
        ("ablation", "major-ae"),
        ("resection", "os-median"),
    ):
        with django_assert_max_num_queries(10):
            page = text(client, reverse("evidence", args=pair))
        n_studies, n_patients, n_results, n_reviews = counts[pair]
        for name, number in (
            ("Studies", n_studies),
            ("Patients", n_patients),
            ("Results", n_results),
            ("Reviews, apart", n_reviews),
        ):
            assert f"<dt>{name}</dt><dd>{number:,}</dd>" in page, (pair, name)


def test_cells_of_the_shipped_evidence_answer(client):
    call_command("load_evidence", verbosity=0)

    for pair in list(recount.cells())[::5]:  # five shares no factor with the 21 outcomes: all come up
        assert client.get(reverse("evidence", args=pair)).status_code == 200, pair
